import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fields } from '../../../adapters/cbor.ts';
import { serveAdapter } from '../../../adapters/kit/serve.ts';
import type { ReferenceOptions } from '../../../adapters/reference.ts';
import { main, referenceAdapter } from '../../../adapters/reference.ts';
import { ascii, toHex } from '../../../reference/bytes.ts';
import type { MemoryNet } from '../../../reference/net/memory/memory.ts';
import { udpNet } from '../../../reference/net/udp/udp.ts';
import type { T } from '../../tap.ts';
import t from '../../tap.ts';
import { memoryNet } from '../net.ts';
import { endpoint, Tester } from '../tester.ts';

const packageFile = new URL('../../../package.json', import.meta.url);
const { version } = JSON.parse(await readFile(packageFile, 'utf8')) as { version: string };

const LISTEN = endpoint('127.0.0.1:4400');
const LOCAL = endpoint('127.0.0.1:4401');
const DC = endpoint('127.0.0.1:5000');
const RS_S = {
  role: 'rs-s',
  nodeId: '11'.repeat(16),
  listen: ['127.0.0.1:0', '[::1]:0'],
  associations: [
    {
      id: '22'.repeat(16),
      secret: '33'.repeat(32),
      peer: '44'.repeat(16),
      peerRole: 'dc',
      endpoints: ['127.0.0.1:5000'],
    },
  ],
  testProfile: { global: ['127.0.0.0/29', '::1/128'] },
};
const START = { role: 'rs-s', config: RS_S, case: 'adapter.test' };

interface Bench {
  readonly net: MemoryNet;
  readonly tester: Tester;
  /** What came to the DC's endpoint, with the time. */
  readonly atDc: [number, string][];
}

function bench(
  name: string,
  body: (t: T, bench: Bench) => Promise<void>,
  options: Partial<ReferenceOptions> = {},
): void {
  t.test(name, (t) => {
    const net = memoryNet();
    const script = async () => {
      const random = (length: number) => new Uint8Array(length).fill(7);
      await serveAdapter({
        net,
        listen: LISTEN,
        implementation: referenceAdapter({ net, random, ...options }),
      });
      const atDc: Bench['atDc'] = [];
      await net.bind(DC, (bytes) => atDc.push([net.now(), toHex(bytes.subarray(0, 28))]));
      await body(t, { net, atDc, tester: await Tester.create({ net, local: LOCAL, target: LISTEN }) });
    };
    return net.run(script());
  });
}

/** Header of an opening on the association. */
const OPENING = `050b0000${'22'.repeat(16)}0000000000000000`;

bench('it says which roles, ops and calls it has, and its claims', async (t, { tester }) => {
  const { limits, ...hello } = await tester.done('hello', { nonce: ascii('a nonce.') });
  t.same(hello, {
    nonce: ascii('a nonce.'),
    name: 'ntmobile reference',
    version,
    contract: '1.0',
    roles: ['dc', 'node', 'rs-s', 'rs-n', 'rs-t', 'ntma', 'dns', 'codec'],
    ops: ['hello', 'reset', 'start', 'stop', 'counters', 'trigger', 'events', 'codec', 'time'],
    calls: [
      'decode-header',
      'encode-header',
      'decode-body',
      'encode-body',
      'psk',
      'keys',
      'open-initiate',
      'open-respond',
      'open-finish',
      'seal',
      'open',
      'replay',
      'data',
    ],
    claims: {
      features: [1, 2],
      suites: [1, 2],
      families: [4, 6],
      ecn: 'none',
      dscp: 'zero',
      kernel: false,
      dnsUpdate: true,
    },
  });
});

bench('a started RS-S opens its association with the DC', async (t, { tester, atDc }) => {
  t.same(await tester.done('start', START), {
    instance: 1,
    endpoints: ['127.0.0.1:49152', '[::1]:49152'],
  });
  t.same(atDc, [[0, OPENING]]);
});

bench('counters of the role come through', async (t, { net, tester }) => {
  const { endpoints } = await tester.done('start', START);
  const [first = ''] = endpoints as string[];
  const socket = await net.bind(endpoint('127.0.0.1:6000'), () => t.ok(false, 'an answer to nonsense'));
  socket.send(ascii('nonsense of more than header and tag together'), endpoint(first));
  const { counters, more } = await tester.done('counters', { instance: 1 });
  const some = counters as Fields;
  t.same(
    [some['refused.magic'], some['refused.tag'], some['table.associations.size'], more],
    [1, 0, 1, false],
  );
});

