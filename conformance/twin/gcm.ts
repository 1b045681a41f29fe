import { aes256 } from './aes.ts';
import { bigEndian, concat, equal, readBigEndian } from './bytes.ts';

/** Multiplication of blocks (NIST SP 800-38D, 6.3); the leftmost bit is the coefficient of x^0. */
function multiply(x: bigint, y: bigint): bigint {
  let z = 0n;
  let v = y;
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((x >> bit) & 1n) z ^= v;
    v = v & 1n ? (v >> 1n) ^ (0xe1n << 120n) : v >> 1n;
  }
  return z;
}

/** GHASH (NIST SP 800-38D, 6.4) of whole blocks. */
function ghash(h: bigint, blocks: Uint8Array): bigint {
  let y = 0n;
  for (let at = 0; at < blocks.length; at += 16) {
    y = multiply(y ^ readBigEndian(blocks.slice(at, at + 16)), h);
  }
  return y;
}

function pad16(bytes: Uint8Array): Uint8Array {
  return new Uint8Array((16 - (bytes.length % 16)) % 16);
}

/** Counter mode from block `first` on (NIST SP 800-38D, 6.5); block 1 is the tag's. */
function counterMode(key: Uint8Array, nonce: Uint8Array, first: number, input: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < input.length; at += 16) {
    const block = aes256(key, concat(nonce, bigEndian(first + at / 16, 4)));
    input.slice(at, at + 16).forEach((byte, i) => out.push(byte ^ (block[i] ?? 0)));
  }
  return Uint8Array.from(out);
}

function tag(key: Uint8Array, nonce: Uint8Array, ad: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const h = readBigEndian(aes256(key, new Uint8Array(16)));
  const lengths = concat(bigEndian(ad.length * 8, 8), bigEndian(ciphertext.length * 8, 8));
  const s = ghash(h, concat(ad, pad16(ad), ciphertext, pad16(ciphertext), lengths));
  return counterMode(key, nonce, 1, bigEndian(s, 16));
}

/** AES-256-GCM with a 12-byte nonce and a 16-byte tag (NIST SP 800-38D, 7.1). */
export function sealGcm(
  key: Uint8Array,
  nonce: Uint8Array,
  ad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const ciphertext = counterMode(key, nonce, 2, plaintext);
  return concat(ciphertext, tag(key, nonce, ad, ciphertext));
}

/** The reverse (NIST SP 800-38D, 7.2); undefined if the tag does not verify. */
export function openGcm(
  key: Uint8Array,
  nonce: Uint8Array,
  ad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < 16) return undefined;
  const ciphertext = sealed.slice(0, sealed.length - 16);
  if (!equal(tag(key, nonce, ad, ciphertext), sealed.slice(sealed.length - 16))) return undefined;
  return counterMode(key, nonce, 2, ciphertext);
}
