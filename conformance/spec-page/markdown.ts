/** Markdown as markup: inline text with its mentions linked, tables that scroll, diagrams as figures. */
import type { RendererObject, Token, Tokens } from 'marked';
import { Marked } from 'marked';
import type { Markup, Part } from '../html/markup.ts';
import { html, trusted } from '../html/markup.ts';
import type { Linked } from './references.ts';
import { linkMentions } from './references.ts';

export interface Links extends Linked {
  /** Where a link of this file leads in the page. */
  readonly target: (file: string, href: string) => string;
}

export interface Markdown {
  tokens(text: string): Token[];
  /** One paragraph's worth of text. */
  inline(text: string): Markup;
  block(token: Token): Markup;
  /** @param name what the specification calls the table; it becomes its anchor */
  table(token: Tokens.Table, name: string | undefined): Markup;
}

export function markdownOf(file: string, links: Links): Markdown {
  let isInLink = false;
  // What stands between two tags of a link must not be a link again.
  const mentions = (text: string): Part => (isInLink ? text : linkMentions(text, links));
  const renderer: RendererObject = {
    text(token) {
      if ('tokens' in token && token.tokens !== undefined) return this.parser.parseInline(token.tokens);
      return html`${mentions(token.text)}`.text;
    },
    codespan: ({ text }) => html`<code>${mentions(text)}</code>`.text,
    html: ({ text }) => html`${text}`.text,
    code: ({ text }) => figure(linkMentions(text, links)).text,
    image: ({ text }) => html`${text}`.text,
    link({ href, tokens }) {
      isInLink = true;
      const inside = trusted(this.parser.parseInline(tokens));
      isInLink = false;
      return html`<a href="${links.target(file, href)}">${inside}</a>`.text;
    },
    table: (token) => table(token, undefined).text,
  };
  const marked = new Marked({ gfm: true, renderer });
  const inline = (text: string): Markup => trusted(marked.parseInline(text, { async: false }));
  const table = (token: Tokens.Table, name: string | undefined): Markup =>
    renderTable(token, name, (cell) => inline(cell.text));
  return {
    tokens: (text) => marked.lexer(text),
    inline,
    block: (token) => trusted(marked.parser([token])),
    table,
  };
}

function figure(content: Markup): Markup {
  return html`<figure><pre>${content}
</pre></figure>
`;
}

function renderTable(
  { header, rows }: Tokens.Table,
  name: string | undefined,
  inline: (cell: Tokens.TableCell) => Markup,
): Markup {
  const head = header.map((cell) =>
    cell.text === '' ? html`<td></td>` : html`<th scope="col">${inline(cell)}</th>`,
  );
  const body = rows.map((row) => html`<tr>${row.map((cell) => html`<td>${inline(cell)}</td>`)}</tr>\n`);
  const id = name === undefined ? undefined : html` id="table-${name}"`;
  const caption =
    name === undefined ? undefined : html`<caption>Table ${name.replaceAll('-', ' ')}</caption>\n`;
  return html`<div class="scroll"><table${id}>
${caption}<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>
`;
}

/** The type that marked hands its tokens out with does not narrow by `type`: it has tokens of anybody's extensions. */
export function isTable(token: Token): token is Tokens.Table {
  return token.type === 'table';
}
