import process from 'node:process';
import type { Case } from '../../../conformance/case.ts';
import { ALL_CASES } from '../../../conformance/cases/all.ts';
import { Report } from '../../../conformance/report.ts';
import t from '../../tap.ts';
import { runInMemory, specClauses } from '../bench.ts';

/** As deep as people run them by default only in the long form: over UDP they are run so in any case. */
const depth = process.env.NTM_LONG === undefined ? 'quick' : 'default';

/** The cases of some roles against the reference in virtual time: what passes, and what a report says. */
export function holds(...roles: readonly Case['roles'][number][]): void {
  const cases = ALL_CASES.filter((one) => one.roles.some((role) => roles.includes(role)));

  t.test(
    `every case passes, and the same seed sends the same, whatever runs beside it: ${roles}`,
    async (t) => {
      const run = async (jobs: number) =>
        runInMemory({ run: { cases, clauses: await specClauses(), slow: true, depth, jobs } });
      const report = await run(32);
      for (const { id, verdict, actual, reason } of report.cases) {
        t.equal(verdict, 'pass', `${id} ${actual ?? ''} ${reason ?? ''}`);
      }
      t.equal(report.trouble, null);
      t.equal(report.complete, true);
      t.same(Report.parse(report), report);
      const sent = (of: Report) => of.cases.map(({ id, sentHash }) => `${id} ${sentHash}`);
      t.same(sent(await run(1)), sent(report));
    },
  );
}
