import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { concat, unhex } from './bytes.ts';

// DER of a SubjectPublicKeyInfo up to the 32 raw bytes (RFC 8410).
const PUBLIC_PREFIX = unhex('302a300506032b656e032100');

/** As JWK (RFC 8037), which Node reads much faster than DER; the public key beside it is not looked at. */
function privateKey(scalar: Uint8Array): KeyObject {
  if (scalar.length !== 32) throw new RangeError('a scalar has 32 bytes');
  const d = Buffer.from(scalar).toString('base64url');
  return createPrivateKey({ key: { kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43), d }, format: 'jwk' });
}

/** The public key of a secret of 32 bytes (RFC 7748, 6.1). */
export function publicKey(scalar: Uint8Array): Uint8Array {
  const der = createPublicKey(privateKey(scalar)).export({ format: 'der', type: 'spki' });
  return Uint8Array.from(der.subarray(PUBLIC_PREFIX.length));
}

/** DH of section 5.1; 32 zero bytes for a public key of low order (KEY-19). */
export function x25519(scalar: Uint8Array, other: Uint8Array): Uint8Array {
  if (other.length !== 32) throw new RangeError('a public key has 32 bytes');
  const own = privateKey(scalar);
  const der = Buffer.from(concat(PUBLIC_PREFIX, other));
  const theirs = createPublicKey({ key: der, format: 'der', type: 'spki' });
  try {
    return Uint8Array.from(diffieHellman({ privateKey: own, publicKey: theirs }));
  } catch {
    // The library does not hand out an all-zero result; with two keys of the right size nothing else fails.
    return new Uint8Array(32);
  }
}
