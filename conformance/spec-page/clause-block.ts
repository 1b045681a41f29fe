/** A clause as a block: what it binds, what it says, and how it is proven. */
import type { CaseInfo } from '../case.ts';
import type { Suite } from '../coverage.ts';
import { coverage } from '../coverage.ts';
import type { GoldenVector } from '../golden-vectors.ts';
import type { Markup, Part } from '../html/markup.ts';
import { html, joined } from '../html/markup.ts';
import { count } from '../reporters/text.ts';
import type { RoleName } from '../roles.ts';
import type { Clause } from '../spec-clauses.ts';

/** What there is to prove a clause by. */
export interface Proof {
  readonly cases: readonly CaseInfo[];
  readonly vectors: readonly GoldenVector[];
  /** Why there is no case, with the roles of which that is so. */
  readonly without: ReadonlyMap<string, readonly RoleName[]>;
}

export function proofOf(clause: Clause, suite: Suite, vectors: readonly GoldenVector[]): Proof {
  const without = new Map<string, RoleName[]>();
  for (const role of clause.roles) {
    const its = coverage(clause, role, suite);
    if (its.kind !== 'cases') without.set(its.reason, [...(without.get(its.reason) ?? []), role]);
  }
  return {
    cases: suite.cases.filter(({ clauses }) => clauses.includes(clause.id)),
    vectors: vectors.filter(({ clauses }) => clauses.includes(clause.id)),
    without,
  };
}

const STATUS_WORDS = { m: 'mandatory', o: 'optional', c: 'conditional' } as const;
/** `[RS,D]` at the end of each. */
const SOURCES = / \[((?:RS|LB|D|H)(?:,(?:RS|LB|D|H))*)\]$/;

/** @param inline renders the text of the clause */
export function renderClause(clause: Clause, proof: Proof, inline: (text: string) => Markup): Markup {
  const { id, level, status, since, roles, text } = clause;
  const sources = SOURCES.exec(text)?.[1];
  return html`<div class="clause ${level.toLowerCase()}" id="${id}">
<p class="head"><a class="id" href="#${id}">${id}</a> <span class="badge">${level}</span> <span>${STATUS_WORDS[status]}</span> <span>${roleTags(roles)}</span> <span>since ${since}</span>${sources !== undefined && html` <span title="sources">[${joined(sources.split(','), ', ')}]</span>`}</p>
<p>${inline(text.replace(SOURCES, ''))}</p>
${renderProof(proof)}</div>
`;
}

function renderProof({ cases, vectors, without }: Proof): Part {
  const reasons = [...without].map(
    ([reason, roles]) => html`<p class="without">No case for ${roleTags(roles)}: ${reason}.</p>\n`,
  );
  if (cases.length === 0 && vectors.length === 0) return reasons;
  const summary = [
    cases.length > 0 && count(cases.length, 'case'),
    vectors.length > 0 && count(vectors.length, 'vector'),
  ].filter((text) => text !== false);
  return html`<details>
<summary>${summary.join(', ')}</summary>
${cases.length > 0 && html`<ul>\n${cases.map(caseItem)}</ul>\n`}${vectors.length > 0 && vectorList(vectors)}</details>
${reasons}`;
}

function caseItem({ id, title, roles }: CaseInfo): Markup {
  return html`<li><a href="#case-${id}"><code>${id}</code></a> ${roleTags(roles)}: ${title}</li>\n`;
}

function vectorList(vectors: readonly GoldenVector[]): Markup {
  const links = vectors.map(({ id }) => html`<a href="#vector-${id}"><code>${id}</code></a>`);
  return html`<p class="vectors">Golden vectors: ${joined(links, ', ')}</p>\n`;
}

export function roleTags(roles: readonly RoleName[]): Markup {
  return joined(
    roles.map((role) => html`<code>${role}</code>`),
    ' ',
  );
}
