import { bigEndian, concat } from './bytes.ts';
import { openChaChaPoly, sealChaChaPoly } from './chachapoly.ts';
import { openGcm, sealGcm } from './gcm.ts';

/** The nonce of a sealed message: four zero bytes ‖ the sequence field (TUN-02). */
export function nonce(sequence: bigint): Uint8Array {
  return concat(new Uint8Array(4), bigEndian(sequence, 8));
}

/** The AEAD of a suite (16.4, TUN-02): ciphertext and, last, the 16-byte tag. */
export function sealSuite(
  suite: number,
  key: Uint8Array,
  nonceBytes: Uint8Array,
  ad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  demand(key, nonceBytes);
  if (suite === 1) return sealChaChaPoly(key, nonceBytes, ad, plaintext);
  if (suite === 2) return sealGcm(key, nonceBytes, ad, plaintext);
  throw new RangeError(`no suite ${suite}`);
}

/** The reverse; undefined if the tag does not verify (TUN-05). */
export function openSuite(
  suite: number,
  key: Uint8Array,
  nonceBytes: Uint8Array,
  ad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  demand(key, nonceBytes);
  if (suite === 1) return openChaChaPoly(key, nonceBytes, ad, sealed);
  if (suite === 2) return openGcm(key, nonceBytes, ad, sealed);
  throw new RangeError(`no suite ${suite}`);
}

function demand(key: Uint8Array, nonceBytes: Uint8Array): void {
  if (key.length !== 32) throw new RangeError('a key has 32 bytes');
  if (nonceBytes.length !== 12) throw new RangeError('a nonce has 12 bytes');
}
