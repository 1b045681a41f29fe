import type { KeyObject } from 'node:crypto';
import { createHash, createHmac, createSecretKey } from 'node:crypto';
import { concat } from './bytes.ts';

/** H of section 5.1. */
export function sha256(input: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(input).digest());
}

/** HMAC of section 5.1. */
export function hmac(key: Uint8Array, input: Uint8Array): Uint8Array {
  return hmacWith(createSecretKey(key), input);
}

/** With the key as the library holds it: Node 24 is slow to tell bytes from one. */
function hmacWith(key: KeyObject, input: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(input).digest());
}

/** HKDF-Extract (RFC 5869, 2.2). */
export function hkdfExtract(salt: Uint8Array, ikm: Uint8Array): Uint8Array {
  return hmac(salt, ikm);
}

/** HKDF-Expand (RFC 5869, 2.3). */
export function hkdfExpand(prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  let all: Uint8Array = new Uint8Array(0);
  let block: Uint8Array = new Uint8Array(0);
  const key = createSecretKey(prk);
  for (let n = 1; all.length < length; n++) {
    block = hmacWith(key, concat(block, info, Uint8Array.of(n)));
    all = concat(all, block);
  }
  return all.slice(0, length);
}

/** HKDF-SHA256 of section 5.1: Extract, then Expand. */
export function hkdf(salt: Uint8Array, ikm: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  return hkdfExpand(hkdfExtract(salt, ikm), info, length);
}

/** Noise's HKDF with three outputs (section 5.1). */
export function hkdf3(ck: Uint8Array, x: Uint8Array): readonly [Uint8Array, Uint8Array, Uint8Array] {
  const t = createSecretKey(hmac(ck, x));
  const o1 = hmacWith(t, Uint8Array.of(0x01));
  const o2 = hmacWith(t, concat(o1, Uint8Array.of(0x02)));
  const o3 = hmacWith(t, concat(o2, Uint8Array.of(0x03)));
  return [o1, o2, o3];
}

/** Noise's HKDF with two outputs (section 5.1). */
export function hkdf2(ck: Uint8Array, x: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const t = createSecretKey(hmac(ck, x));
  const o1 = hmacWith(t, Uint8Array.of(0x01));
  return [o1, hmacWith(t, concat(o1, Uint8Array.of(0x02)))];
}
