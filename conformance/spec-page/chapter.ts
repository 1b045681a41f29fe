/** One file of the specification as markup. */
import type { Token } from 'marked';
import type { Markup, Part } from '../html/markup.ts';
import { html, trusted } from '../html/markup.ts';
import type { SpecFile } from '../reporters/places.ts';
import type { Clause } from '../spec-clauses.ts';
import type { Markdown } from './markdown.ts';
import { isTable } from './markdown.ts';
import { headingOf } from './outline.ts';

/** Headings of the page begin below its title. */
const BELOW_TITLE = 1;
const TABLE_NAME = /^<!-- table: ([a-z-]+) -->\s*$/;
const CLAUSE = /^\*\*([A-Z]+-\d+)\*\* \(/;

export interface ChapterParts {
  readonly file: SpecFile;
  readonly markdown: Markdown;
  readonly clauses: ReadonlyMap<string, Clause>;
  readonly renderClause: (clause: Clause) => Markup;
}

/** The file's text in its order; a clause's paragraph becomes its block. */
export function renderChapter(parts: ChapterParts): Markup {
  let name: string | undefined;
  const blocks = parts.markdown.tokens(parts.file.text).map((token): Part => {
    const named = token.type === 'html' ? TABLE_NAME.exec(token.raw)?.[1] : undefined;
    if (named !== undefined) {
      name = named;
      return undefined;
    }
    if (!isTable(token)) return renderBlock(token, parts);
    const table = parts.markdown.table(token, name);
    name = undefined;
    return table;
  });
  return html`${blocks}`;
}

function renderBlock(token: Token, { file, markdown, clauses, renderClause }: ChapterParts): Part {
  if (token.type === 'space') return undefined;
  if (token.type === 'heading') {
    const { id, title, depth } = headingOf(file.name, token.depth, token.text);
    const level = trusted(`h${depth + BELOW_TITLE}`);
    const sign = html`<a class="sign" href="#${id}" aria-label="Link to ${title.replaceAll('`', '')}">#</a>`;
    return html`<${level} id="${id}">${markdown.inline(title)} ${sign}</${level}>\n`;
  }
  const clause = clauses.get(CLAUSE.exec(token.raw)?.[1] ?? '');
  return clause === undefined || token.type !== 'paragraph' ? markdown.block(token) : renderClause(clause);
}
