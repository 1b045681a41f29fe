/** The head of the page: what was tested, what came of it, and the clause ledger. */
import type { Markup } from '../html/markup.ts';
import { html, joined } from '../html/markup.ts';
import type { Report, RoleLedger } from '../report.ts';
import { expectationLines } from '../reporters/expectations.ts';
import { hostLines } from '../reporters/host.ts';
import { ledgersOf, mustClauses } from '../reporters/ledger.ts';
import { MARKS, WORST_FIRST } from '../reporters/marks.ts';
import { PLAIN } from '../reporters/paint.ts';
import { describeTarget } from '../reporters/pretty.ts';
import { runFaults, standingOf } from '../reporters/standing.ts';
import { count, duration } from '../reporters/text.ts';
import type { VERDICTS } from '../verdict.ts';
import type { PageContext } from './context.ts';
import { clauseLinks, TONES } from './context.ts';

/** The name of the target, for headings. */
export function targetName({ target }: Report): string {
  return target.name === 'unknown' ? target.address : `${target.name} ${target.version}`.trim();
}

export function summary(report: Report, context: PageContext): Markup {
  const { versions, runtime, seed, depth, profile, strict, target, startedAt, ms } = report;
  const { word, tone } = outcome(report);
  const facts = [
    ['Target', describeTarget(target)],
    ['Suite', `${versions.suite}, specification ${versions.spec}, vectors ${versions.vectors}`],
    [
      'Run',
      `${startedAt.slice(0, 16).replace('T', ' ')} UTC, ${duration(ms)}, ${runtime.name} ${runtime.version}`,
    ],
    ['Settings', `seed ${seed}, depth ${depth}, profile ${profile}${strict ? ', strict' : ''}`],
  ] as const;
  return html`<header>
<p class="kind">NTMobile conformance report</p>
<h1>${targetName(report)}</h1>
<p class="outcome ${tone}">${word}</p>
${tally(report)}
<dl class="facts">
${facts.map(([label, text]) => html`<div><dt>${label}</dt><dd>${text}</dd></div>\n`)}</dl>
${notes(report)}</header>
${ledgerSection(report, context)}${looked(report)}`;
}

function outcome(report: Report): { word: string; tone: string } {
  const standings = report.cases.map((result) => standingOf(result, report.strict));
  if (standings.includes('suite')) return { word: "Ended by the suite's own fault", tone: 'bad' };
  if (standings.includes('failed') || runFaults(report).length > 0) return { word: 'Failed', tone: 'bad' };
  if (standings.includes('unjudged')) return { word: 'Not judged to the end', tone: 'warn' };
  return { word: 'Passed', tone: 'good' };
}

/** How many cases fared how, as a bar and in words. */
function tally({ summary, cases }: Report): Markup {
  const order = [
    'pass',
    ...WORST_FIRST,
    'not-exercised',
    'not-applicable',
  ] as const satisfies (typeof VERDICTS)[number][];
  const found = order.filter((verdict) => summary[verdict] > 0);
  const words = found.map(
    (verdict) =>
      html`<span class="${TONES[verdict]}"><b>${summary[verdict]}</b> ${MARKS[verdict].counted}</span>`,
  );
  return html`${bar(found.map((verdict) => [TONES[verdict], summary[verdict]]))}
<p class="tally"><b>${count(cases.length, 'case')}</b>: ${joined(words, ', ')}</p>`;
}

/** Parts of a whole side by side, in SVG, for styles of elements take no numbers out of the report. */
function bar(parts: readonly (readonly [tone: string, size: number])[]): Markup {
  const total = Math.max(
    1,
    parts.reduce((sum, [, size]) => sum + size, 0),
  );
  let x = 0;
  const rects = parts.map(([tone, size]) => {
    const width = (100 * size) / total;
    const rect = html`<rect class="${tone}" x="${x.toFixed(2)}" y="0" width="${width.toFixed(2)}" height="1"/>`;
    x += width;
    return rect;
  });
  return html`<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">${rects}</svg>`;
}

function notes(report: Report): Markup | undefined {
  const lines = [
    ...(report.trouble === null ? [] : [`Trouble: ${report.trouble}`]),
    ...(report.complete ? [] : ['The run was cut short: cases that are not listed did not run.']),
    ...hostLines(report.host),
    ...expectationLines(report, { paint: PLAIN }),
  ];
  if (lines.length === 0) return undefined;
  return html`<ul class="notes">\n${lines.map((line) => html`<li>${line.trim()}</li>\n`)}</ul>\n`;
}

const KINDS = [
  ['violated', 'violated', 'bad'],
  ['notExercised', 'not exercised', 'cool'],
  ['untestable', 'untestable', 'dim'],
  ['disputed', 'disputed', 'warn'],
] as const;

function ledgerSection(report: Report, context: PageContext): Markup | undefined {
  const roles = ledgersOf(report);
  if (roles.length === 0) return undefined;
  const rows = roles.map(([role, its]) => {
    const { proven, all } = mustClauses(its, context);
    const parts: [string, number][] = [
      ['good', its.proven.length],
      ...KINDS.map(([key, , tone]): [string, number] => [tone, its[key].length]),
    ];
    return html`<tr><th scope="row">${role}</th><td class="share">${bar(parts)}</td><td class="number">${proven} of ${all}</td><td class="number">${its.proven.length}</td>${KINDS.map(([key, , tone]) => html`<td class="number${its[key].length > 0 && ` ${tone}`}">${its[key].length}</td>`)}</tr>\n`;
  });
  return html`<section aria-labelledby="ledger">
<h2 id="ledger">Clauses</h2>
<div class="scroll" tabindex="0" role="group" aria-label="Clauses by role"><table class="ledger">
<thead><tr><th scope="col">role</th><td></td><th scope="col" class="number">MUST proven</th><th scope="col" class="number">proven</th>${KINDS.map(([, word]) => html`<th scope="col" class="number">${word}</th>`)}</tr></thead>
<tbody>
${rows}</tbody></table></div>
${roles.map(([role, its]) => unproven(role, its, context))}</section>
`;
}

/** Which clauses of a role stand behind the numbers. */
function unproven(role: string, its: RoleLedger, context: PageContext): Markup | undefined {
  const lists = KINDS.filter(([key]) => its[key].length > 0);
  if (lists.length === 0) return undefined;
  const number = lists.reduce((sum, [key]) => sum + its[key].length, 0);
  return html`<details class="names"><summary>${role}: ${count(number, 'clause')} not proven</summary><dl>
${lists.map(([key, word, tone]) => html`<div><dt class="${tone}">${word}</dt><dd>${clauseLinks(its[key], context)}</dd></div>\n`)}</dl></details>
`;
}

/** Links to what did not go well. */
function looked({ cases }: Report): Markup | undefined {
  const found = WORST_FIRST.flatMap((verdict) => cases.filter((result) => result.verdict === verdict));
  if (found.length === 0) return undefined;
  const items = found.map(
    ({ id, verdict, title }) =>
      html`<li><span class="badge ${TONES[verdict]}">${MARKS[verdict].counted}</span> <a href="#${id}">${title}</a></li>\n`,
  );
  return html`<section aria-labelledby="look">
<h2 id="look">${count(found.length, 'case')} to look at</h2>
<ol class="look">
${items}</ol>
</section>
`;
}
