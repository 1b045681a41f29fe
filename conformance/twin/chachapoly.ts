import { bigEndian, concat, equal } from './bytes.ts';
import { chacha20, chachaBlock } from './chacha.ts';
import { poly1305 } from './poly1305.ts';

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
