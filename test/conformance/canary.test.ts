/** The overload canary, on a host that is busy now and then; and what a run makes of it. */

import type { Implementation } from '../../adapters/kit/implementation.ts';
import type { Case } from '../../conformance/case.ts';
import { scriptCase } from '../../conformance/case.ts';
import { hostLines } from '../../conformance/reporters/host.ts';
import { Canary } from '../../conformance/runner/canary.ts';
import { Violation } from '../../conformance/verdict.ts';
import type { World } from '../../conformance/world.ts';
import type { Net } from '../../reference/net/net.ts';
import t from '../tap.ts';
import { endpoint, memoryNet, runAgainst } from './bench.ts';

/** A network whose timers fire late while the host is busy. */
function busyNet(net: Net, isBusy: (at: number) => boolean, late: number): Net {
  return {
    now: () => net.now(),
    bind: (local, onDatagram) => net.bind(local, onDatagram),
    schedule: (at, callback) => net.schedule(isBusy(at) ? at + late : at, callback),
  };
}

t.test('an idle host has no bad window', async (t) => {
  const net = memoryNet();
  const canary = new Canary(net);
  await net.run(
    canary.start(endpoint('127.0.0.1:0')).then(async () => {
      await new Promise<void>((resolve) => net.schedule(1000, resolve));
      await canary.stop();
    }),
  );
  const health = canary.health({ reruns: 0, secondTries: [], onlyWhenBusy: [] });
  t.same(health, { samples: 98, badWindows: 0, worstDelay: 0, reruns: 0, secondTries: [], onlyWhenBusy: [] });
  t.equal(canary.wasBad(0, 1000), false);
});

t.test('a late timer makes a bad window around it, and no other', async (t) => {
  const net = memoryNet();
  const canary = new Canary(busyNet(net, (at) => at === 1000, 80));
  await net.run(
    canary.start(endpoint('127.0.0.1:0')).then(async () => {
      await new Promise<void>((resolve) => net.schedule(3000, resolve));
      await canary.stop();
    }),
  );
  t.match(canary.health({ reruns: 0, secondTries: [], onlyWhenBusy: [] }), { badWindows: 1, worstDelay: 80 });
  t.same(
    [700, 749, 750, 1000, 1330, 1331, 2000].map((at) => canary.wasBad(at, at)),
    [false, false, true, true, true, false, false],
  );
  t.equal(canary.wasBad(0, 760), true);
});

function flaky(fails: (run: number) => boolean, { timedOut = true, waits = false } = {}): Case {
  let run = 0;
  return scriptCase({
    id: 'test.flaky',
    title: 'Misses an answer.',
    clauses: [],
    level: 'MUST',
    roles: ['rs-s'],
    adapterLevel: 0,
    features: [],
    needs: [],
    isolation: 'shared',
    catches: 'Nothing.',
    ...(waits && { waits: 500 }),
    async script(world: World) {
      const failing = fails(run++);
      await world.sleep(500);
      if (failing) throw new Violation('It answers.', ['an answer'], 'nothing came', timedOut);
    },
  });
}

async function judged(info: Case, busy: boolean | number, ...beside: readonly Case[]): Promise<string> {
  const net = memoryNet();
  const report = await net.run(
    runAgainst(
      typeof busy === 'number'
        ? busyNet(net, () => true, busy)
        : busyNet(net, (at) => busy && at % 20 === 0, 60),
      { run: { cases: [info, ...beside] } },
    ),
  );
  const result = report.cases.find(({ id }) => id === info.id);
  return `${result?.verdict} ${result?.blame}, ${report.host.reruns} reruns`;
}

