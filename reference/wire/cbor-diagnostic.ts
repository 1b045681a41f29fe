/** CBOR for people. */
import { toHex } from '../bytes.ts';
import type { CborValue } from './cbor.ts';

/** The diagnostic notation (RFC 8949, 8) of a value, on one line: `{0: h'00ff', 3: "a.example"}`. */
export function toDiagnostic(value: CborValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof Uint8Array) return `h'${toHex(value)}'`;
  if (value instanceof Map) {
    return `{${Array.from(value, ([key, item]) => `${toDiagnostic(key)}: ${toDiagnostic(item)}`).join(', ')}}`;
  }
  return `[${Array.from(value as readonly CborValue[], toDiagnostic).join(', ')}]`;
}
