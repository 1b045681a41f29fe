/** How each clause of a role fared in a run. */
import type { CaseInfo } from '../case.ts';
import type { CaseResult, RoleLedger } from '../report.ts';
import type { RoleName } from '../roles.ts';
import type { Clause } from '../spec-clauses.ts';

export interface LedgerInput {
  readonly clauses: readonly Clause[];
  /** All cases that there are, selected or not. */
  readonly cases: readonly CaseInfo[];
  readonly results: readonly CaseResult[];
  readonly roles: readonly RoleName[];
  /** Clauses that no case can judge, with the reason; with a role behind the id, of that role alone. */
  readonly untestable: Readonly<Record<string, string>>;
  /** Clauses whose reading is disputed, with a link. */
  readonly disputed: Readonly<Record<string, string>>;
  /** The version of the spec: clauses that are exercised only later are said to be. */
  readonly spec: string;
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
  const bad = results.filter(({ verdict }) => VIOLATES.has(verdict));
  if (bad.length > 0) return ['violated', bad.map(({ id, verdict }) => `${id} ${verdict}`).join(', ')];
  if (results.some(({ verdict }) => verdict === 'pass')) return ['proven', undefined];
  const why = input.untestable[clause.id] ?? input.untestable[`${clause.id} ${role}`];
  if (why !== undefined) return ['untestable', why];
  const [first] = results;
  if (first !== undefined)
    return ['notExercised', `${first.id} ${first.verdict}: ${first.reason ?? ''}`.trim()];
  if (input.cases.some(concerns)) return ['notExercised', 'its cases were not selected'];
  if (isLater(clause.since, input.spec)) return ['notExercised', `exercised from version ${clause.since} on`];
  return ['notExercised', 'no case is about it'];
}

const VIOLATES: ReadonlySet<string> = new Set(['fail', 'warn', 'not-implemented', 'waived']);

function isLater(since: string, version: string): boolean {
  const [major = 0, minor = 0] = since.split('.').map(Number);
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  return major !== ownMajor ? major > ownMajor : minor > ownMinor;
}
