/** A CBOR data item (RFC 8949, 3). A map is its entries, in the order in which they stand or shall stand. */
export type Cbor =
  | { readonly kind: 'uint'; readonly value: bigint }
  | { readonly kind: 'negative'; readonly value: bigint }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'array'; readonly items: readonly Cbor[] }
  | { readonly kind: 'map'; readonly entries: readonly CborEntry[] }
  | { readonly kind: 'tag'; readonly number: bigint; readonly item: Cbor }
  | { readonly kind: 'simple'; readonly value: number }
  | { readonly kind: 'float'; readonly raw: Uint8Array };

export type CborEntry = readonly [key: Cbor, value: Cbor];
export type CborMap = Extract<Cbor, { kind: 'map' }>;

export const FALSE = 20;
export const TRUE = 21;
export const NULL = 22;
export const UNDEFINED = 23;

export function int(value: bigint | number): Cbor {
  const big = BigInt(value);
  return big < 0n ? { kind: 'negative', value: big } : { kind: 'uint', value: big };
}

export function bytes(value: Uint8Array): Cbor {
  return { kind: 'bytes', value };
}

export function text(value: string): Cbor {
  return { kind: 'text', value };
}

export function array(...items: readonly Cbor[]): Cbor {
  return { kind: 'array', items };
}

export function map(...entries: readonly (readonly [key: bigint | number | Cbor, value: Cbor])[]): CborMap {
  return {
    kind: 'map',
    entries: entries.map(([key, value]) => [typeof key === 'object' ? key : int(key), value] as const),
  };
}

export function simple(value: number): Cbor {
  return { kind: 'simple', value };
}

/** The value under an unsigned integer as key; undefined if the map does not have it. */
export function get(from: CborMap, key: bigint | number): Cbor | undefined {
  for (const [k, value] of from.entries) {
    if (k.kind === 'uint' && k.value === BigInt(key)) return value;
  }
  return undefined;
}
