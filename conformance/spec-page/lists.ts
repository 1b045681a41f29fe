/** What stands at the end of the page: the cases, the golden vectors and the index of the clauses. */
import type { CaseInfo } from '../case.ts';
import type { VectorFamily } from '../golden-vectors.ts';
import type { Markup } from '../html/markup.ts';
import { html, joined } from '../html/markup.ts';
import type { Place } from '../reporters/places.ts';
import { ROLES } from '../roles.ts';
import type { Clause } from '../spec-clauses.ts';
import type { Proof } from './clause-block.ts';
import { roleTags } from './clause-block.ts';
import type { Heading } from './outline.ts';

/** The headings that are added to those of the files. */
export const CDDL: Heading = listHeading('cddl', 'CDDL');
export const CASES: Heading = listHeading('cases', 'Cases');
export const VECTORS: Heading = listHeading('vectors', 'Golden vectors');
export const INDEX: Heading = listHeading('clause-index', 'Clauses by id');
export const BY_ROLE: Heading = listHeading('clauses-by-role', 'Clauses by role');

function listHeading(id: string, title: string): Heading {
  return { file: '', depth: 1, number: undefined, title, id };
}

export function renderHeading({ id, title }: Heading): Markup {
  return html`<h2 id="${id}">${title} <a class="sign" href="#${id}" aria-label="Link to ${title}">#</a></h2>\n`;
}

/** Clauses that are in this text are linked, others named. */
function clauseLinks(ids: readonly string[], known: ReadonlySet<string>): Markup {
  return joined(
    ids.map((id) => (known.has(id) ? html`<a href="#${id}">${id}</a>` : id)),
    ' ',
  );
}

export function renderCases(cases: readonly CaseInfo[], known: ReadonlySet<string>): Markup {
  return html`${renderHeading(CASES)}<p>The cases of the conformance suite: what a target must do to pass, and the fault that each is there to catch.
<code>ntm-conform explain ID</code> shows the exchange, <code>ntm-conform ID</code> runs it.</p>
${[...byFamily(cases)].map(
  ([family, its]) => html`<h3 id="cases-${family}">${family}</h3>
<dl class="cases">
${its.map((info) => renderCase(info, known))}</dl>
`,
)}`;
}

/** By what stands before the first point of the id. */
function byFamily(cases: readonly CaseInfo[]): ReadonlyMap<string, readonly CaseInfo[]> {
  const families = new Map<string, CaseInfo[]>();
  for (const info of cases) {
    const [family = ''] = info.id.split('.');
    families.set(family, [...(families.get(family) ?? []), info]);
  }
  return families;
}

function renderCase(
  { id, title, roles, level, adapterLevel, clauses, catches, note }: CaseInfo,
  known: ReadonlySet<string>,
): Markup {
  return html`<div id="case-${id}"><dt><a class="id" href="#case-${id}">${id}</a> <span class="badge ${level.toLowerCase()}">${level}</span> ${roleTags(roles)} <span class="dim">adapter level ${adapterLevel}</span></dt>
<dd>${title}</dd>
<dd><span class="dim">Catches:</span> ${catches}</dd>
${note !== undefined && html`<dd><span class="dim">Read as:</span> ${note}</dd>\n`}<dd>${clauseLinks(clauses, known)}</dd></div>
`;
}

export function renderVectors(families: readonly VectorFamily[], known: ReadonlySet<string>): Markup {
  return html`${renderHeading(VECTORS)}<p>The vectors themselves are files of JSON beside this specification (CC0 1.0);
<code>ntm-conform vectors ID</code> prints one.</p>
${families.map((family) => renderFamily(family, known))}`;
}

function renderFamily({ family, version, about, vectors }: VectorFamily, known: ReadonlySet<string>): Markup {
  const rows = vectors.map(
    ({ id, result, comment, clauses }) =>
      html`<tr id="vector-${id}"><td><code>${id.slice(family.length + 1)}</code></td><td>${result}</td><td>${comment}</td><td>${clauseLinks(clauses, known)}</td></tr>\n`,
  );
  return html`<h3 id="vectors-${family}">${family}</h3>
<p>${about} Version ${version}, ${vectors.length} vectors, each id begins with <code>${family}.</code></p>
<details>
<summary>All ${vectors.length} of ${family}</summary>
<div class="scroll"><table class="vectors">
<thead><tr><th scope="col">id</th><th scope="col">result</th><th scope="col">what</th><th scope="col">clauses</th></tr></thead>
<tbody>
${rows}</tbody>
</table></div>
</details>
`;
}

export interface Indexed {
  readonly clause: Clause;
  readonly place: Place | undefined;
  readonly proof: Proof;
}

export function renderIndex(clauses: readonly Indexed[]): Markup {
  const head = ['clause', 'chapter', 'level', 'status', 'since', 'roles'].map(
    (name) => html`<th scope="col">${name}</th>`,
  );
  const counts = ['cases', 'vectors'].map((name) => html`<th scope="col" class="number">${name}</th>`);
  return html`${renderHeading(INDEX)}<div class="scroll"><table class="index">
<thead><tr>${head}${counts}</tr></thead>
<tbody>
${clauses.map(indexRow)}</tbody>
</table></div>
`;
}

/** The clauses that bind each role, as links: what an implementer of one has to read. */
export function renderByRole(clauses: readonly Clause[]): Markup {
  const rows = ROLES.map((role) => {
    const its = clauses.filter(({ roles }) => roles.includes(role)).map(({ id }) => id);
    return html`<dt>${roleTags([role])} <span class="dim">${its.length}</span></dt>
<dd>${clauseLinks(its, new Set(its))}</dd>
`;
  });
  return html`${renderHeading(BY_ROLE)}<dl class="roles">
${rows}</dl>
`;
}

function indexRow({ clause, place, proof }: Indexed): Markup {
  const { id, level, status, since, roles } = clause;
  return html`<tr><td><a href="#${id}">${id}</a></td><td>${place?.chapter}</td><td>${level}</td><td>${status}</td><td>${since}</td><td>${roleTags(roles)}</td><td class="number">${proof.cases.length}</td><td class="number">${proof.vectors.length}</td></tr>\n`;
}
