/** Every clause that the run is about: how it fared for each role, its text, and the cases about it. */
import type { Markup } from '../html/markup.ts';
import { html, joined } from '../html/markup.ts';
import type { Report } from '../report.ts';
import { ledgersOf } from '../reporters/ledger.ts';
import type { PageContext } from './context.ts';
import { specText } from './context.ts';

const STATES = [
  ['violated', 'violated', 'bad'],
  ['disputed', 'disputed', 'warn'],
  ['notExercised', 'not exercised', 'cool'],
  ['untestable', 'untestable', 'dim'],
  ['proven', 'proven', 'good'],
] as const;

/** The ids that this page has a place for: those of the ledger and of the cases that the specification at hand has. */
export function clausesOf(report: Report, { places }: Pick<PageContext, 'places'>): Set<string> {
  const named = new Set(report.cases.flatMap(({ clauses }) => clauses));
  for (const [, its] of ledgersOf(report))
    for (const [key] of STATES) for (const id of its[key]) named.add(id);
  return new Set([...places.keys()].filter((id) => named.has(id)));
}

export function clauseSection(report: Report, context: PageContext): Markup | undefined {
  const { clauses, places, specUrl } = context;
  if (clauses.size === 0) return undefined;
  const about = new Map<string, string[]>();
  for (const { id, clauses } of report.cases)
    for (const clause of clauses) about.set(clause, [...(about.get(clause) ?? []), id]);
  const items = [...clauses].map((id) => {
    const clause = places.get(id)?.clause;
    const links = (about.get(id) ?? []).map((name) => html`<a href="#${name}">${name}</a>`);
    const title =
      specUrl === undefined ? html`<b>${id}</b>` : html`<a href="${specUrl}#${id}"><b>${id}</b></a>`;
    return html`<div class="clause" id="${id}"><p class="head">${title} <span class="badge">${clause?.level}</span> ${states(id, report)}</p><p>${clause && specText(clause.text)}</p>${links.length > 0 && html`<p class="about">${joined(links, ' ')}</p>`}</div>\n`;
  });
  return html`<section aria-labelledby="clauses">
<h2 id="clauses">Texts of the clauses</h2>
<details class="texts"><summary>${clauses.size} clauses, each with the cases about it</summary>
${items}</details>
</section>
`;
}

/** How a clause fared, role by role, and why. */
function states(id: string, report: Report): Markup {
  const found = ledgersOf(report).flatMap(([role, its]) => {
    const state = STATES.find(([key]) => its[key].includes(id));
    if (state === undefined) return [];
    const [, word, tone] = state;
    const why = its.reasons[id];
    return [
      html`<span class="${tone}">${role} ${word}</span>${why !== undefined && html` <span class="dim">(${why})</span>`}`,
    ];
  });
  return joined(found, ', ');
}
