/** The cover and the table of contents. */
import type { Markup, Part } from '../html/markup.ts';
import { html } from '../html/markup.ts';
import { LEVELS } from '../roles.ts';
import type { Clause } from '../spec-clauses.ts';
import { SpecError } from '../spec-clauses.ts';
import type { Heading } from './outline.ts';

export interface Title {
  readonly title: string;
  readonly version: string;
  readonly date: string;
  /** What follows in the README up to its first section. */
  readonly abstract: string;
}

const HEAD = /^# ([^\n]+)\n+Version (\S+)\n+(\d{1,2} [A-Z][a-z]+ \d{4})\n+(.*?)(?=\n## |$)/s;

/** @throws SpecError if the README does not begin with title, version and date */
export function titleOf(readme: string): Title {
  const [, title, version, date, abstract] = HEAD.exec(readme.replaceAll('\r', '')) ?? [];
  if (title === undefined || version === undefined || date === undefined || abstract === undefined)
    throw new SpecError('README.md: it has to begin with title, version and date, each a paragraph');
  return { title, version, date, abstract };
}

export interface Numbers {
  readonly clauses: readonly Clause[];
  readonly cases: number;
  readonly vectors: number;
}

export function renderCover(title: Title, abstract: Markup, { clauses, cases, vectors }: Numbers): Markup {
  const levels = LEVELS.map((level) => `${clauses.filter((one) => one.level === level).length} ${level}`);
  const rows: readonly (readonly [string, Part])[] = [
    ['Version', title.version],
    ['Date', title.date],
    ['Licence', html`<a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>`],
    ['Clauses', html`<a href="#clause-index">${clauses.length}</a> (${levels.join(', ')})`],
    [
      'Proven by',
      html`<a href="#cases">${cases} cases</a>, <a href="#vectors">${vectors} golden vectors</a>`,
    ],
  ];
  return html`<header class="cover" id="top">
<h1>${title.title}</h1>
<dl>
${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>
${abstract}</header>
`;
}

interface Entry {
  readonly heading: Heading;
  readonly under: Heading[];
}

/** @param headings of the whole page in its order, chapters and their sections; what lies deeper is left out */
export function renderContents(headings: readonly Heading[]): Markup {
  const entries: Entry[] = [];
  for (const heading of headings) {
    if (heading.depth === 1) entries.push({ heading, under: [] });
    else if (heading.depth === 2) entries.at(-1)?.under.push(heading);
  }
  return html`<nav class="contents" aria-label="Contents">
<p><a href="#top">Contents</a></p>
<ol>
${entries.map(({ heading, under }) => html`<li>${link(heading)}${under.length > 0 && html`\n<ol>\n${under.map((one) => html`<li>${link(one)}</li>\n`)}</ol>\n`}</li>\n`)}</ol>
</nav>
`;
}

function link({ id, title }: Heading): Markup {
  return html`<a href="#${id}">${title.replaceAll('`', '')}</a>`;
}
