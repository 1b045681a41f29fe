/**
 * SHA-256, HMAC and HKDF (RFC 5869), from the platform.
 *
 * Keys go in as KeyObject: to find that bytes are none costs Node 24 an exception, five times the HMAC itself.
 */
import { createHash, createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';
import { concat } from '../bytes.ts';

export const HASH_LENGTH = 32;

/** SHA-256 of the parts one after the other, 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** HMAC-SHA256 of the parts one after the other, 32 bytes. */
export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const hmac = createHmac('sha256', createSecretKey(key));
  for (const part of parts) hmac.update(part);
  return new Uint8Array(hmac.digest());
}

/** HKDF-Extract (RFC 5869, 2.2). An empty salt counts as 32 zero bytes. */
export function hkdfExtract(salt: Uint8Array, ikm: Uint8Array): Uint8Array {
  return hmacSha256(salt.length === 0 ? new Uint8Array(HASH_LENGTH) : salt, ikm);
}

/**
 * HKDF-Expand (RFC 5869, 2.3).
 * @param length in bytes, 8160 at most.
 * @throws RangeError beyond that.
 */
export function hkdfExpand(prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const count = Math.ceil(length / HASH_LENGTH);
  if (count > 255) throw new RangeError(`HKDF cannot give ${length} bytes`);
  const blocks: Uint8Array[] = [];
  let block: Uint8Array = new Uint8Array(0);
  for (let number = 1; number <= count; number++) {
    block = hmacSha256(prk, block, info, Uint8Array.of(number));
    blocks.push(block);
  }
  return concat(...blocks).slice(0, length);
}

/** HKDF-SHA256: Extract, then Expand, in one call of the platform. @param info 1024 bytes at most. */
export function hkdf(salt: Uint8Array, ikm: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', createSecretKey(ikm), salt, info, length));
}

/** Whether two byte strings are the same, in a time that depends on their lengths alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
