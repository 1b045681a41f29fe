import { aes256 } from './aes.ts';
import { bigEndian, concat, equal } from './bytes.ts';

/** A block as four words of 32 bits, the leftmost first. */
type Block = readonly [number, number, number, number];

/** Multiplication of blocks (NIST SP 800-38D, 6.3); the leftmost bit is the coefficient of x^0. */
function multiply(x: Block, y: Block): Block {
  let [z0, z1, z2, z3] = [0, 0, 0, 0];
  let [v0, v1, v2, v3] = y;
  for (let bit = 0; bit < 128; bit++) {
    const isSet = -(((x[bit >> 5] ?? 0) >>> (31 - (bit & 31))) & 1);
    z0 ^= v0 & isSet;
    z1 ^= v1 & isSet;
    z2 ^= v2 & isSet;
    z3 ^= v3 & isSet;
    const carry = -(v3 & 1);
    v3 = (v3 >>> 1) | (v2 << 31);
    v2 = (v2 >>> 1) | (v1 << 31);
    v1 = (v1 >>> 1) | (v0 << 31);
    v0 = (v0 >>> 1) ^ (carry & 0xe1000000);
  }
  return [z0, z1, z2, z3];
}

function blockAt(bytes: Uint8Array, at: number): Block {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  return [view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)];
}

/** GHASH (NIST SP 800-38D, 6.4) of whole blocks. */
function ghash(h: Block, blocks: Uint8Array): Uint8Array {
  let y: Block = [0, 0, 0, 0];
  for (let at = 0; at < blocks.length; at += 16) {
    const x = blockAt(blocks, at);
    y = multiply([y[0] ^ x[0], y[1] ^ x[1], y[2] ^ x[2], y[3] ^ x[3]], h);
  }
  return concat(...y.map((word) => bigEndian(word >>> 0, 4)));
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
  const h = blockAt(aes256(key, new Uint8Array(16)), 0);
  const lengths = concat(bigEndian(ad.length * 8, 8), bigEndian(ciphertext.length * 8, 8));
  const s = ghash(h, concat(ad, pad16(ad), ciphertext, pad16(ciphertext), lengths));
  return counterMode(key, nonce, 1, s);
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
