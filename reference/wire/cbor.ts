/**
 * CBOR bodies: deterministic encoding (RFC 8949, 4.2.1), and decoding that takes nothing else.
 *
 * Decoding is three steps: a scan that refuses whatever is not deterministic and finds what no body may
 * hold, cbor-x, and a comparison with our own encoding of the result.
 */
import { Decoder } from 'cbor-x/decode';
import { compareBytes, concat, MAX_U64, sameBytes } from '../bytes.ts';
import { Refusal } from '../refusal.ts';
import { scanCbor } from './cbor-scan.ts';

/** What bodies are made of. Integers beyond 2^53 - 1 either way are bigint, the others always number. */
export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborValue[]
  | ReadonlyMap<CborValue, CborValue>;

/**
 * - `value`: decoded; byte strings are copies.
 * - `forbidden`: deterministic, but with what fails every schema: a tag, a float, `undefined` or another
 *   simple value, a map key that is no unsigned integer, or depth over 8. [GEN-30]
 */
export type Decoded =
  | { readonly kind: 'value'; readonly value: CborValue }
  | { readonly kind: 'forbidden'; readonly why: string };

/**
 * Decodes one deterministic CBOR item that fills the buffer.
 * @returns a refusal of layer `encoding` for anything else. [GEN-08]
 */
export function decodeCbor(bytes: Uint8Array): Decoded | Refusal {
  const scan = scanCbor(bytes);
  if (!scan.ok) return new Refusal('encoding', scan.why);
  const { forbidden, texts } = scan;
  if (forbidden !== undefined) return { kind: 'forbidden', why: forbidden };
  // cbor-x leaves a property on what it reads, so it gets a view of its own.
  const value = own(DECODER.decode(bytes.subarray()), texts.values());
  if (!sameBytes(encodeCbor(value), bytes))
    return new Refusal('encoding', 'does not encode to the same bytes');
  return { kind: 'value', value };
}

const DECODER = new Decoder({ mapsAsObjects: false, useRecords: false });

/**
 * The decoder's output in our types. The texts come from the scan, in the same order: cbor-x drops a
 * leading U+FEFF from long ones.
 */
function own(value: unknown, texts: Iterator<string>): CborValue {
  if (typeof value === 'string') return texts.next().value ?? '';
  if (typeof value === 'bigint') return isSafe(value) ? Number(value) : value;
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map((item) => own(item, texts));
  if (value instanceof Map) {
    return new Map(Array.from(value, ([key, item]) => [own(key, texts), own(item, texts)]));
  }
  throw new TypeError(`no CBOR value: ${typeof value}`);
}

function isSafe(value: bigint): boolean {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
}

/**
 * The one deterministic encoding of a value: shortest heads, definite lengths, map keys in the bytewise
 * order of their encodings. [GEN-08, GEN-14]
 * @throws RangeError for what has none: fractions, integers beyond 64 bits, lone surrogates, equal keys.
 */
export function encodeCbor(value: CborValue): Uint8Array {
  if (typeof value === 'number' || typeof value === 'bigint') return encodeInteger(value);
  if (typeof value === 'string') return encodeText(value);
  if (typeof value === 'boolean') return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (value === null) return Uint8Array.of(0xf6);
  if (value instanceof Uint8Array) return concat(head(2, value.length), value);
  if (isMap(value)) return encodeMap(value);
  return concat(head(4, value.length), ...value.map(encodeCbor));
}

function isMap(
  value: readonly CborValue[] | ReadonlyMap<CborValue, CborValue>,
): value is ReadonlyMap<CborValue, CborValue> {
  return value instanceof Map;
}

function encodeInteger(value: number | bigint): Uint8Array {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new RangeError(`no integer: ${value}`);
  if (value >= 0) return head(0, value);
  return head(1, typeof value === 'bigint' ? -1n - value : -1 - value);
}

function encodeText(text: string): Uint8Array {
  if (/\p{Surrogate}/u.test(text)) throw new RangeError('text with a lone surrogate');
  const bytes = UTF8.encode(text);
  return concat(head(3, bytes.length), bytes);
}

const UTF8 = new TextEncoder();

function encodeMap(map: ReadonlyMap<CborValue, CborValue>): Uint8Array {
  const entries: { readonly key: Uint8Array; readonly value: Uint8Array }[] = [];
  map.forEach((value, key) => {
    entries.push({ key: encodeCbor(key), value: encodeCbor(value) });
  });
  entries.sort((a, b) => compareBytes(a.key, b.key));
  const parts = [head(5, entries.length)];
  let last: Uint8Array | undefined;
  for (const { key, value } of entries) {
    if (last !== undefined && sameBytes(last, key)) throw new RangeError('a map with the same key twice');
    last = key;
    parts.push(key, value);
  }
  return concat(...parts);
}

/** Major type and argument in the shortest form. */
function head(major: number, argument: number | bigint): Uint8Array {
  const initial = major << 5;
  if (argument < 24) return Uint8Array.of(initial | Number(argument));
  if (argument < 2 ** 8) return Uint8Array.of(initial | 24, Number(argument));
  if (argument < 2 ** 16) return Uint8Array.of(initial | 25, Number(argument) >> 8, Number(argument) & 0xff);
  const isShort = argument < 2 ** 32;
  if (argument > MAX_U64) throw new RangeError('an integer beyond 64 bits');
  const bytes = new Uint8Array(isShort ? 5 : 9);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, initial | (isShort ? 26 : 27));
  if (isShort) view.setUint32(1, Number(argument));
  else view.setBigUint64(1, BigInt(argument));
  return bytes;
}
