/** The vectors as they lie in the project, read by nothing of the generator. */
import { readdirSync, readFileSync } from 'node:fs';
import { fromHex } from '../../reference/bytes.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface Vector {
  readonly id: string;
  readonly clauses: readonly string[];
  readonly result: 'valid' | 'invalid' | 'implementation-defined';
  readonly flags?: readonly string[];
  readonly call: string;
  readonly input: Fields;
  readonly diagnostic?: string;
  readonly steps?: Readonly<Record<string, string>>;
  readonly output?: Fields;
  readonly refused?: { readonly layer: string; readonly status?: number };
  readonly base?: string;
  readonly change?: readonly Change[];
}

export interface Change {
  readonly field: string;
  readonly at?: number;
  readonly was: unknown;
  readonly is: unknown;
}

export interface FamilyFile {
  readonly family: string;
  readonly version: number;
  readonly notes: Readonly<Record<string, unknown>>;
  readonly vectors: readonly Vector[];
}

const folder = new URL('../../vectors/', import.meta.url);
const OTHERS = ['manifest.json', 'schema.json'];

/** One of the files as text. */
export function fileText(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}

/** All families, in the order of their names. */
export function loadFamilies(): FamilyFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json') && !OTHERS.includes(name));
  return names.sort().map((name) => JSON.parse(fileText(name)));
}

export function loadVectors(): Vector[] {
  return loadFamilies().flatMap(({ vectors }) => vectors);
}

const TEXTS = new Set(['kind', 'primitive', 'diagnostic', 'situation', 'from', 'transport']);
const INTEGERS = new Set(['sequence', 'order', 'sequences']);

/** A field's value as it is meant: hex becomes bytes, decimal text bigint. */
export function meant(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => meant(name, item));
  if (typeof value !== 'string' || TEXTS.has(name)) return value;
  return INTEGERS.has(name) ? BigInt(value) : fromHex(value);
}

/** All fields as they are meant. */
export function meantFields(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, meant(name, value)]));
}
