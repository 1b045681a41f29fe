/** The clause catalogue: the numbered requirements, read out of the text of the specification. */
import { createHash } from 'node:crypto';
import type { Level, RoleName } from './roles.ts';
import { LEVELS, ROLES } from './roles.ts';

/** `m` mandatory, `o` optional, `c` conditional: the text names its condition. */
export type ClauseStatus = 'm' | 'o' | 'c';

export interface Clause {
  readonly id: string;
  readonly level: Level;
  readonly status: ClauseStatus;
  /** The version of the spec from which on the suite exercises it. */
  readonly since: string;
  readonly roles: readonly RoleName[];
  /** The requirement in one line. */
  readonly text: string;
}

/** The text of the specification is not as it has to be; the message names file and line. */
export class SpecError extends Error {}

const HEAD = /^\*\*([A-Z]+-\d+)\*\* \(([^,)]*), ([^,)]*), ([^;)]*); ([^)]*)\) (.*)$/;

/**
 * Reads the clauses out of one file of the specification. A clause is one paragraph; a line that
 * starts like one but is none is an error, so that none is lost by a slip of the pen.
 * @param file the name to complain with
 * @throws SpecError
 */
export function parseClauses(text: string, file: string): Clause[] {
  const clauses: Clause[] = [];
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (!/^\*\*[A-Z]+-\d+\*\*/.test(line)) continue;
    const [, id, level, status, since, roles, first] =
      HEAD.exec(line) ?? fail(file, at, 'not a clause head', line);
    const body = [first];
    for (let next = at + 1; next < lines.length && lines[next]?.trim() !== ''; next++)
      body.push(lines[next]?.trim());
    clauses.push({
      id: id ?? '',
      level: LEVELS.find((known) => known === level) ?? fail(file, at, 'unknown level', level),
      status:
        (['m', 'o', 'c'] as const).find((known) => known === status) ??
        fail(file, at, 'unknown status', status),
      since: /^\d+\.\d+$/.test(since ?? '') ? (since ?? '') : fail(file, at, 'not a version', since),
      roles: (roles ?? '')
        .split(' ')
        .map((role) => ROLES.find((known) => known === role) ?? fail(file, at, 'unknown role', role)),
      text: body.join(' ').trim(),
    });
  }
  return clauses;
}

/**
 * Puts the clauses of all files into one catalogue, sorted by id.
 * @throws SpecError if an id is there twice.
 */
export function catalogue(files: readonly { readonly name: string; readonly text: string }[]): Clause[] {
  const byId = new Map<string, Clause>();
  for (const { name, text } of files) {
    for (const clause of parseClauses(text, name)) {
      if (byId.has(clause.id)) throw new SpecError(`${name}: clause ${clause.id} is there twice`);
      byId.set(clause.id, clause);
    }
  }
  return [...byId.values()].sort((a, b) => compareIds(a.id, b.id));
}

/** SHA-256 over the catalogue, as hex: two runs with the same hash were judged by the same clauses. */
export function clauseHash(clauses: readonly Clause[]): string {
  const hash = createHash('sha256');
  for (const { id, level, status, since, roles, text } of clauses) {
    hash.update(JSON.stringify([id, level, status, since, roles, text]));
  }
  return hash.digest('hex');
}

/** Group by name, then the number: RS-2 before RS-10. */
export function compareIds(a: string, b: string): number {
  const [groupA = '', numberA = ''] = a.split('-');
  const [groupB = '', numberB = ''] = b.split('-');
  return groupA < groupB ? -1 : groupA > groupB ? 1 : Number(numberA) - Number(numberB);
}

function fail(file: string, index: number, what: string, found: string | undefined): never {
  throw new SpecError(`${file}:${index + 1}: ${what}: ${found}`);
}
