/** Tables that stand in the text of the specification, marked by `<!-- table: NAME -->`. */
import { SpecError } from './spec-clauses.ts';

/** One row: its cells as they are written, by the heads of their columns. */
export type TableRow = Readonly<Record<string, string>>;

/** By their names. */
export type SpecTables = ReadonlyMap<string, readonly TableRow[]>;

/** @throws SpecError if a mark has no table after it, or a row another number of cells than the head. */
export function specTables(files: readonly { readonly name: string; readonly text: string }[]): SpecTables {
  const tables = new Map<string, readonly TableRow[]>();
  for (const { name: file, text } of files) {
    const lines = text.split(/\r?\n/);
    for (const [at, line] of lines.entries()) {
      const [, name] = /^<!-- table: ([a-z-]+) -->$/.exec(line) ?? [];
      if (name !== undefined) tables.set(name, readRows(lines.slice(at + 1), `${file}:${at + 1}`));
    }
  }
  return tables;
}

function readRows(lines: readonly string[], where: string): TableRow[] {
  const begin = lines.findIndex((line) => line !== '');
  const end = lines.findIndex((line, at) => at > begin && !line.startsWith('|'));
  const [head, rule, ...rows] = lines.slice(begin, end < 0 ? undefined : end).map(cells);
  if (head === undefined || rule === undefined) throw new SpecError(`${where}: no table follows`);
  return rows.map((row) => {
    if (row.length !== head.length) throw new SpecError(`${where}: a row of ${row.length} cells`);
    return Object.fromEntries(head.map((name, at) => [name, row[at] ?? '']));
  });
}

/** What stands between the bars, without code marks. */
function cells(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''));
}
