/** The suite against the reference in virtual time: what passes, and what a report says. */
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { Report } from '../../conformance/report.ts';
import t from '../tap.ts';
import { runInMemory, specClauses } from './bench.ts';

t.test('every case passes', async (t) => {
  const report = await runInMemory({ run: { cases: ALL_CASES, clauses: await specClauses(), slow: true } });
  for (const { id, verdict, actual, reason } of report.cases) {
    t.equal(verdict, 'pass', `${id} ${actual ?? ''} ${reason ?? ''}`);
  }
  t.equal(report.trouble, null);
  t.equal(report.complete, true);
  t.same(Report.parse(report), report);
});

t.test('the same seed sends the same, whatever runs beside it', async (t) => {
  const run = async (jobs: number) => {
    const report = await runInMemory({ run: { cases: ALL_CASES, jobs } });
    return report.cases.map(({ id, sentHash }) => `${id} ${sentHash}`);
  };
  t.same(await run(32), await run(1));
});
