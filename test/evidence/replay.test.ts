/** What was recorded gives the same report again, bit by bit; what does not follow from it gives none. */
import { serveAdapter } from '../../adapters/kit/serve.ts';
import type { ReferenceOptions } from '../../adapters/reference.ts';
import { referenceAdapter } from '../../adapters/reference.ts';
import { ALL_CASES } from '../../conformance/cases/all.ts';
import type { Turn } from '../../conformance/evidence/turn.ts';
import { readTurn, writeTurn } from '../../conformance/evidence/turn.ts';
import { seededRandom } from '../../conformance/random.ts';
import type { Report } from '../../conformance/report.ts';
import type { RunOptions } from '../../conformance/runner/options.ts';
import type { Net } from '../../reference/net/net.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import { endpoint } from '../conformance/bench.ts';
import * as faults from '../conformance/faults.ts';
import t from '../tap.ts';
import type { Recorded } from './bench.ts';
import { patientNet, recorded, replayed, tester } from './bench.ts';

/** Where no adapter is any more. */
const AT = endpoint('127.0.0.1:4400');

const MAGIC = ALL_CASES.filter(({ id }) => id === 'rs-s.header.magic');
/** Over TCP: the tester asks the target, and is asked by it. */
const TCP = ALL_CASES.filter(({ id }) => ['dns.tcp.several', 'node.resolver.tcp'].includes(id));
/** Enough to tell one run from another. */
const FEW = ALL_CASES.filter(({ id }) => id === 'rs-s.forward.unchanged');

async function withAdapter(
  net: Net,
  at: typeof AT,
  reference: Omit<ReferenceOptions, 'net'>,
  work: (at: typeof AT) => Promise<Recorded>,
): Promise<Recorded> {
  const implementation = referenceAdapter({ net, random: seededRandom('target'), ...reference });
  const adapter = await serveAdapter({ net, listen: at, implementation });
  try {
    return await work(adapter.local);
  } finally {
    await adapter.close();
  }
}

async function inMemory(
  reference: Omit<ReferenceOptions, 'net'> = {},
  run: Partial<RunOptions> = {},
): Promise<Recorded> {
  const { net, afterPromises } = patientNet();
  const wallClock = () => 1_800_000_000_000 + net.now();
  return await net.run(
    withAdapter(net, AT, { wallClock, ...reference }, (at) =>
      recorded(net, (own) => tester(own, at, run), afterPromises),
    ),
  );
}

t.test('in virtual time: what passes', async (t) => {
  const { report, lines } = await inMemory();
  t.equal(report.summary.pass, report.summary.total);
  t.same(await replayed(lines, (net) => tester(net, AT)), report);
  t.ok(lines.length > 1000);
});

t.test('in virtual time: what fails, with its smallest input', async (t) => {
  const { report, lines } = await inMemory({ wrap: faults.takesHighMagic }, { cases: MAGIC });
  t.equal(report.summary.fail, 1);
  t.same(await replayed(lines, (net) => tester(net, AT, { cases: MAGIC })), report);
});

t.test('in virtual time: a target that says nothing', async (t) => {
  const { report, lines } = await inMemory({ wrap: faults.mute }, { cases: MAGIC });
  t.match(report.trouble, 'the sanity case failed at the start');
  t.same(await replayed(lines, (net) => tester(net, AT, { cases: MAGIC })), report);
});

t.test('in virtual time: a case that waits', async (t) => {
  const cases = ALL_CASES.filter(({ waits, needs }) => waits !== undefined && !needs.includes('slow'));
  const { report, lines } = await inMemory({}, { cases: cases.slice(0, 3) });
  t.equal(report.summary.pass, 3);
  t.same(await replayed(lines, (net) => tester(net, AT, { cases: cases.slice(0, 3) })), report);
});

t.test('over UDP, with a fault', async (t) => {
  const net = udpNet();
  let where = AT;
  const { report, lines } = await withAdapter(
    net,
    endpoint('127.0.0.1:0'),
    { wrap: faults.takesHighMagic },
    (at) => {
      where = at;
      return recorded(net, (own) => tester(own, at));
    },
  );
  t.ok(report.summary.fail > 0);
  t.ok(report.summary.pass > 0);
  t.same(await replayed(lines, (own) => tester(own, where)), report);
});

t.test('over TCP: in virtual time and in sockets', async (t) => {
  const { report, lines } = await inMemory({}, { cases: TCP });
  t.equal(report.summary.pass, 2);
  t.same(await replayed(lines, (net) => tester(net, AT, { cases: TCP })), report);
  const kinds = new Set(lines.map((line) => readTurn(line).event.kind));
  for (const kind of ['listening', 'accepted', 'connected', 'bytes', 'ended', 'unlistened'] as const)
    t.ok(kinds.has(kind), kind);

  let where = AT;
  const net = udpNet();
  const real = await withAdapter(net, endpoint('127.0.0.1:0'), {}, (at) => {
    where = at;
    return recorded(net, (own) => tester(own, at, { cases: TCP }));
  });
  t.equal(real.report.summary.pass, 2);
  t.same(await replayed(real.lines, (own) => tester(own, where, { cases: TCP })), real.report);
});

