import { equal, isZero } from './bytes.ts';
import type { Cbor, CborMap } from './cbor.ts';
import { TRUE } from './cbor.ts';

/** The type of a value (16.6 and the `types` of ntmobile.cddl). */
export type Shape =
  | { readonly is: 'bytes'; readonly size?: number }
  | { readonly is: 'uint'; readonly low: bigint; readonly high: bigint }
  | { readonly is: 'name' }
  | { readonly is: 'address' }
  | { readonly is: 'endpoint' }
  | { readonly is: 'true' }
  | { readonly is: 'family' }
  | {
      readonly is: 'list';
      readonly low: number;
      readonly high: number;
      readonly of: Shape;
      /** No two items of one address family (GEN-43). */
      readonly oneAFamily?: true;
    }
  | { readonly is: 'map'; readonly name: InnerMap };

export type InnerMap = 'peer' | 'relay' | 'leg' | 'relay-leg';

/** Checks what is inside an inner map. */
export type MapCheck = (name: InnerMap, value: CborMap) => boolean;

/** Whether a value has a shape; what stands in inner maps is left to `map`. */
export function hasShape(shape: Shape, value: Cbor, map: MapCheck): boolean {
  switch (shape.is) {
    case 'bytes':
      return value.kind === 'bytes' && (shape.size === undefined || value.value.length === shape.size);
    case 'uint':
      return value.kind === 'uint' && value.value >= shape.low && value.value <= shape.high;
    case 'name':
      return value.kind === 'text' && isName(value.value);
    case 'address':
      return value.kind === 'bytes' && isAddress(value.value);
    case 'endpoint':
      return value.kind === 'bytes' && isEndpoint(value.value);
    case 'true':
      return value.kind === 'simple' && value.value === TRUE;
    case 'family':
      return value.kind === 'uint' && (value.value === 4n || value.value === 6n);
    case 'list':
      return (
        value.kind === 'array' &&
        value.items.length >= shape.low &&
        value.items.length <= shape.high &&
        value.items.every((item) => hasShape(shape.of, item, map)) &&
        !(shape.oneAFamily && hasTwins(value.items))
      );
    case 'map':
      return value.kind === 'map' && map(shape.name, value);
  }
}

/** Addresses and endpoints of one family are equally long; families are numbers. */
function hasTwins(items: readonly Cbor[]): boolean {
  const families = items.map((item) => {
    if (item.kind === 'bytes') return item.value.length;
    return item.kind === 'uint' ? Number(item.value) : undefined;
  });
  return new Set(families).size < families.length;
}

/** `name`: lower case, labels of 1 to 63, 253 in all, no final dot (GEN-42, ntmobile.cddl). */
function isName(value: string): boolean {
  return value.length <= 253 && value.split('.').every((label) => /^[a-z0-9_-]{1,63}$/.test(label));
}

/** `address`: 4 or 16 bytes, not v4-mapped (GEN-13). */
function isAddress(value: Uint8Array): boolean {
  if (value.length === 4) return true;
  if (value.length !== 16) return false;
  return !(isZero(value.slice(0, 10)) && equal(value.slice(10, 12), Uint8Array.of(0xff, 0xff)));
}

/** `endpoint`: an address and a port other than 0 (GEN-13, GEN-31). */
function isEndpoint(value: Uint8Array): boolean {
  if (value.length !== 6 && value.length !== 18) return false;
  return isAddress(value.slice(0, -2)) && !isZero(value.slice(-2));
}
