import { hex } from './bytes.ts';
import type { Cbor } from './cbor.ts';
import { FALSE, NULL, TRUE, UNDEFINED } from './cbor.ts';

/** Diagnostic notation on one line (RFC 8949, 8), keys in the order in which they stand. */
export function diagnostic(item: Cbor): string {
  switch (item.kind) {
    case 'uint':
    case 'negative':
      return item.value.toString();
    case 'bytes':
      return `h'${hex(item.value)}'`;
    case 'text':
      return JSON.stringify(item.value);
    case 'array':
      return `[${item.items.map(diagnostic).join(', ')}]`;
    case 'map':
      return `{${item.entries.map(([key, value]) => `${diagnostic(key)}: ${diagnostic(value)}`).join(', ')}}`;
    case 'tag':
      return `${item.number}(${diagnostic(item.item)})`;
    case 'simple':
      return SIMPLE.get(item.value) ?? `simple(${item.value})`;
    case 'float':
      return float(item.raw);
  }
}

const SIMPLE: ReadonlyMap<number, string> = new Map([
  [FALSE, 'false'],
  [TRUE, 'true'],
  [NULL, 'null'],
  [UNDEFINED, 'undefined'],
]);

function float(raw: Uint8Array): string {
  const view = new DataView(Uint8Array.from(raw).buffer);
  const value = raw.length === 8 ? view.getFloat64(0) : raw.length === 4 ? view.getFloat32(0) : half(view);
  if (!Number.isFinite(value)) return value.toString();
  if (Object.is(value, -0)) return '-0.0';
  const written = value.toString();
  if (written.includes('.')) return written;
  return written.includes('e') ? written.replace('e', '.0e') : `${written}.0`;
}

/** Half precision (RFC 8949, appendix D). */
function half(view: DataView): number {
  const bits = view.getUint16(0);
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent !== 31) return sign * (mantissa + 1024) * 2 ** (exponent - 25);
  return mantissa === 0 ? sign * Infinity : NaN;
}
