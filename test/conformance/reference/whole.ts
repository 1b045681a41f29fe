import process from 'node:process';
import type { Case } from '../../../conformance/case.ts';
import { ALL_CASES } from '../../../conformance/cases/all.ts';
import { Report } from '../../../conformance/report.ts';
import t from '../../tap.ts';
import { runInMemory, specClauses } from '../bench.ts';

/** As deep as people run them by default only in the long form: over UDP they are run so in any case. */
const isLong = process.env.NTM_LONG !== undefined;
const depth = isLong ? 'default' : 'quick';

/** The cases of some roles against the reference in virtual time: what passes, and what a report says. */
export function holds(...roles: readonly Case['roles'][number][]): void {
  const cases = ALL_CASES.filter((one) => one.roles.some((role) => roles.includes(role)));

  t.test(
    `every case passes, and the same seed sends the same, whatever runs beside it: ${roles}`,
    async (t) => {
      const run = async (jobs: number, cases: readonly Case[]) =>
        runInMemory({ run: { cases, clauses: await specClauses(), slow: true, depth, jobs } });
      const report = await run(32, cases);
      // In virtual time there is no kernel that could forward.
      const others = cases.filter(({ features }) => features.includes('kernel')).map(({ id }) => id);
      for (const { id, verdict, actual, reason } of report.cases) {
        const expected = others.includes(id) ? 'not-applicable' : 'pass';
        t.equal(verdict, expected, `${id} ${actual ?? ''} ${reason ?? ''}`);
      }
      t.equal(report.trouble, null);
      t.equal(report.complete, true);
      t.same(Report.parse(report), report);
      const again = isLong ? cases : cases.filter((_, index) => index % 3 === 0);
      const sent = (of: Report) =>
        of.cases
          .filter(({ id }) => again.some((one) => one.id === id))
          .map(({ id, sentHash }) => `${id} ${sentHash}`);
      t.same(sent(await run(1, again)), sent(report));
    },
  );
}
