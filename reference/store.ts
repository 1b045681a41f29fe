/**
 * What a role makes durable: values by key, written by changes that take effect together. In memory here; in a
 * file by drivers/store.ts, whose format is here:
 *
 * ```
 *  0        4        8
 * +--------+--------+------------------+
 * | length | CRC-32 | changes          |   record after record
 * +--------+--------+------------------+
 *
 * +------------+-----+-------+--------+-------+
 * | key length | key | isSet | length | value |   u16, UTF-8, u8, u32; without the last two if not set
 * +------------+-----+-------+--------+-------+
 * ```
 *
 * In network byte order. The CRC covers the length too.
 */
import { concat } from './bytes.ts';

/** A value by key; undefined erases it. */
export type Change = readonly [key: string, value: Uint8Array | undefined];

export interface Store {
  /** All there is, new each time. */
  load(): Map<string, Uint8Array>;
  /**
   * Durable when it returns: all of these changes.
   * @throws if they could not be written; then none of them is there.
   */
  write(changes: readonly Change[]): void;
  close(): void;
}

/** A store that lasts as long as the process. */
export function memoryStore(): Store {
  const values = new Map<string, Uint8Array>();
  return { load: () => new Map(values), write: (changes) => apply(values, changes), close: () => {} };
}

/** Makes the changes, with copies of their values. */
export function apply(values: Map<string, Uint8Array>, changes: readonly Change[]): void {
  for (const [key, value] of changes) {
    if (value === undefined) values.delete(key);
    else values.set(key, value.slice());
  }
}

const HEADER = 8;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** One record of a file. @throws RangeError for a key of more than 65535 bytes. */
export function encodeRecord(changes: readonly Change[]): Uint8Array {
  const body = concat(...changes.flatMap(encodeChange));
  const header = new Uint8Array(HEADER);
  const view = new DataView(header.buffer);
  view.setUint32(0, body.length);
  view.setUint32(4, crc32(header.subarray(0, 4), body));
  return concat(header, body);
}

function encodeChange([key, value]: Change): Uint8Array[] {
  const name = new TextEncoder().encode(key);
  if (name.length > 0xffff) throw new RangeError(`a key of ${name.length} bytes`);
  const length = (bytes: number, of: number) =>
    Uint8Array.from({ length: bytes }, (_, at) => (of >>> (8 * (bytes - 1 - at))) & 0xff);
  const head = [length(2, name.length), name, length(1, value === undefined ? 0 : 1)];
  return value === undefined ? head : [...head, length(4, value.length), value];
}

/** What a file holds up to its first record that is broken, and how many bytes that is. */
export function decodeRecords(bytes: Uint8Array): { values: Map<string, Uint8Array>; good: number } {
  const values = new Map<string, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let good = 0;
  while (bytes.length - good >= HEADER) {
    const end = good + HEADER + view.getUint32(good);
    if (end > bytes.length) break;
    const body = bytes.subarray(good + HEADER, end);
    if (crc32(bytes.subarray(good, good + 4), body) !== view.getUint32(good + 4)) break;
    const changes = decodeChanges(body);
    if (changes === undefined) break;
    apply(values, changes);
    good = end;
  }
  return { values, good };
}

/** @returns undefined for what {@link encodeRecord} does not write. */
function decodeChanges(body: Uint8Array): Change[] | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const changes: Change[] = [];
  let at = 0;
  try {
    const take = (length: number): Uint8Array => {
      if (length > body.length - at) throw new RangeError('ends early');
      at += length;
      return body.subarray(at - length, at);
    };
    while (at < body.length) {
      const key = UTF8.decode(take(view.getUint16(at) + 2).subarray(2));
      const isSet = take(1)[0] === 1;
      changes.push([key, isSet ? take(view.getUint32(at) + 4).subarray(4) : undefined]);
    }
  } catch {
    return undefined;
  }
  return changes;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** CRC-32 (ISO 3309) of the parts one after the other. */
function crc32(...parts: readonly Uint8Array[]): number {
  let crc = 0xffffffff;
  for (const part of parts)
    for (const byte of part) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
