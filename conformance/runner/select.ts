/** Which cases a run is about. */
import type { Case } from '../case.ts';
import type { Selection } from './options.ts';

/** A pattern matched nothing, which is a slip of whoever wrote it. */
export class SelectionError extends Error {}

/**
 * The cases that match all the lists that are given.
 * @throws SelectionError for a pattern, role, clause or text that no case matches.
 */
export function select(cases: readonly Case[], selection: Selection): Case[] {
  const tests: ((info: Case) => boolean)[] = [
    anyOf('pattern', selection.patterns, cases, (info, pattern) => {
      const glob = globOf(pattern);
      return glob.test(info.id) || info.clauses.some((clause) => glob.test(clause));
    }),
    anyOf('role', selection.roles, cases, (info, role) => info.roles.includes(role)),
    anyOf('clause', selection.clauses, cases, (info, clause) =>
      info.clauses.some((id) => globOf(clause).test(id)),
    ),
    anyOf('level', selection.levels, cases, (info, level) => info.level === level),
    anyOf('text', selection.grep, cases, (info, text) => contains(info, text)),
  ];
  return cases.filter((info) => tests.every((test) => test(info)));
}

function anyOf<T extends string>(
  what: string,
  wanted: readonly T[],
  cases: readonly Case[],
  matches: (info: Case, item: T) => boolean,
): (info: Case) => boolean {
  for (const item of wanted) {
    if (!cases.some((info) => matches(info, item)))
      throw new SelectionError(`no case matches the ${what} ${item}`);
  }
  return (info) => wanted.length === 0 || wanted.some((item) => matches(info, item));
}

function contains({ id, title, catches }: Case, text: string): boolean {
  return [id, title, catches].some((own) => own.toLowerCase().includes(text.toLowerCase()));
}

/** `*` stands for any characters, `?` for one; case does not count. */
function globOf(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i');
}
