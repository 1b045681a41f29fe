/** What a case can end with: one closed list, and whose fault it looks like when it is not a pass. */

/** From best to worst; a verdict is never downgraded. */
export const VERDICTS = [
  'pass',
  'not-applicable',
  'not-exercised',
  'waived',
  'warn',
  'inconclusive',
  'not-implemented',
  'fail',
  'suite-error',
] as const;

/**
 * - `pass`: every row did what the clauses demand.
 * - `fail`: a MUST was violated.
 * - `warn`: a SHOULD or MAY was not followed.
 * - `inconclusive`: a step before the point of the case did not happen.
 * - `not-applicable`: the role or an optional feature is not claimed.
 * - `not-exercised`: the environment lacks something that the case needs.
 * - `not-implemented`: something mandatory is not claimed, or claimed and refused. Counts as a fail.
 * - `waived`: a fail that a waiver names.
 * - `suite-error`: the suite itself broke.
 */
export type Verdict = (typeof VERDICTS)[number];

export const BLAMES = ['target', 'adapter', 'network', 'host', 'suite', 'spec'] as const;

/** Whose fault a verdict that is not a pass looks like; `spec` means disputed. */
export type Blame = (typeof BLAMES)[number];

/** The worse of two verdicts. */
export function worse(a: Verdict, b: Verdict): Verdict {
  return VERDICTS.indexOf(a) >= VERDICTS.indexOf(b) ? a : b;
}

/** What a case throws when the target did something that a clause forbids. */
export class Violation extends Error {
  readonly requirement: string;
  readonly expected: readonly string[];
  readonly actual: string;
  /** Set when the fault was an answer that did not come in time: only then can an overloaded host be to blame. */
  readonly timedOut: boolean;

  constructor(requirement: string, expected: readonly string[], actual: string, timedOut = false) {
    super(`${requirement} Expected: ${expected.join(' or ')}. Actual: ${actual}.`);
    this.requirement = requirement;
    this.expected = expected;
    this.actual = actual;
    this.timedOut = timedOut;
  }
}

/** What a case throws when it could not come to its point. */
export class Unjudged extends Error {
  readonly verdict: 'inconclusive' | 'not-exercised' | 'not-implemented' | 'not-applicable';
  readonly blame: Blame;
  readonly timedOut: boolean;

  constructor(verdict: Unjudged['verdict'], blame: Blame, reason: string, timedOut = false) {
    super(reason);
    this.verdict = verdict;
    this.blame = blame;
    this.timedOut = timedOut;
  }
}
