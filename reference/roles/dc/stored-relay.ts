/** What a DC makes durable of a relay, as one value by the key `relay/<Node ID>`. [DC-25] */
import { z } from 'zod';
import type { Endpoint } from '../../address.ts';
import type { Instant } from '../../core.ts';
import { Refusal } from '../../refusal.ts';
import type { CborValue } from '../../wire/cbor.ts';
import { decodeCbor, encodeCbor } from '../../wire/cbor.ts';
import { FIELDS } from '../../wire/fields.ts';
import { nameFields, numberFields, shapeOf } from '../../wire/shape.ts';

/** A key beside those of the body registry, from its range for private use. */
const ENDS_AT = 0x7f00;

const PREFIX = 'relay/';
const SHAPE = shapeOf(FIELDS, [
  'instance',
  'kinds',
  'endpoints',
  'suites',
  'capacity',
  // Where it was, on its association.
  'observedEndpoints',
]);

/** A Relay Registration that was granted. */
export interface RelayRecord {
  readonly instance: Uint8Array;
  /** As it registered them. */
  readonly kinds: readonly number[];
  readonly endpoints: readonly Endpoint[];
  readonly suites: readonly number[];
  readonly capacity: number;
  /** Its valid addresses. */
  readonly observed: readonly Endpoint[];
  readonly endsAt: Instant;
}

/** @param nodeId as lower-case hex */
export function keyOfRelay(nodeId: string): string {
  return PREFIX + nodeId;
}

/** The Node ID of a key, as it was given; undefined if the key is none of a relay. */
export function relayIdOf(key: string): string | undefined {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;
}

/**
 * The value of a record: a deterministic CBOR map with the keys of bodies. Its time is milliseconds since 1970.
 * @param epoch what an instant lacks to that.
 */
export function encodeRelay({ observed, endsAt, ...fields }: RelayRecord, epoch: number): Uint8Array {
  const encoded = SHAPE.schema.encode({ ...fields, observedEndpoints: observed } as z.output<
    typeof SHAPE.schema
  >);
  const map = new Map<CborValue, CborValue>(numberFields(SHAPE, encoded));
  map.set(ENDS_AT, Math.max(0, Math.round(endsAt + epoch)));
  return encodeCbor(map);
}

/** @returns undefined for what {@link encodeRelay} does not write. */
export function decodeRelay(value: Uint8Array, epoch: number): RelayRecord | undefined {
  const decoded = decodeCbor(value);
  if (decoded instanceof Refusal || decoded.kind !== 'value' || !(decoded.value instanceof Map))
    return undefined;
  const map = decoded.value as ReadonlyMap<CborValue, CborValue>;
  const ends = z.int().min(0).safeParse(map.get(ENDS_AT));
  const fields = SHAPE.schema.safeParse(nameFields(SHAPE, map, FIELDS).raw);
  if (!ends.success || !fields.success) return undefined;
  const { observedEndpoints: observed, ...rest } = fields.data;
  return { ...rest, observed, endsAt: ends.data - epoch };
}
