import { bodyName } from './bodies.ts';
import type { Cbor, CborMap } from './cbor.ts';
import { FALSE, get, NULL, TRUE } from './cbor.ts';
import { decodeCbor, EncodingError } from './cbor-decode.ts';
import { messageType } from './messages.ts';
import type { Fields } from './registry.ts';
import { BODIES, FIRST_CRITICAL, INNER, KEYS } from './registry.ts';
import { breaksRule } from './rules.ts';
import type { InnerMap, Shape } from './shapes.ts';
import { hasShape } from './shapes.ts';

const MALFORMED = 1;
const UNSUPPORTED = 2;
const DEEPEST = 8;

/** A body that was refused; the status of the answer that is due, undefined where there is none. */
export interface BodyRefusal {
  readonly layer: 'encoding' | 'schema';
  readonly status: number | undefined;
  readonly why: string;
}

/** The values of the keys that are listed for the body; others are ignored (GEN-22, GEN-07). */
export type Accepted = ReadonlyMap<number, Cbor>;

/** The checks of a body that need no state, in the order of section 6.1. */
export function checkBody(type: number, bytes: Uint8Array): Accepted | BodyRefusal {
  const use = messageType(type)?.use;
  if (use === undefined || use === 'opening' || use === 'data') {
    throw new RangeError(`type ${type} has no body`);
  }
  const body = readBody(bytes);
  if (typeof body === 'string') return { layer: 'encoding', status: undefined, why: body };
  const isRequest = use === 'request' || (use === 'answer or request' && get(body, 1) === undefined);
  const refuse = (status: number, why: string): BodyRefusal => {
    return { layer: 'schema', status: isRequest ? status : undefined, why };
  };
  const forbidden = findForbidden(body, 1);
  if (forbidden !== undefined) return refuse(MALFORMED, forbidden);
  if (hasCritical(body)) return refuse(UNSUPPORTED, 'unknown critical key');
  const wrong = findWrongType(body);
  if (wrong !== undefined) return refuse(MALFORMED, `key ${wrong} of another type than registered`);
  const name = bodyName(type, body);
  if (name === undefined) return refuse(MALFORMED, 'fits no body of this type');
  const lack = findLack(BODIES[name], body);
  if (lack !== undefined) return refuse(MALFORMED, `${name}: key ${lack} not there or out of range`);
  const broken = breaksRule(name, body);
  if (broken !== undefined) return refuse(MALFORMED, broken);
  return listed(BODIES[name], body);
}

/** What an NTM record says, or the layer that a reader ignores it by (DNS-19, DNS-27). */
export function checkNtmRecord(rdata: Uint8Array): Accepted | 'encoding' | 'schema' {
  const map = readMap(rdata);
  if (typeof map === 'string') return 'encoding';
  const isWrong =
    findForbidden(map, 1) !== undefined ||
    hasCritical(map) ||
    findWrongType(map) !== undefined ||
    findLack(NTM_RECORD, map) !== undefined;
  return isWrong ? 'schema' : listed(NTM_RECORD, map);
}

/** Section 11.2: Node ID and the DC's endpoints; FQDN, real, virtual and observed ones. */
const NTM_RECORD: Fields = { has: [4, 44], may: [3, 6, 10, 33] };

/** GEN-08; the reason if it is broken. */
function readBody(bytes: Uint8Array): CborMap | string {
  const body = readMap(bytes);
  if (typeof body === 'string') return body;
  const transaction = get(body, 0);
  if (transaction?.kind !== 'bytes' || transaction.value.length !== 8) return 'no transaction';
  return body;
}

function readMap(bytes: Uint8Array): CborMap | string {
  let body: Cbor;
  try {
    body = decodeCbor(bytes);
  } catch (error) {
    if (error instanceof EncodingError) return error.message;
    throw error;
  }
  return body.kind === 'map' ? body : 'not a map';
}

/** What GEN-30 forbids anywhere, unknown keys included; `depth` is that of an array or map `item`. */
function findForbidden(item: Cbor, depth: number): string | undefined {
  switch (item.kind) {
    case 'tag':
      return `tag ${item.number}`;
    case 'float':
      return 'floating-point number';
    case 'simple':
      return [FALSE, TRUE, NULL].includes(item.value) ? undefined : `simple value ${item.value}`;
    case 'array':
      if (depth > DEEPEST) return 'nested too deep';
      return first(item.items.map((inner) => findForbidden(inner, depth + 1)));
    case 'map':
      if (depth > DEEPEST) return 'nested too deep';
      if (item.entries.some(([key]) => key.kind !== 'uint')) return 'a map key that is no unsigned integer';
      return first(item.entries.map(([, value]) => findForbidden(value, depth + 1)));
    default:
      return undefined;
  }
}

/** An unknown key from 0x8000 up, in this map or in inner maps, listed or not (GEN-07). */
function hasCritical(map: CborMap): boolean {
  return map.entries.some(([key, value]) => {
    if (key.kind !== 'uint') return false;
    const shape = KEYS.get(Number(key.value));
    return shape === undefined ? key.value >= FIRST_CRITICAL : innerMaps(shape, value).some(hasCritical);
  });
}

function innerMaps(shape: Shape, value: Cbor): CborMap[] {
  if (shape.is === 'map' && value.kind === 'map') return [value];
  if (shape.is === 'list' && value.kind === 'array') {
    return value.items.flatMap((item) => innerMaps(shape.of, item));
  }
  return [];
}

/** The first key of the registry whose value has not its one type (GEN-22). */
function findWrongType(map: CborMap): bigint | undefined {
  return first(
    map.entries.map(([key, value]) => {
      if (key.kind !== 'uint') return undefined;
      const shape = KEYS.get(Number(key.value));
      return shape === undefined || hasShape(shape, value, innerIsRight) ? undefined : key.value;
    }),
  );
}

function innerIsRight(name: InnerMap, map: CborMap): boolean {
  return findWrongType(map) === undefined && findLack(INNER[name], map) === undefined;
}

function findLack(fields: Fields, map: CborMap): number | undefined {
  const missing = fields.has.find((key) => get(map, key) === undefined);
  if (missing !== undefined) return missing;
  for (const [key, shape] of fields.narrow ?? []) {
    const value = get(map, key);
    if (value !== undefined && !hasShape(shape, value, innerIsRight)) return key;
  }
  return undefined;
}

function listed(fields: Fields, map: CborMap): Map<number, Cbor> {
  const accepted = new Map<number, Cbor>();
  for (const key of [...fields.has, ...fields.may].sort((a, b) => a - b)) {
    const value = get(map, key);
    const shape = KEYS.get(key);
    if (value !== undefined && shape !== undefined) accepted.set(key, stripped(shape, value));
  }
  return accepted;
}

/** The value without what is ignored in its inner maps. */
function stripped(shape: Shape, value: Cbor): Cbor {
  if (shape.is === 'list' && value.kind === 'array') {
    return { kind: 'array', items: value.items.map((item) => stripped(shape.of, item)) };
  }
  if (shape.is !== 'map' || value.kind !== 'map') return value;
  const entries = [...listed(INNER[shape.name], value)];
  return {
    kind: 'map',
    entries: entries.map(([key, inner]) => [{ kind: 'uint', value: BigInt(key) }, inner] as const),
  };
}

function first<T>(values: readonly (T | undefined)[]): T | undefined {
  return values.find((value) => value !== undefined);
}
