/**
 * The report as one page of HTML that stands alone: the total and the clause ledger first, then the cases in the order
 * of the specification. Everything in it is text of the report, none of it markup.
 */
import type { Markup } from '../html/markup.ts';
import { html } from '../html/markup.ts';
import { renderPage } from '../html/page.ts';
import type { CaseResult, Report } from '../report.ts';
import type { Context } from '../reporters/context.ts';
import { MARKS, WORST_FIRST } from '../reporters/marks.ts';
import type { Chapter, Section } from '../reporters/outline.ts';
import { outlineOf } from '../reporters/outline.ts';
import { casesOfTarget } from '../reporters/own-cases.ts';
import { PLAIN } from '../reporters/paint.ts';
import { count } from '../reporters/text.ts';
import { totalLine } from '../reporters/total.ts';
import { VERDICTS } from '../verdict.ts';
import { caseBlock, exchangeBlock } from './case.ts';
import { clauseSection, clausesOf } from './clauses.ts';
import type { PageContext } from './context.ts';
import { SCRIPT } from './script.ts';
import { REPORT_STYLE } from './style.ts';
import { summary, targetName } from './summary.ts';

/** Characters of charts and datagrams on one page; of further cases they are in the JSON report only. */
export const MOST_EXCHANGES = 4_000_000;
const MOST_OPEN = 8;

/** The whole page; colours, width and quiet do not count here. */
export function renderHtml(whole: Report, given: Context): string {
  const report = { ...whole, cases: casesOfTarget(whole) };
  const others = whole.cases.length - report.cases.length;
  const { fail, 'suite-error': broken } = report.summary;
  const opensFailures = fail + broken <= MOST_OPEN;
  const context = { ...given, paint: PLAIN, clauses: clausesOf(report, given), opensFailures };
  const exchanges = exchangesOf(report);
  const chapters = outlineOf(report.cases, context);
  const left = [...exchanges.values()].filter((block) => block === undefined).length;
  return renderPage({
    title: `${targetName(report)}: conformance report`,
    description: totalLine(whole, PLAIN),
    style: REPORT_STYLE,
    script: SCRIPT,
    body: html`<a class="skip" href="#cases">To the cases</a>
<main>
${summary(whole, context)}<section aria-labelledby="cases">
<h2 id="cases">Cases</h2>
${filterBar(report)}${others > 0 && html`<p class="dim">Without ${count(others, 'case')} of roles that the target does not have.</p>\n`}${left > 0 && html`<p class="notes">For the size of this page the datagrams of ${count(left, 'case')} are left out: the JSON report has them.</p>\n`}${contents(chapters)}${chapters.map((chapter) => chapterBlock(chapter, exchanges, context))}<p id="none" hidden>No case is like that.</p>
</section>
${clauseSection(report, context)}</main>`,
  });
}

/** The charts by the ids of their cases, the worst verdicts first; undefined for what is too much. */
function exchangesOf({ cases }: Report): Map<string, Markup | undefined> {
  const worst = [...WORST_FIRST, ...VERDICTS].flatMap((verdict) =>
    cases.filter((result) => result.verdict === verdict),
  );
  const found = new Map<string, Markup | undefined>();
  let left = MOST_EXCHANGES;
  for (const result of worst) {
    const { id, exchange } = result;
    if (found.has(id) || exchange === null || exchange.arrows.length === 0) continue;
    const block = left > 0 ? exchangeBlock(exchange, result) : undefined;
    left -= block?.text.length ?? 0;
    found.set(id, left >= 0 ? block : undefined);
  }
  return found;
}

type Exchanges = ReadonlyMap<string, Markup | undefined>;

function chapterBlock({ title, sections }: Chapter, exchanges: Exchanges, context: PageContext): Markup {
  return html`<section class="chapter"><h3 id="${chapterId(title)}">${title}</h3>
${sections.map((section) => sectionBlock(section, exchanges, context))}</section>
`;
}

/** Where the chapters are, on a page this long. */
function contents(chapters: readonly Chapter[]): Markup | undefined {
  if (chapters.length < 2) return undefined;
  const items = chapters.map(({ title, sections }) => {
    const cases = sections.flatMap((section) => section.cases);
    return html`<li><a href="#${chapterId(title)}">${title}</a> <span class="dim">${tally(cases)}</span></li>\n`;
  });
  return html`<nav aria-label="Chapters"><ul class="chapters">
${items}</ul></nav>
`;
}

function chapterId(title: string): string {
  return `chapter-${/^\w+/.exec(title)?.[0] ?? 'x'}`;
}

function sectionBlock({ title, cases }: Section, exchanges: Exchanges, context: PageContext): Markup {
  const heading = title !== undefined && html`<h4>${title} <span class="dim">${tally(cases)}</span></h4>\n`;
  return html`<div class="group">${heading}
${cases.map((result) => caseBlock(result, exchanges.get(result.id), context))}</div>
`;
}

/** `7`, or `5 of 7 passed`. */
function tally(cases: readonly CaseResult[]): string {
  const passed = cases.filter(({ verdict }) => verdict === 'pass').length;
  return passed === cases.length ? `${passed}` : `${passed} of ${cases.length} passed`;
}

/** Shown by the script only: without it there is nothing to filter with. */
function filterBar({ cases }: Report): Markup {
  const roles = [...new Set(cases.flatMap((result) => result.roles))].sort();
  const verdicts = VERDICTS.filter((verdict) => cases.some((result) => result.verdict === verdict));
  return html`<div id="filter" role="search" hidden>
<label class="wide">Text or clause <input type="search" name="text" autocomplete="off" spellcheck="false" placeholder="forward, RSS-02, ..."></label>
<label>Role <select name="role"><option value="">all</option>${roles.map((role) => html`<option>${role}</option>`)}</select></label>
<label>Verdict <select name="verdict"><option value="">all</option>${verdicts.map((verdict) => html`<option value="${verdict}">${MARKS[verdict].counted}</option>`)}</select></label>
<button type="button" id="unfold">Open all</button>
<output></output>
</div>
`;
}
