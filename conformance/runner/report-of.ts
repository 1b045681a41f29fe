/** The report of a run, from what came of its cases. */
import type { ScanCase, Watch } from '../case.ts';
import type { CaseResult, HostHealth, Report, TargetInfo } from '../report.ts';
import { summarise } from '../report.ts';
import { clauseHash } from '../spec-clauses.ts';
import { UNTESTABLE } from '../untestable.ts';
import { inWords } from './in-words.ts';
import { outcomeOf, skippedResult } from './judged.ts';
import { ledger } from './ledger.ts';
import type { RunOptions } from './options.ts';

/** What there is to say of the run itself. */
export interface Course {
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** Whether all that was selected was begun. */
  readonly complete: boolean;
  /** What went wrong with the target as a whole. */
  readonly trouble: readonly string[];
  readonly host: HostHealth;
}

/** @param results in any order */
export function reportOf(
  options: RunOptions,
  target: TargetInfo,
  results: readonly CaseResult[],
  course: Course,
): Report {
  const all = options.allCases ?? options.cases;
  const concerned = new Set(all.flatMap(({ roles }) => roles));
  const sorted = results
    .map((result) => ({ ...result, requirement: inWords(result.requirement, options.clauses) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    tool: 'ntm-conform',
    versions: options.versions,
    clauseHash: clauseHash(options.clauses),
    runtime: options.runtime,
    target,
    seed: options.seed,
    depth: options.depth,
    profile: options.profile,
    strict: options.strict,
    complete: course.complete,
    trouble: course.trouble.join('; ') || null,
    startedAt: options.startedAt,
    ms: Math.round(course.ms),
    shard: options.shard ?? null,
    pics: options.pics ?? null,
    summary: summarise(sorted),
    stale: [],
    comparison: null,
    cases: sorted,
    ledger: ledger({
      clauses: options.clauses,
      cases: all,
      results: sorted,
      roles: target.roles.filter((role) => concerned.has(role)),
      untestable: options.untestable ?? UNTESTABLE,
      disputed: options.disputed ?? {},
      pics: options.pics ?? null,
      spec: options.versions.spec,
    }),
    host: course.host,
  };
}

/** What came of a case that only watched the others. */
export function scanResult(info: ScanCase, watch: Watch, strict: boolean): CaseResult {
  if (watch.violation === undefined && watch.judged === 0) {
    return skippedResult(info, 'not-exercised', 'no datagram that it is about was seen', undefined);
  }
  const outcome = watch.violation && outcomeOf(watch.violation, info, strict);
  return {
    ...skippedResult(info, outcome?.verdict ?? 'pass', '', outcome?.blame),
    reason: null,
    rows: watch.judged,
    requirement: outcome?.requirement ?? null,
    expected: [...(outcome?.expected ?? [])],
    actual: outcome?.actual ?? null,
  };
}
