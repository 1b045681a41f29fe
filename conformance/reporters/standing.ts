/** What one case means for the whole: the word for it in reports that know good, bad and left out only. */
import type { CaseResult } from '../report.ts';

/**
 * `failed`, `unjudged` and `suite` are those that the exit status counts; `excused` is what did not pass and does not
 * count: it was left out, is waived or known, or is no MUST.
 */
export type Standing = 'good' | 'failed' | 'unjudged' | 'suite' | 'excused';

export function standingOf(result: CaseResult, strict: boolean): Standing {
  const { verdict, level, expectedFailure } = result;
  if (expectedFailure !== null) return 'excused';
  const counts = level === 'MUST' || (strict && level === 'SHOULD');
  switch (verdict) {
    case 'pass':
      return 'good';
    case 'warn':
      return strict && counts ? 'failed' : 'good';
    case 'fail':
      return 'failed';
    case 'not-implemented':
      return counts ? 'failed' : 'excused';
    case 'inconclusive':
      return counts ? 'unjudged' : 'excused';
    case 'suite-error':
      return 'suite';
    case 'not-applicable':
    case 'not-exercised':
    case 'waived':
      return 'excused';
  }
}

/** What is wrong with the run as a whole, beside its cases: what the exit status counts, one line for each. */
export function runFaults({
  trouble,
  complete,
  stale,
}: {
  readonly trouble: string | null;
  readonly complete: boolean;
  readonly stale: readonly { readonly id: string; readonly list: string }[];
}): string[] {
  return [
    ...(complete ? [] : [trouble ?? 'the run was cut short: cases that are not listed did not run']),
    ...stale.map(({ id, list }) => `${id} is listed by --${list}, but it passes: take it out of the list`),
  ];
}
