/** How each verdict looks and reads on a terminal. */
import type { Verdict } from '../verdict.ts';
import type { Paint } from './paint.ts';

export interface Mark {
  readonly sign: string;
  readonly colour: keyof Paint;
  /** In the total: `3 failed`. */
  readonly counted: string;
}

export const MARKS: Readonly<Record<Verdict, Mark>> = {
  pass: { sign: '✓', colour: 'green', counted: 'passed' },
  'not-applicable': { sign: '-', colour: 'dim', counted: 'not applicable' },
  'not-exercised': { sign: '-', colour: 'cyan', counted: 'not exercised' },
  waived: { sign: 'w', colour: 'yellow', counted: 'waived' },
  warn: { sign: '!', colour: 'yellow', counted: 'warned' },
  inconclusive: { sign: '?', colour: 'yellow', counted: 'inconclusive' },
  'not-implemented': { sign: '✗', colour: 'red', counted: 'not implemented' },
  fail: { sign: '✗', colour: 'red', counted: 'failed' },
  'suite-error': { sign: '✗', colour: 'red', counted: "ended by the suite's own fault" },
};

/** The order in which the total names them, and in which those to be looked at are repeated. */
export const WORST_FIRST = [
  'fail',
  'not-implemented',
  'suite-error',
  'inconclusive',
  'warn',
  'waived',
] as const satisfies readonly Verdict[];
