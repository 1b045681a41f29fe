/** Bundles of short runs, and what `judge` says of them. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReferenceOptions } from '../../adapters/reference.ts';
import { Report } from '../../conformance/report.ts';
import type { Ran } from '../conformance/terminal.ts';
import { cli, folder, target } from '../conformance/terminal.ts';
import type { T } from '../tap.ts';

/** A script, a property, a model, and one that waits. */
export const KINDS = [
  'rs-s.forward.unchanged',
  'rs-s.header.magic',
  'rs-s.model',
  'rs-s.forward.hold-expiry',
];

export interface Bundled {
  /** The folder. */
  readonly at: string;
  readonly ran: Ran;
  /** As `--reporter json` gave it. */
  readonly report: Report;
}

/** Runs cases against the reference, with something changed, and keeps the evidence until the test is over. */
export async function bundled(
  t: T,
  args: readonly string[],
  reference: Omit<ReferenceOptions, 'net'> = {},
): Promise<Bundled> {
  const at = folder(t)('bundle');
  const to = ['--target', await target(t, reference), '--reporter', 'json', '--evidence', at];
  const ran = await cli([...to, ...args]);
  return { at, ran, report: Report.parse(JSON.parse(ran.out)) };
}

export interface Judged {
  readonly ran: Ran;
  readonly report: Report;
}

export async function judged(at: string, ...args: readonly string[]): Promise<Judged> {
  const ran = await cli(['judge', at, '--reporter', 'json', ...args]);
  return { ran, report: Report.parse(JSON.parse(ran.out)) };
}

/** Files with a pair of Ed25519 keys. */
export function keys(t: T): { readonly own: string; readonly open: string } {
  const file = folder(t);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const [own, open] = [file('key.pem'), file('key.pub.pem')];
  writeFileSync(own, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(open, publicKey.export({ type: 'spki', format: 'pem' }));
  return { own, open };
}

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Changes a bundle as one does who makes the hashes anew. */
export function forge(at: string, name: string, change: (bytes: Buffer) => string | Uint8Array): void {
  const file = join(at, name);
  const bytes = Buffer.from(change(readFileSync(file)));
  writeFileSync(file, bytes);
  const manifest = join(at, 'manifest.json');
  const text = readFileSync(manifest, 'utf8');
  const json = JSON.parse(text);
  if (name !== 'manifest.json') {
    json.files[name] = { bytes: bytes.length, sha256: hash(bytes) };
    writeFileSync(manifest, JSON.stringify(json));
  }
  writeFileSync(join(at, 'manifest.sha256'), `${hash(readFileSync(manifest))}  manifest.json\n`);
}
