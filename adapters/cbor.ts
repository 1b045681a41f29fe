/**
 * The CBOR of the adapter contract (RFC 8949): integers, byte strings, text, arrays, maps with text
 * keys, true, false, null. Written deterministically; read leniently (any key order, any head
 * length, indefinite lengths), so that every CBOR library in every language will do for a shim.
 *
 * It is not the protocol's codec on purpose: a fault planted there must show in the verdicts and not
 * cut the line by which they are asked for.
 */

/** What a contract message can hold. Integers beyond 2^53 are bigint. */
export type Value = null | boolean | number | bigint | string | Uint8Array | readonly Value[] | Fields;

/** A map with text keys. A key whose value is undefined is not written. */
export type Fields = { readonly [key: string]: Value | undefined };

const DEPTH = 16;
const BREAK = Symbol('break');
const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The deterministic encoding (RFC 8949 4.2.1) of a value.
 * @throws TypeError for a number that is no integer.
 */
export function encode(value: Value): Uint8Array {
  return concat(chunksOf(value));
}

/**
 * Reads one value that fills all of `bytes`. Nothing of the result refers to `bytes`.
 * @returns undefined if it is not well-formed, uses what the contract does not (tags, floats, keys
 * other than text), repeats a key, or is nested more than 16 deep.
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
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** One byte string of several. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function chunksOf(value: Value): Uint8Array[] {
  if (value === false) return [Uint8Array.of(0xf4)];
  if (value === true) return [Uint8Array.of(0xf5)];
  if (value === null) return [Uint8Array.of(0xf6)];
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new TypeError(`not an integer: ${value}`);
    const integer = BigInt(value);
    return [integer < 0n ? head(1, -1n - integer) : head(0, integer)];
  }
  if (typeof value === 'string') {
    const text = utf8.encode(value);
    return [head(3, BigInt(text.length)), text];
  }
  if (value instanceof Uint8Array) return [head(2, BigInt(value.length)), value];
  if (isFields(value)) return mapChunks(value);
  return [head(4, BigInt(value.length)), ...value.flatMap(chunksOf)];
}

function mapChunks(fields: Fields): Uint8Array[] {
  const pairs = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key: encode(key), value }],
  );
  pairs.sort((a, b) => compare(a.key, b.key));
  return [head(5, BigInt(pairs.length)), ...pairs.flatMap(({ key, value }) => [key, ...chunksOf(value)])];
}

function head(major: number, argument: bigint): Uint8Array {
  const first = major << 5;
  if (argument < 24n) return Uint8Array.of(first | Number(argument));
  const size = argument < 1n << 8n ? 1 : argument < 1n << 16n ? 2 : argument < 1n << 32n ? 4 : 8;
  if (argument >= 1n << 64n) throw new TypeError(`integer beyond 64 bits: ${argument}`);
  const bytes = new Uint8Array(1 + size);
  bytes[0] = first | (24 + Math.log2(size));
  for (let i = 0; i < size; i++) bytes[size - i] = Number((argument >> BigInt(8 * i)) & 0xffn);
  return bytes;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
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
    const initial = this.#take(1)[0] ?? 0;
    const major = initial >> 5;
    const info = initial & 31;
    if (major === 7) return simple(info);
    const argument = info === 31 ? undefined : this.#argument(info);
    switch (major) {
      case 0:
        return integer(argument, (value) => value);
      case 1:
        return integer(argument, (value) => -1n - value);
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

  #argument(info: number): bigint {
    if (info < 24) return BigInt(info);
    if (info > 27) throw new Malformed('reserved');
    return this.#take(1 << (info - 24)).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  }

  #string(major: number, length: bigint | undefined, depth: number): Uint8Array {
    if (length !== undefined) return this.#take(Number(length));
    const parts: Uint8Array[] = [];
    for (;;) {
      const initial = this.#take(1)[0] ?? 0;
      if (initial === 0xff) return concat(parts);
      if (initial >> 5 !== major || (initial & 31) > 27) throw new Malformed('chunk');
      parts.push(this.#string(major, this.#argument(initial & 31), depth));
    }
  }

  #array(length: bigint | undefined, depth: number): Value[] {
    const items: Value[] = [];
    while (length === undefined || items.length < length) {
      const item = this.item(depth + 1);
      if (item !== BREAK) items.push(item);
      else if (length === undefined) break;
      else throw new Malformed('break');
    }
    return items;
  }

  #map(length: bigint | undefined, depth: number): Fields {
    const fields: Record<string, Value> = Object.create(null);
    for (let count = 0n; length === undefined || count < length; count++) {
      const key = this.item(depth + 1);
      if (key === BREAK && length === undefined) break;
      const value = this.item(depth + 1);
      if (typeof key !== 'string' || value === BREAK || key in fields) throw new Malformed('map');
      fields[key] = value;
    }
    return fields;
  }
}

function integer(argument: bigint | undefined, sign: (value: bigint) => bigint): number | bigint {
  if (argument === undefined) throw new Malformed('indefinite integer');
  const value = sign(argument);
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
