/** Bodies as the tester writes and reads them: plain maps, so that every rule can be broken on purpose. */

import type { CborValue } from '../reference/wire/cbor.ts';
import { Key } from '../reference/wire/registry.ts';

/** A body: its keys are the registry's numbers. */
export type Body = ReadonlyMap<CborValue, CborValue>;

export type FieldName = keyof typeof Key;

/** Fields by their names in the registry; one that is undefined is left out. */
export type Fields = { readonly [Name in FieldName]?: CborValue | undefined };

/** A body of named fields. `extra` are further entries by number: grease, critical keys. */
export function body(fields: Fields, extra: readonly (readonly [number, CborValue])[] = []): Body {
  const entries = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[Key[name as FieldName], value] as const],
  );
  return new Map<CborValue, CborValue>([...entries, ...extra]);
}

/** One field, or undefined if it is not there. */
export function field(from: Body | undefined, name: FieldName): CborValue | undefined {
  return from?.get(Key[name]);
}

/** A field that is a byte string, or undefined if it is not there or something else. */
export function bytesField(from: Body | undefined, name: FieldName): Uint8Array | undefined {
  const value = field(from, name);
  return value instanceof Uint8Array ? value : undefined;
}

/** A field that is an unsigned number. */
export function numberField(from: Body | undefined, name: FieldName): number | undefined {
  const value = field(from, name);
  return typeof value === 'number' && value >= 0 ? value : undefined;
}

/** A field that is an array; empty if it is not there. */
export function listField(from: Body | undefined, name: FieldName): readonly CborValue[] {
  const value = field(from, name);
  return Array.isArray(value) ? (value as readonly CborValue[]) : [];
}

/** Whether a value is a map. */
export function isBody(value: CborValue | undefined): value is Body {
  return value instanceof Map;
}
