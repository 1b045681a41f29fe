/** Appendix D: each requirement on NATs has a clause, or a reason, and a test that is there. */
import { readdir, readFile } from 'node:fs/promises';
import { catalogue } from '../../conformance/spec-clauses.ts';
import t from '../tap.ts';

const FOLDER = new URL('../../conformance/spec/', import.meta.url);
const TESTS = new URL('../roles/rs-n/napt/', import.meta.url);

const texts = async (folder: URL, end: string): Promise<Map<string, string>> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(end));
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await readFile(new URL(name, folder), 'utf8')] as const),
    ),
  );
};
const spec = await texts(FOLDER, '.md');
const tests = await texts(TESTS, '.test.ts');
const appendix = spec.get('D-address-translation.md') ?? '';
const ids = new Set(catalogue([...spec].map(([name, text]) => ({ name, text }))).map(({ id }) => id));

/** The names of the tests at the top of a file. */
const namesIn = (text: string): string[] =>
  [...text.matchAll(/^ *t\.test\(\s*['`](.+?)['`],/gm)].map(([, name = '']) => name);

function rowsOf(rfc: string): string[][] {
  const [, after = ''] = appendix.split(`<!-- table: rfc${rfc} -->`);
  const [table = ''] = after.trim().split('\n\n');
  return table
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** How many requirements each has. */
const COUNTS = { 4787: 14, 5382: 10, 5508: 11 } as const;

for (const [rfc, count] of Object.entries(COUNTS)) {
  t.test(`RFC ${rfc}: each of its requirements, in order`, (t) => {
    t.same(
      rowsOf(rfc).map(([name]) => name),
      Array.from({ length: count }, (_, i) => `REQ-${i + 1}`),
    );
    for (const [name = '', level = ''] of rowsOf(rfc)) t.match(level, /^(MUST|SHOULD|MAY)$/, name);
  });

  t.test(`RFC ${rfc}: clauses that exist, or what the reference does, or why not`, (t) => {
    for (const [name = '', , , here = ''] of rowsOf(rfc)) {
      const named = [...here.matchAll(/\b[A-Z]+-\d{2}\b/g)].map(([id]) => id);
      t.ok(named.length > 0 || /implementation: |not applicable: /.test(here), name);
      t.same(
        named.filter((id) => !ids.has(id)),
        [],
        name,
      );
    }
  });

  t.test(`RFC ${rfc}: tests that exist, unless there is nothing to show`, (t) => {
    for (const [name = '', , , here = '', shown = ''] of rowsOf(rfc)) {
      const [, file] = /^`([a-z-]+\.test\.ts)`$/.exec(shown) ?? [];
      if (file === undefined) {
        t.equal(shown, '', name);
        t.match(here, /^(implementation|not applicable): /, `${name} needs a test`);
        continue;
      }
      const wanted = `RFC ${rfc}, ${name}:`;
      t.ok(
        namesIn(tests.get(file) ?? '').some((test) => test.startsWith(wanted)),
        `${wanted} in ${file}`,
      );
    }
  });
}

t.test('tests that are named after a requirement are in the table', (t) => {
  const rows = new Set(
    Object.keys(COUNTS).flatMap((rfc) =>
      rowsOf(rfc).map(([name, , , , shown]) => `RFC ${rfc}, ${name}: ${shown?.replaceAll('`', '')}`),
    ),
  );
  const named = [...tests].flatMap(([file, text]) =>
    namesIn(text).flatMap((name) => {
      const [, requirement] = /^(RFC \d+, REQ-\d+:)/.exec(name) ?? [];
      return requirement === undefined ? [] : [`${requirement} ${file}`];
    }),
  );
  t.ok(named.length > 30);
  t.same(
    named.filter((one) => !rows.has(one)),
    [],
  );
});
