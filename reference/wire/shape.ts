/**
 * CBOR maps with integer keys as objects with names, and back.
 *
 * A shape is a list of keys and names with the schema of the object that they make.
 */
import { z } from 'zod';
import type { CborValue } from './cbor.ts';
import { FIRST_CRITICAL_KEY, Key } from './registry.ts';

export interface Field<S extends z.ZodType = z.ZodType> {
  /** Its type as the CDDL writes it. */
  readonly type: string;
  readonly schema: S;
  /** What it is made of, where it is a map or a list of maps. */
  readonly inner: Shape | undefined;
  readonly isList: boolean;
}

export interface Entry extends Field {
  readonly key: number;
  readonly name: string;
  readonly presence: 'required' | 'optional' | 'forbidden';
}

export interface Shape<S extends z.ZodType = z.ZodType> {
  readonly entries: readonly Entry[];
  readonly schema: S;
}

/** @param inner the shape of the map, or with `isList` of the maps in the list, that it is. */
export function field<S extends z.ZodType>(type: string, schema: S, inner?: Shape, isList = false): Field<S> {
  return { type, schema, inner, isList };
}

type Fields = { readonly [N in keyof typeof Key]?: Field };
type Schema<F extends Fields, N extends keyof F> = F[N] extends Field<infer S> ? S : never;
type Properties<F extends Fields, R extends keyof F, O extends keyof F, P extends Fields> = {
  [N in R]: N extends keyof P ? Schema<P, N> : Schema<F, N>;
} & { [N in O]: z.ZodOptional<N extends keyof P ? Schema<P, N> : Schema<F, N>> };

/**
 * A shape with some of the fields.
 * @param narrowed what takes the place of a field's own type.
 * @param forbidden fields that a body must not have, known as they are.
 */
export function shapeOf<
  F extends Fields,
  R extends keyof F & keyof typeof Key,
  O extends keyof F & keyof typeof Key = never,
  P extends Fields = Record<never, never>,
>(
  fields: F,
  required: readonly R[],
  optional: readonly O[] = [],
  narrowed: P = {} as P,
  forbidden: readonly (keyof F & keyof typeof Key)[] = [],
): Shape<z.ZodObject<Properties<F, R, O, P>>> {
  const entry = (name: keyof F & keyof typeof Key, presence: Entry['presence']): Entry => {
    const own = (narrowed[name] ?? fields[name]) as Field;
    return {
      ...own,
      key: Key[name],
      name,
      presence,
      schema: presence === 'forbidden' ? z.never() : own.schema,
    };
  };
  const entries = [
    ...required.map((name) => entry(name, 'required')),
    ...optional.map((name) => entry(name, 'optional')),
    ...forbidden.map((name) => entry(name, 'forbidden')),
  ];
  const properties = entries.map(({ name, presence, schema }) => [
    name,
    presence === 'required' ? schema : schema.optional(),
  ]);
  const schema: z.ZodType = z.object(Object.fromEntries(properties) as Record<string, z.ZodType>);
  return { entries, schema: schema as z.ZodObject<Properties<F, R, O, P>> };
}

/** A map's fields by name. */
export interface Named {
  readonly raw: Readonly<Record<string, unknown>>;
  /** Keys of the registry that are not listed here and have the wrong type, inner maps included. [GEN-22] */
  readonly wrong: readonly CborValue[];
}

/**
 * Names the fields of a map and drops the others. A value of the wrong type stays as it is, for the schema
 * to refuse.
 * @param registry every field there is.
 */
export function nameFields(
  shape: Shape,
  map: ReadonlyMap<CborValue, CborValue>,
  registry: Readonly<Record<keyof typeof Key, Field>>,
): Named {
  const wrong: CborValue[] = [];
  const nameMap = (inner: Shape, from: ReadonlyMap<CborValue, CborValue>): Record<string, unknown> => {
    const raw: Record<string, unknown> = {};
    for (const [key, value] of from) {
      const entry = inner.entries.find((candidate) => candidate.key === key);
      const name = NAMES.get(key);
      if (entry !== undefined) raw[entry.name] = nameValue(entry, value);
      else if (name !== undefined && !fits(registry[name], value)) wrong.push(key);
    }
    return raw;
  };
  const fits = (unlisted: Field, value: CborValue) =>
    unlisted.schema.safeParse(nameValue(unlisted, value)).success;
  const nameValue = ({ inner }: Field, value: CborValue): unknown => {
    if (inner === undefined) return value;
    if (value instanceof Map) return nameMap(inner, value);
    return Array.isArray(value)
      ? value.map((item) => (item instanceof Map ? nameMap(inner, item) : item))
      : value;
  };
  return { raw: nameMap(shape, map), wrong };
}

/** Whether a body has an unknown key from 0x8000 up, itself or in an inner map, listed there or not. [GEN-07] */
export function hasCritical(
  map: ReadonlyMap<CborValue, CborValue>,
  registry: Readonly<Record<keyof typeof Key, Field>>,
): boolean {
  return Array.from(map).some(([key, value]) => {
    const name = NAMES.get(key);
    if (name === undefined) return Number(key) >= FIRST_CRITICAL_KEY;
    return innerMaps(registry[name], value).some((inner) => hasCritical(inner, registry));
  });
}

function innerMaps({ inner, isList }: Field, value: CborValue): ReadonlyMap<CborValue, CborValue>[] {
  if (inner === undefined) return [];
  const maps = isList ? (Array.isArray(value) ? (value as readonly CborValue[]) : []) : [value];
  return maps.filter((item) => item instanceof Map);
}

const NAMES: ReadonlyMap<CborValue, keyof typeof Key> = new Map(
  Object.entries(Key).map(([name, key]) => [key, name as keyof typeof Key]),
);

/** The map of an object that the shape's schema encoded; fields that are undefined are left out. */
export function numberFields(
  shape: Shape,
  raw: Readonly<Record<string, unknown>>,
): Map<CborValue, CborValue> {
  const map = new Map<CborValue, CborValue>();
  for (const { key, name, inner } of shape.entries) {
    const value = raw[name];
    if (value === undefined) continue;
    map.set(key, inner === undefined ? (value as CborValue) : numberBelow(inner, value));
  }
  return map;
}

function numberBelow(inner: Shape, value: unknown): CborValue {
  if (Array.isArray(value)) return value.map((item) => numberBelow(inner, item));
  return numberFields(inner, value as Readonly<Record<string, unknown>>);
}
