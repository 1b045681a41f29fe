/** The commands about adapters: what they find, and what they don't. */
import { decode, encode } from '../../adapters/cbor.ts';
import { Bench, runChecks } from '../../conformance/adapter-check/check.ts';
import { CONTRACT_CHECKS } from '../../conformance/adapter-check/contract-checks.ts';
import { INSTANCE_CHECKS } from '../../conformance/adapter-check/instance-checks.ts';
import { seededRandom } from '../../conformance/random.ts';
import { levelLine, levelOf } from '../../conformance/target/adapter-level.ts';
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint, parseEndpoint } from '../../reference/address.ts';
import type { Socket } from '../../reference/net/net.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import type { T } from '../tap.ts';
import t, { runtime } from '../tap.ts';
import { endpoint } from './bench.ts';
import { answering, cli, target } from './terminal.ts';

type Message = { [key: string]: unknown };

/** The reference's adapter behind something that changes requests or answers on the way. */
async function meddled(
  t: T,
  meddle: {
    readonly request?: (message: Message) => Message | undefined;
    readonly answer?: (message: Message) => Message | undefined;
    /** Answers by itself. */
    readonly reply?: (bytes: Uint8Array) => Uint8Array | undefined;
  },
): Promise<string> {
  const net = udpNet();
  const behind = endpoint(await target(t));
  const ways = new Map<string, Promise<Socket>>();
  const changed = (bytes: Uint8Array, change: ((message: Message) => Message | undefined) | undefined) => {
    const message = decode(bytes) as Message | undefined;
    if (change === undefined || message === undefined) return Uint8Array.from(bytes);
    const after = change(message);
    return after && encode(after as Parameters<typeof encode>[0]);
  };
  const front = await net.bind(endpoint('127.0.0.1:0'), (bytes, from) => {
    const own = meddle.reply?.(Uint8Array.from(bytes));
    if (own !== undefined) front.send(own, from);
    const on = changed(bytes, meddle.request);
    if (on !== undefined) void way(from).then((socket) => socket.send(on, behind));
  });
  const way = (from: Endpoint): Promise<Socket> => {
    const key = formatEndpoint(from);
    const known =
      ways.get(key) ??
      net.bind(endpoint('127.0.0.1:0'), (bytes) => {
        const back = changed(bytes, meddle.answer);
        if (back !== undefined) front.send(back, from);
      });
    ways.set(key, known);
    return known;
  };
  t.teardown(async () => {
    await front.close();
    for (const socket of ways.values()) await (await socket).close();
  });
  return formatEndpoint(front.local);
}

async function failing(at: string): Promise<string[]> {
  const adapter = parseEndpoint(at);
  if (adapter === undefined) throw new Error(at);
  const random = seededRandom('check');
  const bench = new Bench({
    net: udpNet(),
    adapter,
    local: endpoint('127.0.0.1:0'),
    random,
    token: undefined,
  });
  const results = await runChecks([...CONTRACT_CHECKS, ...INSTANCE_CHECKS], bench, () => {});
  return results.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
}

t.test('the adapter of the reference passes', async (t) => {
  const ran = await cli(['check-adapter', '--target', await target(t)]);
  t.equal(ran.status, 0);
  t.match(ran.out, /^TAP version 14\nok 1 - hello: /);
  t.match(
    ran.out,
    /\n# 21 checks: 20 passed, 1 not applicable\n# Adapter level reached: 3, the highest\.\n$/,
  );
  const seen = await cli(['check-adapter', '--target', await target(t)], { isTerminal: true });
  t.match(seen.out, /^✓ Hello is answered/);
});

t.test('each breach of the contract is found by its own check', async (t) => {
  const named = (op: string) => (message: Message) => message.op === op;
  const breaches: readonly (readonly [wanted: string[], meddle: Parameters<typeof meddled>[1]])[] = [
    [['nonsense'], { reply: (bytes) => (bytes[0] === 0x05 ? Uint8Array.of(0xa0) : undefined) }],
    [
      ['unknown-op'],
      { request: (message) => (named('xyzzy')(message) ? { ...message, op: 'reset' } : message) },
    ],
    [['versions'], { request: (message) => ({ ...message, v: '1.0' }) }],
    [['unknown-keys'], { request: (message) => (message.grease === undefined ? message : undefined) }],
    [
      ['missing-fields'],
      {
        request: (message) =>
          named('hello')(message) && message.nonce === undefined
            ? { ...message, nonce: new Uint8Array(8) }
            : message,
      },
    ],
  ];
  // What finds them is alike everywhere, and a run takes seconds.
  for (const [wanted, meddle] of runtime === 'node' ? breaches : breaches.slice(0, 1))
    t.same(await failing(await meddled(t, meddle)), wanted, wanted[0] ?? '');
});

t.test('starts that are done anew for each repetition are found', async (t) => {
  let next = 10_000;
  const at = await meddled(t, {
    request: (message) => (message.op === 'start' ? { ...message, id: next++ } : message),
    answer: (message) => (Number(message.id) >= 10_000 ? { ...message, id: 1 } : message),
  });
  t.ok((await failing(at)).includes('lost-answer'));
});

t.test('a reset that lies is found', async (t) => {
  const at = await meddled(t, {
    answer: (message) => {
      const result = message.result as { ended?: number } | undefined;
      return result?.ended === undefined ? message : { ...message, result: { ended: result.ended + 1 } };
    },
  });
  t.same(await failing(at), ['start', 'lost-answer', 'reset-twice', 'reset-own', 'bad-start', 'stop']);
});

