/** The two AEADs behind the suites. */
import { createCipheriv, createDecipheriv, createSecretKey, getCiphers } from 'node:crypto';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';

export const KEY_LENGTH = 32;
export const NONCE_LENGTH = 12;
export const TAG_LENGTH = 16;

/** One AEAD under one key. Nonces of other than 12 bytes throw a RangeError. */
export interface Aead {
  /**
   * Ciphertext and 16-byte tag.
   * @param nonce 12 bytes, never twice under one key.
   * @param room bytes that are left free before them, for what goes along; none if not given
   */
  seal(nonce: Uint8Array, ad: Uint8Array, plaintext: Uint8Array, room?: number): Uint8Array;
  /** The plaintext, or undefined if the tag does not verify. */
  open(nonce: Uint8Array, ad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
  /** The associated data and after them what `seal` makes, for those to whom that is less work. */
  sealAfter?(nonce: Uint8Array, ad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** The same as `open`, of a message that begins with so many bytes of associated data. */
  openAfter?(nonce: Uint8Array, message: Uint8Array, ad: number): Uint8Array | undefined;
}

/** Makes the AEAD of a suite (1 or 2) under a 32-byte key; undefined for a suite that does not exist. [KEY-01] */
export type MakeAead = (suite: number, key: Uint8Array) => Aead | undefined;

/** Those of the runtime. */
export function aeadForSuite(suite: number, key: Uint8Array): Aead | undefined {
  if (suite === 1) return chacha20Poly1305(key);
  if (suite === 2) return aes256Gcm(key);
  return undefined;
}

/** Bun's node:crypto has no ChaCha20-Poly1305, and Deno's has crashed. */
const HAS_CHACHA = !('Deno' in globalThis) && getCiphers().includes('chacha20-poly1305');

/** ChaCha20-Poly1305 (RFC 8439); native where that is faster and to be had. */
export function chacha20Poly1305(key: Uint8Array): Aead {
  return HAS_CHACHA ? native('chacha20-poly1305', key) : portableChacha(key);
}

function portableChacha(key: Uint8Array): Aead {
  // A copy, so that a caller may reuse its buffer.
  const own = checked(key, KEY_LENGTH).slice();
  return {
    seal(nonce, ad, plaintext, room = 0) {
      const sealed = new Uint8Array(room + plaintext.length + TAG_LENGTH);
      chacha20poly1305(own, checked(nonce, NONCE_LENGTH), ad).encrypt(plaintext, sealed.subarray(room));
      return sealed;
    },
    open(nonce, ad, sealed) {
      const cipher = chacha20poly1305(own, checked(nonce, NONCE_LENGTH), ad);
      if (sealed.length < TAG_LENGTH) return undefined;
      try {
        return cipher.decrypt(sealed);
      } catch {
        return undefined;
      }
    },
  };
}

/** AES-256-GCM with a 12-byte nonce and a 16-byte tag (NIST SP 800-38D), native everywhere. */
export function aes256Gcm(key: Uint8Array): Aead {
  return native('aes-256-gcm', key);
}

function native(name: 'aes-256-gcm' | 'chacha20-poly1305', key: Uint8Array): Aead {
  // A copy, so that a caller may reuse its buffer. Bare bytes would be imported anew by each call: on Node 24 that takes
  // twice as long as all the rest.
  const own = createSecretKey(checked(key, KEY_LENGTH).slice());
  // Without the explicit length Node 20 takes tags of AES-256-GCM from 4 bytes up.
  const options = { authTagLength: TAG_LENGTH };
  // The types have a signature for each; what is used here is the same in both.
  const cipherOf = (nonce: Uint8Array) => createCipheriv(name as 'aes-256-gcm', own, nonce, options);
  const decipherOf = (nonce: Uint8Array) => createDecipheriv(name as 'aes-256-gcm', own, nonce, options);
  return {
    seal(nonce, ad, plaintext, room = 0) {
      const cipher = cipherOf(checked(nonce, NONCE_LENGTH)).setAAD(ad);
      const sealed = new Uint8Array(room + plaintext.length + TAG_LENGTH);
      sealed.set(cipher.update(plaintext), room);
      // Both ciphers work byte by byte: nothing is left over.
      cipher.final();
      sealed.set(cipher.getAuthTag(), room + plaintext.length);
      return sealed;
    },
    open(nonce, ad, sealed) {
      const decipher = decipherOf(checked(nonce, NONCE_LENGTH)).setAAD(ad);
      if (sealed.length < TAG_LENGTH) return undefined;
      decipher.setAuthTag(sealed.subarray(-TAG_LENGTH));
      const plaintext = decipher.update(sealed.subarray(0, -TAG_LENGTH));
      try {
        decipher.final();
      } catch {
        return undefined;
      }
      return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length);
    },
  };
}

function checked(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw new RangeError(`${length} bytes are due, not ${bytes.length}`);
  return bytes;
}
