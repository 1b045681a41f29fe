import { bigEndian } from './bytes.ts';

/** Numbers modulo 2^130 - 5 are ten digits of 13 bits: a sum of their products stays below 2^53. */
const DIGITS = 10;
const BITS = 13;
const BASE = 1 << BITS;
const P = (1n << 130n) - 5n;

/** Of each byte of the first half of the key the bits that count (RFC 8439, 2.5). */
const clamp = (at: number): number => (at % 4 === 3 ? 0x0f : at % 4 === 0 && at > 0 ? 0xfc : 0xff);

/** Poly1305 (RFC 8439, 2.5) with a one-time key of 32 bytes. */
export function poly1305(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(19);
  block.set(key.subarray(0, 16).map((byte, at) => byte & clamp(at)));
  const r = new Float64Array(DIGITS);
  add(r, block);
  const sum = new Float64Array(DIGITS);
  const product = new Float64Array(DIGITS);
  for (let at = 0; at < message.length; at += 16) {
    const bytes = message.subarray(at, at + 16);
    block.fill(0);
    block.set(bytes);
    block[bytes.length] = 1;
    add(sum, block);
    multiply(sum, r, product);
  }
  const s = new DataView(key.buffer, key.byteOffset + 16, 16);
  const pad = s.getBigUint64(0, true) + (s.getBigUint64(8, true) << 64n);
  return bigEndian(((toBigInt(sum) % P) + pad) & ((1n << 128n) - 1n), 16).reverse();
}

/** Adds 17 bytes in little-endian order, digit by digit. */
function add(sum: Float64Array, bytes: Uint8Array): void {
  for (let i = 0; i < DIGITS; i++) {
    const bit = BITS * i;
    const at = bit >> 3;
    const word = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    sum[i] = (sum[i] ?? 0) + ((word >> (bit & 7)) & (BASE - 1));
  }
}

/** What goes beyond 2^130 comes back at the bottom, times five. */
function multiply(sum: Float64Array, by: Float64Array, product: Float64Array): void {
  product.fill(0);
  for (let i = 0; i < DIGITS; i++) {
    const digit = sum[i] ?? 0;
    for (let j = 0; j < DIGITS; j++) {
      const at = i + j < DIGITS ? i + j : i + j - DIGITS;
      const value = digit * (by[j] ?? 0);
      product[at] = (product[at] ?? 0) + (i + j < DIGITS ? value : 5 * value);
    }
  }
  // Twice, so that what came back has room.
  for (let carry = 0, i = 0; i < 2 * DIGITS; i++) {
    const at = i % DIGITS;
    const value = (product[at] ?? 0) + (at === 0 ? 5 * carry : carry);
    carry = Math.floor(value / BASE);
    product[at] = value - carry * BASE;
    if (i === 2 * DIGITS - 1) product[0] = (product[0] ?? 0) + 5 * carry;
  }
  sum.set(product);
}

function toBigInt(digits: Float64Array): bigint {
  return digits.reduceRight((value, digit) => (value << BigInt(BITS)) + BigInt(digit), 0n);
}
