/** A bundle of evidence, read back. Nothing in it is looked at before its hash was. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { Mistake } from '../command/mistake.ts';
import type { Manifest } from '../evidence/manifest.ts';
import { FILES, HASHED, readManifest, sha256 } from '../evidence/manifest.ts';
import { fingerprintOf, isSignature, publicPem, readPublicKey } from '../evidence/signature.ts';
import type { Turn } from '../evidence/turn.ts';
import { readTurn, TurnError } from '../evidence/turn.ts';
import { readReport } from '../expectations/files.ts';
import type { Report } from '../report.ts';
import { fileHash, readText } from './files.ts';

export interface Bundle {
  readonly manifest: Manifest;
  /** SHA-256 of the manifest, which has those of all else. */
  readonly digest: string;
  /** The report that the run gave. */
  readonly report: Report;
  /** What happened, turn by turn; read as it is asked for. */
  turns(): AsyncIterable<Turn>;
}

/**
 * Opens a bundle and checks that it is whole.
 * @param key a file with the public key that has to have signed it
 * @throws Mistake that names the file which is not as it was written
 */
export async function openBundle(folder: string, key: string | undefined): Promise<Bundle> {
  const file = (name: string): string => join(folder, name);
  const wanted = key === undefined ? undefined : readPublicKey(await readText(key), key);
  const bytes = await manifestOf(folder);
  const digest = sha256(bytes);
  if ((await readText(file(FILES.digest))) !== `${digest}  ${FILES.manifest}\n`)
    throw new Mistake(`${file(FILES.manifest)} is not what ${FILES.digest} says: ${CHANGED}`);
  const manifest = readManifest(bytes.toString('utf8'), file(FILES.manifest));
  for (const name of HASHED) {
    const { sha256: hash } = manifest.files[name];
    if ((await hashOf(file(name))) !== hash)
      throw new Mistake(`${file(name)} is not what ${FILES.manifest} says: ${CHANGED}`);
  }
  if (manifest.signer !== null) await checkSignature(folder, bytes, manifest.signer);
  if (wanted !== undefined && manifest.signer !== fingerprintOf(wanted))
    throw new Mistake(
      manifest.signer === null
        ? `${folder} is unsigned: leave --key away, or ask for a bundle that is signed.`
        : `${folder} is signed by another key, ${manifest.signer}: --key has to be that of who ran it.`,
    );
  return {
    manifest,
    digest,
    report: readReport(file(FILES.report), await readText(file(FILES.report))),
    turns: () => turnsOf(file(FILES.turns)),
  };
}

const CHANGED = 'it was changed, or the copy is not whole. Ask for the bundle again.';

async function manifestOf(folder: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, FILES.manifest));
  } catch {
    throw new Mistake(
      `${folder} has no ${FILES.manifest}: name a folder that --evidence wrote; a run without a report leaves none.`,
    );
  }
}

async function hashOf(file: string): Promise<string | undefined> {
  try {
    return await fileHash(file);
  } catch {
    throw new Mistake(`${file} cannot be read: it belongs to the bundle. Ask for it again.`);
  }
}

async function checkSignature(folder: string, bytes: Uint8Array, signer: string): Promise<void> {
  const file = join(folder, FILES.publicKey);
  const pem = await readText(file);
  const key = readPublicKey(pem, file);
  if (fingerprintOf(key) !== signer || publicPem(key) !== pem)
    throw new Mistake(`${file} is not the key that ${FILES.manifest} names: ${CHANGED}`);
  const signature = join(folder, FILES.signature);
  if (!isSignature(await readText(signature), bytes, key))
    throw new Mistake(`${signature} is no signature of ${FILES.manifest}: ${CHANGED}`);
}

async function* turnsOf(file: string): AsyncGenerator<Turn> {
  let number = 0;
  try {
    for await (const line of linesOf(file)) {
      number++;
      yield readTurn(line);
    }
  } catch (error) {
    if (!(error instanceof TurnError)) throw error;
    throw new Mistake(`${file}: line ${number} ${error.message}.`);
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const text = new TextDecoder();
  let rest = '';
  for await (const chunk of createReadStream(file).pipe(createGunzip())) {
    const lines = (rest + text.decode(chunk as Uint8Array, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
