/** What was expected of a target, held against what came. */
import type { CaseResult, Comparison, Report } from '../report.ts';
import { summarise } from '../report.ts';
import type { Verdict } from '../verdict.ts';
import type { Baseline, KnownFailure, WaiverEntry } from './files.ts';

export interface Expectations {
  readonly waivers: readonly WaiverEntry[];
  readonly failures: readonly KnownFailure[];
  /** An earlier report to compare with. */
  readonly baseline: Baseline | undefined;
}

/** Verdicts that a waiver covers, and that are a failure to know of. */
const BAD: ReadonlySet<Verdict> = new Set(['fail', 'warn', 'not-implemented']);

/**
 * The report with waived verdicts, with known failures marked, and with what is different from an earlier one. An
 * entry whose case passes is stale: the lists have to be true in both directions.
 */
export function applyExpectations(report: Report, { waivers, failures, baseline }: Expectations): Report {
  const cases = report.cases.map((result) => knownIn(failures, waivedBy(waivers, result)));
  const passed = new Set(report.cases.filter(({ verdict }) => verdict === 'pass').map(({ id }) => id));
  const stale = [
    ...waivers.map(({ id }) => ({ id, list: 'waive' as const })),
    ...failures.map(({ id }) => ({ id, list: 'expect-fail' as const })),
  ].filter(({ id }) => passed.has(id));
  const comparison = baseline === undefined ? null : compare(baseline, report);
  return { ...report, cases, summary: summarise(cases), stale, comparison };
}

function waivedBy(waivers: readonly WaiverEntry[], result: CaseResult): CaseResult {
  const waiver = waivers.find(({ id }) => id === result.id);
  if (waiver === undefined || !BAD.has(result.verdict)) return result;
  return { ...result, verdict: 'waived', waiver: { ...waiver, verdict: result.verdict } };
}

function knownIn(failures: readonly KnownFailure[], result: CaseResult): CaseResult {
  const known = failures.find(({ id }) => id === result.id);
  if (known === undefined || !BAD.has(result.verdict)) return result;
  return { ...result, expectedFailure: known.reason };
}

/** What came and went since an earlier report. A waiver changes nothing about what the target did. */
function compare(before: Baseline, now: Report): Comparison {
  const verdicts = new Map(before.cases.map((result) => [result.id, truth(result)]));
  const newly = (test: (was: Verdict, is: Verdict) => boolean): string[] =>
    now.cases
      .filter((result) => {
        const was = verdicts.get(result.id);
        return was !== undefined && test(was, truth(result));
      })
      .map(({ id }) => id);
  const ids = new Set(now.cases.map(({ id }) => id));
  return {
    suite: before.versions.suite,
    startedAt: before.startedAt,
    worse: newly((was, is) => !BAD.has(was) && BAD.has(is)),
    better: newly((was, is) => was !== 'pass' && is === 'pass'),
    added: now.cases.map(({ id }) => id).filter((id) => !verdicts.has(id)),
    missing: before.cases.map(({ id }) => id).filter((id) => !ids.has(id)),
  };
}

/** The verdict, whatever covers it. */
function truth({ verdict, waiver }: Baseline['cases'][number]): Verdict {
  return waiver?.verdict ?? verdict;
}
