/** Bodies as lists of keys and values, with raw bytes where no value could be written otherwise. */
import { concat, fromHex } from '../../../reference/bytes.ts';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { encodeCbor } from '../../../reference/wire/cbor.ts';
import { toDiagnostic } from '../../../reference/wire/cbor-diagnostic.ts';
import type { Vector } from '../vector.ts';
import { Family } from '../vector.ts';

/** CBOR as it is to stand there, and its diagnostic notation. */
export interface Raw {
  readonly raw: string;
  readonly text: string;
}

export type Value = CborValue | Raw;
export type Body = ReadonlyMap<number, Value>;

/** A key and its value; undefined for none. */
export type Entry = readonly [number, Value | undefined];

export const raw = (hex: string, text: string): Raw => ({ raw: hex, text });

export const TRANSACTION = fromHex('0102030405060708');

/** A body with the transaction of all vectors. */
export function body(...entries: readonly (readonly [number, Value])[]): Body {
  return new Map<number, Value>([[0, TRANSACTION], ...entries]);
}

/** The body with other values for some keys; undefined takes one out. */
export function changed(of: Body, ...entries: readonly Entry[]): Body {
  const map = new Map(of);
  for (const [key, value] of entries) {
    if (value === undefined) map.delete(key);
    else map.set(key, value);
  }
  return map;
}

/** Deterministic but for what is raw. */
export function encoded(of: Body): Uint8Array {
  const head = encodeCbor(Array.from(of, () => 0)).slice(0, of.size < 24 ? 1 : of.size < 256 ? 2 : 3);
  head[0] = (head[0] ?? 0) | 0x20;
  const entries = sorted(of).map(([key, value]) =>
    concat(encodeCbor(key), isRaw(value) ? fromHex(value.raw) : encodeCbor(value)),
  );
  return concat(head, ...entries);
}

export function notation(of: Body): string {
  const entries = sorted(of).map(
    ([key, value]) => `${key}: ${isRaw(value) ? value.text : toDiagnostic(tidy(value))}`,
  );
  return `{${entries.join(', ')}}`;
}

/** With the keys of inner maps in the order in which they are encoded. */
function tidy(value: CborValue): CborValue {
  if (value instanceof Map) {
    const entries: [number, CborValue][] = Array.from(value, ([key, item]) => [Number(key), tidy(item)]);
    return new Map(entries.sort(([a], [b]) => a - b));
  }
  return Array.isArray(value) ? value.map(tidy) : value;
}

/** Unsigned integers: the order of their encodings is that of their values. */
function sorted(of: Body): [number, Value][] {
  return [...of].sort(([a], [b]) => a - b);
}

function isRaw(value: Value): value is Raw {
  return typeof value === 'object' && value !== null && 'raw' in value;
}

/** Bytes that all have one value. */
export const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

export const hex = fromHex;

/** An inner map. */
export function inner(...entries: readonly (readonly [number, CborValue])[]): Map<CborValue, CborValue> {
  return new Map(entries);
}

/** A valid vector with the body that it was made of. */
export interface GoodBody {
  readonly vector: Vector;
  readonly type: number;
  readonly body: Body;
}

/** Adds a vector with another value for one key of a good body; undefined takes the key out. */
export type Make = (
  base: GoodBody,
  flag: string,
  name: string,
  comment: string,
  key: number,
  value: Value | undefined,
  clause?: string,
) => void;

const NAMES: Readonly<Record<number, string>> = {
  0x01: 'registration-request',
  0x02: 'registration-response',
  0x03: 'direction-request',
  0x04: 'route-direction',
  0x05: 'node-information-request',
  0x06: 'node-information-response',
  0x07: 'relay-direction',
  0x08: 'direction-response',
  0x09: 'relay-registration-request',
  0x0a: 'relay-registration-response',
  0x0d: 'tunnel-request',
  0x0e: 'tunnel-response',
  0x0f: 'path-update',
  0x11: 'acknowledgement',
};

/** The status of a request that is refused by its schema. */
export const MALFORMED = 1;
export const UNSUPPORTED = 2;

export interface Fault {
  readonly clauses: readonly string[];
  readonly flags: readonly string[];
  readonly comment: string;
}

/** The family, and how its vectors are named. */
export class Bodies extends Family {
  /**
   * @param ignored keys that the output lacks.
   * @param out the body as recognised, where inner maps lose something.
   */
  good(
    type: number,
    name: string,
    comment: string,
    of: Body,
    {
      ignored = [],
      out,
      clauses = [],
    }: { ignored?: readonly number[]; out?: Body; clauses?: readonly string[] } = {},
  ): GoodBody {
    const recognised = out ?? new Map([...of].filter(([key]) => !ignored.includes(key)));
    const vector = this.valid(`${nameOf(type)}.${name}`, {
      clauses: ['GEN-08', ...clauses],
      comment,
      call: 'decode-body',
      input: { type, body: encoded(of) },
      diagnostic: notation(of),
      output: { body: encoded(recognised) },
    });
    return { vector, type, body: of };
  }

  /** Fails the schema. @param status 0 where it is an answer, which gets none. */
  bad(base: GoodBody, name: string, fault: Fault, of: Body, status: 0 | 1 | 2 = MALFORMED): Vector {
    return this.broken(base.vector, `${nameOf(base.type)}.${name}`, {
      ...fault,
      input: { body: encoded(of) },
      diagnostic: notation(of),
      layer: 'schema',
      status: status === 0 ? undefined : status,
    });
  }

  /** Not a deterministic encoding. @param diagnostic where there is one for it. */
  misencoded(base: GoodBody, name: string, fault: Fault, wrong: string, diagnostic?: string): Vector {
    return this.broken(base.vector, `${nameOf(base.type)}.${name}`, {
      ...fault,
      input: { body: fromHex(wrong) },
      diagnostic,
      layer: 'encoding',
    });
  }
}

function nameOf(type: number): string {
  return NAMES[type] ?? 'unknown';
}
