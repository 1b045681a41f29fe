/**
 * Noise_NNpsk0_25519_ChaChaPoly_SHA256, revision 34 of the Noise framework. [KEY-01]
 *
 *     -> psk, e        message 1
 *     <- e, ee         message 2
 *
 * NTMobile's payloads are empty, so that each message has 48 bytes; other payloads work too.
 */
import { ascii, concat } from '../bytes.ts';
import { chacha20Poly1305 } from './aead.ts';
import { HASH_LENGTH, hkdf, sha256 } from './hash.ts';
import type { KeyPair } from './x25519.ts';
import { X25519_LENGTH, x25519 } from './x25519.ts';

/** What a complete handshake gives; k1 is the initiator's sending side. */
export interface Split {
  readonly k1: Uint8Array;
  readonly k2: Uint8Array;
  /** The handshake hash after message 2. */
  readonly hash: Uint8Array;
}

export interface HandshakeInput {
  /** 32 bytes. */
  readonly psk: Uint8Array;
  readonly prologue: Uint8Array;
}

/** The end that sends message 1. */
export class Initiator {
  readonly #symmetric: SymmetricState;
  readonly #ephemeral: KeyPair;
  #sent = false;

  constructor(input: HandshakeInput & { readonly ephemeral: KeyPair }) {
    this.#symmetric = SymmetricState.start(input);
    this.#ephemeral = input.ephemeral;
  }

  /**
   * Message 1: ephemeral key and sealed payload.
   * @throws Error when called twice; a repeat is the same bytes, which the caller keeps.
   */
  message1(payload: Uint8Array = EMPTY): Uint8Array {
    if (this.#sent) throw new Error('message 1 was already made');
    this.#sent = true;
    this.#symmetric.mixEphemeral(this.#ephemeral.publicKey);
    return concat(this.#ephemeral.publicKey, this.#symmetric.encryptAndHash(payload));
  }

  /**
   * Completes the handshake. A message that fails leaves the attempt as it was. [KEY-13]
   * @returns undefined if the message does not verify or the shared secret is all zero.
   */
  readMessage2(bytes: Uint8Array): (Split & { readonly payload: Uint8Array }) | undefined {
    if (!this.#sent) throw new Error('message 2 before message 1');
    const symmetric = this.#symmetric.clone();
    const remote = bytes.slice(0, X25519_LENGTH);
    if (remote.length < X25519_LENGTH) return undefined;
    symmetric.mixEphemeral(remote);
    const shared = x25519(this.#ephemeral, remote);
    if (shared === undefined) return undefined;
    symmetric.mixKey(shared);
    const payload = symmetric.decryptAndHash(bytes.subarray(X25519_LENGTH));
    return payload === undefined ? undefined : { ...symmetric.split(), payload };
  }
}

/** A message 1 that verified, and from which message 2 can be made, more than once if need be. */
export interface ResponderState {
  readonly symmetric: SymmetricState;
  readonly remoteEphemeral: Uint8Array;
  readonly payload: Uint8Array;
}

/**
 * Verifies message 1: symmetric work only, no key is drawn and no Diffie-Hellman done. [DOS-01]
 * @returns undefined if it does not verify.
 */
export function readMessage1(input: HandshakeInput, bytes: Uint8Array): ResponderState | undefined {
  const remoteEphemeral = bytes.slice(0, X25519_LENGTH);
  if (remoteEphemeral.length < X25519_LENGTH) return undefined;
  const symmetric = SymmetricState.start(input);
  symmetric.mixEphemeral(remoteEphemeral);
  const payload = symmetric.decryptAndHash(bytes.subarray(X25519_LENGTH));
  return payload === undefined ? undefined : { symmetric, remoteEphemeral, payload };
}

/**
 * Makes message 2 and the keys. The state is left as it was: the caller may try another ephemeral.
 * @returns undefined if the shared secret is all zero.
 */
export function writeMessage2(
  state: ResponderState,
  ephemeral: KeyPair,
  payload: Uint8Array = EMPTY,
): { readonly message: Uint8Array; readonly split: Split } | undefined {
  const symmetric = state.symmetric.clone();
  symmetric.mixEphemeral(ephemeral.publicKey);
  const shared = x25519(ephemeral, state.remoteEphemeral);
  if (shared === undefined) return undefined;
  symmetric.mixKey(shared);
  const message = concat(ephemeral.publicKey, symmetric.encryptAndHash(payload));
  return { message, split: symmetric.split() };
}

const EMPTY = new Uint8Array(0);
/** The name is longer than a hash, so it is hashed. */
const NAME_HASH = sha256(ascii('Noise_NNpsk0_25519_ChaChaPoly_SHA256'));

/** Chaining key, handshake hash and cipher key of one handshake (Noise, 5.2). */
export class SymmetricState {
  #chainingKey: Uint8Array;
  #hash: Uint8Array;
  #key: Uint8Array = EMPTY;

  private constructor(chainingKey: Uint8Array, hash: Uint8Array) {
    this.#chainingKey = chainingKey;
    this.#hash = hash;
  }

  /** The state after the prologue and the token psk, with which this pattern begins. */
  static start(input: HandshakeInput): SymmetricState {
    const state = new SymmetricState(NAME_HASH, sha256(NAME_HASH, input.prologue));
    state.#mixKeyAndHash(input.psk);
    return state;
  }

  clone(): SymmetricState {
    const copy = new SymmetricState(this.#chainingKey, this.#hash);
    copy.#key = this.#key;
    return copy;
  }

  /** The token e: with a psk the public key is mixed into the chaining key too (Noise, 9.2). */
  mixEphemeral(publicKey: Uint8Array): void {
    this.#mixHash(publicKey);
    this.mixKey(publicKey);
  }

  mixKey(input: Uint8Array): void {
    const [chainingKey, key] = this.#derive(input, 2);
    this.#chainingKey = chainingKey;
    this.#key = key;
  }

  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    const sealed = chacha20Poly1305(this.#key).seal(NONCE_ZERO, this.#hash, plaintext);
    this.#mixHash(sealed);
    return sealed;
  }

  decryptAndHash(sealed: Uint8Array): Uint8Array | undefined {
    const plaintext = chacha20Poly1305(this.#key).open(NONCE_ZERO, this.#hash, sealed);
    if (plaintext !== undefined) this.#mixHash(sealed);
    return plaintext;
  }

  split(): Split {
    const [k1, k2] = this.#derive(EMPTY, 2);
    return { k1, k2, hash: this.#hash };
  }

  #mixHash(data: Uint8Array): void {
    this.#hash = sha256(this.#hash, data);
  }

  #mixKeyAndHash(input: Uint8Array): void {
    const [chainingKey, hash, key] = this.#derive(input, 3);
    this.#chainingKey = chainingKey;
    this.#mixHash(hash);
    this.#key = key;
  }

  /** Noise's HKDF is RFC 5869's with an empty info; of its results, 32 bytes each, the third may be unused. */
  #derive(input: Uint8Array, count: 2 | 3): [Uint8Array, Uint8Array, Uint8Array] {
    const output = hkdf(this.#chainingKey, input, EMPTY, count * HASH_LENGTH);
    return [
      output.slice(0, HASH_LENGTH),
      output.slice(HASH_LENGTH, 2 * HASH_LENGTH),
      output.slice(2 * HASH_LENGTH),
    ];
  }
}

/** Each key of this pattern seals one payload: every message mixes a key before it. */
const NONCE_ZERO = new Uint8Array(12);
