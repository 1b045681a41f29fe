import { ascii, concat, equal, isZero } from './bytes.ts';
import { sealChaChaPoly } from './chachapoly.ts';
import { hkdf2, hkdf3, sha256 } from './hash.ts';
import { HEADER_LENGTH, OPENING_LENGTH } from './header.ts';
import type { Kind } from './keys.ts';
import { keyId, prologue, psk, trafficKeys } from './keys.ts';
import { publicKey, secretKey, x25519 } from './x25519.ts';

/** What both ends of an opening know beforehand (5.2). */
export interface Opening {
  readonly kind: Kind;
  readonly id: Uint8Array;
  readonly secret: Uint8Array;
  readonly initiator: Uint8Array;
  readonly responder: Uint8Array;
  readonly suite: number;
}

/** Message 1 and every value on the way to it, by the names of the worked example (5.12). */
export interface Message1 {
  readonly psk: Uint8Array;
  readonly prologue: Uint8Array;
  readonly hName: Uint8Array;
  readonly hPrologue: Uint8Array;
  readonly ckPsk: Uint8Array;
  readonly hPsk: Uint8Array;
  readonly E: Uint8Array;
  readonly hE: Uint8Array;
  readonly ckE: Uint8Array;
  readonly kT1: Uint8Array;
  readonly T1: Uint8Array;
  readonly hT1: Uint8Array;
  readonly datagram: Uint8Array;
}

/** Message 2 and all that follows from it (5.2, 5.12). */
export interface Message2 {
  readonly R: Uint8Array;
  readonly hR: Uint8Array;
  readonly ckR: Uint8Array;
  readonly d: Uint8Array;
  readonly ckD: Uint8Array;
  readonly kT2: Uint8Array;
  readonly T2: Uint8Array;
  readonly handshakeHash: Uint8Array;
  readonly datagram: Uint8Array;
  readonly k1: Uint8Array;
  readonly k2: Uint8Array;
  readonly forward: Uint8Array;
  readonly back: Uint8Array;
  readonly keyId: number;
}

/** Where all handshakes begin (5.2). */
const H_NAME = sha256(ascii('Noise_NNpsk0_25519_ChaChaPoly_SHA256'));

/** TAG of section 5.1. */
export function tag(k: Uint8Array, h: Uint8Array): Uint8Array {
  return sealChaChaPoly(k, new Uint8Array(12), h, new Uint8Array(0));
}

/** Message 1 under a header of 28 bytes with the ephemeral secret `e` (KEY-01 to KEY-03). */
export function message1(opening: Opening, header: Uint8Array, e: Uint8Array): Message1 {
  return steps1(opening, header, publicKey(secretKey(e)));
}

/** What the responder computes from message 1; undefined unless the tag verifies (KEY-01, DOS-01). */
export function readMessage1(opening: Opening, datagram: Uint8Array): Message1 | undefined {
  if (datagram.length !== OPENING_LENGTH) return undefined;
  const steps = steps1(opening, datagram.slice(0, HEADER_LENGTH), datagram.slice(28, 60));
  return equal(steps.datagram, datagram) ? steps : undefined;
}

/**
 * The responder's message 2 with the ephemeral secret `r`; undefined if message 1 does not verify or the
 * X25519 result is all zero (KEY-19). Whether its key ID can be used is another question (KEY-17).
 */
export function message2(opening: Opening, datagram1: Uint8Array, r: Uint8Array): Message2 | undefined {
  const first = readMessage1(opening, datagram1);
  if (first === undefined) return undefined;
  const own = secretKey(r);
  return steps2(opening, first, publicKey(own), x25519(own, first.E));
}

/**
 * What the initiator makes of message 2, with its own message 1 as sent and the secret `e` of it; undefined
 * if header (KEY-38), X25519 result (KEY-19) or tag are not right.
 */
export function finish(
  opening: Opening,
  datagram1: Uint8Array,
  e: Uint8Array,
  datagram2: Uint8Array,
): Message2 | undefined {
  const first = readMessage1(opening, datagram1);
  if (first === undefined || datagram2.length !== OPENING_LENGTH) return undefined;
  const R = datagram2.slice(28, 60);
  const second = steps2(opening, first, R, x25519(secretKey(e), R));
  // Header and tag at once: both stand in the message 2 that would be right.
  return second !== undefined && equal(second.datagram, datagram2) ? second : undefined;
}

function steps1(opening: Opening, header: Uint8Array, E: Uint8Array): Message1 {
  const { kind, id, secret, initiator, responder, suite } = opening;
  const pskBytes = psk(kind, id, secret);
  const prologueBytes = prologue(kind, header, initiator, responder, suite);
  const hPrologue = sha256(concat(H_NAME, prologueBytes));
  const [ckPsk, x] = hkdf3(H_NAME, pskBytes);
  const hPsk = sha256(concat(hPrologue, x));
  const hE = sha256(concat(hPsk, E));
  const [ckE, kT1] = hkdf2(ckPsk, E);
  const T1 = tag(kT1, hE);
  const hT1 = sha256(concat(hE, T1));
  const datagram = concat(header, E, T1);
  const early = { psk: pskBytes, prologue: prologueBytes, hName: H_NAME, hPrologue, ckPsk, hPsk };
  return { ...early, E, hE, ckE, kT1, T1, hT1, datagram };
}

function steps2(opening: Opening, first: Message1, R: Uint8Array, d: Uint8Array): Message2 | undefined {
  if (isZero(d)) return undefined;
  const hR = sha256(concat(first.hT1, R));
  const [ckR] = hkdf2(first.ckE, R);
  const [ckD, kT2] = hkdf2(ckR, d);
  const T2 = tag(kT2, hR);
  const handshakeHash = sha256(concat(hR, T2));
  const header1 = first.datagram.slice(0, HEADER_LENGTH);
  const datagram = concat(header1.slice(0, 1), Uint8Array.of(0x0c), header1.slice(2), R, T2);
  const [k1, k2] = hkdf2(ckD, new Uint8Array(0));
  const keys = trafficKeys(k1, k2, opening.kind, opening.suite);
  const early = { R, hR, ckR, d, ckD, kT2, T2, handshakeHash, datagram };
  return { ...early, k1, k2, ...keys, keyId: keyId(handshakeHash) };
}
