/** What a DC makes durable of a node, as one value by the key `node/<Node ID>`. [DC-25] */
import { z } from 'zod';
import { family } from '../../address.ts';
import type { Instant } from '../../core.ts';
import { Refusal } from '../../refusal.ts';
import type { CborValue } from '../../wire/cbor.ts';
import { decodeCbor, encodeCbor } from '../../wire/cbor.ts';
import { FIELDS } from '../../wire/fields.ts';
import { nameFields, numberFields, shapeOf } from '../../wire/shape.ts';
import type { Location, NodeRecord, Seen } from './record.ts';

/** Keys beside those of the body registry, from its range for private use. */
const ENDS_AT = 0x7f00;
/** When each of the observed endpoints ceases to count. */
const UNTIL = 0x7f01;

const PREFIX = 'node/';
const PROMISE = shapeOf(FIELDS, ['virtualAddresses']);
const LOCATION = shapeOf(FIELDS, [
  'virtualAddresses',
  'instance',
  'localEndpoints',
  'features',
  'suites',
  'lifetime',
  'observedEndpoints',
]);
const times = z.array(z.int().min(0)).max(2);

/** @param nodeId as lower-case hex */
export function keyOf(nodeId: string): string {
  return PREFIX + nodeId;
}

/** The Node ID of a key, as hex; undefined if the key is none of a node. */
export function nodeIdOf(key: string): string | undefined {
  return key.startsWith(PREFIX) && /^[0-9a-f]{32}$/.test(key.slice(PREFIX.length))
    ? key.slice(PREFIX.length)
    : undefined;
}

/**
 * The value of a record: a deterministic CBOR map with the keys of bodies. Its times are milliseconds since 1970.
 * @param epoch what an instant lacks to that.
 */
export function encodeNode({ virtualAddresses, endsAt, location }: NodeRecord, epoch: number): Uint8Array {
  const map = new Map<CborValue, CborValue>();
  if (location === undefined) merge(map, numberFields(PROMISE, PROMISE.schema.encode({ virtualAddresses })));
  else {
    const { instance, locals: localEndpoints, features, suites, lifetime } = location;
    const seen = valid(location);
    const observedEndpoints = seen.map(({ endpoint }) => endpoint);
    const fields = {
      virtualAddresses,
      instance,
      localEndpoints,
      features,
      suites,
      lifetime,
      observedEndpoints,
    };
    merge(map, numberFields(LOCATION, LOCATION.schema.encode(fields)));
    map.set(
      UNTIL,
      seen.map(({ until }) => time(until, epoch)),
    );
  }
  map.set(ENDS_AT, time(endsAt, epoch));
  return encodeCbor(map);
}

/** @returns undefined for what {@link encodeNode} does not write. */
export function decodeNode(value: Uint8Array, epoch: number): NodeRecord | undefined {
  const decoded = decodeCbor(value);
  if (decoded instanceof Refusal || decoded.kind !== 'value' || !(decoded.value instanceof Map))
    return undefined;
  const map = decoded.value as ReadonlyMap<CborValue, CborValue>;
  const ends = z.int().min(0).safeParse(map.get(ENDS_AT));
  if (!ends.success) return undefined;
  const endsAt = ends.data - epoch;
  if (!map.has(UNTIL)) {
    const promise = PROMISE.schema.safeParse(nameFields(PROMISE, map, FIELDS).raw);
    return promise.success ? { ...promise.data, endsAt, location: undefined } : undefined;
  }
  const fields = LOCATION.schema.safeParse(nameFields(LOCATION, map, FIELDS).raw);
  const untils = times.safeParse(map.get(UNTIL));
  if (!fields.success || !untils.success) return undefined;
  const { virtualAddresses, instance, localEndpoints: locals, features, suites, lifetime } = fields.data;
  if (fields.data.observedEndpoints.length !== untils.data.length) return undefined;
  const seen: { [Family in 4 | 6]?: Seen } = {};
  for (const [index, observed] of fields.data.observedEndpoints.entries())
    seen[family(observed.ip)] = {
      source: observed,
      origin: undefined,
      observed,
      until: (untils.data[index] ?? 0) - epoch,
    };
  return { virtualAddresses, endsAt, location: { instance, locals, features, suites, lifetime, seen } };
}

function valid({ seen }: Location) {
  return [seen[4], seen[6]].flatMap((one) =>
    one?.observed === undefined ? [] : [{ endpoint: one.observed, until: one.until }],
  );
}

/** Not below 0, whatever a clock says that nobody has set. */
function time(at: Instant, epoch: number): number {
  return Math.max(0, Math.round(at + epoch));
}

function merge(map: Map<CborValue, CborValue>, more: ReadonlyMap<CborValue, CborValue>): void {
  for (const [key, value] of more) map.set(key, value);
}
