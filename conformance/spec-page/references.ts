/** Mentions of clauses, sections, papers and RFCs in running text become links. */
import type { Markup, Part } from '../html/markup.ts';
import { html } from '../html/markup.ts';

export interface Linked {
  readonly clauses: ReadonlySet<string>;
  /** Ids of sections by their numbers. */
  readonly sections: ReadonlyMap<string, string>;
}

const NUMBER = String.raw`(?:\d+(?:\.\d+)*|[A-D](?:\.\d+)*)`;
const MENTION = new RegExp(
  [
    String.raw`(?<clause>\b[A-Z]+-\d{2}\b)`,
    String.raw`(?<sections>\b(?:[Ss]ections?|[Cc]hapters?|[Aa]ppendix) ${NUMBER}\b(?:(?:, | and | to )${NUMBER}\b(?!\.\d))*)`,
    String.raw`\bRFC (?<rfc>\d{3,5})\b`,
    String.raw`\[(?<paper>RS|LB)(?: [^\]]{1,20})?\]`,
    String.raw`(?<word>\b(?:MUST|SHOULD|MAY)(?: NOT)?\b)`,
    String.raw`(?<role>\bRS-[SNT]\b)`,
  ].join('|'),
  'g',
);
/** Sections of other documents are named beside these. */
const FOREIGN_BEFORE = /(?:RFC \d+|\[(?:RS|LB)[^\]]*\]|paper)[^.]{0,40}$/;
const FOREIGN_AFTER = /^[^.]{0,40}of the same paper/;

/** Text as markup, with a link for each mention of what there is in the page, or of an RFC; the words of BCP 14 are marked. */
export function linkMentions(text: string, to: Linked): Markup {
  const parts: Part[] = [];
  let done = 0;
  for (const found of text.matchAll(MENTION)) {
    const before = text.slice(0, found.index);
    const after = text.slice(found.index + found[0].length);
    const isForeign = FOREIGN_BEFORE.test(before) || FOREIGN_AFTER.test(after);
    parts.push(text.slice(done, found.index), linkOf(found, to, isForeign));
    done = found.index + found[0].length;
  }
  return html`${parts}${text.slice(done)}`;
}

function linkOf(found: RegExpMatchArray, to: Linked, isForeign: boolean): Part {
  const [all] = found;
  const { clause, sections, rfc, paper, word, role } = found.groups ?? {};
  if (clause !== undefined)
    return to.clauses.has(clause) ? html`<a class="ref" href="#${clause}">${clause}</a>` : all;
  if (rfc !== undefined) return html`<a href="https://www.rfc-editor.org/info/rfc${rfc}">${all}</a>`;
  if (paper !== undefined) return html`<a href="#references">${all}</a>`;
  if (role !== undefined) return html`<span class="whole">${role}</span>`;
  if (word !== undefined) return html`<em class="word">${word}</em>`;
  return sections === undefined || isForeign ? all : sectionLinks(sections, to.sections);
}

/** `section 16.1`: one link; `sections 4.1 and 4.2`: one for each number. */
function sectionLinks(text: string, sections: ReadonlyMap<string, string>): Part {
  const [word = '', ...rest] = text.split(' ');
  const [only = ''] = rest;
  if (rest.length === 1) {
    const id = sections.get(only);
    return id === undefined ? text : html`<a href="#${id}">${word} ${only}</a>`;
  }
  const pieces = text.split(new RegExp(`(\\b${NUMBER}\\b)`));
  return pieces.map((piece) => {
    const id = sections.get(piece);
    return id === undefined ? piece : html`<a href="#${id}">${piece}</a>`;
  });
}
