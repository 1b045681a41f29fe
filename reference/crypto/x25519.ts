/**
 * X25519 (RFC 7748) from the platform, on raw 32-byte keys.
 *
 * Raw scalars are wrapped into the DER forms of RFC 8410, the one import that Node, Deno and Bun share.
 */

import { Buffer } from 'node:buffer';
import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { concat, fromHex } from '../bytes.ts';
import type { Random } from '../core.ts';

export interface KeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

export const X25519_LENGTH = 32;

/** A new key pair; the private key is the 32 bytes drawn. */
export function x25519KeyPair(random: Random): KeyPair {
  return x25519KeyPairFrom(random(X25519_LENGTH));
}

/** The key pair of a 32-byte private key (clamped in use, kept as given). */
export function x25519KeyPairFrom(privateKey: Uint8Array): KeyPair {
  const spki = createPublicKey(importPrivate(privateKey)).export({ format: 'der', type: 'spki' });
  return { privateKey, publicKey: Uint8Array.from(spki.subarray(-X25519_LENGTH)) };
}

/**
 * The shared secret of an own private and a foreign public key, 32 bytes. [KEY-01]
 * @returns undefined if it is all zero: the foreign key is of small order.
 */
export function x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined {
  const own = importPrivate(privateKey);
  const foreign = importPublic(publicKey);
  let shared: Uint8Array;
  try {
    shared = Uint8Array.from(diffieHellman({ privateKey: own, publicKey: foreign }));
  } catch {
    // OpenSSL and its kin report the all-zero result by throwing; the imports above already vouched for the keys.
    return undefined;
  }
  return shared.every((byte) => byte === 0) ? undefined : shared;
}

const PKCS8 = fromHex('302e020100300506032b656e04220420');
const SPKI = fromHex('302a300506032b656e032100');

function importPrivate(privateKey: Uint8Array): KeyObject {
  return createPrivateKey({ key: der(PKCS8, privateKey), format: 'der', type: 'pkcs8' });
}

function importPublic(publicKey: Uint8Array): KeyObject {
  return createPublicKey({ key: der(SPKI, publicKey), format: 'der', type: 'spki' });
}

function der(prefix: Uint8Array, key: Uint8Array): Buffer {
  if (key.length !== X25519_LENGTH) throw new RangeError(`an X25519 key has 32 bytes, not ${key.length}`);
  return Buffer.from(concat(prefix, key));
}
