/** What a vector is, and how one is made: a good one, or a good one with one thing broken. */
import { toHex } from '../../reference/bytes.ts';

/** As it stands in the file. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type Fields = { readonly [name: string]: Json };

/** As a generator writes it: bytes become hex, bigints decimal text. */
export type Given =
  | Json
  | Uint8Array
  | bigint
  | undefined
  | readonly Given[]
  | { readonly [name: string]: Given };
export type GivenFields = { readonly [name: string]: Given };

export type Result = 'valid' | 'invalid' | 'implementation-defined';

export interface Vector {
  readonly id: string;
  readonly clauses: readonly string[];
  readonly comment: string;
  readonly result: Result;
  readonly flags?: readonly string[];
  readonly source?: string;
  readonly call: string;
  readonly input: Fields;
  readonly diagnostic?: string;
  readonly steps?: Fields;
  readonly output?: Fields;
  readonly refused?: Refused;
  readonly base?: string;
  readonly change?: readonly Change[];
}

/** The layer that refuses; and the status of the answer, where one is due. */
export interface Refused {
  readonly layer: string;
  readonly status?: number;
}

/** One difference between the input of a vector and that of its base. Where `at` is, it is one between bytes. */
export interface Change {
  readonly field: string;
  readonly at?: number;
  readonly was: Json;
  readonly is: Json;
}

export interface Note {
  readonly about: string;
  readonly effect: string;
}

export interface FamilyFile {
  readonly family: string;
  readonly version: number;
  readonly about: string;
  readonly notes: Readonly<Record<string, Note>>;
  readonly world?: Fields;
  readonly situations?: Fields;
  readonly vectors: readonly Vector[];
}

/** What the vectors of a family share: constants, and what came before. */
export interface Shared {
  readonly world?: Fields;
  readonly situations?: Fields;
}

/** What all kinds of vectors have. */
interface Common {
  readonly clauses: readonly string[];
  readonly comment: string;
  readonly source?: string;
  readonly diagnostic?: string | undefined;
  readonly steps?: GivenFields;
}

export interface Good extends Common {
  readonly call: string;
  readonly input: GivenFields;
  readonly output: GivenFields;
}

/** @property input the fields that differ from those of the base. */
export interface Broken extends Common {
  readonly flags: readonly string[];
  readonly input: GivenFields;
  readonly layer: string;
  readonly status?: number | undefined;
}

/** Collects the vectors of one family, in the order in which they are made. */
export class Family {
  readonly name: string;
  readonly version: number;
  readonly about: string;
  readonly notes: Readonly<Record<string, Note>>;
  readonly shared: Shared;
  readonly vectors: Vector[] = [];

  constructor(
    name: string,
    version: number,
    about: string,
    notes: Readonly<Record<string, Note>>,
    shared: Shared = {},
  ) {
    this.shared = shared;
    this.name = name;
    this.version = version;
    this.about = about;
    this.notes = notes;
  }

  /** One that has to be taken. */
  valid(name: string, good: Good): Vector {
    const { clauses, comment, call, input, output } = good;
    return this.add({
      id: `${this.name}.${name}`,
      clauses,
      comment,
      result: 'valid',
      ...(good.source === undefined ? {} : { source: good.source }),
      call,
      input: fields(input),
      ...rest(good),
      output: fields(output),
    });
  }

  /** A valid one with one thing broken, which has to be refused. */
  broken(base: Vector, name: string, broken: Broken): Vector {
    const { clauses, comment, flags, layer, status } = broken;
    const input = { ...base.input, ...fields(broken.input) };
    return this.add({
      id: `${this.name}.${name}`,
      clauses,
      comment,
      result: 'invalid',
      flags,
      ...(broken.source === undefined ? {} : { source: broken.source }),
      call: base.call,
      input,
      ...rest(broken),
      refused: status === undefined ? { layer } : { layer, status },
      base: base.id,
      change: changes(base.input, input),
    });
  }

  /** Any other one. */
  add(vector: Vector): Vector {
    if (this.vectors.some(({ id }) => id === vector.id)) throw new Error(`${vector.id} is there twice`);
    for (const flag of vector.flags ?? []) {
      if (this.notes[flag] === undefined) throw new Error(`${vector.id}: no note on ${flag}`);
    }
    this.vectors.push(vector);
    return vector;
  }

  file(): FamilyFile {
    const { name: family, version, about, notes, shared, vectors } = this;
    return { family, version, about, notes, ...shared, vectors };
  }
}

function rest({ diagnostic, steps }: Common): Pick<Vector, 'diagnostic' | 'steps'> {
  return {
    ...(diagnostic === undefined ? {} : { diagnostic }),
    ...(steps === undefined ? {} : { steps: fields(steps) }),
  };
}

/** Fields as they stand in the file. */
export function fields(given: GivenFields): Fields {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, json(value)]));
}

function json(value: Given): Json {
  if (value === undefined) throw new Error('an undefined item');
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(json);
  return fields(value as GivenFields);
}

/** The differences between two inputs. */
function changes(was: Fields, is: Fields): Change[] {
  const found = Object.keys(is).flatMap((field) => difference(field, was[field] ?? null, is[field] ?? null));
  if (found.length === 0) throw new Error('nothing is broken');
  return found;
}

function difference(field: string, was: Json, is: Json): Change[] {
  if (JSON.stringify(was) === JSON.stringify(is)) return [];
  if (!isHex(was) || !isHex(is)) return [{ field, was, is }];
  // The head of a map changes with the number of its entries: a difference of its own.
  const head = was.length !== is.length && was.slice(0, 2) !== is.slice(0, 2) && is.length > 2 ? 2 : 0;
  const first = head === 0 ? [] : [{ field, at: 0, was: was.slice(0, 2), is: is.slice(0, 2) }];
  const [a, b] = [was.slice(head), is.slice(head)];
  const start = sharedBytes(a, b);
  const end = sharedBytes(reversed(a.slice(start)), reversed(b.slice(start)));
  return [
    ...first,
    {
      field,
      at: (head + start) / 2,
      was: a.slice(start, a.length - end),
      is: b.slice(start, b.length - end),
    },
  ];
}

function isHex(value: Json): value is string {
  return typeof value === 'string' && /^([0-9a-f]{2})*$/.test(value);
}

/** How many digits two hex texts begin with in common, whole bytes only. */
function sharedBytes(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a.slice(at, at + 2) === b.slice(at, at + 2)) at += 2;
  return at;
}

function reversed(hex: string): string {
  return (hex.match(/../g) ?? []).reverse().join('');
}
