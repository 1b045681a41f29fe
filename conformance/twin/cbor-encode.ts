import { bigEndian, compare, concat } from './bytes.ts';
import type { Cbor } from './cbor.ts';

/** Encodes deterministically (GEN-08; RFC 8949, 4.2.1): shortest heads, map keys sorted by their bytes. */
export function encodeCbor(item: Cbor): Uint8Array {
  switch (item.kind) {
    case 'uint':
      return head(0, item.value);
    case 'negative':
      return head(1, -1n - item.value);
    case 'bytes':
      return concat(head(2, BigInt(item.value.length)), item.value);
    case 'text': {
      const value = new TextEncoder().encode(item.value);
      return concat(head(3, BigInt(value.length)), value);
    }
    case 'array':
      return concat(head(4, BigInt(item.items.length)), ...item.items.map(encodeCbor));
    case 'map': {
      const entries = item.entries.map(([key, value]) => {
        return { key: encodeCbor(key), value: encodeCbor(value) };
      });
      entries.sort((a, b) => compare(a.key, b.key));
      entries.forEach((entry, i) => {
        const next = entries[i + 1];
        if (next !== undefined && compare(entry.key, next.key) === 0) throw new RangeError('a key twice');
      });
      return concat(head(5, BigInt(entries.length)), ...entries.flatMap((e) => [e.key, e.value]));
    }
    case 'tag':
      return concat(head(6, item.number), encodeCbor(item.item));
    case 'simple':
      if (item.value >= 24 && item.value < 32) throw new RangeError(`no simple value ${item.value}`);
      return head(7, BigInt(item.value));
    case 'float':
      return concat(Uint8Array.of(0xe0 | (24 + Math.log2(item.raw.length))), item.raw);
  }
}

function head(major: number, argument: bigint): Uint8Array {
  const first = major << 5;
  if (argument < 24n) return Uint8Array.of(first | Number(argument));
  if (argument < 1n << 8n) return concat(Uint8Array.of(first | 24), bigEndian(argument, 1));
  if (argument < 1n << 16n) return concat(Uint8Array.of(first | 25), bigEndian(argument, 2));
  if (argument < 1n << 32n) return concat(Uint8Array.of(first | 26), bigEndian(argument, 4));
  return concat(Uint8Array.of(first | 27), bigEndian(argument, 8));
}
