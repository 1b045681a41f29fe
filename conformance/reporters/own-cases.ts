/** What the console leaves out. */
import type { CaseResult, Report } from '../report.ts';

/** Without cases of roles that the target does not have, of which there is nothing to say; JSON has them. */
export function casesOfTarget({ cases, target }: Report): CaseResult[] {
  return cases.filter(
    ({ verdict, roles }) => verdict !== 'not-applicable' || roles.some((role) => target.roles.includes(role)),
  );
}
