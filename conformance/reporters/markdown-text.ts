/** Text in Markdown as GitHub reads it, none of which can be markup. */
import { tame } from './text.ts';

/** One line of text: nothing in it is markup, a link, a list, or a name that GitHub would act on. */
export function plain(text: string): string {
  const entity = (found: string): string => `&#${found.charCodeAt(0)};`;
  return tame(text)
    .trim()
    .replace(/[\\`*_[\]|~!$#]/g, '\\$&')
    .replace(/[&<>@]|:(?=\/\/)|(?<=www)\.|^[-+=]|(?<=^\d+)[.)]/gi, entity);
}

/** The same where something else stands before it in its line: then it begins no list, and looks as it is. */
export function plainAfter(text: string): string {
  return plain(`x ${text}`).slice(2);
}

/** As code within a line; not for a table, where a bar would end the cell. */
export function code(text: string): string {
  const line = tame(text);
  const ticks = '`'.repeat(longestTicks([line]) + 1);
  return ticks.length === 1 ? `\`${line}\`` : `${ticks} ${line} ${ticks}`;
}

/** Lines as they are, between fences that nothing in them can close. */
export function fenced(language: string, lines: readonly string[]): string[] {
  const tamed = lines.map(tame);
  const fence = '`'.repeat(Math.max(3, longestTicks(tamed) + 1));
  return [fence + language, ...tamed, fence];
}

/** A table; the cells are Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(line)];
}

function longestTicks(lines: readonly string[]): number {
  return Math.max(0, ...lines.flatMap((line) => line.match(/`+/g) ?? []).map(({ length }) => length));
}
