/** The headings of all files, and where links to them lead. */
import type { Token } from 'marked';
import { marked } from 'marked';
import type { SpecFile } from '../reporters/places.ts';

export interface Heading {
  readonly file: string;
  /** 1: chapter. */
  readonly depth: number;
  /** `4.1`, `B.1.2`; the headings of the README have none. */
  readonly number: string | undefined;
  readonly title: string;
  /** Of the element, once in the page. */
  readonly id: string;
}

export interface Outline {
  readonly headings: readonly Heading[];
  /** The id of a section by its number. */
  readonly byNumber: ReadonlyMap<string, string>;
  /** The id that `file.md` or `file.md#heading` leads to. */
  readonly byTarget: ReadonlyMap<string, string>;
}

const NUMBER = /^(?:Appendix )?(\d+(?:\.\d+)*|[A-Z](?:\.\d+)*)\.? /;

export function headingOf(file: string, depth: number, title: string): Heading {
  const number = NUMBER.exec(title)?.[1];
  return { file, depth, number, title, id: number === undefined ? slugOf(title) : `section-${number}` };
}

export function outlineOf(files: readonly SpecFile[]): Outline {
  const headings = files.flatMap(({ name, text }) => headingsOf(name, marked.lexer(text)));
  const byTarget = new Map<string, string>();
  for (const { file, title, id } of headings) {
    if (!byTarget.has(file)) byTarget.set(file, id);
    byTarget.set(`${file}#${slugOf(title)}`, id);
  }
  const numbered = headings.flatMap(({ number, id }) =>
    number === undefined ? [] : [[number, id] as const],
  );
  return { headings, byNumber: new Map(numbered), byTarget };
}

function headingsOf(file: string, tokens: readonly Token[]): Heading[] {
  return tokens.flatMap((token) =>
    token.type === 'heading' ? [headingOf(file, token.depth, token.text)] : [],
  );
}

/** The anchor that GitHub gives to a heading. */
export function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
