/** The key schedule: labels, prologue, traffic keys, key ID and nonce. */
import { ascii, concat } from '../bytes.ts';
import { hkdf, hkdfExpand } from './hash.ts';
import type { Split } from './noise.ts';

/** The three kinds of channel; the names are the labels in the key schedule. [KEY-02] */
export type ChannelKind = 'association' | 'path' | 'leg';

export const CHANNEL_KINDS: readonly ChannelKind[] = ['association', 'path', 'leg'];
export const ID_LENGTH = 16;
export const SECRET_LENGTH = 32;

/**
 * The psk of a channel's openings, 32 bytes. [KEY-01]
 * @param channelId the channel's own 16-byte ID, never an alias.
 * @param secret the channel's 32-byte secret.
 */
export function derivePsk(kind: ChannelKind, channelId: Uint8Array, secret: Uint8Array): Uint8Array {
  expect('channel ID', channelId, ID_LENGTH);
  expect('secret', secret, SECRET_LENGTH);
  return hkdf(channelId, secret, ascii(`ntmobile/1 psk ${kind}`), 32);
}

/**
 * The prologue of an opening's handshake. [KEY-02]
 * @param header the 28 bytes of message 1's header as sent, with an alias if one was used.
 * @param suite u8: the path's; 1 on associations and legs.
 */
export function openingPrologue(
  kind: ChannelKind,
  header: Uint8Array,
  initiatorNodeId: Uint8Array,
  responderNodeId: Uint8Array,
  suite: number,
): Uint8Array {
  expect('header', header, 28);
  expect('Node ID', initiatorNodeId, ID_LENGTH);
  expect('Node ID', responderNodeId, ID_LENGTH);
  return concat(ascii(`ntmobile/1 open ${kind}`), header, initiatorNodeId, responderNodeId, u8(suite));
}

export interface TrafficKeys {
  readonly initiatorToResponder: Uint8Array;
  readonly responderToInitiator: Uint8Array;
}

/** The two 32-byte keys that a complete handshake gives. [KEY-09] */
export function trafficKeys(kind: ChannelKind, suite: number, split: Split): TrafficKeys {
  const info = concat(ascii(`ntmobile/1 key ${kind}`), u8(suite));
  return {
    initiatorToResponder: hkdfExpand(split.k1, info, 32),
    responderToInitiator: hkdfExpand(split.k2, info, 32),
  };
}

/** The key ID: the first two bytes of the handshake hash as a u16. 0 cannot be used. [KEY-02] */
export function keyIdOf(hash: Uint8Array): number {
  return ((hash[0] ?? 0) << 8) | (hash[1] ?? 0);
}

/** The nonce of a sealed message: 4 zero bytes, then the sequence as u64 in network byte order. [TUN-03] */
export function nonceFor(sequence: bigint): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(4, sequence);
  return nonce;
}

/** The secret of a test association, for the conformance suite alone; 32 bytes. [KEY-09] */
export function provisionSecret(testSecret: Uint8Array, associationId: Uint8Array): Uint8Array {
  expect('association ID', associationId, ID_LENGTH);
  return hkdf(new Uint8Array(0), testSecret, concat(ascii('ntmobile/1 provision '), associationId), 32);
}

function u8(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 255) throw new RangeError(`not a u8: ${value}`);
  return Uint8Array.of(value);
}

function expect(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${what} has ${length} bytes, not ${bytes.length}`);
}
