/** A bundle in which one byte is another one is refused, by the name of the file. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBundle } from '../../conformance/cli/bundle.ts';
import { Mistake } from '../../conformance/command/mistake.ts';
import { cli } from '../conformance/terminal.ts';
import type { T } from '../tap.ts';
import t, { runtime } from '../tap.ts';
import { bundled, forge, keys } from './cli.ts';

const ONE = ['rs-s.forward.unchanged', '--depth', 'quick'];
const UNSIGNED = ['manifest.json', 'manifest.sha256', 'turns.ndjson.gz', 'report.json'];
const SIGNED = [...UNSIGNED, 'manifest.sig', 'manifest.pub.pem'];

/** Bytes of a file that are tried; of a short one all. */
const TRIED = runtime === 'node' ? 300 : 40;

async function refused(at: string): Promise<string> {
  try {
    await openBundle(at, undefined);
    return 'it was taken';
  } catch (error) {
    if (error instanceof Mistake) return error.message;
    throw error;
  }
}

async function eachByte(t: T, at: string, name: string): Promise<void> {
  const file = join(at, name);
  const bytes = readFileSync(file);
  const step = Math.max(1, Math.floor(bytes.length / TRIED));
  const taken: string[] = [];
  for (let index = 0; index < bytes.length; index += step) {
    const changed = Buffer.from(bytes);
    // Each bit in its turn.
    changed[index] = (changed[index] ?? 0) ^ (1 << (index % 8));
    writeFileSync(file, changed);
    const said = await refused(at);
    if (!said.includes(name)) taken.push(`byte ${index}: ${said}`);
  }
  writeFileSync(file, bytes);
  t.same(taken, [], name);
}

t.test('unsigned', async (t) => {
  const { at } = await bundled(t, ONE);
  for (const name of UNSIGNED) await eachByte(t, at, name);
  await openBundle(at, undefined);
});

t.test('signed', async (t) => {
  const { at } = await bundled(t, [...ONE, '--sign', keys(t).own]);
  for (const name of SIGNED) await eachByte(t, at, name);
  await openBundle(at, undefined);
});

t.test('a byte more, a byte less, and no file at all', async (t) => {
  const { at } = await bundled(t, [...ONE, '--sign', keys(t).own]);
  for (const name of SIGNED) {
    const file = join(at, name);
    const bytes = readFileSync(file);
    for (const changed of [Buffer.concat([bytes, Buffer.from('\n')]), bytes.subarray(0, -1)]) {
      writeFileSync(file, changed);
      t.match(await refused(at), 'it was changed, or the copy is not whole', name);
    }
    rmSync(file);
    const { status, out, err } = await cli(['judge', at]);
    t.same([status, out], [2, ''], name);
    t.match(err, new RegExp(`^ntm-conform: .*${name}.*\\n$`), name);
    writeFileSync(file, bytes);
  }
});

t.test('who makes the hashes anew needs the key, or breaks the signature', async (t) => {
  const key = keys(t);
  const signed = await bundled(t, [...ONE, '--sign', key.own]);
  const anew = (text: string) => text.replace('"strict": false', '"strict": true');
  forge(signed.at, 'manifest.json', (bytes) => anew(bytes.toString()));
  t.match(await refused(signed.at), 'manifest.sig is no signature of manifest.json');
  const unsigned = await bundled(t, ONE);
  const { status, err } = await cli(['judge', unsigned.at, '--key', key.open]);
  t.equal(status, 2);
  t.match(err, 'is unsigned: leave --key away, or ask for a bundle that is signed.');
});
