import { ALL_CASES } from '../../conformance/cases/all.ts';
import { shardOf, shardValue, withinBudget } from '../../conformance/command/portion.ts';
import { replayCommandOf } from '../../conformance/command/run-options.ts';
import { mergeReports } from '../../conformance/expectations/merge.ts';
import type { Report } from '../../conformance/report.ts';
import type { Verdict } from '../../conformance/verdict.ts';
import { report as golden } from '../conformance/golden.ts';
import t from '../tap.ts';

const CLAUSES = [{ id: 'X-01', level: 'MUST', roles: ['rs-s'], since: '0.1', text: '' }] as never[];

/** The report of one shard with cases of these verdicts; those named `scan` watched only. */
function shard(index: number, verdicts: Readonly<Record<string, Verdict>>, more: object = {}): Report {
  const [first] = golden.cases;
  if (first === undefined) throw new Error('an empty golden report');
  const cases = Object.entries(verdicts).map(([id, verdict]) => ({
    ...first,
    id,
    verdict,
    ...(id === 'scan' ? { replay: null, sentHash: '' } : { replay: 'token', sentHash: 'ab' }),
  }));
  return { ...golden, complete: true, trouble: null, cases, shard: { index, count: 2 }, ...more };
}

const merge = (...reports: Report[]): Report =>
  mergeReports(
    reports.map((report, at) => ({ file: `${at + 1}.json`, report })),
    [],
    { clauses: CLAUSES, untestable: {} },
  );

t.test('the shards of a run are one report', (t) => {
  const one = shard(1, { b: 'pass', scan: 'not-exercised' }, { ms: 3, startedAt: '2026-02-02T00:00:00Z' });
  const two = shard(2, { a: 'fail', scan: 'pass' }, { ms: 5, startedAt: '2026-02-01T00:00:00Z' });
  const report = merge(one, two);
  t.same(
    report.cases.map(({ id, verdict }) => `${id} ${verdict}`),
    ['a fail', 'b pass', 'scan pass'],
  );
  t.match(report, { complete: true, trouble: null, shard: null, ms: 5, startedAt: two.startedAt });
  t.match(report.summary, { total: 3, pass: 2, fail: 1 });
  t.same(merge(two, one).cases, report.cases, 'in any order');
});

t.test('what a report knows of the way back to a failure', (t) => {
  const { target } = golden;
  t.equal(
    replayCommandOf({ target: { ...target, address: '[::1]:4400', level: 3 }, strict: true }),
    'ntm-conform --target [::1]:4400 --strict',
  );
  t.equal(
    replayCommandOf({ target: { ...target, address: '127.0.0.1:4330', level: 0 }, strict: false }),
    'ntm-conform --target 127.0.0.1:4330 --config FILE',
  );
  t.equal(replayCommandOf({ target: { ...target, address: 'embedded' }, strict: false }), 'ntm-conform');
});

t.test('a shard that is missing is said, and so is one that was cut short', (t) => {
  const one = merge(shard(1, { b: 'pass' }));
  t.match(one, { complete: false, trouble: 'shard 2 of 2 is not among the files' });
  const cut = merge(shard(1, { b: 'pass' }), shard(2, { a: 'pass' }, { complete: false }));
  t.equal(cut.complete, false);
});

t.test('what watched in all shards has its worst verdict', (t) => {
  const scans = (a: Verdict, b: Verdict) =>
    merge(shard(1, { scan: a }), shard(2, { scan: b })).cases[0]?.verdict;
  t.equal(scans('fail', 'pass'), 'fail');
  t.equal(scans('pass', 'fail'), 'fail');
  t.equal(scans('pass', 'not-exercised'), 'pass');
});

t.test('reports that are no parts of one run', (t) => {
  const one = shard(1, { b: 'pass' });
  t.throws(() => merge(), { message: /^merge needs the reports/ });
  t.throws(() => merge(one, shard(2, { b: 'pass' })), {
    message: 'b is in 1.json and in 2.json: give each shard once.',
  });
  const others = [
    { versions: { ...golden.versions, suite: '9.9.9' } },
    { target: { ...golden.target, version: '2' } },
    { depth: 'quick' },
    { strict: true },
    { shard: { index: 2, count: 3 } },
  ];
  for (const other of others) {
    t.throws(() => merge(one, shard(2, { a: 'pass' }, other)), { message: /are no parts of one run: / });
  }
});

t.test('shards are all cases, each once, and about as long', (t) => {
  const costs = Object.fromEntries(ALL_CASES.map(({ id }, at) => [id, (at * 37) % 400]));
  const shards = [1, 2, 3].map((index) => shardOf(ALL_CASES, { index, count: 3 }, costs));
  const scans = ALL_CASES.filter(({ kind }) => kind === 'scan').length;
  const ids = shards.flat().map(({ id }) => id);
  t.equal(new Set(ids).size, ALL_CASES.length);
  t.ok(scans > 0 && ids.length === ALL_CASES.length + 2 * scans, 'what watches is in each');
  const times = shards.map((cases) =>
    cases.reduce((sum, { id, waits }) => sum + (waits === undefined ? (costs[id] ?? 0) : 0), 0),
  );
  t.ok(Math.max(...times) < 1.2 * Math.min(...times), `${times}`);
  t.throws(() => shardValue('0/3'), { message: /^--shard 0\/3 is no part of a run/ });
  t.throws(() => shardValue('4/3'), { message: /^--shard 4\/3 / });
  t.same(shardValue('2/3'), { index: 2, count: 3 });
});

t.test('a budget buys the most clauses that it can', (t) => {
  const base = ALL_CASES.find(({ kind, waits }) => kind === 'script' && waits === undefined);
  if (base === undefined) throw new Error('no script');
  const made = (id: string, clauses: string[], waits?: number) => ({
    ...base,
    id,
    clauses,
    ...(waits !== undefined && { waits }),
  });
  const cases = [
    made('dear', ['A', 'B']),
    made('cheap-a', ['A']),
    made('cheap-b', ['B']),
    made('again', ['A']),
    made('waits', ['C'], 5000),
  ];
  const costs = { dear: 1000, 'cheap-a': 100, 'cheap-b': 100, again: 50 };
  const ids = (budget: number) => withinBudget(cases, budget, costs).map(({ id }) => id);
  t.same(ids(80), ['cheap-b', 'again'], 'both clauses');
  t.same(ids(130), ['cheap-a', 'cheap-b', 'again'], 'what is left over buys more');
  t.same(ids(10_000), ['dear', 'cheap-a', 'cheap-b', 'again', 'waits']);
  t.same(ids(4000).includes('waits'), false, 'what waits longer');
});
