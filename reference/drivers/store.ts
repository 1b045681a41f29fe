import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Change, Store } from '../store.ts';
import { apply, decodeRecords, encodeRecord } from '../store.ts';
import { UsageError } from './config.ts';

/** The number is that of the format. */
const FILE = 'state-1.log';
/** What a compaction writes before it takes the file's place. */
const NEXT = 'state-1.new';
/** A file is written anew when it has so many bytes and is so many times as long as needed. */
const COMPACT = { from: 65_536, times: 4 };

/** A store in a file. */
export interface FileStore extends Store {
  /** Bytes at the end of the file that were no whole record when it was opened; they are gone. */
  readonly dropped: number;
}

/**
 * Opens the store of a folder, which is made if it is not there. One process at a time may have it. Whatever
 * happens to the process or the machine, what `write` returned for is there when it is opened again.
 * @throws UsageError if that is not possible.
 */
export function openStore(folder: string): FileStore {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    rmSync(join(folder, NEXT), { force: true });
    return new LogStore(join(folder, FILE));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError(`store ${folder} cannot be used (${code}): check that this user may write there`);
  }
}

class LogStore implements FileStore {
  readonly dropped: number;
  private readonly path: string;
  private readonly values: Map<string, Uint8Array>;
  private file: number;
  private length: number;
  /** Where compaction is worth while. */
  private compactAt = 0;
  /** After a fault that left the file in doubt nothing is promised any more. */
  private broken: Error | undefined;

  constructor(path: string) {
    this.path = path;
    this.file = openSync(path, 'a+', 0o600);
    const bytes = readFileSync(path);
    const { values, good } = decodeRecords(bytes);
    this.values = values;
    this.length = good;
    this.dropped = bytes.length - good;
    // Else what is written from now on would stand behind what can't be read.
    if (this.dropped > 0) ftruncateSync(this.file, good);
    fsyncSync(this.file);
    syncFolder(path);
    this.planCompaction();
  }

  load(): Map<string, Uint8Array> {
    return new Map(this.values);
  }

  write(changes: readonly Change[]): void {
    if (this.broken !== undefined) throw this.broken;
    const record = encodeRecord(changes);
    try {
      writeAll(this.file, record);
    } catch (error) {
      this.guard(() => ftruncateSync(this.file, this.length));
      throw error;
    }
    this.guard(() => fdatasyncSync(this.file));
    this.length += record.length;
    apply(this.values, changes);
    if (this.length >= this.compactAt) this.compact();
  }

  close(): void {
    this.broken ??= new Error('the store is closed');
    closeSync(this.file);
  }

  /** What was written is durable already, so a compaction that fails is tried again later. */
  private compact(): void {
    const next = join(dirname(this.path), NEXT);
    let file: number | undefined;
    try {
      file = openSync(next, 'a', 0o600);
      ftruncateSync(file, 0);
      writeAll(file, encodeRecord([...this.values]));
      fsyncSync(file);
      renameSync(next, this.path);
    } catch {
      if (file !== undefined) closeSync(file);
      this.compactAt = 2 * this.length;
      return;
    }
    closeSync(this.file);
    this.file = file;
    this.length = fstatSync(file).size;
    this.guard(() => syncFolder(this.path));
    this.planCompaction();
  }

  private planCompaction(): void {
    this.compactAt = Math.max(COMPACT.from, COMPACT.times * encodeRecord([...this.values]).length);
  }

  private guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.broken = error as Error;
      throw error;
    }
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** So that the file's name lasts too. */
function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
