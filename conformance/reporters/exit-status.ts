/** The exit status that a report stands for. */

import type { Report } from '../report.ts';
import type { Level } from '../roles.ts';

/** Each status of the command line, once. */
export const EXIT = {
  good: 0,
  /** A selected MUST failed or was not implemented, a listed failure passed, or the target went away. */
  failed: 1,
  /** Command line, configuration, unreadable input. */
  usage: 2,
  /** Never reached, contract broken, or a selected MUST inconclusive. */
  unjudged: 3,
  /** The suite's own fault, or a report that could not be written. */
  suite: 4,
  interrupted: 130,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** The first that applies, in the order 4, 1, 3, 0. */
export function exitStatus(
  report: Pick<Report, 'cases' | 'strict' | 'trouble' | 'complete' | 'stale'>,
): ExitStatus {
  const { strict, trouble, complete, stale } = report;
  const cases = report.cases.filter(({ expectedFailure }) => expectedFailure === null);
  const counts = (level: Level): boolean => level === 'MUST' || (strict && level === 'SHOULD');
  const some = (test: (result: Report['cases'][number]) => boolean): boolean => cases.some(test);
  if (some(({ verdict }) => verdict === 'suite-error')) return EXIT.suite;
  // It went away in the midst; one that was ill from the start left cases inconclusive.
  if (trouble !== null && !complete) return EXIT.failed;
  if (stale.length > 0) return EXIT.failed;
  if (some(({ verdict }) => verdict === 'fail')) return EXIT.failed;
  if (some(({ verdict, level }) => verdict === 'not-implemented' && counts(level))) return EXIT.failed;
  if (strict && some(({ verdict, level }) => verdict === 'warn' && counts(level))) return EXIT.failed;
  if (some(({ verdict, level }) => verdict === 'inconclusive' && counts(level))) return EXIT.unjudged;
  return EXIT.good;
}
