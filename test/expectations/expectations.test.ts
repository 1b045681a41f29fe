import { applyExpectations } from '../../conformance/expectations/apply.ts';
import { readKnownFailures, readReport, readWaivers } from '../../conformance/expectations/files.ts';
import type { Report } from '../../conformance/report.ts';
import { EXIT, exitStatus } from '../../conformance/reporters/exit-status.ts';
import { expectationLines } from '../../conformance/reporters/expectations.ts';
import { renderTap } from '../../conformance/reporters/tap.ts';
import type { Verdict } from '../../conformance/verdict.ts';
import { context, report as golden } from '../conformance/golden.ts';
import t from '../tap.ts';

const NONE = { waivers: [], failures: [], baseline: undefined };
const WAIVER = { id: 'a.one', reason: 'a chip', link: 'https://example.org/1', expiry: '2027-01-31' };

/** A report with cases of these verdicts. */
function reportOf(verdicts: Readonly<Record<string, Verdict>>): Report {
  const [first] = golden.cases;
  if (first === undefined) throw new Error('an empty golden report');
  const like = { ...first, level: 'MUST' as const, waiver: null, expectedFailure: null };
  const cases = Object.entries(verdicts).map(([id, verdict]) => ({ ...like, id, verdict }));
  return { ...golden, cases, complete: true, trouble: null };
}

t.test('a waiver covers a violation until its day', (t) => {
  const came = reportOf({ 'a.one': 'fail', 'a.two': 'pass' });
  t.equal(exitStatus(came), EXIT.failed);
  const report = applyExpectations(came, { ...NONE, waivers: [WAIVER] });
  t.equal(exitStatus(report), EXIT.good);
  t.match(report.cases[0], { verdict: 'waived', waiver: { ...WAIVER, verdict: 'fail' } });
  t.match(report.summary, { waived: 1, fail: 0, pass: 1 });
  t.match(expectationLines(report, context), ['Score: 1 of 2 strict, 2 with waivers']);
});

t.test('a known failure fails nothing, and is no pass', (t) => {
  const failures = [{ id: 'a.one', reason: 'known since spring' }];
  const report = applyExpectations(reportOf({ 'a.one': 'fail' }), { ...NONE, failures });
  t.equal(exitStatus(report), EXIT.good);
  t.match(report.cases[0], { verdict: 'fail', expectedFailure: 'known since spring' });
  t.match(renderTap(report, context), /^not ok 1 - a\.one: .* # TODO known: known since spring$/m);
});

t.test('neither covers what could not be judged', (t) => {
  const came = reportOf({ 'a.one': 'inconclusive' });
  const failures = [{ id: 'a.one', reason: 'known' }];
  t.equal(exitStatus(applyExpectations(came, { ...NONE, failures, waivers: [WAIVER] })), EXIT.unjudged);
});

t.test('an entry whose case passes is an error; one whose case did not run is none', (t) => {
  const failures = [
    { id: 'a.one', reason: 'known' },
    { id: 'a.two', reason: 'known' },
  ];
  const report = applyExpectations(reportOf({ 'a.one': 'pass' }), { ...NONE, failures });
  t.same(report.stale, [{ id: 'a.one', list: 'expect-fail' }]);
  t.equal(exitStatus(report), EXIT.failed);
  const waived = applyExpectations(reportOf({ 'a.one': 'pass' }), { ...NONE, waivers: [WAIVER] });
  t.same(waived.stale, [{ id: 'a.one', list: 'waive' }]);
  t.match(expectationLines(waived, context), [
    'Listed, but it passes: a.one (--waive). Take it out of the list.',
  ]);
});

t.test('what came and went since an earlier report', (t) => {
  const before = { a: 'pass', b: 'fail', c: 'pass', d: 'inconclusive', e: 'fail', f: 'pass' } as const;
  const now = { a: 'fail', b: 'pass', c: 'pass', d: 'pass', e: 'fail', g: 'pass' } as const;
  const earlier = applyExpectations(reportOf(before), {
    ...NONE,
    waivers: [{ ...WAIVER, id: 'e' }],
  });
  const report = applyExpectations(reportOf(now), { ...NONE, baseline: earlier });
  t.match(report.comparison, { worse: ['a'], better: ['b', 'd'], added: ['g'], missing: ['f'] });
  t.match(expectationLines(report, context)[0], /: 1 worse, 2 better, 1 new, 1 not run$/);
});

t.test('files that are wrong get one line', (t) => {
  const known = ['a.one', 'a.two'];
  const waivers = (text: string) => () => readWaivers('w.json', text, known, '2026-06-01');
  const of = (...entries: object[]): string => JSON.stringify({ waivers: entries });
  t.same(waivers(of(WAIVER))(), [WAIVER]);
  t.throws(waivers('{'), /^Error: w\.json is no JSON: /);
  t.throws(waivers('{}'), { message: 'w.json: waivers is missing.' });
  t.throws(waivers(of({ ...WAIVER, link: 'see above' })), { message: 'w.json: waivers[0].link is no URL.' });
  t.throws(waivers(of({ ...WAIVER, id: 'a.onee' })), {
    message: 'w.json: there is no case a.onee. Did you mean a.one?',
  });
  t.throws(waivers(of(WAIVER, WAIVER)), { message: 'w.json: a.one stands there twice.' });
  t.throws(waivers(of({ ...WAIVER, expiry: '2026-05-31' })), {
    message: 'w.json: the waiver of a.one ended on 2026-05-31: renew it or take it out.',
  });
  const failures = JSON.stringify({ failures: [{ id: 'a.two', reason: ' ' }] });
  t.throws(() => readKnownFailures('f.json', failures, known), {
    message: 'f.json: failures[0].reason is empty or too short.',
  });
  t.throws(() => readReport('r.json', '{"tool": "other"}'), {
    message: 'r.json is no JSON report of ntm-conform: --reporter json=FILE writes one.',
  });
});
