/** The suite against the reference in virtual time: what passes, and what a report says. */
import { Report } from '../../conformance/report.ts';
import t from '../tap.ts';
import { runInMemory, specClauses } from './bench.ts';

t.test('every case passes', async (t) => {
  const report = await runInMemory({ run: { clauses: await specClauses() } });
  for (const { id, verdict, actual, reason } of report.cases) {
    t.equal(verdict, 'pass', `${id} ${actual ?? ''} ${reason ?? ''}`);
  }
  t.equal(report.trouble, null);
  t.equal(report.complete, true);
  t.same(Report.parse(report), report);
});
