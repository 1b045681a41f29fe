/**
 * X25519 (RFC 7748) from the platform, on raw 32-byte keys.
 *
 * Raw scalars go in as JWK (RFC 8037): in Node that takes a tenth of the time that DER takes.
 */

import { Buffer } from 'node:buffer';
import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import type { Random } from '../core.ts';

export interface KeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
  /** The private key as the platform holds it: to import it takes as long as a Diffie-Hellman. */
  readonly imported: KeyObject;
}

export const X25519_LENGTH = 32;

/** A new key pair; the private key is the 32 bytes drawn. */
export function x25519KeyPair(random: Random): KeyPair {
  return x25519KeyPairFrom(random(X25519_LENGTH));
}

/** The key pair of a 32-byte private key (clamped in use, kept as given). */
export function x25519KeyPairFrom(privateKey: Uint8Array): KeyPair {
  const imported = importPrivate(privateKey);
  const { x = '' } = createPublicKey(imported).export({ format: 'jwk' });
  return { privateKey, publicKey: new Uint8Array(Buffer.from(x, 'base64url')), imported };
}

/**
 * The shared secret of an own private and a foreign public key, 32 bytes. [KEY-01]
 * @param own the key pair, or the 32 bytes of the private key.
 * @returns undefined if it is all zero: the foreign key is of small order.
 */
export function x25519(
  own: Uint8Array | Pick<KeyPair, 'imported'>,
  publicKey: Uint8Array,
): Uint8Array | undefined {
  const privateKey = own instanceof Uint8Array ? importPrivate(own) : own.imported;
  const foreign = importPublic(publicKey);
  let shared: Uint8Array;
  try {
    shared = new Uint8Array(diffieHellman({ privateKey, publicKey: foreign }));
  } catch {
    // OpenSSL and its kin report the all-zero result by throwing; the imports above already vouched for the keys.
    return undefined;
  }
  return shared.every((byte) => byte === 0) ? undefined : shared;
}

const CURVE = { kty: 'OKP', crv: 'X25519' } as const;
/** A JWK has to have a public key beside the private one; no platform looks at it. */
const ANY_PUBLIC_KEY = base64url(new Uint8Array(X25519_LENGTH));

function importPrivate(privateKey: Uint8Array): KeyObject {
  const key = { ...CURVE, x: ANY_PUBLIC_KEY, d: base64url(privateKey) };
  return createPrivateKey({ key, format: 'jwk' });
}

function importPublic(publicKey: Uint8Array): KeyObject {
  return createPublicKey({ key: { ...CURVE, x: base64url(publicKey) }, format: 'jwk' });
}

function base64url(key: Uint8Array): string {
  if (key.length !== X25519_LENGTH) throw new RangeError(`an X25519 key has 32 bytes, not ${key.length}`);
  // A view: a copy of each would go into the pool, which takes Deno longer than the encoding.
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('base64url');
}
