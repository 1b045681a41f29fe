import { bigEndian, concat, equal } from './bytes.ts';
import { chacha20, chachaBlock } from './chacha.ts';

/** Poly1305 (RFC 8439, 2.5) with a one-time key of 32 bytes. */
export function poly1305(key: Uint8Array, message: Uint8Array): Uint8Array {
  const p = (1n << 130n) - 5n;
  const r = littleEndian(key.slice(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  const s = littleEndian(key.slice(16, 32));
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = message.slice(at, at + 16);
    sum = ((sum + littleEndian(block) + (1n << BigInt(8 * block.length))) * r) % p;
  }
  return bigEndian((sum + s) & ((1n << 128n) - 1n), 16).reverse();
}

/** AEAD_CHACHA20_POLY1305 (RFC 8439, 2.8): ciphertext, then the 16 bytes of the tag. */
export function sealChaChaPoly(
  key: Uint8Array,
  nonce: Uint8Array,
  ad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const ciphertext = chacha20(key, nonce, 1, plaintext);
  return concat(ciphertext, tag(key, nonce, ad, ciphertext));
}

/** The reverse; undefined if the tag does not verify. */
export function openChaChaPoly(
  key: Uint8Array,
  nonce: Uint8Array,
  ad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < 16) return undefined;
  const ciphertext = sealed.slice(0, sealed.length - 16);
  if (!equal(tag(key, nonce, ad, ciphertext), sealed.slice(sealed.length - 16))) return undefined;
  return chacha20(key, nonce, 1, ciphertext);
}

function tag(key: Uint8Array, nonce: Uint8Array, ad: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const oneTimeKey = chachaBlock(key, nonce, 0).slice(0, 32);
  const lengths = [ad, ciphertext].map((part) => bigEndian(part.length, 8).reverse());
  return poly1305(oneTimeKey, concat(ad, pad16(ad), ciphertext, pad16(ciphertext), ...lengths));
}

function pad16(bytes: Uint8Array): Uint8Array {
  return new Uint8Array((16 - (bytes.length % 16)) % 16);
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return value;
}