t.test(
  'what comes after the end of its case is tried again on a busy host; on an idle one it counts',
  async (t) => {
    let run = 0;
    const info = flaky(() => false);
    if (info.kind !== 'script') throw new Error('a script');
    const late: Case = {
      ...info,
      id: 'test.late',
      async script(world: World) {
        const { local } = await world.peer('B', endpoint('127.0.0.1:9'));
        const stranger = await world.net.bind(endpoint('127.0.0.9:0'), () => {});
        if (run++ > 0) return;
        world.net.schedule(world.net.now() + 100, () => stranger.send(Uint8Array.of(1), local));
      },
    };
    t.equal(await judged(late, false, info), 'fail target, 0 reruns');
    run = 0;
    t.equal(await judged(late, true, info), 'pass null, 1 reruns');
  },
);

t.test('what is missing on a busy host is tried again, then it is the host', async (t) => {
  t.equal(
    await judged(
      flaky(() => true),
      false,
    ),
    'fail target, 0 reruns',
  );
  t.equal(
    await judged(
      flaky((run) => run === 0),
      true,
    ),
    'pass null, 1 reruns',
  );
  t.equal(
    await judged(
      flaky(() => true),
      true,
    ),
    'inconclusive host, 5 reruns',
  );
});

/** One case on a host that is busy at first: it fails so often, and is tried again at the end. */
async function atTheEnd(last: () => void, signal?: AbortSignal, failures = 1) {
  const net = memoryNet();
  let runs = 0;
  const info = flaky((run) => run < failures, { timedOut: false });
  if (info.kind !== 'script') throw new Error('a script');
  const script = async (world: World): Promise<void> => {
    if (++runs === failures + 2) last();
    await info.script(world);
  };
  const report = await net.run(
    runAgainst(
      busyNet(net, (at) => at < (failures === 1 ? 600 : 2000) && at % 20 === 0, 60),
      { run: { cases: [{ ...info, script }], ...(signal && { signal }) } },
    ),
  );
  return { verdict: report.cases.find(({ id }) => id === info.id)?.verdict, host: report.host, runs };
}

t.test('what was wrong while the host was busy alone is told, though it passes at the end', async (t) => {
  const { verdict, host, runs } = await atTheEnd(() => {});
  t.same([verdict, host.onlyWhenBusy, runs], ['pass', ['test.flaky'], 3]);
  const each = await atTheEnd(() => {}, undefined, 3);
  t.same([each.verdict, each.host.onlyWhenBusy, each.runs], ['pass', ['test.flaky'], 4]);
});

t.test('who ends the run amid the last tries does not change what was found', async (t) => {
  const abort = new AbortController();
  const { verdict, host, runs } = await atTheEnd(() => {
    abort.abort();
    throw new Violation('It answers.', ['an answer'], 'nothing came', false);
  }, abort.signal);
  t.same([verdict, host.onlyWhenBusy, runs], ['inconclusive', [], 3]);
});

t.test('what is left of many is tried side by side at the end, for a minute at most', async (t) => {
  const net = memoryNet();
  let ended = 0;
  const cases = Array.from({ length: 400 }, (_, number) => {
    const info = flaky(() => true);
    if (info.kind !== 'script') throw new Error('a script');
    const script = async (world: World) => {
      await info.script(world).finally(() => {
        ended = net.now();
      });
    };
    return { ...info, id: `test.slow-${number}`, script };
  });
  const report = await net.run(
    runAgainst(
      busyNet(net, (at) => at % 20 === 0, 60),
      { run: { cases, jobs: 400 } },
    ),
  );
  t.equal(report.summary.inconclusive, 400);
  // Three tries of 0.8 s at the beginning, then a minute in which the last begun have as many.
  t.ok(ended >= 60_000 && ended < 70_000, `${ended}`);
  t.ok(report.host.reruns > 800 + 5 * 100, `${report.host.reruns}`);
});

