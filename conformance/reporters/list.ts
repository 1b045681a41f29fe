/** `--list` for people: the cases as a table. */
import type { Case } from '../case.ts';
import type { Paint } from './paint.ts';
import { count } from './text.ts';

/** Saboteurs that a case alone catches, by its id. */
export type Alone = ReadonlyMap<string, readonly string[]>;

/** One line for each case: id, roles, level, adapter level, clauses, what it needs, which saboteurs it alone catches. */
export function renderList(cases: readonly Case[], paint: Paint, alone?: Alone): string {
  const rows = cases.map((info) => [
    info.id,
    info.roles.join(' '),
    info.level,
    `${info.adapterLevel}`,
    info.clauses.join(' '),
    [...info.features, ...info.needs].join(' ') || '-',
    ...(alone === undefined ? [] : [alone.get(info.id)?.join(' ') ?? '-']),
  ]);
  const head = [
    'case',
    'role',
    'level',
    'adapter',
    'clauses',
    'needs',
    ...(alone === undefined ? [] : ['catches alone']),
  ];
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return `${[paint.dim(line(head)), ...rows.map(line), count(cases.length, 'case')].join('\n')}\n`;
}
