/** Implementations with a fault: the verdict, the blame, the text of the failure, the way back to it. */
import type { AsyncCommand } from 'fast-check';
import fc from 'fast-check';
import type { Case } from '../../conformance/case.ts';
import { modelCase, scriptCase } from '../../conformance/case.ts';
import type { CaseResult, Report } from '../../conformance/report.ts';
import type { RsOptions } from '../../conformance/target/under-test.ts';
import { Unjudged, Violation } from '../../conformance/verdict.ts';
import type { World } from '../../conformance/world.ts';
import t from '../tap.ts';
import type { BenchOptions } from './bench.ts';
import { FEW_CASES, runInMemory } from './bench.ts';
import * as faults from './faults.ts';

function only(...ids: string[]): Case[] {
  return FEW_CASES.filter(({ id }) => ids.includes(id));
}

function result(report: Report, id: string): CaseResult {
  const found = report.cases.find((entry) => entry.id === id);
  if (found === undefined) throw new Error(`no result for ${id}`);
  return found;
}

async function verdicts(options: BenchOptions): Promise<Record<string, string>> {
  const report = await runInMemory(options);
  return Object.fromEntries(report.cases.map(({ id, verdict }) => [id, verdict]));
}

/** Keeps a run going for longer than anything that comes late. */
const LONG: Case = scriptCase({
  id: 'test.long',
  title: 'Waits.',
  clauses: [],
  level: 'MUST',
  roles: ['rs-s'],
  adapterLevel: 0,
  features: [],
  needs: [],
  isolation: 'shared',
  catches: 'Nothing.',
  waits: 1000,
  script: (world) => world.sleep(1000),
});

const MAGIC = 'rs-s.header.magic';

t.test('one fault fails the case that is about it, and no other', async (t) => {
  const passes = Object.fromEntries(FEW_CASES.map(({ id }) => [id, 'pass']));
  const anyMagic = await verdicts({ reference: { wrap: faults.takesAnyMagic } });
  t.same(anyMagic, { ...passes, [MAGIC]: 'fail' });
  const anywhere = await verdicts({ reference: { wrap: faults.forwardsFromAnywhere } });
  t.same(anywhere, { ...passes, 'rs-s.forward.source': 'fail', 'rs-s.model': 'fail' });
});

t.test('a failure says with which timers and limits the target was started', async (t) => {
  const ran = (settings: Pick<RsOptions, 'timers' | 'limits'>) =>
    runInMemory({
      run: {
        cases: [
          scriptCase({
            ...LONG,
            adapterLevel: 1,
            async script(world) {
              await world.rs(settings);
              await world.rs(settings);
              world.check(false, 'another', 'one');
            },
          }),
        ],
      },
    });
  const usual = await ran({});
  t.same(
    usual.cases.map(({ verdict, settings }) => [verdict, settings]),
    [['fail', null]],
  );
  const quick = await ran({ timers: { 'opening-over': 1 }, limits: { paths: 4 } });
  t.same(
    quick.cases.map(({ settings }) => settings),
    ['opening-over 1, paths 4'],
  );
});

t.test('a failure says what was expected, what came, and shows the exchange', async (t) => {
  const report = await runInMemory({
    run: { cases: only(MAGIC) },
    reference: { wrap: faults.takesAnyMagic },
  });
  const failed = result(report, MAGIC);
  t.match(failed, {
    verdict: 'fail',
    blame: 'target',
    expected: ['silence'],
    actual: 'DC received Tunnel Response, probing on the association, status 0 (ok)',
    counterexample: '0',
  });
  const last = failed.exchange?.arrows.at(-1);
  t.match(last, { deviates: true, expected: 'silence', label: 'not as expected' });
  t.ok(
    failed.exchange?.arrows.some(({ intent }) => intent === 'fault: first byte 0x00 (layer magic, silence)'),
  );
  const shown = failed.exchange?.arrows.map(({ from, label }) => `${from}: ${label}`);
  t.same(shown?.slice(0, 2), [
    'target: Tunnel Request, opening on the association',
    'DC: Tunnel Response, opening on the association',
  ]);
});

t.test('the smallest input is found, and the token shows it again', async (t) => {
  const options = { reference: { wrap: faults.takesHighMagic } };
  const report = await runInMemory({ ...options, run: { cases: only(MAGIC), runs: 200 } });
  const failed = result(report, MAGIC);
  t.equal(failed.verdict, 'fail');
  t.equal(failed.counterexample, '32');
  const again = await runInMemory({
    ...options,
    run: { replay: failed.replay ?? '', runs: 200, seed: 'other' },
  });
  t.same(
    again.cases.map(({ id, verdict, counterexample, actual }) => [id, verdict, counterexample, actual]),
    [[MAGIC, 'fail', '32', failed.actual]],
  );
});

t.test('a failing SHOULD is a warning, and a failure where SHOULD counts as MUST', async (t) => {
  const cases = only(MAGIC).map((info): Case => ({ ...info, level: 'SHOULD' }));
  const reference = { wrap: faults.takesAnyMagic };
  t.same(await verdicts({ run: { cases }, reference }), { [MAGIC]: 'warn' });
  t.same(await verdicts({ run: { cases, strict: true }, reference }), { [MAGIC]: 'fail' });
});

t.test('an answer that comes after its case has ended fails it', async (t) => {
  const reference = { wrap: faults.echoesLate };
  const report = await runInMemory({ run: { cases: [LONG, LATE], timeout: 500 }, reference });
  const late = result(report, LATE.id);
  t.equal(late.verdict, 'fail');
  t.match(late.actual, /^stranger received .*, 300 ms after the case had ended$/);
  t.equal(result(report, LONG.id).verdict, 'pass');
});

