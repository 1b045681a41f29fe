/** Each clause that this version exercises has a case, or a reason why it can have none. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { coverage, dueSince, isLater, ROLE_SINCE } from '../../conformance/coverage.ts';
import type { RoleName } from '../../conformance/roles.ts';
import { LEVELS, ROLES } from '../../conformance/roles.ts';
import { catalogue } from '../../conformance/spec-clauses.ts';
import { UNTESTABLE } from '../../conformance/untestable.ts';
import t from '../tap.ts';

const FOLDER = new URL('../../conformance/spec/', import.meta.url);

const chapters = await Promise.all(
  (await readdir(FOLDER))
    .filter((name) => name.endsWith('.md'))
    .map(async (name) => ({ name, text: await readFile(new URL(name, FOLDER), 'utf8') })),
);
const readme = chapters.find(({ name }) => name === 'README.md')?.text ?? '';
const spec = /^Version (\S+)$/m.exec(readme)?.[1] ?? '';
const clauses = catalogue(chapters);
const known = new Set(clauses.map(({ id }) => id));
const cased = new Set(ALL_CASES.flatMap((one) => one.clauses));
const suite = { cases: ALL_CASES, untestable: UNTESTABLE, spec };
/** Each clause with each of its roles, and what there is for it. */
const pairs = clauses.flatMap((clause) =>
  clause.roles.map((role) => ({
    pair: `${clause.id} ${role}`,
    clause,
    role,
    kind: coverage(clause, role, suite).kind,
  })),
);

t.test(
  'MUST, SHOULD or MAY: each clause has for each of its roles a case, a reason, or a later version',
  (t) => {
    t.same(
      pairs.filter(({ kind }) => kind === 'gap').map(({ pair }) => pair),
      [],
    );
    const by = (kind: string): number => pairs.filter((one) => one.kind === kind).length;
    t.ok(by('cases') > 400, `${by('cases')} with cases`);
    for (const level of LEVELS)
      t.ok(
        pairs.some(({ clause, kind }) => clause.level === level && kind === 'cases'),
        level,
      );
  },
);

t.test(
  'what is later is so by its own SINCE or that of its role, and no role that is tested is later than a clause',
  (t) => {
    const isRight = ({ pair, clause, role }: (typeof pairs)[number]): boolean =>
      (isLater(clause.since, spec) || isLater(ROLE_SINCE[role], spec)) && UNTESTABLE[pair] === undefined;
    t.same(
      pairs.filter((one) => one.kind === 'later' && !isRight(one)).map(({ pair }) => pair),
      [],
    );
    // A role whose clauses are all later may have cases before its time, as its clauses may.
    const isEarly = (role: RoleName): boolean =>
      isLater(ROLE_SINCE[role], spec) &&
      ALL_CASES.some(({ roles }) => roles.includes(role)) &&
      clauses.some(({ roles, since }) => roles.includes(role) && !isLater(since, spec));
    t.same(ROLES.filter(isEarly), []);
  },
);

t.test('the versions of the roles are those that the README of the specification gives', (t) => {
  const [, after = ''] = readme.split('| version | exercised from then on |');
  const [rows = ''] = after.trim().split('\n\n');
  const written = rows.split('\n').flatMap((row) => {
    const [, version, rest = ''] = /^\| (\d+\.\d+) \|(.*)$/.exec(row) ?? [];
    const [, roles = ''] = rest.split(/\broles? /);
    return [...roles.matchAll(/`([a-z-]+)`/g)].map(([, role]) => [role, version]);
  });
  t.same(Object.fromEntries(written), ROLE_SINCE);
});

t.test('no reason for a clause that has a case, or that is not of this version', (t) => {
  const isNeeded = (key: string) =>
    pairs.some(({ pair, clause, kind }) => kind === 'untestable' && (pair === key || clause.id === key)) &&
    !(cased.has(key) && !key.includes(' '));
  t.same(
    Object.keys(UNTESTABLE).filter((key) => !isNeeded(key)),
    [],
  );
});

t.test('a clause without any of the three is a gap', (t) => {
  const bare = { ...suite, cases: [], untestable: {} };
  const gaps = pairs.filter(({ clause, role }) => coverage(clause, role, bare).kind === 'gap');
  t.same(
    gaps.map(({ pair }) => pair),
    pairs.filter(({ clause, role }) => !isLater(dueSince(clause, role), spec)).map(({ pair }) => pair),
  );
  t.ok(gaps.length > 400);
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

t.test('the rationale names cases and tests that exist', (t) => {
  const text = chapters.find(({ name }) => name === 'B-rationale.md')?.text ?? '';
  const ids = new Set(ALL_CASES.map(({ id }) => id));
  const roles = [...new Set([...ids].map((id) => id.split('.')[0]))].join('|');
  const named = [...text.matchAll(new RegExp(`\`((?:${roles})\\.[a-z0-9.-]+)\``, 'g'))].map(
    ([, id]) => id ?? '',
  );
  t.ok(named.length > 30);
  t.same(
    named.filter((id) => !ids.has(id)),
    [],
  );
  const files = [...text.matchAll(/`(test\/[^`]+\.ts)`/g)].map(([, file]) => file ?? '');
  for (const file of files) t.ok(existsSync(new URL(`../../${file}`, import.meta.url)), file);
});
