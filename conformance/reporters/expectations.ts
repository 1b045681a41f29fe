/** What was expected of the target and how it came: stale entries, the difference from before, the scores. */
import { isMissing } from '../pics.ts';
import type { PicsUsed, Report } from '../report.ts';
import type { Context } from './context.ts';
import { count, some } from './text.ts';

const MOST_IDS = 12;

export function expectationLines(report: Report, { paint }: Pick<Context, 'paint'>): string[] {
  const { stale, comparison, shard, cases, summary, pics } = report;
  const known = cases.filter(({ expectedFailure }) => expectedFailure !== null);
  const ids = (list: readonly string[]): string => some(list, MOST_IDS);
  const passing = stale.map(({ id, list }) => `${id} (--${list})`);
  return [
    ...(pics === null ? [] : claimLines(pics)),
    ...(known.length === 0
      ? []
      : [`Failed as expected: ${count(known.length, 'case')} (${ids(known.map(({ id }) => id))})`]),
    ...(passing.length === 0
      ? []
      : [paint.red(`Listed, but it passes: ${ids(passing)}. Take it out of the list.`)]),
    ...(comparison === null
      ? []
      : [
          `Since ${comparison.startedAt} (suite ${comparison.suite}): ` +
            `${comparison.worse.length} worse, ${comparison.better.length} better, ` +
            `${comparison.added.length} new, ${comparison.missing.length} not run`,
          ...(comparison.worse.length === 0 ? [] : [paint.red(`  worse: ${ids(comparison.worse)}`)]),
          ...(comparison.better.length === 0 ? [] : [paint.green(`  better: ${ids(comparison.better)}`)]),
        ]),
    ...(summary.waived === 0
      ? []
      : [`Score: ${summary.pass} of ${summary.total} strict, ${summary.pass + summary.waived} with waivers`]),
    ...(shard === null ? [] : [`Shard ${shard.index} of ${shard.count}`]),
  ];
}

/** Which claims a run was judged against, and what was found about them. */
export function claimLines({ file, product, version, date, exceptions, remarks }: PicsUsed): string[] {
  const missing = exceptions.filter(isMissing).length;
  return [
    `Claims: ${file} of ${date} (${product} ${version}), ` +
      `${missing} not supported, ${exceptions.length - missing} not claimed`,
    ...remarks.map((remark) => `  ${remark}`),
  ];
}
