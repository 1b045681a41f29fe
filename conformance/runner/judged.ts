/** What came of one case, and how it becomes a line of the report. */
import type { Instant } from '../../reference/core.ts';
import type { Case } from '../case.ts';
import type { CaseResult, Exchange, Sketch } from '../report.ts';
import type { Blame, Verdict } from '../verdict.ts';
import { Unjudged, Violation } from '../verdict.ts';

export interface Judged {
  readonly verdict: Verdict;
  readonly blame: Blame | undefined;
  readonly requirement?: string;
  readonly expected?: readonly string[];
  readonly actual?: string;
  readonly reason?: string;
  /** The verdict rests on something that did not come in time. */
  readonly timedOut: boolean;
  readonly rows: number;
  readonly path: string;
  readonly commands: string;
  readonly counterexample?: string;
  readonly shrunk?: NonNullable<CaseResult['shrunk']>;
  readonly settings?: string;
  readonly exchange?: Exchange;
  /** Of the first row. */
  readonly sketch?: Sketch;
  readonly from: Instant;
  readonly to: Instant;
  readonly sentHash: string;
}

export type Outcome = Pick<
  Judged,
  'verdict' | 'blame' | 'requirement' | 'expected' | 'actual' | 'reason' | 'timedOut'
>;

/** What an exception out of a script means for a case. */
export function outcomeOf(error: unknown, info: Pick<Case, 'level'>, strict: boolean): Outcome {
  if (error instanceof Violation) {
    const { requirement, expected, actual, timedOut } = error;
    const verdict = info.level === 'MUST' || (strict && info.level === 'SHOULD') ? 'fail' : 'warn';
    return { verdict, blame: 'target', requirement, expected, actual, timedOut };
  }
  if (error instanceof Unjudged) {
    return { verdict: error.verdict, blame: error.blame, reason: error.message, timedOut: error.timedOut };
  }
  const reason = error instanceof Error ? `${error.name}: ${error.message}${placeOf(error)}` : String(error);
  return { verdict: 'suite-error', blame: 'suite', reason, timedOut: false };
}

export const PASSED: Outcome = { verdict: 'pass', blame: undefined, timedOut: false };

/** The line of the report. */
export function resultOf(info: Case, judged: Judged, replay: string | null): CaseResult {
  return {
    ...emptyResult(info, judged.verdict),
    blame: judged.blame ?? null,
    ms: Math.round((judged.to - judged.from) * 10) / 10,
    requirement: judged.requirement ?? null,
    expected: [...(judged.expected ?? [])],
    actual: judged.actual ?? null,
    reason: judged.reason ?? null,
    rows: judged.rows,
    counterexample: judged.counterexample ?? null,
    settings: judged.settings || null,
    shrunk: judged.shrunk ?? null,
    replay,
    sentHash: judged.sentHash,
    exchange: judged.exchange ?? null,
    sketch: judged.verdict === 'pass' ? (judged.sketch ?? null) : null,
  };
}

/** The line of a case that did not run. */
export function skippedResult(
  info: Case,
  verdict: Verdict,
  reason: string,
  blame: Blame | undefined,
): CaseResult {
  return { ...emptyResult(info, verdict), reason, blame: blame ?? null };
}

function emptyResult(info: Case, verdict: Verdict): CaseResult {
  const { id, title, catches, kind, clauses, level, roles, note } = info;
  return {
    id,
    title,
    catches,
    kind,
    clauses: [...clauses],
    level,
    roles: [...roles],
    verdict,
    blame: null,
    ms: 0,
    requirement: null,
    expected: [],
    actual: null,
    reason: null,
    note: note ?? null,
    rows: 0,
    counterexample: null,
    settings: null,
    shrunk: null,
    replay: null,
    sentHash: '',
    exchange: null,
    sketch: null,
    waiver: null,
    expectedFailure: null,
  };
}

/** The first place in the suite's own code, without the machine's paths. */
function placeOf(error: Error): string {
  const line = error.stack?.split('\n').find((candidate) => candidate.includes('/conformance/'));
  const place = line === undefined ? undefined : /conformance\/\S+?:\d+/.exec(line)?.[0];
  return place === undefined ? '' : ` (${place})`;
}
