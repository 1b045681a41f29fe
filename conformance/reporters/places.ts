/** Where in the specification each clause stands: chapter and section. */
import type { Clause } from '../spec-clauses.ts';
import { parseClauses } from '../spec-clauses.ts';

export interface SpecFile {
  readonly name: string;
  readonly text: string;
}

export interface Place {
  readonly file: string;
  /** `9. Relays` */
  readonly chapter: string;
  /** `9.7 RS-S: forwarding`; undefined before the chapter's first section. */
  readonly section: string | undefined;
  /** Counts up through the whole text. */
  readonly order: number;
  readonly clause: Clause;
  /** Text, tables and figures that follow the clause up to the next clause or heading. */
  readonly explanation: string;
}

const CLAUSE = /^\*\*([A-Z]+-\d+)\*\*/;

/**
 * Finds every clause. Files are read in the order given, which is that of the chapters.
 * @throws SpecError as {@link parseClauses}.
 */
export function placesOf(files: readonly SpecFile[]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const file of files) {
    const clauses = new Map(parseClauses(file.text, file.name).map((clause) => [clause.id, clause]));
    for (const block of blocksOf(file.text)) {
      const clause = clauses.get(block.id);
      if (clause === undefined) continue;
      places.set(block.id, {
        file: file.name,
        chapter: block.chapter,
        section: block.section,
        order: places.size,
        clause,
        explanation: block.lines.join('\n').trim(),
      });
    }
  }
  return places;
}

interface Block {
  readonly id: string;
  readonly chapter: string;
  readonly section: string | undefined;
  readonly lines: string[];
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let chapter = '';
  let section: string | undefined;
  let open: Block | undefined;
  let inClause = false;
  for (const line of text.split(/\r?\n/)) {
    const [, hashes, title] = /^(#+) (.*)$/.exec(line) ?? [];
    const id = CLAUSE.exec(line)?.[1];
    if (hashes !== undefined && title !== undefined) {
      if (hashes.length === 1) [chapter, section] = [title, undefined];
      if (hashes.length === 2) section = title;
      open = undefined;
    } else if (id !== undefined) {
      open = { id, chapter, section, lines: [] };
      blocks.push(open);
      inClause = true;
    } else if (line.trim() === '' && inClause) inClause = false;
    else if (!inClause) open?.lines.push(line);
  }
  return blocks;
}