t.test('3: nobody there, or a broken contract', async (t) => {
  const silent = await answering(t, () => undefined);
  const ran = await cli(['check-adapter', '--target', silent], { isTerminal: true });
  t.equal(ran.status, 3);
  t.equal(ran.err, `ntm-conform: Nobody answers at ${silent}: start the adapter there.\n`);
  const at = await meddled(t, { request: (message) => ({ ...message, v: '1.0' }) });
  const broken = await cli(['check-adapter', '--target', at]);
  t.equal(broken.status, 3);
  t.match(broken.out, /\nnot ok 6 - versions: .*\n {2}---\n {2}why: "hello was answered done, not error"\n/);
});

t.test('doctor', async (t) => {
  const ran = await cli(['doctor', '--target', await target(t)]);
  t.equal(ran.status, 0);
  t.match(ran.out, /\nok 1 - way: 50 of 50 hellos answered, round trip /);
  t.match(ran.out, /: A role can be had, and sees the tester at 127\.0\.0\.1:\d+\n/);
  const ill = await target(t, {
    wrap: () => {
      throw new Error('no memory');
    },
  });
  const bad = await cli(['doctor', '--target', ill]);
  t.equal(bad.status, 3);
  t.match(bad.out, 'why: "start failed in the adapter: no memory."');
  t.match(bad.out, /\nnot ok 4 - cases: \d+ cases of \d+ could run\n {2}---\n {2}why: "none of them before/);
  const relay = await cli(['doctor', '--target', await target(t, { only: 'rs-s' })]);
  t.equal(relay.out.match(/ can't run .* # SKIP they are about other roles than rs-s\n/g)?.length, 1);
  t.notOk(relay.out.includes('the target is no'));
});

/** What an adapter would say that has these ops alone. */
const withOps =
  (ops: readonly string[]) =>
  (message: Message): Message => {
    const { result } = message as { result?: Message };
    return result?.ops === undefined ? message : { ...message, result: { ...result, ops } };
  };

/** Requests of other ops come to nobody who knows them. */
const onlyOps =
  (ops: readonly string[]) =>
  (message: Message): Message =>
    message.op === undefined || ops.includes(String(message.op)) ? message : { ...message, op: 'xyzzy' };

t.test('an adapter that says hello and no more', async (t) => {
  const ops = ['hello'];
  const at = await meddled(t, { request: onlyOps(ops), answer: withOps(ops) });
  const why =
    'his adapter has no `reset`, `start`, `stop` or `counters` among the ops of its hello: ' +
    'level 1 needs all of its ops, and below it no case can run.';
  t.same(await cli(['--target', at]), { status: 3, out: '', err: `ntm-conform: T${why}\n` });
  const seen = await cli(['doctor', '--target', at]);
  t.equal(seen.status, 3);
  t.match(seen.out, /^TAP version 14\n# Target .*, an adapter below level 1\n# Claims /);
  t.match(seen.out, /\nok 1 - way: 50 of 50 hellos answered/);
  t.match(seen.out, `\nnot ok 3 - level: An adapter of level 1 or more\n  ---\n  why: "t${why}"\n`);
  t.match(seen.out, '\n1..3\n');
  const checked = await cli(['check-adapter', '--target', at]);
  t.equal(checked.status, 0, checked.out);
  const line =
    'Adapter level reached: none yet, so no case can run; level 1 needs reset, start, stop, counters too.';
  t.equal(checked.out.split('\n').at(-2), `# ${line}`);
});

t.test('an adapter that has not all of level 1', async (t) => {
  const at = await meddled(t, { answer: withOps(['hello', 'reset', 'start', 'stop']) });
  const ran = await cli(['--target', at]);
  t.equal(ran.status, 3);
  t.match(ran.err, /^ntm-conform: This adapter has no `counters` among the ops of its hello: /);
});

t.test('an adapter that names a reset and has none', async (t) => {
  const at = await meddled(t, { request: onlyOps(['hello']) });
  const ran = await cli(['--target', at]);
  t.same([ran.status, ran.out], [3, '']);
  t.equal(ran.err, 'ntm-conform: Reset is not implemented: op xyzzy.\n');
});

t.test('an adapter of a codec alone has nothing to start', async (t) => {
  const ops = ['hello', 'reset', 'codec'];
  const named = withOps(ops);
  const answer = (message: Message): Message => {
    const changed = named(message) as { result?: Message };
    if (changed.result?.ops === undefined) return changed as Message;
    return { ...changed, result: { ...changed.result, roles: ['codec'] } } as Message;
  };
  const at = await meddled(t, { request: onlyOps(ops), answer });
  const ran = await cli(['--target', at, '--role', 'codec', '--depth', 'quick', '--quiet']);
  t.same([ran.status, ran.err], [0, ''], ran.out);
  t.match(ran.out, /1[0-9] cases: 1[0-9] passed/);
});

t.test('levels by ops and roles', (t) => {
  const first = ['hello', 'reset', 'start', 'stop', 'counters'];
  const table: readonly (readonly [roles: string[], ops: string[], level: number, next: string])[] = [
    [['rs-s'], [], 0, 'level 1 needs hello, reset, start, stop, counters too.'],
    [['rs-s'], ['hello', 'reset'], 0, 'level 1 needs start, stop, counters too.'],
    [['codec'], ['hello', 'reset', 'codec'], 3, 'the highest.'],
    [['codec'], ['hello', 'reset'], 1, 'level 2 needs codec too.'],
    [['node'], first, 1, 'level 2 needs trigger, events too.'],
    [['rs-s'], first, 2, 'level 3 needs time too.'],
    [['rs-s'], [...first, 'time'], 3, 'the highest.'],
  ];
  for (const [roles, ops, level, next] of table) {
    t.equal(levelOf({ roles, ops }), level, `${roles} ${ops}`);
    t.ok(levelLine({ roles, ops }).endsWith(next), levelLine({ roles, ops }));
  }
});
