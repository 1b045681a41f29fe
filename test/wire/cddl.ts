/** The spec's CDDL as data, and random values that fit its types, right or with one fault. */
import { fileURLToPath } from 'node:url';
import type { Assignment, Property, PropertyReference, PropertyType } from 'cddl';
import { parse } from 'cddl';
import fc from 'fast-check';
import type { CborValue } from '../../reference/wire/cbor.ts';

export type CborMap = ReadonlyMap<CborValue, CborValue>;

/** One line of a map: `? k-aliases ^ => aliases`. */
export interface Line {
  readonly key: number;
  readonly presence: 'required' | 'optional';
  /** As written. */
  readonly type: string;
  readonly types: readonly PropertyType[];
}

const file = new URL('../../conformance/spec/ntmobile.cddl', import.meta.url);
const rules = new Map(parse(fileURLToPath(file)).map((rule) => [rule.Name, rule]));

/** The names of the maps that a rule stands for, itself if it is one. */
export function formsOf(name: string): string[] {
  const rule = ruleOf(name);
  if (rule.Type !== 'variable') return [name];
  return listOf(rule.PropertyType).flatMap((type) => formsOf(referenceOf(type)));
}

/** The lines of a map but its last two, `known` and the unknown keys. */
export function linesOf(name: string): Line[] {
  return propertiesOf(name)
    .filter((property) => property.Name.startsWith('k-'))
    .map(lineOf);
}

/** What ends a map: a group that is included, and keys by their type. */
export function tailOf(name: string): string[] {
  const rest = propertiesOf(name).filter((property) => !property.Name.startsWith('k-'));
  return rest.map(
    (property) => `${property.Name}${property.Name && ' => '}${typeText(listOf(property.Type))}`,
  );
}

/** Random values of the type of a rule. */
export function valuesOf(name: string): fc.Arbitrary<CborValue> {
  const rule = ruleOf(name);
  if (rule.Type === 'group') return mapsOf(linesOf(name)) as fc.Arbitrary<CborValue>;
  if (rule.Type === 'variable')
    return valuesOfTypes(listOf(rule.PropertyType)).filter((value) => PROSE[name]?.(value) ?? true);
  const { types, n, m } = itemsOf(rule);
  return fc
    .array(valuesOfTypes(types), { minLength: n, maxLength: Math.min(m, n + 8) })
    .filter((list) => PROSE[name]?.(list) ?? true);
}

/** Random maps of some lines. */
function mapsOf(lines: readonly Line[]): fc.Arbitrary<CborMap> {
  const entries = lines.map(({ key, presence, types }) => {
    const entry = valuesOfTypes(types).map((value) => [[key, value] as const]);
    return presence === 'required' ? entry : fc.oneof(entry, fc.constant([]));
  });
  return fc.tuple(...entries).map((found) => new Map(found.flat()));
}

function valuesOfTypes(types: readonly PropertyType[]): fc.Arbitrary<CborValue> {
  return fc.oneof(...types.map(valuesOfType));
}

function valuesOfType(type: PropertyType): fc.Arbitrary<CborValue> {
  const size = sizeOf(type);
  if (size !== undefined) return fc.uint8Array({ minLength: size, maxLength: size });
  const pattern = operatorOf(type, 'regexp');
  if (pattern !== undefined)
    return fc.stringMatching(new RegExp(`^(?:${pattern})$`)).filter((text) => text.length <= 253);
  if (type === 'uint') return fc.oneof(fc.nat(40), fc.nat(MAX_UINT));
  if (type === 'bstr') return fc.uint8Array({ maxLength: 20 });
  const { Type, Value } = type as PropertyReference;
  if (Type === 'literal') return fc.constant(Value as CborValue);
  const range = rangeOf(type);
  if (range !== undefined)
    return fc.integer({ min: range.min, max: Math.min(range.max, Number.MAX_SAFE_INTEGER) });
  if (Type === 'group') return valuesOf(String(Value));
  throw new Error(`the CDDL has a type that this test does not know: ${JSON.stringify(type)}`);
}

/** Conditions on types that the CDDL has in comments only. */
const PROSE: Readonly<Record<string, (value: CborValue) => boolean>> = {
  address6: (value) => !isMapped(value as Uint8Array),
  endpoint4: (value) => hasPort(value as Uint8Array),
  endpoint6: (value) => hasPort(value as Uint8Array) && !isMapped(value as Uint8Array),
  'virtual-addresses': haveNoTwins,
  'observed-endpoints': haveNoTwins,
  'natted-families': haveNoTwins,
};

/** GEN-41 */
const MAX_UINT = 2 ** 32 - 1;

/** GEN-43: two of a family are as long as each other; families themselves are numbers. */
function haveNoTwins(value: CborValue): boolean {
  const families = (value as readonly CborValue[]).map((item) =>
    item instanceof Uint8Array ? item.length : item,
  );
  return new Set(families).size === families.length;
}

function hasPort(endpoint: Uint8Array): boolean {
  return endpoint.subarray(-2).some((byte) => byte !== 0);
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 12).join() === '0,0,0,0,0,0,0,0,0,0,255,255';
}

/** A value with one thing wrong, and what it is. */
export interface Fault {
  readonly why: string;
  readonly value: CborValue;
}

