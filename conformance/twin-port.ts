/**
 * What the suite asks of the twin, the second codec that was written from the spec's text alone: is a
 * datagram of ours what we say it is? The twin answers from what the receiver knows, handed in here,
 * and keeps no state.
 *
 * So it takes for granted that no limit of rate is hit; that a body is judged by its schema, its
 * transaction being new, or outstanding for an answer (GEN-46); that an end answers a message 1 that it
 * may answer (KEY-06, KEY-19); and that a window is 8192 wide, no wider (TUN-04). It is not to be asked
 * about what an RS-S relays (RSS-10).
 */
import type { Layer } from '../reference/refusal.ts';

/** One channel as the receiver of a datagram holds it. All IDs have 16, secrets and keys 32 bytes. */
export interface TwinChannel {
  readonly kind: 'association' | 'path' | 'leg';
  readonly id: Uint8Array;
  /** Of an association; on paths and legs they do not count. [KEY-14] */
  readonly aliases: readonly Uint8Array[];
  readonly secret: Uint8Array;
  /** Of a path; associations and legs have suite 1 whatever stands here. [KEY-45] */
  readonly suite: number;
  readonly sender: TwinEnd;
  readonly receiver: TwinEnd;
  /** Keys under which the receiver opens, newest last; no two of one key ID. [KEY-17] */
  readonly keys: readonly TwinKey[];
  /** The highest confirmed order number; 0 before the first, and always on associations. */
  readonly highestOrder: bigint;
  /** Messages 1 of the sender whose handshake is unconfirmed at the receiver: it answers their repeats. [KEY-13] */
  readonly unconfirmed: readonly Uint8Array[];
  /** Messages 2 by which the receiver made keys that it holds: they may come again. [KEY-52] */
  readonly finished: readonly Uint8Array[];
  /** Own attempts of the receiver that wait for message 2. */
  readonly attempts: readonly TwinAttempt[];
}

/** Message 1 as it was sent, and the private key of one of the ends: either says what message 2 has to be. */
export interface TwinAttempt {
  readonly message1: Uint8Array;
  readonly ephemeral: Uint8Array;
  /** Whose key it is. A responder's is that of the one message 2 that it made. */
  readonly of: 'initiator' | 'responder';
}

export interface TwinEnd {
  readonly nodeId: Uint8Array;
  /** As in section 16.1: an NTMA is a node, an RS of any kind is `rs`. */
  readonly role: 'node' | 'dc' | 'rs';
}

export interface TwinKey {
  readonly keyId: number;
  /** The key of the direction sender to receiver. */
  readonly key: Uint8Array;
  /** Sequences that the receiver took already. */
  readonly seen: ReadonlySet<bigint>;
}

/** The layers that can be told without the receiver's tables, clocks and limits. */
export const TWIN_LAYERS = [
  'length',
  'magic',
  'type',
  'key-id-zero',
  'context',
  'order',
  'handshake',
  'key-id',
  'tag',
  'replay',
  'channel-type',
  'encoding',
  'schema',
] as const satisfies readonly Layer[];

export type TwinLayer = (typeof TWIN_LAYERS)[number];

export type TwinFinding =
  | {
      readonly kind: 'refused';
      readonly layer: TwinLayer;
      /** The status of the answer that is due; undefined where the datagram is dropped silently. */
      readonly status: number | undefined;
      readonly why: string;
    }
  /** `channel`: here and below its ID, even where an alias of it was the context. */
  | { readonly kind: 'opening'; readonly type: number; readonly channel: Uint8Array }
  /**
   * `body`: all of it in CBOR diagnostic notation on one line (RFC 8949, 8), `{0: h'00ff', 3: "a.example"}`: keys
   * as encoded, text as JSON.stringify writes it.
   */
  | { readonly kind: 'sealed'; readonly type: number; readonly channel: Uint8Array; readonly body: string }
  /** `payload`: as it was sealed; the layers from `inner-length` on are not looked at. */
  | { readonly kind: 'data'; readonly channel: Uint8Array; readonly payload: Uint8Array };

export interface Twin {
  /** Judges one datagram as a receiver with these channels would, layer by layer in the spec's order. */
  judge(datagram: Uint8Array, channels: readonly TwinChannel[]): TwinFinding;
}
