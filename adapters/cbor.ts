/**
 * The CBOR of the adapter contract (RFC 8949): integers, byte strings, text, arrays, maps with text
 * keys, true, false, null. Written deterministically; read leniently (any key order, any head length,
 * indefinite lengths), so that every CBOR library in every language will do for a shim.
 *
 * It is not the protocol's codec on purpose: a fault planted there must show in the verdicts and not
 * cut the line by which they are asked for.
 */

import { compareBytes, concat } from '../reference/bytes.ts';

/** What a contract message can hold. Integers beyond 2^53 are bigint. */
export type Value = null | boolean | number | bigint | string | Uint8Array | readonly Value[] | Fields;

/** A map with text keys. A key whose value is undefined is not written. */
export type Fields = { readonly [key: string]: Value | undefined };

const DEPTH = 16;
const BREAK = Symbol('break');
const toUtf8 = new TextEncoder();
const fromUtf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The deterministic encoding (RFC 8949, 4.2.1) of a value.
 * @throws TypeError for a number that is no exact integer.
 */
export function encode(value: Value): Uint8Array {
  const out = new Writer();
  write(value, out);
  return out.bytes();
}

/**
 * Reads one value that fills all of `bytes`. Nothing of the result refers to `bytes`.
 * @returns undefined if it is not well-formed, uses what the contract does not (tags, floats,
 * keys other than text), repeats a key, or is nested more than 16 deep.
 */
export function decode(bytes: Uint8Array): Value | undefined {
  try {
    const reader = new Reader(bytes);
    const value = reader.item(0);
    return reader.atEnd() && value !== BREAK ? value : undefined;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** Whether a value is a map. */
export function isFields(value: Value | undefined): value is Fields {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

function write(value: Value, out: Writer): void {
  if (value === false) out.push(0xf4);
  else if (value === true) out.push(0xf5);
  else if (value === null) out.push(0xf6);
  else if (typeof value === 'number' || typeof value === 'bigint') writeInteger(value, out);
  else if (typeof value === 'string') writeBytes(3, toUtf8.encode(value), out);
  else if (value instanceof Uint8Array) writeBytes(2, value, out);
  else if (isFields(value)) writeMap(value, out);
  else {
    writeHead(4, value.length, out);
    for (const item of value) write(item, out);
  }
}

function writeInteger(value: number | bigint, out: Writer): void {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new TypeError(`not an integer: ${value}`);
  }
  if (value >= 0) writeHead(0, value, out);
  else writeHead(1, typeof value === 'bigint' ? -1n - value : -1 - value, out);
}

function writeBytes(major: number, bytes: Uint8Array, out: Writer): void {
  writeHead(major, bytes.length, out);
  out.append(bytes);
}

function writeMap(fields: Fields, out: Writer): void {
  const pairs = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key: toUtf8.encode(key), value }],
  );
  // As their encodings, which begin with the length.
  pairs.sort((a, b) => a.key.length - b.key.length || compareBytes(a.key, b.key));
  writeHead(5, pairs.length, out);
  for (const { key, value } of pairs) {
    writeBytes(3, key, out);
    write(value, out);
  }
}

/** Bytes that are added at the end. */
class Writer {
  #room = new Uint8Array(256);
  #length = 0;

  push(byte: number): void {
    this.#make(1);
    this.#room[this.#length++] = byte;
  }

  append(bytes: Uint8Array): void {
    this.#make(bytes.length);
    this.#room.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  bytes(): Uint8Array {
    return this.#room.slice(0, this.#length);
  }

  #make(more: number): void {
    if (this.#length + more <= this.#room.length) return;
    const room = new Uint8Array(2 * (this.#length + more));
    room.set(this.#room);
    this.#room = room;
  }
}

/** Major type and argument in the shortest form. */
function writeHead(major: number, argument: number | bigint, out: Writer): void {
  const first = major << 5;
  if (argument < 24) {
    out.push(first | Number(argument));
    return;
  }
  const size = [1, 2, 4, 8].find((count) => argument < 2 ** (8 * count));
  if (size === undefined) throw new TypeError(`integer beyond 64 bits: ${argument}`);
  out.push(first | (24 + Math.log2(size)));
  for (let at = size - 1, rest = BigInt(argument); at >= 0; at--)
    out.push(Number((rest >> BigInt(8 * at)) & 0xffn));
}

class Malformed extends Error {}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  item(depth: number): Value | typeof BREAK {
    if (depth > DEPTH) throw new Malformed('too deep');
    const initial = this.#byte();
    const major = initial >> 5;
    const info = initial & 31;
    if (major === 7) return simple(info);
    const argument = info === 31 ? undefined : this.#argument(info);
    switch (major) {
      case 0:
        return integer(argument, false);
      case 1:
        return integer(argument, true);
      case 2:
        return this.#string(2, argument, depth);
      case 3:
        return text(this.#string(3, argument, depth));
      case 4:
        return this.#array(argument, depth);
      case 5:
        return this.#map(argument, depth);
      default:
        throw new Malformed('tag');
    }
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new Malformed('too short');
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new Malformed('too short');
    this.#at++;
    return byte;
  }

  #argument(info: number): number | bigint {
    if (info < 24) return info;
    if (info === 24) return this.#byte();
    if (info === 25) return this.#byte() * 256 + this.#byte();
    if (info > 27) throw new Malformed('reserved');
    return this.#take(1 << (info - 24)).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  }

  #string(major: number, length: number | bigint | undefined, depth: number): Uint8Array {
    if (length !== undefined) return this.#take(Number(length));
    const parts: Uint8Array[] = [];
    for (;;) {
      const initial = this.#byte();
      if (initial === 0xff) return concat(...parts);
      if (initial >> 5 !== major || (initial & 31) > 27) throw new Malformed('chunk');
      parts.push(this.#string(major, this.#argument(initial & 31), depth));
    }
  }

  #array(length: number | bigint | undefined, depth: number): Value[] {
    const items: Value[] = [];
    while (length === undefined || items.length < length) {
      const item = this.item(depth + 1);
      if (item !== BREAK) items.push(item);
      else if (length === undefined) break;
      else throw new Malformed('break');
    }
    return items;
  }

  #map(length: number | bigint | undefined, depth: number): Fields {
    const fields = new Map<string, Value>();
    for (let count = 0; length === undefined || count < length; count++) {
      const key = this.item(depth + 1);
      if (key === BREAK && length === undefined) break;
      const value = this.item(depth + 1);
      if (typeof key !== 'string' || value === BREAK || fields.has(key)) throw new Malformed('map');
      fields.set(key, value);
    }
    return Object.fromEntries(fields);
  }
}

function integer(argument: number | bigint | undefined, isNegative: boolean): number | bigint {
  if (argument === undefined) throw new Malformed('indefinite integer');
  if (typeof argument === 'number') return isNegative ? -1 - argument : argument;
  const value = isNegative ? -1n - argument : argument;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function text(bytes: Uint8Array): string {
  try {
    return fromUtf8.decode(bytes);
  } catch {
    throw new Malformed('not UTF-8');
  }
}

function simple(info: number): Value | typeof BREAK {
  if (info === 20 || info === 21) return info === 21;
  if (info === 22) return null;
  if (info === 31) return BREAK;
  throw new Malformed('simple value or float');
}
