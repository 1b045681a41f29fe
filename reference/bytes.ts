/** Byte strings: pure helpers that every layer shares. */

/** The parts one after the other, in a new buffer. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Lower-case hex, two digits a byte; unique for each byte string, so it serves as a map key. */
export function toHex(bytes: Uint8Array): string {
  // Of ECMAScript 2026 and many times faster, but not in Node 20.
  const { toHex: native } = bytes as { toHex?: () => string };
  if (native !== undefined) return native.call(bytes);
  // Text that is put together digit by digit takes ten times as long.
  const digits = new Uint8Array(2 * bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    digits[2 * i] = digit(byte >> 4);
    digits[2 * i + 1] = digit(byte & 15);
  }
  return ASCII.decode(digits);
}

const ASCII = new TextDecoder();

function digit(value: number): number {
  return value + (value < 10 ? 0x30 : 0x57);
}

/**
 * Reads hex of either case, without separators.
 * @throws RangeError if the text is not hex of whole bytes.
 */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) throw new RangeError(`not hex: ${text}`);
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** The bytes of ASCII text. */
export function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/**
 * A u64 as 8 bytes in network byte order. [GEN-14]
 * @throws RangeError if the value does not fit.
 */
export function u64ToBytes(value: bigint): Uint8Array {
  if (value < 0n || value > MAX_U64) throw new RangeError(`not a u64: ${value}`);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

export const MAX_U64 = 0xffff_ffff_ffff_ffffn;

/** Byte by byte, the shorter first where one begins the other: negative, 0 or positive. Not constant time. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Whether two byte strings without secrets are the same; for secrets there is `equalBytes` in crypto/hash.ts. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}
