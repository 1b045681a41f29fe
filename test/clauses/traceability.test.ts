/** Each clause that this version exercises has a case, or a reason why it can have none. */
import { readdir, readFile } from 'node:fs/promises';
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { catalogue } from '../../conformance/spec-clauses.ts';
import { UNTESTABLE } from '../../conformance/untestable.ts';
import t from '../tap.ts';

const FOLDER = new URL('../../conformance/spec/', import.meta.url);
/** Roles that have cases, and the versions of the spec that these cases exercise. */
const EXERCISED: Readonly<Partial<Record<string, readonly string[]>>> = {
  dc: ['0.1', '0.2'],
  'rs-s': ['0.1'],
  codec: ['0.1'],
  node: ['0.1', '0.2'],
};

const chapters = await Promise.all(
  (await readdir(FOLDER))
    .filter((name) => name.endsWith('.md'))
    .map(async (name) => ({ name, text: await readFile(new URL(name, FOLDER), 'utf8') })),
);
const clauses = catalogue(chapters);
const known = new Set(clauses.map(({ id }) => id));
const cased = new Set(ALL_CASES.flatMap((one) => one.clauses));
/** Clause and role, as in `GEN-02 codec`. */
const judged = new Set(
  ALL_CASES.flatMap(({ clauses: of, roles }) => of.flatMap((id) => roles.map((role) => `${id} ${role}`))),
);
/** The same of all that there has to be a case for. */
const due = clauses.flatMap(({ id, since, roles }) =>
  roles.filter((role) => EXERCISED[role]?.includes(since)).map((role) => `${id} ${role}`),
);

t.test('every clause of this version has a case for each of its roles, or a reason', (t) => {
  t.ok(due.length > 120, `${due.length} clauses`);
  const gaps = due.filter((pair) => UNTESTABLE[pair] === undefined && UNTESTABLE[idOf(pair)] === undefined);
  t.same(
    gaps.filter((pair) => !judged.has(pair)),
    [],
  );
});

t.test('no reason for a clause that has a case, or that is not of this version', (t) => {
  const ids = new Set(due.map(idOf));
  const isNeeded = (key: string) =>
    key.includes(' ') ? due.includes(key) && !judged.has(key) : ids.has(key) && !cased.has(key);
  t.same(
    Object.keys(UNTESTABLE).filter((key) => !isNeeded(key)),
    [],
  );
});

t.test('cases name clauses that exist, and each has an id of its own', (t) => {
  t.same(
    [...cased].filter((id) => !known.has(id)),
    [],
  );
  const ids = ALL_CASES.map(({ id }) => id);
  t.same(
    ids.filter((id, index) => ids.indexOf(id) !== index),
    [],
  );
});

t.test('a case is no stricter than its clauses', (t) => {
  const levels = new Map(clauses.map(({ id, level }) => [id, level]));
  const stricter = ALL_CASES.filter(
    ({ level, clauses: of }) => level === 'MUST' && of.every((id) => levels.get(id) !== 'MUST'),
  );
  t.same(
    stricter.map(({ id }) => id),
    [],
  );
});

function idOf(pair: string): string {
  return pair.split(' ')[0] ?? '';
}
