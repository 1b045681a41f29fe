/** An opening step by step, as the spec writes it out, with every value on the way. */
import { ascii, concat } from '../../reference/bytes.ts';
import { chacha20Poly1305 } from '../../reference/crypto/aead.ts';
import { hkdf, hkdfExpand, hmacSha256, sha256 } from '../../reference/crypto/hash.ts';
import { x25519, x25519KeyPairFrom } from '../../reference/crypto/x25519.ts';
import { writeHeader } from '../../reference/wire/header.ts';

export type Kind = 'association' | 'path' | 'leg';

/** What both ends know beforehand, by the names of the fields of a vector. */
export interface Setting {
  readonly kind: Kind;
  readonly suite: number;
  readonly channel: Uint8Array;
  readonly secret: Uint8Array;
  readonly initiator: Uint8Array;
  readonly responder: Uint8Array;
}

type Values = Readonly<Record<string, Uint8Array>>;

/** Message 1 as a datagram, the values on the way, and what message 2 begins from. */
export interface Message1 {
  readonly datagram: Uint8Array;
  readonly steps: Values;
  readonly ck: Uint8Array;
  readonly h: Uint8Array;
  /** The public key in it. */
  readonly E: Uint8Array;
}

export interface Opened {
  readonly hash: Uint8Array;
  readonly k1: Uint8Array;
  readonly k2: Uint8Array;
  readonly initiatorKey: Uint8Array;
  readonly responderKey: Uint8Array;
  readonly keyId: number;
}

export interface Message2 {
  readonly datagram: Uint8Array;
  readonly steps: Values;
  readonly opened: Opened;
}

/** @param E what message 1 has as public key; that of `ephemeral` where nothing is broken. */
export function message1(setting: Setting, context: Uint8Array, order: bigint, E: Uint8Array): Message1 {
  const { kind, suite, channel, secret, initiator, responder } = setting;
  const header = writeHeader({ type: 0x0b, keyId: 0, context, sequence: order });
  const psk = hkdf(channel, secret, ascii(`ntmobile/1 psk ${kind}`), 32);
  const label = ascii(`ntmobile/1 open ${kind}`);
  const prologue = concat(label, header, initiator, responder, Uint8Array.of(suite));
  const hName = sha256(ascii('Noise_NNpsk0_25519_ChaChaPoly_SHA256'));
  const hPrologue = sha256(hName, prologue);
  const [ckPsk, mixed] = noiseHkdf(hName, psk);
  const hPsk = sha256(hPrologue, mixed);
  const hE = sha256(hPsk, E);
  const [ckE, kT1] = noiseHkdf(ckPsk, E);
  const T1 = tag(kT1, hE);
  const h = sha256(hE, T1);
  return {
    datagram: concat(header, E, T1),
    steps: { psk, prologue, hName, hPrologue, ckPsk, hPsk, E, hE, ckE, kT1, T1, hT1: h },
    ck: ckE,
    h,
    E,
  };
}

/**
 * @param shared the result of X25519.
 * @param R what message 2 has as public key.
 */
export function message2(setting: Setting, first: Message1, R: Uint8Array, shared: Uint8Array): Message2 {
  const hR = sha256(first.h, R);
  const [ckR] = noiseHkdf(first.ck, R);
  const [ckD, kT2] = noiseHkdf(ckR, shared);
  const T2 = tag(kT2, hR);
  const hash = sha256(hR, T2);
  const [k1, k2] = noiseHkdf(ckD, new Uint8Array(0));
  const header = first.datagram.slice(0, 28);
  header[1] = 0x0c;
  const info = concat(ascii(`ntmobile/1 key ${setting.kind}`), Uint8Array.of(setting.suite));
  return {
    datagram: concat(header, R, T2),
    steps: { R, hR, ckR, d: shared, ckD, kT2, T2 },
    opened: {
      hash,
      k1,
      k2,
      initiatorKey: hkdfExpand(k1, info, 32),
      responderKey: hkdfExpand(k2, info, 32),
      keyId: ((hash[0] ?? 0) << 8) | (hash[1] ?? 0),
    },
  };
}

/** The public key of a secret one. */
export function publicOf(secret: Uint8Array): Uint8Array {
  return x25519KeyPairFrom(secret).publicKey;
}

/** X25519 of two keys that are known to give more than zeros. */
export function sharedOf(secret: Uint8Array, foreign: Uint8Array): Uint8Array {
  const shared = x25519(secret, foreign);
  if (shared === undefined) throw new Error('a public key of small order');
  return shared;
}

/** The first two outputs of Noise's HKDF. */
function noiseHkdf(ck: Uint8Array, input: Uint8Array): [Uint8Array, Uint8Array] {
  const t = hmacSha256(ck, input);
  const o1 = hmacSha256(t, Uint8Array.of(1));
  return [o1, hmacSha256(t, o1, Uint8Array.of(2))];
}

function tag(key: Uint8Array, ad: Uint8Array): Uint8Array {
  return chacha20Poly1305(key).seal(new Uint8Array(12), ad, new Uint8Array(0));
}
