/** The files of a person that the commands read and write. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { Mistake } from '../command/mistake.ts';

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
