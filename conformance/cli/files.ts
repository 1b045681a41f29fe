/** The files that the commands read and write. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { CONTRACT_VERSION } from '../../adapters/contract.ts';
import type { KillTable } from '../command/kill-table.ts';
import { readKillTable } from '../command/kill-table.ts';
import { Mistake } from '../command/mistake.ts';
import type { SpecFile } from '../reporters/places.ts';
import type { RunOptions } from '../runner/options.ts';
import { vectorsVersion } from './vectors.ts';

const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file: check the path',
  ENOTDIR: 'there is no such folder: check the path',
  EEXIST: 'there is a file of that name: choose another one',
  EISDIR: 'is a folder: name a file in it',
  EACCES: 'this user may not: check its permissions',
  EPERM: 'this user may not: check its permissions',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only: write elsewhere',
};

/** A file that a person named, as text. @throws Mistake */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Mistake(`${file} cannot be read: ${faultOf(error)}.`);
  }
}

/** SHA-256 of a file, as hex. */
export async function fileHash(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** @returns one line about why it could not be written; undefined if it was. */
export async function writeText(file: string, text: string): Promise<string | undefined> {
  try {
    await writeFile(file, text);
    return undefined;
  } catch (error) {
    return writeFault(file, error);
  }
}

/** One line about why a file could not be written. */
export function writeFault(file: string, error: unknown): string {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  return `${file} cannot be written: ${missing ? 'there is no such folder: make it first' : faultOf(error)}.`;
}

function faultOf(error: unknown): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return FAULTS[code] ?? code;
}

const spec = new URL('../spec/', import.meta.url);

/** The chapters of the specification in their order. */
export function specFiles(): SpecFile[] {
  const names = readdirSync(spec).filter((name) => /^[0-9A-Z]+-.*\.md$/.test(name));
  return names.sort().map((name) => ({ name, text: readFileSync(new URL(name, spec), 'utf8') }));
}

/** What stands beside the chapters: its README, or the CDDL. */
export function specFile(name: 'README.md' | 'ntmobile.cddl'): SpecFile {
  return { name, text: readFileSync(new URL(name, spec), 'utf8') };
}

/** Milliseconds that each case took when that was last recorded, by id. */
export function costs(): Readonly<Record<string, number>> {
  return JSON.parse(readFileSync(new URL('../costs.json', import.meta.url), 'utf8'));
}

/** The kill table of this version; undefined if there is none yet. */
export function killTable(): KillTable | undefined {
  const file = new URL('../kills.json', import.meta.url);
  return existsSync(file) ? readKillTable(readFileSync(file, 'utf8')) : undefined;
}

/** Which versions of everything a run is made with. */
export function versions(): RunOptions['versions'] {
  const readme = specFile('README.md').text;
  return {
    suite: suiteVersion(),
    spec: /^Version (\S+)$/m.exec(readme)?.[1] ?? 'unknown',
    vectors: vectorsVersion(),
    contract: CONTRACT_VERSION,
  };
}

/** That of the package; its file is in the same place in what is built. */
export function suiteVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