/** Leaves its instance running, as one without an adapter would be. */
const LATE: Case = scriptCase({
  ...LONG,
  id: 'test.late',
  title: 'Sends one bad datagram.',
  async script(world) {
    const rs = await world.target.rs(world.stage, {});
    const stranger = await world.stranger(rs);
    await world.silence({
      bad: () =>
        stranger.send(new Uint8Array(60).fill(7), undefined, {
          intent: { kind: 'fault', fault: 'magic', layer: 'magic' },
        }),
      fence: () => {
        const [dc] = rs.dcs;
        return dc === undefined ? Promise.resolve(undefined) : dc.peer.probe(dc.association);
      },
    });
  },
});

t.test('a target that says nothing is judged by the cases, which name the step', async (t) => {
  const report = await runInMemory({ reference: { wrap: faults.mute }, run: { depth: 'quick' } });
  t.match(
    report.trouble,
    /^the sanity case failed at the start: the association could not be opened: no message 2$/,
  );
  t.match(result(report, 'rs-s.opening.association'), { verdict: 'fail', actual: 'nothing came' });
  t.match(result(report, MAGIC), {
    verdict: 'inconclusive',
    blame: 'target',
    reason: 'the association could not be opened: no message 2',
  });
});

t.test('a target that dies in a case fails it; a new instance goes on', async (t) => {
  const reference = { wrap: faults.diesOf(0x0d) };
  const report = await runInMemory({ run: { cases: only(MAGIC, 'rs-s.forward.unchanged') }, reference });
  t.match(result(report, MAGIC), { verdict: 'fail', actual: 'the good request was not answered' });
  t.equal(result(report, MAGIC).counterexample, '13');
  t.equal(result(report, 'rs-s.forward.unchanged').verdict, 'pass');
  t.equal(report.trouble, null);
});

t.test('an exception in a case is an error of the suite, in that case only', async (t) => {
  const broken = scriptCase({
    ...LONG,
    id: 'test.broken',
    script: () => Promise.reject(new TypeError('a slip')),
  });
  const report = await runInMemory({ run: { cases: [broken, ...only(MAGIC)] } });
  t.match(result(report, 'test.broken'), {
    verdict: 'suite-error',
    blame: 'suite',
    reason: /^TypeError: a slip/,
  });
  t.equal(result(report, MAGIC).verdict, 'pass');
});

t.test('a script that never ends is an error of the suite', async (t) => {
  const hanging = scriptCase({ ...LONG, id: 'test.hanging', script: () => new Promise(() => undefined) });
  const report = await runInMemory({ run: { cases: [hanging] } });
  t.match(result(report, 'test.hanging'), { verdict: 'suite-error', reason: /did not end in 121 s/ });
});

t.test('what could not be judged says why', async (t) => {
  const lacking = scriptCase({
    ...LONG,
    id: 'test.lacking',
    script: () => Promise.reject(new Unjudged('not-exercised', 'host', 'no second address')),
  });
  const needy: Case = { ...LONG, id: 'test.needy', needs: ['ipv6'] };
  const slow: Case = { ...LONG, id: 'test.slow', needs: ['slow'] };
  const other: Case = { ...LONG, id: 'test.rs-n', roles: ['rs-n'] };
  const optional: Case = { ...LONG, id: 'test.kernel', features: ['kernel'] };
  const report = await runInMemory({
    run: { cases: [lacking, needy, slow, other, optional] },
    environment: { has: new Set() },
    instead: (reference) => ({ ...reference, roles: ['rs-s'] }),
  });
  t.same(
    report.cases.map(({ id, verdict, reason }) => `${id} ${verdict}: ${reason}`),
    [
      'test.kernel not-applicable: the target does not claim kernel',
      'test.lacking not-exercised: no second address',
      'test.needy not-exercised: the environment lacks ipv6',
      'test.rs-n not-applicable: the target is no rs-n',
      'test.slow not-exercised: waits long: run it with --slow',
    ],
  );
  t.equal(report.complete, true);
});

/** Fails once a counter has been raised three times. */
class Raise implements AsyncCommand<{ count: number }, World> {
  check(): boolean {
    return true;
  }
  run(model: { count: number }): Promise<void> {
    model.count++;
    if (model.count < 3) return Promise.resolve();
    return Promise.reject(new Violation('It stays below three.', ['two at most'], 'three'));
  }
  toString(): string {
    return 'raise';
  }
}

t.test('a model run is made smaller too, and its token shows the same commands', async (t) => {
  const info = modelCase<{ count: number }, World>({
    ...LONG,
    id: 'test.model',
    commands: [fc.constant(new Raise())],
    setup: (world) => Promise.resolve({ model: { count: 0 }, real: world }),
  });
  const failed = result(await runInMemory({ run: { cases: [info] } }), 'test.model');
  t.match(failed.counterexample, /^raise,raise,raise \/\*replayPath=/);
  const again = await runInMemory({ run: { cases: [info], replay: failed.replay ?? '', seed: 'other' } });
  t.match(result(again, 'test.model'), { verdict: 'fail', counterexample: /^raise,raise,raise/ });
});

t.test('a failure stops a run that is to stop, and the report says that it is not whole', async (t) => {
  const report = await runInMemory({
    run: { bail: true, jobs: 1, seed: 'one' },
    reference: { wrap: faults.takesAnyMagic },
  });
  t.equal(report.complete, false);
  t.ok(report.cases.length < FEW_CASES.length);
  t.equal(report.summary.fail, 1);
});
