/** What the suite has for a clause and a role, whatever is run: cases, a reason to have none, or a later version. */
import type { CaseInfo } from './case.ts';
import type { RoleName } from './roles.ts';
import type { Clause } from './spec-clauses.ts';

/**
 * The version of the spec from which on the suite exercises each role at all, as its README says. A clause
 * binds a role from the later of this and its own SINCE.
 */
export const ROLE_SINCE: Readonly<Record<RoleName, string>> = {
  codec: '0.1',
  'rs-s': '0.1',
  dc: '0.2',
  node: '0.2',
  dns: '0.4',
  'rs-n': '0.5',
  'rs-t': '0.5',
  ntma: '0.5',
};

export type Coverage<C extends CaseInfo = CaseInfo> =
  | { readonly kind: 'cases'; readonly cases: readonly C[] }
  | { readonly kind: 'untestable' | 'later' | 'gap'; readonly reason: string };

export interface Suite<C extends CaseInfo = CaseInfo> {
  readonly cases: readonly C[];
  /** Clauses that no case can judge, with the reason; with a role behind the id, of that role alone. */
  readonly untestable: Readonly<Record<string, string>>;
  /** The version of the spec that the suite is for. */
  readonly spec: string;
}

/** A case outweighs all else, so that a clause of a later version may have one before its time. */
export function coverage<C extends CaseInfo>(clause: Clause, role: RoleName, suite: Suite<C>): Coverage<C> {
  const cases = suite.cases.filter(
    ({ clauses, roles }) => clauses.includes(clause.id) && roles.includes(role),
  );
  if (cases.length > 0) return { kind: 'cases', cases };
  const reason = suite.untestable[`${clause.id} ${role}`] ?? suite.untestable[clause.id];
  if (reason !== undefined) return { kind: 'untestable', reason };
  const since = dueSince(clause, role);
  if (isLater(since, suite.spec)) return { kind: 'later', reason: `exercised from version ${since} on` };
  return { kind: 'gap', reason: 'no case is about it' };
}

/** The version from which on a case is due. */
export function dueSince({ since }: Clause, role: RoleName): string {
  return isLater(since, ROLE_SINCE[role]) ? since : ROLE_SINCE[role];
}

/** Whether `a` comes after `b`, of versions like 0.4. */
export function isLater(a: string, b: string): boolean {
  const [major = 0, minor = 0] = a.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = b.split('.').map(Number);
  return major !== otherMajor ? major > otherMajor : minor > otherMinor;
}
