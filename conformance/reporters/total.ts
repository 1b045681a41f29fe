/** The last line: everything counted once, and what was not exercised named. */
import type { CaseResult, Report } from '../report.ts';
import type { Verdict } from '../verdict.ts';
import { MARKS, WORST_FIRST } from './marks.ts';
import type { Paint } from './paint.ts';
import { count, duration, some } from './text.ts';

const MOST_REASONS = 6;

export function totalLine(report: Report, paint: Paint): string {
  const { summary, cases, ms, complete } = report;
  const counted = (verdict: Verdict): string[] =>
    summary[verdict] === 0
      ? []
      : [paint[MARKS[verdict].colour](`${summary[verdict]} ${MARKS[verdict].counted}${why(cases, verdict)}`)];
  const parts = [
    paint[summary.pass > 0 ? 'green' : 'red'](`${summary.pass} passed`),
    ...WORST_FIRST.flatMap(counted),
    ...counted('not-exercised'),
    ...counted('not-applicable'),
  ];
  const cut = complete ? '' : `${paint.red('incomplete')}, `;
  return `${cut}${count(summary.total, 'case')}: ${parts.join(', ')} in ${duration(ms)}`;
}

/** The lacks behind cases of one verdict, and how many it held up, the most frequent first. */
export function reasonsOf(cases: readonly CaseResult[], verdict: Verdict): [reason: string, times: number][] {
  const times = new Map<string, number>();
  for (const result of cases) {
    if (result.verdict !== verdict) continue;
    const reason = result.reason ?? 'no reason given';
    times.set(reason, (times.get(reason) ?? 0) + 1);
  }
  return [...times].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

function why(cases: readonly CaseResult[], verdict: Verdict): string {
  if (verdict !== 'not-exercised') return '';
  const reasons = reasonsOf(cases, verdict);
  return ` (${some(
    reasons.map(([reason, number]) => (reasons.length === 1 ? reason : `${reason}: ${number}`)),
    MOST_REASONS,
  )})`;
}
