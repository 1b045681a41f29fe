import type { JsonWebKey, KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';

/** Raw keys as JWK (RFC 8037), which Node reads much faster than DER. */
function jwk(keys: { readonly x: string; readonly d?: string }): JsonWebKey {
  return { kty: 'OKP', crv: 'X25519', ...keys };
}

function base64url(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('base64url');
}

/** A secret of 32 bytes, to be used more than once: to read it takes as long as DH. */
export function secretKey(scalar: Uint8Array): KeyObject {
  // The public key beside it is not looked at.
  if (scalar.length !== 32) throw new RangeError('a scalar has 32 bytes');
  return createPrivateKey({ key: jwk({ x: 'A'.repeat(43), d: base64url(scalar) }), format: 'jwk' });
}

/** The public key of a secret (RFC 7748, 6.1). */
export function publicKey(secret: KeyObject): Uint8Array {
  const { x = '' } = createPublicKey(secret).export({ format: 'jwk' });
  return new Uint8Array(Buffer.from(x, 'base64url'));
}

/** DH of section 5.1; 32 zero bytes for a public key of low order (KEY-19). */
export function x25519(secret: KeyObject, other: Uint8Array): Uint8Array {
  if (other.length !== 32) throw new RangeError('a public key has 32 bytes');
  const theirs = createPublicKey({ key: jwk({ x: base64url(other) }), format: 'jwk' });
  try {
    return new Uint8Array(diffieHellman({ privateKey: secret, publicKey: theirs }));
  } catch {
    // The library does not hand out an all-zero result; with two keys of the right size nothing else fails.
    return new Uint8Array(32);
  }
}
