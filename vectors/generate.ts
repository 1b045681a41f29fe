/**
 * Writes the golden vectors and their manifest, beside this file: `node vectors/generate.ts`. With `--check` it
 * writes nothing and ends with 1 where a file is not what it would write.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Manifest } from './generate/canonical.ts';
import { manifestOf, pretty, takenBack } from './generate/canonical.ts';
import { families } from './generate/families.ts';
import type { Json } from './generate/vector.ts';

const check = process.argv.includes('--check');
const place = (name: string) => new URL(`${name}.json`, import.meta.url);
const read = (name: string) => (existsSync(place(name)) ? readFileSync(place(name), 'utf8') : '');

const files = families();
const manifest = manifestOf(files);
const texts = new Map<string, string>();
for (const file of files) texts.set(file.family, pretty(file as unknown as Json));
texts.set('manifest', pretty(manifest as unknown as Json));

const known: Manifest = JSON.parse(read('manifest') || '{"families": {}, "vectors": {}}');
const lost = takenBack(known, manifest);
const stale = [...texts].filter(([name, text]) => read(name) !== text).map(([name]) => name);

for (const name of lost) console.error(`${name} is in the manifest: raise its family's version to change it`);
if (lost.length > 0) process.exitCode = 1;
else if (!check) for (const name of stale) writeFileSync(place(name), texts.get(name) ?? '');
if (check && stale.length > 0) {
  console.error(`not as generated: ${stale.map((name) => `${name}.json`).join(', ')}`);
  process.exitCode = 1;
}
for (const { family, vectors } of files) {
  const count = (result: string) => vectors.filter((vector) => vector.result === result).length;
  const counts = `${count('valid')} valid, ${count('invalid')} invalid`;
  console.log(`${family}: ${vectors.length}: ${counts}, ${count('implementation-defined')} either`);
}
