import { compare, readBigEndian } from './bytes.ts';
import type { Cbor, CborEntry } from './cbor.ts';

/** Bytes that are not one deterministically encoded CBOR data item (GEN-08). */
export class EncodingError extends Error {}

interface Item {
  readonly item: Cbor;
  /** Offset of the first byte after the item. */
  readonly end: number;
}

interface Head {
  readonly major: number;
  readonly info: number;
  readonly argument: bigint;
  readonly end: number;
}

/** Decodes exactly one item, refusing all that is not deterministic (GEN-08; RFC 8949, 4.2.1). */
export function decodeCbor(input: Uint8Array): Cbor {
  const { item, end } = readItem(input, 0);
  if (end !== input.length) throw new EncodingError(`${input.length - end} bytes after the item`);
  return item;
}

function take(input: Uint8Array, at: number, length: bigint): Uint8Array {
  if (BigInt(at) + length > BigInt(input.length)) throw new EncodingError('too few bytes');
  return input.slice(at, at + Number(length));
}

function readHead(input: Uint8Array, at: number): Head {
  const first = take(input, at, 1n)[0] ?? 0;
  const major = first >> 5;
  const info = first & 0x1f;
  if (info < 24) return { major, info, argument: BigInt(info), end: at + 1 };
  if (info === 31) throw new EncodingError('indefinite length or break');
  if (info > 27) throw new EncodingError(`additional information ${info}`);
  const size = 2 ** (info - 24);
  const argument = readBigEndian(take(input, at + 1, BigInt(size)));
  // In major type 7 the bytes that follow are no number with a shortest form.
  if (major !== 7) {
    const least = size === 1 ? 24n : 1n << BigInt(size * 4);
    if (argument < least) throw new EncodingError('not the shortest form');
  }
  return { major, info, argument, end: at + 1 + size };
}

function readItem(input: Uint8Array, at: number): Item {
  const head = readHead(input, at);
  switch (head.major) {
    case 0:
      return { item: { kind: 'uint', value: head.argument }, end: head.end };
    case 1:
      return { item: { kind: 'negative', value: -1n - head.argument }, end: head.end };
    case 2: {
      const value = take(input, head.end, head.argument);
      return { item: { kind: 'bytes', value }, end: head.end + value.length };
    }
    case 3: {
      const value = take(input, head.end, head.argument);
      return { item: { kind: 'text', value: utf8(value) }, end: head.end + value.length };
    }
    case 4:
      return readArray(input, head);
    case 5:
      return readMap(input, head);
    case 6: {
      const inner = readItem(input, head.end);
      return { item: { kind: 'tag', number: head.argument, item: inner.item }, end: inner.end };
    }
    default:
      return readSimpleOrFloat(input, at, head);
  }
}

function readArray(input: Uint8Array, head: Head): Item {
  const items: Cbor[] = [];
  let end = head.end;
  for (let n = 0n; n < head.argument; n++) {
    const next = readItem(input, end);
    items.push(next.item);
    end = next.end;
  }
  return { item: { kind: 'array', items }, end };
}

function readMap(input: Uint8Array, head: Head): Item {
  const entries: CborEntry[] = [];
  let end = head.end;
  let before: Uint8Array | undefined;
  for (let n = 0n; n < head.argument; n++) {
    const key = readItem(input, end);
    const encoded = input.slice(end, key.end);
    if (before !== undefined) {
      const order = compare(before, encoded);
      if (order === 0) throw new EncodingError('a key twice');
      if (order > 0) throw new EncodingError('keys not in ascending order');
    }
    before = encoded;
    const value = readItem(input, key.end);
    entries.push([key.item, value.item]);
    end = value.end;
  }
  return { item: { kind: 'map', entries }, end };
}

function readSimpleOrFloat(input: Uint8Array, at: number, head: Head): Item {
  if (head.info >= 25) return { item: { kind: 'float', raw: input.slice(at + 1, head.end) }, end: head.end };
  const value = Number(head.argument);
  // RFC 8949, 3.3: not well-formed below 32.
  if (head.info === 24 && value < 32) throw new EncodingError(`simple value ${value} in two bytes`);
  return { item: { kind: 'simple', value }, end: head.end };
}

function utf8(value: Uint8Array): string {
  try {
    // ignoreBOM keeps a byte order mark in the text; without it three bytes would get lost.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    throw new EncodingError('text that is not UTF-8');
  }
}