/** Every way of breaking one line of a map that has no part in which form it is. */
export function faultsOfMap(lines: readonly Line[], map: CborMap): (Fault & { readonly key: number })[] {
  return lines.flatMap(({ key, presence, types }) => {
    const value = map.get(key);
    if (value === undefined) return [];
    const without = new Map([...map].filter(([other]) => other !== key));
    const missing = presence === 'required' ? [{ key, why: `${key} missing`, value: without }] : [];
    const broken = faultsOf(types, value).map(({ why, value: wrong }) => ({
      key,
      why: `${key} ${why}`,
      value: new Map([...map, [key, wrong]]),
    }));
    return [...missing, ...broken];
  });
}

function faultsOf(types: readonly PropertyType[], value: CborValue): Fault[] {
  const flat = types.flatMap(flatten);
  const wrongType = { why: 'of a wrong type', value: null };
  const sizes = flat.flatMap((type) => sizeOf(type) ?? []);
  const wrongSizes = sizes.flatMap((size) => [size - 1, size + 1]).filter((size) => !sizes.includes(size));
  const ranges = flat.flatMap((type) => rangeOf(type) ?? []);
  const outside = ranges
    .flatMap(({ min, max }) => [min - 1, max + 1])
    .filter(
      (number) =>
        number >= 0 &&
        number <= Number.MAX_SAFE_INTEGER &&
        ranges.every(({ min, max }) => number < min || number > max),
    );
  const texts = flat.some((type) => operatorOf(type, 'regexp') !== undefined) ? NO_NAMES : [];
  const maps = flat.flatMap((type) => {
    const rule = rules.get(referenceOf(type));
    return rule?.Type === 'group' && value instanceof Map ? faultsOfMap(linesOf(rule.Name), value) : [];
  });
  return [
    wrongType,
    ...wrongSizes.map((size) => ({ why: `of ${size} bytes`, value: new Uint8Array(size).fill(1) })),
    ...outside.map((number) => ({ why: `${number}`, value: number })),
    ...flat.flatMap((type) => faultsOfArray(type, value)),
    ...texts.map((text) => ({ why: JSON.stringify(text), value: text })),
    ...maps,
  ];
}

/** The one pattern of the CDDL is that of names. */
const NO_NAMES = [
  '',
  'Alice.example',
  'example.',
  '.example',
  'a..example',
  'a b',
  'ü.example',
  'a'.repeat(64),
].concat(Array.from({ length: 64 }, () => 'abc').join('.'));

function faultsOfArray(type: PropertyType, value: CborValue): Fault[] {
  const rule = rules.get(referenceOf(type));
  if (rule?.Type !== 'array' || !Array.isArray(value)) return [];
  const { types, n, m } = itemsOf(rule);
  const [first, ...rest] = value as CborValue[];
  const sample = first ?? fc.sample(valuesOfTypes(types), 1)[0] ?? null;
  const faults = faultsOf(types, sample).map(({ why, value: wrong }) => ({
    why: `item ${why}`,
    value: [wrong, ...rest],
  }));
  if (n > 0) faults.push({ why: `${n - 1} items`, value: value.slice(0, n - 1) });
  if (Number.isFinite(m))
    faults.push({ why: `${m + 1} items`, value: Array.from({ length: m + 1 }, () => sample) });
  return faults;
}

/** A type by its name as the types that it stands for. */
function flatten(type: PropertyType): PropertyType[] {
  const rule = rules.get(referenceOf(type));
  return rule?.Type === 'variable' ? listOf(rule.PropertyType).flatMap(flatten) : [type];
}

function propertiesOf(name: string): Property[] {
  const rule = ruleOf(name);
  if (rule.Type !== 'group') throw new Error(`no map: ${name}`);
  return rule.Properties.flat();
}

function lineOf(property: Property): Line {
  const types = listOf(property.Type);
  const key = ruleOf(property.Name);
  const [number] = key.Type === 'variable' ? listOf(key.PropertyType) : [];
  return {
    key: Number((number as PropertyReference).Value),
    presence: property.Occurrence.n === 0 ? 'optional' : 'required',
    type: typeText(types),
    types,
  };
}

function itemsOf(rule: Extract<Assignment, { Type: 'array' }>): {
  types: PropertyType[];
  n: number;
  m: number;
} {
  const [property] = rule.Values.flat();
  if (property === undefined) throw new Error(`an array of nothing: ${rule.Name}`);
  const { n, m } = property.Occurrence as { n: number; m: number | null };
  return { types: listOf(property.Type), n, m: m ?? Number.POSITIVE_INFINITY };
}

function ruleOf(name: string): Assignment {
  const rule = rules.get(name);
  if (rule === undefined) throw new Error(`the CDDL has no ${name}`);
  return rule;
}

function listOf<V>(value: V | V[]): V[] {
  return Array.isArray(value) ? value : [value];
}

function typeText(types: readonly PropertyType[]): string {
  return types
    .map((type) => (typeof type === 'string' ? type : String((type as PropertyReference).Value)))
    .join(' / ');
}

function referenceOf(type: PropertyType): string {
  const { Type, Value } = type as PropertyReference;
  return Type === 'group' ? String(Value) : '';
}

function operatorOf(type: PropertyType, operator: string): unknown {
  const { Operator } = type as PropertyReference;
  return Operator?.Type === operator ? (Operator.Value as PropertyReference).Value : undefined;
}

function sizeOf(type: PropertyType): number | undefined {
  const size = operatorOf(type, 'size');
  return size === undefined ? undefined : Number(size);
}

function rangeOf(type: PropertyType): { min: number; max: number } | undefined {
  const { Type, Value } = type as PropertyReference;
  if (Type !== 'range') return undefined;
  const { Min, Max } = Value as unknown as { Min: PropertyReference; Max: PropertyReference };
  return { min: Number(Min.Value), max: Number(Max.Value) };
}
