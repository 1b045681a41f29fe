/** Makes a node the DNS server of its host's programs, and undoes it. */
import {
  lstatSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import process from 'node:process';
import type { Ip } from '../../address.ts';
import type { Before, Owner } from '../../host/resolv-conf.ts';
import { takenBefore, takenOver } from '../../host/resolv-conf.ts';
import { UsageError } from '../config.ts';

/**
 * Puts back what a node left behind that has crashed.
 * @throws UsageError if a node that runs has it, or it cannot be written.
 */
export function repairResolvConf(file: string): void {
  const before = takenBefore(read(file).text);
  if (before === undefined) return;
  if (isRunning(before.owner))
    throw new UsageError(
      `${file}: another node, process ${before.owner.split('/')[0]}, has it: end that one first`,
    );
  putBack(file, before);
}

/**
 * Names a node as the DNS server.
 * @returns what undoes it, unless something else has written the file since
 * @throws UsageError if it cannot be written.
 */
export function takeOverResolvConf(file: string, server: Ip): () => void {
  const before = read(file);
  const owner = ownerOf(process.pid);
  write(file, takenOver(before, server, owner ?? `${process.pid}/`), before.link !== undefined);
  return () => {
    if (takenBefore(read(file).text)?.owner === owner) putBack(file, before);
  };
}

function read(file: string): Before {
  try {
    const link = lstatSync(file).isSymbolicLink() ? readlinkSync(file) : undefined;
    return { text: readFileSync(file, 'utf8'), link };
  } catch (error) {
    throw fault(file, error);
  }
}

function putBack(file: string, { text, link }: Before): void {
  if (link === undefined) return write(file, text, false);
  const fresh = `${file}.ntmobile`;
  try {
    rmSync(fresh, { force: true });
    symlinkSync(link, fresh);
    renameSync(fresh, file);
  } catch (error) {
    throw fault(file, error);
  }
}

/** Whole or not at all, where the directory lets it. */
function write(file: string, text: string, wasLink: boolean): void {
  const fresh = `${file}.ntmobile`;
  try {
    writeFileSync(fresh, text, { mode: statSync(file).mode & 0o777 });
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    // A file that is mounted over another one, as in containers and namespaces, cannot be replaced.
    if (wasLink || (error as NodeJS.ErrnoException).code !== 'EBUSY') throw fault(file, error);
    writeFileSync(file, text);
  }
}

function fault(file: string, error: unknown): UsageError {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return new UsageError(`--resolv-conf ${file}: ${code}: check the path, and run as root`);
}

function isRunning(owner: Owner): boolean {
  return ownerOf(Number(owner.split('/')[0])) === owner;
}

/** A process by its number and the time at which it began, in ticks since the start of the system. (proc(5), stat) */
function ownerOf(pid: number): Owner | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name is in brackets and may have any character; the state, the third field, follows it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${pid}/${fields[22 - 3]}`;
  } catch {
    return undefined;
  }
}
