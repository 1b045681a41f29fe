/** What holds for all vectors, whatever they are about. */
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { pretty } from '../../vectors/generate/canonical.ts';
import { families } from '../../vectors/generate/families.ts';
import type { Json } from '../../vectors/generate/vector.ts';
import t from '../tap.ts';
import type { Change, Fields, Vector } from './load.ts';
import { fileText, loadFamilies, loadVectors } from './load.ts';

const all = loadVectors();
const byId = new Map(all.map((vector) => [vector.id, vector]));
const ids = (vectors: readonly Vector[]) => vectors.map(({ id }) => id);

t.test('the files are what the generator makes', (t) => {
  const made = families();
  t.same(
    made.map(({ family }) => family).sort(),
    loadFamilies().map(({ family }) => family),
  );
  for (const file of made) {
    t.ok(fileText(`${file.family}.json`) === pretty(file as unknown as Json), file.family);
  }
});

t.test('each file fits the JSON Schema, which takes no other field', (t) => {
  const fits = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false }).compile(
    JSON.parse(fileText('schema.json')),
  );
  for (const file of loadFamilies()) {
    fits(file);
    t.same(fits.errors ?? [], [], file.family);
  }
  const [file] = loadFamilies();
  const [vector] = file?.vectors ?? [];
  t.notOk(fits({ ...file, more: 1 }));
  t.notOk(fits({ ...file, vectors: [{ ...vector, more: 1 }] }));
  t.notOk(fits({ ...file, vectors: [{ ...vector, input: { ...vector?.input, more: '' } }] }));
  t.notOk(fits({ ...file, vectors: [{ ...vector, result: 'invalid' }] }), 'invalid, without layer and flag');
});

t.test('ids are unique and begin with the name of the family', (t) => {
  t.equal(byId.size, all.length);
  for (const { family, vectors } of loadFamilies()) {
    t.same(
      ids(vectors).filter((id) => !id.startsWith(`${family}.`)),
      [],
      family,
    );
  }
});

t.test('there are enough, and enough that have to be refused', (t) => {
  const invalid = all.filter(({ result }) => result === 'invalid').length;
  const free = all.filter(({ result }) => result === 'implementation-defined').length;
  t.ok(all.length >= 300, `${all.length}`);
  t.ok(invalid >= all.length / 3, `${invalid} invalid`);
  t.ok(free <= all.length / 20, `${free} implementation-defined`);
});

t.test('each clause is one of the spec', (t) => {
  const folder = new URL('../../conformance/spec/', import.meta.url);
  const text = readdirSync(folder)
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n');
  const clauses = new Set([...text.matchAll(/^\*\*([A-Z]+-\d\d)\*\*/gm)].map(([, id]) => id));
  const named = [...new Set(all.flatMap((vector) => vector.clauses))];
  t.ok(named.length > 30);
  t.same(
    named.filter((id) => !clauses.has(id)),
    [],
  );
});

t.test('each flag has a note, each note a vector', (t) => {
  for (const { family, notes, vectors } of loadFamilies()) {
    const used = new Set(vectors.flatMap(({ flags = [] }) => flags));
    t.same([...used].sort(), Object.keys(notes).sort(), family);
  }
});

t.test('an invalid vector is a valid one of its family with the stated change, and nothing else', (t) => {
  const broken = all.filter(({ base }) => base !== undefined);
  t.ok(broken.length > 300);
  const wrong = broken.filter(({ id, base = '', call, input, change = [] }) => {
    const from = byId.get(base);
    if (from === undefined || from.result !== 'valid' || from.call !== call) return true;
    if (base.split('.')[0] !== id.split('.')[0]) return true;
    return JSON.stringify(applied(from.input, change)) !== JSON.stringify(input);
  });
  t.same(ids(wrong), []);
  const without = all.filter(
    ({ result, base, call }) => result === 'invalid' && base === undefined && call !== 'replay',
  );
  t.same(ids(without), []);
});

/** The input of a base with the changes made, each of which names what was there. */
function applied(input: Fields, changes: readonly Change[]): Fields {
  const result: Record<string, unknown> = { ...input };
  // From the end, so that the places before it stay where they are.
  for (const { field, at, was, is } of [...changes].reverse()) {
    const value = result[field];
    if (at === undefined) {
      if (JSON.stringify(value) !== JSON.stringify(was)) throw new Error(`${field} was something else`);
      result[field] = is;
      continue;
    }
    const hex = String(value);
    const old = String(was);
    if (hex.slice(2 * at, 2 * at + old.length) !== old) throw new Error(`${field} was something else`);
    result[field] = hex.slice(0, 2 * at) + String(is) + hex.slice(2 * at + old.length);
  }
  return result;
}

t.test('no two vectors have one input', (t) => {
  const seen = new Map<string, string>();
  const twice: string[] = [];
  for (const { id, call, input } of all) {
    const text = JSON.stringify([call, input]);
    const other = seen.get(text);
    if (other !== undefined) twice.push(`${id} is ${other}`);
    seen.set(text, id);
  }
  t.same(twice, []);
});

t.test("the spec's worked example is among the openings", (t) => {
  const chapter = readFileSync(new URL('../../conformance/spec/05-channel.md', import.meta.url), 'utf8');
  const example = chapter.slice(chapter.indexOf('Worked example')).replace(/\s/g, '');
  const vector = byId.get('openings.worked-example.message-2');
  const values = { ...vector?.steps, ...vector?.output };
  const hex = Object.entries(values).filter(([, value]) => typeof value === 'string');
  t.ok(hex.length > 20);
  t.same(
    hex.filter(([, value]) => !example.includes(String(value))).map(([name]) => name),
    [],
  );
});