t.test(
  'what was there and should not have been counts on a busy host too, but where the time decides',
  async (t) => {
    const always = () => true;
    const once = (run: number) => run === 0;
    t.equal(await judged(flaky(always, { timedOut: false }), true), 'fail target, 5 reruns');
    t.equal(await judged(flaky(once, { timedOut: false }), true), 'inconclusive host, 2 reruns');
    t.equal(await judged(flaky(once, { timedOut: false }), false), 'fail target, 0 reruns');
    t.equal(
      await judged(flaky(always, { timedOut: false, waits: true }), true),
      'inconclusive host, 5 reruns',
    );
    t.equal(await judged(flaky(always, { timedOut: false, waits: true }), false), 'fail target, 0 reruns');
  },
);

t.test('what was seen only while the host stood still is held against nobody', async (t) => {
  const wrong = () => flaky(() => true, { timedOut: false });
  t.match(await judged(wrong(), 490), /^fail target, /);
  t.match(await judged(wrong(), 510), /^inconclusive host, /);
});

/** A case that fails at first, of a target whose adapter takes a while over counters in the meantime. */
async function beside(slowness: number, timedOut = false) {
  const net = memoryNet();
  let runs = 0;
  const info = flaky(() => false);
  if (info.kind !== 'script') throw new Error('a script');
  const script = async (world: World): Promise<void> => {
    const rs = await world.rs({ bare: true });
    await rs.counters();
    if (runs++ === 0) throw new Violation('It is silent.', ['silence'], 'an answer', timedOut);
  };
  const instead = (made: Implementation): Implementation => ({
    ...made,
    async start(request) {
      const instance = await made.start?.(request);
      if (instance === undefined) throw new Error('it starts nothing');
      const counters = async () => {
        await new Promise<void>((resolve) => net.schedule(net.now() + slowness, resolve));
        return (await instance.counters?.()) ?? {};
      };
      return { ...instance, counters };
    },
  });
  const report = await net.run(
    runAgainst(net, { run: { cases: [{ ...info, adapterLevel: 1, script }] }, instead }),
  );
  const [result] = report.cases;
  return { verdict: result?.verdict, host: report.host, runs };
}

t.test('what was wrong while the adapter of the target was slow is tried again at the end', async (t) => {
  const quick = await beside(400);
  t.same([quick.verdict, quick.host.onlyWhenBusy, quick.runs], ['fail', [], 1]);
  const missing = await beside(600, true);
  t.same([missing.verdict, missing.host.onlyWhenBusy, missing.runs], ['pass', ['test.flaky'], 2]);
  const slow = await beside(600);
  t.same([slow.verdict, slow.host.onlyWhenBusy, slow.runs], ['pass', ['test.flaky'], 2]);
  t.match(
    hostLines(slow.host)[0],
    /^The target's adapter took half a second or more .*: 1 case ran again\.$/,
  );
});

/** Nothing comes for a while after the first case has failed; the host is busy then, or is not. */
async function afterSilence(busy: boolean): Promise<readonly string[]> {
  const net = memoryNet();
  const isSilent = (at: number) => at > 300 && at < 6500;
  const deaf: Net = {
    ...busyNet(net, (at) => busy && isSilent(at) && at % 20 === 0, 60),
    bind: (local, onDatagram) =>
      net.bind(local, (bytes, from) => {
        // The canary's own, of one byte, are not the target's.
        if (!isSilent(net.now()) || bytes.length === 1) onDatagram(bytes, from);
      }),
  };
  const [good, bad] = [flaky(() => false), flaky(() => true, { timedOut: false })];
  const cases = [
    { ...good, id: 'test.good' },
    { ...bad, id: 'test.bad' },
  ];
  const report = await net.run(runAgainst(deaf, { run: { cases, timeout: 500 } }));
  return cases.map(({ id }) => {
    const { verdict, blame } = report.cases.find((result) => result.id === id) ?? {};
    return `${verdict} ${blame}`;
  });
}

t.test(
  'a sanity case that fails while the host is busy, and not afterwards, takes nothing back',
  async (t) => {
    t.same(await afterSilence(false), ['inconclusive target', 'fail target']);
    t.same(await afterSilence(true), ['pass null', 'fail target']);
  },
);
