/** The specification as one page that stands alone. Pure: text in, text out. */
import type { Markup } from '../html/markup.ts';
import { html } from '../html/markup.ts';
import { renderPage } from '../html/page.ts';
import { placesOf } from '../reporters/places.ts';
import type { Clause } from '../spec-clauses.ts';
import { catalogue } from '../spec-clauses.ts';
import { renderCddl } from './cddl.ts';
import type { ChapterParts } from './chapter.ts';
import { renderChapter } from './chapter.ts';
import type { Proof } from './clause-block.ts';
import { proofOf, renderClause } from './clause-block.ts';
import { renderContents, renderCover, titleOf } from './front.ts';
import type { SpecInput } from './input.ts';
import {
  BY_ROLE,
  CASES,
  CDDL,
  INDEX,
  renderByRole,
  renderCases,
  renderHeading,
  renderIndex,
  renderVectors,
  VECTORS,
} from './lists.ts';
import type { Links } from './markdown.ts';
import { markdownOf } from './markdown.ts';
import type { Outline } from './outline.ts';
import { outlineOf } from './outline.ts';
import { SPEC_STYLE } from './style.ts';

/** Sections of the README that come before the chapters; its contents are the page's own, the rest stands behind. */
const IN_FRONT = ['Words', 'Clauses'];
const BEHIND = ['References', 'Licence'];

/** @throws SpecError if the text is not as it has to be */
export function renderSpec(input: SpecInput): string {
  const { readme, chapters, cases, families, cddl } = input;
  const clauses = catalogue(chapters);
  const byId = new Map(clauses.map((clause) => [clause.id, clause]));
  const known = new Set(byId.keys());
  const vectors = families.flatMap((family) => family.vectors);
  const proofs = new Map(clauses.map((clause) => [clause.id, proofOf(clause, input, vectors)]));
  const front = outlineOf([part(readme, IN_FRONT)]);
  const middle = outlineOf(chapters);
  const back = outlineOf([part(readme, BEHIND)]);
  const links: Links = { clauses: known, sections: middle.byNumber, target: targets(middle, cddl.name) };
  const chapter = (file: ChapterParts['file']): Markup => {
    const markdown = markdownOf(file.name, links);
    const shown = (clause: Clause): Markup =>
      renderClause(clause, proofs.get(clause.id) ?? NOTHING, markdown.inline);
    return renderChapter({ file, markdown, clauses: byId, renderClause: shown });
  };
  const title = titleOf(readme.text);
  const places = placesOf(chapters);
  const indexed = clauses.map((clause) => ({
    clause,
    place: places.get(clause.id),
    proof: proofs.get(clause.id) ?? NOTHING,
  }));
  const headings = [
    ...front.headings,
    ...middle.headings,
    CDDL,
    ...back.headings,
    CASES,
    VECTORS,
    INDEX,
    BY_ROLE,
  ];
  const abstract = chapter({ name: readme.name, text: title.abstract });
  const body = html`<a class="skip" href="#text">To the text</a>
${renderCover(title, abstract, { clauses, cases: cases.length, vectors: vectors.length })}
${renderContents(headings)}<main id="text">
${chapter(part(readme, IN_FRONT))}
${chapters.map(chapter)}
${renderHeading(CDDL)}${renderCddl(cddl.text, links)}
${chapter(part(readme, BEHIND))}
${renderCases(cases, known)}
${renderVectors(families, known)}
${renderIndex(indexed)}
${renderByRole(clauses)}</main>`;
  return renderPage({
    title: `${title.title}, version ${title.version}`,
    description: `The specification of NTMobile, ${title.date}: ${clauses.length} numbered clauses with what proves them.`,
    style: SPEC_STYLE,
    body,
  });
}

const NOTHING: Proof = { cases: [], vectors: [], without: new Map() };

/** These sections of a file and no others, as chapters. */
function part({ name, text }: ChapterParts['file'], sections: readonly string[]): ChapterParts['file'] {
  const pieces = text.replaceAll('\r', '').split(/^(?=## )/m);
  const wanted = pieces.filter((piece) => sections.some((title) => piece.startsWith(`## ${title}\n`)));
  return { name, text: wanted.join('').replace(/^## /gm, '# ') };
}

function targets({ byTarget }: Outline, cddl: string): Links['target'] {
  return (file, href) => {
    if (/^[a-z]+:/.test(href)) return href;
    const full = href.startsWith('#') ? `${file}${href}` : href;
    if (full === cddl) return `#${CDDL.id}`;
    return `#${byTarget.get(full) ?? byTarget.get(full.split('#')[0] ?? '') ?? 'top'}`;
  };
}