t.test('what was changed of TCP does not give the same report', async (t) => {
  const { report, lines } = await inMemory({}, { cases: TCP });
  const turns = lines.map(readTurn);
  const at = (kind: string) => turns.findLastIndex(({ event }) => event.kind === kind);
  const did = (kind: string) => ({ ...turns[at(kind)], sent: ['AAAAAAAAAAAA'] });
  const wrong: [string, readonly string[]][] = [
    ...['listening', 'accepted', 'connected', 'bytes', 'unlistened'].map((kind): [string, string[]] => [
      `without ${kind}`,
      lines.toSpliced(at(kind), 1),
    ]),
    ['where something else was written', lines.with(at('connected'), writeTurn(did('connected') as Turn))],
  ];
  // What was not sent may be found missing by the cases themselves: then the report is another one.
  for (const [what, changed] of wrong) {
    const judged = await replayed(changed, (net) => tester(net, AT, { cases: TCP })).catch(() => undefined);
    t.ok(JSON.stringify(judged) !== JSON.stringify(report), what);
  }
  t.throws(() => readTurn('{"bytes":["x0",""]}'), { message: 'is no turn' });
});

t.test('a connection that nobody takes is refused in the record, too', async (t) => {
  const { net, afterPromises } = patientNet();
  const work = async (own: Net): Promise<Report> => {
    const handlers = { onBytes: () => {}, onEnd: () => {} };
    const connecting = own.streams?.connect(endpoint('127.0.0.1:9'), handlers);
    return (await connecting?.catch((error: unknown) => String(error))) as never;
  };
  const { report, lines } = await net.run(recorded(net, work, afterPromises));
  t.match(report, /^Error: /);
  t.same(await replayed(lines, work), report);
});

t.test('Ctrl-C is part of the record', async (t) => {
  const { net, afterPromises } = patientNet();
  const run = async (own: Net, onInterrupt: (act: () => void) => void, after: number): Promise<Report> => {
    const abort = new AbortController();
    onInterrupt(() => abort.abort());
    let ended = 0;
    return await tester(own, AT, {
      jobs: 2,
      signal: abort.signal,
      onProgress: ({ kind }) => {
        if (kind === 'case-end' && ++ended === after) press();
      },
    });
  };
  let press = (): void => {};
  const { report, lines } = await net.run(
    withAdapter(net, AT, {}, (_at) =>
      recorded(
        net,
        (own, recorder) =>
          run(
            own,
            (act) => {
              press = () => recorder.interrupt(act);
            },
            3,
          ),
        afterPromises,
      ),
    ),
  );
  t.notOk(report.complete);
  press = () => {};
  t.same(await replayed(lines, (own, replay) => run(own, (act) => replay.onInterrupt(act), 0)), report);
});

t.test('another run does not follow from the record', async (t) => {
  const { lines } = await inMemory({}, { cases: FEW });
  const otherwise: [string, RegExp, Partial<RunOptions>][] = [
    ['another seed', /^it sends a datagram of [0-9]+ bytes, and the run sent another$/, { seed: 'other' }],
    ['fewer rows', /^it /, { runs: 2 }],
    ['no progress', /^it (asks for the time less often|does not wait)/, { onProgress: undefined as never }],
  ];
  for (const [what, message, run] of otherwise)
    await t.rejects(
      replayed(lines, (net) => tester(net, AT, { cases: FEW, ...run })),
      { message },
      what,
    );
});

t.test('a record that was changed gives no verdict', async (t) => {
  const { lines } = await inMemory({}, { cases: FEW });
  const turns = lines.map(readTurn);
  const judged = (changed: readonly string[]) => replayed(changed, (net) => tester(net, AT, { cases: FEW }));
  const at = (kind: string) => turns.findIndex(({ event }, index) => index > 60 && event.kind === kind);
  const without = (index: number) => lines.toSpliced(index, 1);
  // Where the time is asked for more than once, one answer is too few.
  const read = turns.findIndex(({ clock }) => clock.length > 1);
  const wrong: [string, readonly string[]][] = [
    ['without its end', lines.slice(0, -1)],
    ['with more than its end', [...lines, lines.at(-1) ?? '']],
    ['without a timer', without(at('timer'))],
    ['without a socket', without(at('bound'))],
    ['with an hour more', lines.with(read, writeTurn({ ...readTurn(lines[read] ?? ''), clock: [3.6e9] }))],
    ['begun anew', lines.toSpliced(70, 0, lines[0] ?? '')],
  ];
  for (const [what, changed] of wrong) await t.rejects(judged(changed), { name: 'Error' }, what);
  t.throws(() => readTurn('{"timer":'), { message: 'is no JSON' });
  t.throws(() => readTurn('{"timer":-1}'), { message: 'is no turn' });
});
