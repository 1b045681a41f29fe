/** The text of the spec as machines read it: clauses, references between them, links, tables. */
import { readdir, readFile } from 'node:fs/promises';
import type { Clause } from '../../conformance/spec-clauses.ts';
import { catalogue } from '../../conformance/spec-clauses.ts';
import t from '../tap.ts';

const FOLDER = new URL('../../conformance/spec/', import.meta.url);

interface File {
  readonly name: string;
  readonly text: string;
}

const files: File[] = await Promise.all(
  (await readdir(FOLDER))
    .filter((name) => /\.(md|cddl)$/.test(name))
    .sort()
    .map(async (name) => ({ name, text: await readFile(new URL(name, FOLDER), 'utf8') })),
);
const chapters = files.filter(({ name }) => name.endsWith('.md'));
const clauses: Clause[] = catalogue(chapters);
const ids = new Set(clauses.map(({ id }) => id));
const GROUPS = [...new Set(clauses.map(({ id }) => id.split('-')[0] ?? ''))];
const REFERENCE = new RegExp(`\\b(?:${GROUPS.join('|')})-\\d+\\b`, 'g');

t.test('each clause is one paragraph with a head that machines read, and has an id of its own', (t) => {
  const heads = chapters.flatMap(({ text }) => [...text.matchAll(/^\*\*[A-Z]+-\d+\*\*/gm)]);
  t.equal(clauses.length, heads.length);
  t.ok(clauses.length > 300, `${clauses.length} clauses`);
  const inside = chapters.flatMap(({ name, text }) =>
    [...text.matchAll(/^.+\*\*[A-Z]+-\d+\*\*/gm)].map(([line]) => `${name}: ${line}`),
  );
  t.same(inside, [], 'no head within a paragraph');
  const glued = chapters.flatMap(({ name, text }) =>
    [...text.matchAll(/^(?!\s*$).+\n\*\*([A-Z]+-\d+)\*\* \(/gm)].map(([, id]) => `${name}: ${id}`),
  );
  t.same(glued, [], 'a blank line before each');
});

t.test('ids have two digits, and sources end each clause', (t) => {
  t.same(
    clauses.filter(({ id }) => !/^[A-Z]+-\d{2}$/.test(id)).map(({ id }) => id),
    [],
  );
  const sources = /\[(?:RS|LB|D|H)(?:,(?:RS|LB|D|H))*\]$/;
  t.same(
    clauses.filter(({ text }) => !sources.test(text)).map(({ id }) => id),
    [],
  );
});

t.test('a clause has a word of its level', (t) => {
  const words: Readonly<Record<Clause['level'], RegExp>> = {
    MUST: /\bMUST\b/,
    SHOULD: /\bSHOULD\b/,
    MAY: /\bMAY\b/,
  };
  t.same(
    clauses.filter(({ level, text }) => !words[level].test(text)).map(({ id }) => id),
    [],
  );
});

t.test('each clause that is referred to exists', (t) => {
  const dangling = files.flatMap(({ name, text }) =>
    [...text.matchAll(REFERENCE)].filter(([id]) => !ids.has(id)).map(([id]) => `${name}: ${id}`),
  );
  t.same(dangling, []);
  t.ok(files.flatMap(({ text }) => [...text.matchAll(REFERENCE)]).length > 2 * clauses.length);
});

t.test('each section that is referred to exists', (t) => {
  const headings = new Set(
    chapters.flatMap(({ text }) =>
      [...text.matchAll(/^#{1,3} (?:Appendix )?([A-Z0-9][\d.]*?)\.? /gm)].map(([, n]) => n),
    ),
  );
  const named =
    /(?<!RFC \d+,? )\b(?:[Ss]ections?|[Cc]hapters?|[Aa]ppendix) (\d+(?:\.\d+)*|[A-D](?:\.\d+)*)\b/g;
  const dangling = files.flatMap(({ name, text }) =>
    [...text.matchAll(named)]
      .filter(([all, n]) => !headings.has(n ?? '') && !isForeign(text, all))
      .map(([all]) => `${name}: ${all}`),
  );
  t.same(dangling, []);
});

/** Sections of other documents are named beside these. */
function isForeign(text: string, reference: string): boolean {
  return new RegExp(
    `(?:RFC \\d+|\\[RS\\]|paper)[^.]{0,40}${reference}|${reference}[^.]{0,40}of the same paper`,
  ).test(text.replaceAll('\n', ' '));
}

t.test('links lead to files and headings that exist', (t) => {
  const anchors = new Map(chapters.map(({ name, text }) => [name, anchorsOf(text)]));
  const known = new Set([...files.map(({ name }) => name), 'LICENSE']);
  const broken = chapters.flatMap(({ name, text }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
      if (/^https?:/.test(target)) return [];
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? name : file;
      if (!known.has(to)) return [`${name}: ${target}`];
      return anchor === undefined || anchors.get(to)?.has(anchor) ? [] : [`${name}: ${target}`];
    }),
  );
  t.same(broken, []);
});

/** The anchors that GitHub gives to headings. */
function anchorsOf(text: string): Set<string> {
  return new Set(
    [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

t.test('every chapter and appendix is linked from the README', (t) => {
  const readme = chapters.find(({ name }) => name === 'README.md')?.text ?? '';
  t.same(
    files
      .filter(({ name }) => name !== 'README.md' && !readme.includes(`](${name})`))
      .map(({ name }) => name),
    [],
  );
});

t.test('tables have as many cells in each row as in the head', (t) => {
  const ragged = chapters.flatMap(({ name, text }) =>
    tablesOf(text).flatMap((rows) => {
      const [head = [], rule = [], ...body] = rows;
      if (!rule.every((cell) => /^-{3,}$/.test(cell))) return [`${name}: no head: ${head.join(' | ')}`];
      return [rule, ...body]
        .filter((row) => row.length !== head.length)
        .map((row) => `${name}: ${row.join(' | ')}`);
    }),
  );
  t.same(ragged, []);
  t.ok(chapters.flatMap(({ text }) => tablesOf(text)).length > 50);
});

t.test('rules of section 6.4 name clauses, and clauses that make a schema fail are in it', (t) => {
  const messages = chapters.find(({ name }) => name === '06-messages.md')?.text ?? '';
  const [, after = ''] = messages.split('<!-- table: schema-rules -->');
  const [rows = []] = tablesOf(after);
  const named = new Set(
    rows.slice(2).flatMap((row) => [...(row.at(-1) ?? '').matchAll(REFERENCE)].map(([id]) => id)),
  );
  t.ok(rows.length > 10);
  const failing = clauses
    .filter(({ text }) => /\bfails? (?:the|its) schema\b|\bschema fails\b/.test(text))
    .map(({ id }) => id);
  // These are the CDDL itself, what stands beside it, and what is done with a schema that fails.
  const others = ['GEN-22', 'GEN-23', 'GEN-24', 'GEN-30', 'GEN-44', 'GEN-46', 'RSS-14'];
  t.same(
    failing.filter((id) => !named.has(id) && !others.includes(id)),
    [],
  );
});

t.test('column `set` of the timers', (t) => {
  const timers = chapters.find(({ name }) => name === '15-timers.md')?.text ?? '';
  const [, after = ''] = timers.split('<!-- table: timers -->');
  const [[head = [], , ...rows] = []] = tablesOf(after);
  t.same(head, ['name', 'default', 'unit', 'clause', 'set']);
  t.ok(rows.length > 90);
  const names = rows.map(([name]) => name);
  t.equal(new Set(names).size, names.length, 'each name once');
  for (const [name = '', value = '', , clause = '', set = ''] of rows) {
    t.ok(['always', 'test', 'no'].includes(set), `${name}: ${set}`);
    t.ok(
      clause.split(', ').every((id) => ids.has(id)),
      `${name}: ${clause}`,
    );
    if (/[ ,]/.test(value)) t.equal(set, 'no', `${name} is no single number`);
  }
});

/** Runs of lines that begin with `|`, each as its cells; `\|` is no border. */
function tablesOf(text: string): string[][][] {
  const code = /^```.*?^```$/gms;
  const runs = text.replace(code, '').match(/(?:^\|.*(?:\n|$))+/gm) ?? [];
  return runs.map((run) =>
    run
      .trim()
      .split('\n')
      .map((line) =>
        line
          .split(/(?<!\\)\|/)
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ),
  );
}
