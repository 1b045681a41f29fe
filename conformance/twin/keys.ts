import { ascii, concat, readBigEndian } from './bytes.ts';
import { hkdf, hkdfExpand } from './hash.ts';

/** Kinds of channel, as they stand in labels (16.2). */
export type Kind = 'association' | 'path' | 'leg';

/** The suite that a channel really uses: 1 on associations and legs, the path's own on paths (KEY-45). */
export function suiteOf(kind: Kind, suite: number): number {
  return kind === 'path' ? suite : 1;
}

/** The psk of a channel; the salt is its ID, even where an alias is used (KEY-01). */
export function psk(kind: Kind, id: Uint8Array, secret: Uint8Array): Uint8Array {
  return hkdf(id, secret, ascii(`ntmobile/1 psk ${kind}`), 32);
}

/** The prologue of an opening; the header is that of message 1 as it was sent (KEY-02). */
export function prologue(
  kind: Kind,
  header1: Uint8Array,
  initiator: Uint8Array,
  responder: Uint8Array,
  suite: number,
): Uint8Array {
  if (header1.length !== 28) throw new RangeError('a header has 28 bytes');
  return concat(
    ascii(`ntmobile/1 open ${kind}`),
    header1,
    initiator,
    responder,
    Uint8Array.of(suiteOf(kind, suite)),
  );
}

export interface TrafficKeys {
  /** Initiator to responder. */
  readonly forward: Uint8Array;
  /** Responder to initiator. */
  readonly back: Uint8Array;
}

/** The two keys of a handshake (KEY-15). */
export function trafficKeys(k1: Uint8Array, k2: Uint8Array, kind: Kind, suite: number): TrafficKeys {
  const info = concat(ascii(`ntmobile/1 key ${kind}`), Uint8Array.of(suiteOf(kind, suite)));
  return { forward: hkdfExpand(k1, info, 32), back: hkdfExpand(k2, info, 32) };
}

/** The key ID: the first two bytes of the handshake hash (KEY-17); {@link isUsable} says whether an end can use it. */
export function keyId(handshakeHash: Uint8Array): number {
  return Number(readBigEndian(handshakeHash.slice(0, 2)));
}

/** Whether an end that holds keys of these IDs on a channel can use this one there (KEY-17, KEY-50). */
export function isUsable(id: number, held: readonly number[]): boolean {
  return id !== 0 && !held.includes(id);
}