bench('time moves this instance alone, by its timers', async (t, { net, tester, atDc }) => {
  await tester.done('start', START);
  await tester.done('start', START);
  t.same(atDc.splice(0).length, 2);
  const before = net.now();
  t.same(await tester.done('time', { instance: 2, forward: 3000 }), {});
  t.same(
    atDc.splice(0).map(([, header]) => header),
    Array(3).fill(OPENING),
    'repeated at 0.25, 0.75 and 1.75 s',
  );
  await tester.wait(before + 900 - net.now());
  t.same(
    atDc.splice(0).map(([at]) => at),
    [250, 750, 800],
    'the other one in its own time, this one at 3.75 s of its',
  );
});

bench('stop and reset give the ports back', async (t, { tester }) => {
  const fixed = { ...START, config: { ...RS_S, listen: ['127.0.0.1:7000'] } };
  await tester.done('start', fixed);
  const [again] = await tester.exchange(tester.next('start', fixed));
  t.match(again, { answer: 'error', reason: '127.0.0.1:7000 is in use' });
  await tester.done('stop', { instance: 1 });
  t.equal((await tester.done('start', fixed)).instance, 2);
  t.same(await tester.done('reset', {}), { ended: 1 });
  t.equal((await tester.done('start', fixed)).instance, 3);
});

bench('a configuration with a fault is an error that says which', async (t, { tester }) => {
  const start = async (role: string, config: Fields) =>
    (await tester.exchange(tester.next('start', { role, config, case: 'x' })))[0];
  const { nodeId, ...without } = RS_S;
  t.match(await start('rs-s', without), { answer: 'error', reason: /^config: nodeId is missing: / });
  t.same(await start('rs-x', RS_S), { answer: 'not-implemented', reason: 'role rs-x' });
  t.match(await start('rs-s', { ...RS_S, role: 'rs-x' }), {
    answer: 'error',
    reason: /^config: role is "rs-x"/,
  });
});

bench('timers with a fraction come as text', async (t, { tester }) => {
  const config = { ...RS_S, timers: { 'relay-idle': '0.25' } };
  t.equal((await tester.done('start', { ...START, config })).instance, 1);
});

bench(
  'what wraps a role sees its configuration and stands before the loop',
  async (t, { tester, atDc }) => {
    await tester.done('start', START);
    t.same(atDc, [[0, `fa${OPENING.slice(2)}`]]);
  },
  {
    wrap: ({ role, ...others }, config) => ({
      ...others,
      role: {
        wakeAt: () => role.wakeAt(),
        counters: () => role.counters(),
        handle: (input, now) =>
          role.handle(input, now).map((effect) => {
            if (effect.kind !== 'send' || config.role !== 'rs-s') return effect;
            const bytes = effect.bytes.slice();
            bytes[0] = 0xfa;
            return { ...effect, bytes };
          }),
      },
    }),
  },
);

t.test('over real UDP, with a token', async (t) => {
  const net = udpNet();
  const folder = await mkdtemp(join(tmpdir(), 'ntm-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, 'secret of this run\n');
  const adapter = await main({ listen: '127.0.0.1:0', tokenFile });
  t.teardown(() => adapter.close());
  const framing = { datagram: 1200, token: ascii('secret of this run') };
  const tester = await Tester.create({ net, local: endpoint('127.0.0.1:0'), target: adapter.local, framing });
  t.teardown(() => tester.close());
  const config = {
    ...RS_S,
    listen: ['127.0.0.1:0'],
    associations: [{ ...RS_S.associations[0], endpoints: [] }],
  };
  const { instance, endpoints } = await tester.done('start', { ...START, config } as typeof START);
  t.equal(instance, 1);
  t.match((endpoints as string[])[0], /^127\.0\.0\.1:\d+$/);
  const { counters } = await tester.done('counters', { instance: 1 });
  t.equal((counters as Fields)['table.associations.size'], 1);
  t.same(await tester.done('reset', {}), { ended: 1 });
});

t.test('faults of the command line are one line', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'ntm-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, '\n');
  await t.rejects(main({ listen: 'here' }), /^Error: --listen is here: write it like 127\.0\.0\.1:4400$/);
  await t.rejects(main({ listen: '127.0.0.1:0', tokenFile }), /token is empty: write a token into it/);
  await t.rejects(main({ listen: '192.0.2.1:4400' }), /192\.0\.2\.1:4400 needs a token/);
});
