/** Reports of the shards of one run, put together. */
import type { CaseInfo } from '../case.ts';
import { Mistake } from '../command/mistake.ts';
import type { CaseResult, Report } from '../report.ts';
import { summarise } from '../report.ts';
import type { LedgerInput } from '../runner/ledger.ts';
import { ledger } from '../runner/ledger.ts';
import { worse } from '../verdict.ts';

export interface Part {
  readonly file: string;
  readonly report: Report;
}

/** What has to be the same in all, and what a person reads of it. */
const SAME: readonly (readonly [string, (report: Report) => unknown])[] = [
  ['the suite', ({ versions }) => versions.suite],
  ['the specification', ({ versions, clauseHash }) => [versions.spec, clauseHash]],
  ['the target', ({ target }) => [target.name, target.version, target.level, target.roles]],
  ['the depth', ({ depth }) => depth],
  ['the profile', ({ profile }) => profile],
  ['--strict', ({ strict }) => strict],
  ['the claims of --pics', ({ pics }) => pics && [pics.product, pics.version, pics.exceptions]],
  ['the number of shards', ({ shard }) => shard?.count],
];

/**
 * One report out of several.
 * @param cases all cases that there are, for the ledger.
 * @throws Mistake if they are not parts of one run.
 */
export function mergeReports(
  parts: readonly Part[],
  cases: readonly CaseInfo[],
  { clauses, untestable }: Pick<LedgerInput, 'clauses' | 'untestable'>,
): Report {
  const [first] = parts;
  if (first === undefined) throw new Mistake('merge needs the reports of the shards: name their files.');
  for (const part of parts) checkSame(first, part);
  const results = joined(parts);
  const missing = missingShards(parts);
  const reports = parts.map(({ report }) => report);
  const troubles = [...reports.flatMap(({ trouble }) => trouble ?? []), ...missing];
  return {
    ...first.report,
    complete: missing.length === 0 && reports.every(({ complete }) => complete),
    trouble: troubles.length === 0 ? null : troubles.join('; '),
    startedAt: reports.map(({ startedAt }) => startedAt).sort()[0] ?? '',
    ms: Math.max(...reports.map(({ ms }) => ms)),
    shard: null,
    summary: summarise(results),
    cases: results,
    ledger: ledger({
      clauses,
      cases,
      results,
      roles: first.report.target.roles.filter((role) => role in first.report.ledger),
      untestable,
      disputed: {},
      pics: first.report.pics,
      spec: first.report.versions.spec,
    }),
    host: {
      samples: sum(reports.map(({ host }) => host.samples)),
      badWindows: sum(reports.map(({ host }) => host.badWindows)),
      worstDelay: Math.max(...reports.map(({ host }) => host.worstDelay)),
      reruns: sum(reports.map(({ host }) => host.reruns)),
      secondTries: reports.flatMap(({ host }) => host.secondTries),
      onlyWhenBusy: reports.flatMap(({ host }) => host.onlyWhenBusy),
    },
  };
}

function checkSame(first: Part, other: Part): void {
  for (const [what, of] of SAME) {
    if (JSON.stringify(of(first.report)) === JSON.stringify(of(other.report))) continue;
    throw new Mistake(`${first.file} and ${other.file} are no parts of one run: ${what} differs.`);
  }
}

/** By id. What watched in several shards has its worst verdict. */
function joined(parts: readonly Part[]): CaseResult[] {
  const results = new Map<string, { readonly file: string; readonly result: CaseResult }>();
  for (const { file, report } of parts) {
    for (const result of report.cases) {
      const other = results.get(result.id);
      if (other !== undefined && !(isScan(result) && isScan(other.result))) {
        throw new Mistake(`${result.id} is in ${other.file} and in ${file}: give each shard once.`);
      }
      const isKept = other !== undefined && rank(other.result, result) === other.result;
      if (!isKept) results.set(result.id, { file, result });
    }
  }
  return [...results.values()].map(({ result }) => result).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** It sent nothing of its own. */
function isScan({ replay, sentHash }: CaseResult): boolean {
  return replay === null && sentHash === '';
}

/** Of two of one scan the one to keep: what was seen counts more than that nothing was. */
function rank(a: CaseResult, b: CaseResult): CaseResult {
  if (a.verdict === 'not-exercised') return b;
  if (b.verdict === 'not-exercised') return a;
  return worse(a.verdict, b.verdict) === a.verdict ? a : b;
}

function missingShards(parts: readonly Part[]): string[] {
  const count = parts[0]?.report.shard?.count ?? 0;
  const there = new Set(parts.map(({ report }) => report.shard?.index));
  const missing = Array.from({ length: count }, (_, at) => at + 1).filter((index) => !there.has(index));
  return missing.map((index) => `shard ${index} of ${count} is not among the files`);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
