/** What a DC makes durable of a general peer, as one value by the key `general/<virtual address>`. [DC-25, DC-36] */
import { z } from 'zod';
import type { Ip } from '../../address.ts';
import { ipToBytes } from '../../address.ts';
import { toHex } from '../../bytes.ts';
import type { Instant } from '../../core.ts';
import { Refusal } from '../../refusal.ts';
import type { CborValue } from '../../wire/cbor.ts';
import { decodeCbor, encodeCbor } from '../../wire/cbor.ts';
import { FIELDS } from '../../wire/fields.ts';
import { nameFields, numberFields, shapeOf } from '../../wire/shape.ts';

/** A key beside those of the body registry, from its range for private use. */
const ENDS_AT = 0x7f00;

const PREFIX = 'general/';
const SHAPE = shapeOf(FIELDS, ['peerAddress', 'peerVirtualAddress']);

/** A promise: the virtual address stands for that peer, and for nothing else. */
export interface Promised {
  readonly peerAddress: Ip;
  readonly peerVirtualAddress: Ip;
  readonly endsAt: Instant;
}

/** @param ip the virtual address */
export function keyOfStandIn(ip: Ip): string {
  return PREFIX + toHex(ipToBytes(ip));
}

export function isOfStandIn(key: string): boolean {
  return key.startsWith(PREFIX);
}

/**
 * The value of a promise: a deterministic CBOR map with the keys of bodies. Its time is milliseconds since 1970.
 * @param epoch what an instant lacks to that.
 */
export function encodeStandIn({ endsAt, ...fields }: Promised, epoch: number): Uint8Array {
  const map = new Map<CborValue, CborValue>(numberFields(SHAPE, SHAPE.schema.encode(fields)));
  map.set(ENDS_AT, Math.max(0, Math.round(endsAt + epoch)));
  return encodeCbor(map);
}

/** @returns undefined for what {@link encodeStandIn} does not write. */
export function decodeStandIn(value: Uint8Array, epoch: number): Promised | undefined {
  const decoded = decodeCbor(value);
  if (decoded instanceof Refusal || decoded.kind !== 'value' || !(decoded.value instanceof Map))
    return undefined;
  const map = decoded.value as ReadonlyMap<CborValue, CborValue>;
  const ends = z.int().min(0).safeParse(map.get(ENDS_AT));
  const fields = SHAPE.schema.safeParse(nameFields(SHAPE, map, FIELDS).raw);
  if (!ends.success || !fields.success) return undefined;
  return { ...fields.data, endsAt: ends.data - epoch };
}
