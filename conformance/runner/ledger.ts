/** How each clause of a role fared in a run. */
import type { Suite } from '../coverage.ts';
import { coverage } from '../coverage.ts';
import { isMissing, unclaimed } from '../pics.ts';
import type { CaseResult, PicsUsed, RoleLedger } from '../report.ts';
import type { RoleName } from '../roles.ts';
import type { Clause } from '../spec-clauses.ts';

/** The suite has all cases that there are, selected or not. */
export interface LedgerInput extends Suite {
  readonly clauses: readonly Clause[];
  readonly results: readonly CaseResult[];
  readonly roles: readonly RoleName[];
  /** Clauses whose reading is disputed, with a link. */
  readonly disputed: Readonly<Record<string, string>>;
  /** What the implementer claims. */
  readonly pics: PicsUsed | null;
}

export function ledger(input: LedgerInput): Partial<Record<RoleName, RoleLedger>> {
  return Object.fromEntries(input.roles.map((role) => [role, roleLedger(role, input)]));
}

type Column = Exclude<keyof RoleLedger, 'reasons'>;

function roleLedger(role: RoleName, input: LedgerInput): RoleLedger {
  const book: RoleLedger = {
    proven: [],
    violated: [],
    notExercised: [],
    untestable: [],
    disputed: [],
    reasons: {},
  };
  for (const clause of input.clauses) {
    if (!clause.roles.includes(role)) continue;
    const [column, reason] = judge(clause, role, input);
    book[column].push(clause.id);
    if (reason !== undefined) book.reasons[clause.id] = reason;
  }
  return book;
}

/** A violation outweighs everything; one pass proves if nothing else speaks against it. */
function judge(clause: Clause, role: RoleName, input: LedgerInput): [Column, string | undefined] {
  const concerns = ({ clauses, roles }: { clauses: readonly string[]; roles: readonly RoleName[] }) =>
    clauses.includes(clause.id) && roles.includes(role);
  const results = input.results.filter(concerns);
  const link = input.disputed[clause.id];
  if (link !== undefined) return ['disputed', link];
  // A "no" says nothing about the other clauses of the cases that did not run for it.
  const { pics } = input;
  const notRun = (result: CaseResult): boolean =>
    pics !== null && unclaimed(result, [role], pics)?.verdict === 'not-implemented';
  const bad = results.filter((result) => VIOLATES.has(result.verdict) && !notRun(result));
  if (bad.length > 0) return ['violated', bad.map(({ id, verdict }) => `${id} ${verdict}`).join(', ')];
  const said = pics?.exceptions.find((one) => one.clause === clause.id && one.role === role);
  if (said && isMissing(said)) return ['violated', `${pics?.file} says no`];
  if (results.some(({ verdict }) => verdict === 'pass')) return ['proven', undefined];
  if (said) return ['notExercised', `not claimed in ${pics?.file}`];
  const suite = coverage(clause, role, input);
  if (suite.kind === 'untestable') return ['untestable', suite.reason];
  const [first] = results;
  if (first !== undefined)
    return ['notExercised', `${first.id} ${first.verdict}: ${first.reason ?? ''}`.trim()];
  return ['notExercised', suite.kind === 'cases' ? 'its cases were not selected' : suite.reason];
}

/** Whether what stands against a clause is only that something is not implemented, by the ledger's reason. */
export function isOfMissing(reason: string): boolean {
  return reason.split(', ').every((one) => one.endsWith(' not-implemented'));
}

const VIOLATES: ReadonlySet<string> = new Set(['fail', 'warn', 'not-implemented', 'waived']);
