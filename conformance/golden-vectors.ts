/** The golden vectors as they stand in their files, and as they are meant. No I/O. */
import { fromHex } from '../reference/bytes.ts';

export interface GoldenVector {
  readonly id: string;
  readonly clauses: readonly string[];
  readonly comment: string;
  /** `implementation-defined`: `null` stands where it is free. */
  readonly result: 'valid' | 'invalid' | 'implementation-defined';
  readonly call: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output?: Readonly<Record<string, unknown>>;
  /** The layer that refuses, and the status of the answer where one is due. */
  readonly refused?: { readonly layer: string; readonly status?: number };
}

/** A family as its file has it; the project's tests hold it to its schema. */
export interface VectorFamily {
  readonly family: string;
  readonly version: number;
  readonly about: string;
  readonly vectors: readonly GoldenVector[];
}

/** Fields that are text; other text is hex. */
const TEXTS: ReadonlySet<string> = new Set([
  'kind',
  'primitive',
  'diagnostic',
  'situation',
  'from',
  'transport',
]);
/** Fields of 64 bits, in decimal. */
const INTEGERS: ReadonlySet<string> = new Set(['sequence', 'order', 'sequences']);

/** A field's value: hex becomes bytes, decimal text a bigint. */
function meant(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => meant(name, item));
  if (typeof value !== 'string' || TEXTS.has(name)) return value;
  return INTEGERS.has(name) ? BigInt(value) : fromHex(value);
}

/** All fields as they are meant. */
export function meantFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, meant(name, value)]));
}
