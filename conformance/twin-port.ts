/**
 * What the suite asks of the twin, the second codec that was written from the spec's text alone: is a
 * datagram of ours what we say it is? The twin answers from what the receiver knows, handed in here,
 * and keeps no state.
 */
import type { Layer } from '../reference/refusal.ts';

/** One channel as the receiver of a datagram holds it. All IDs have 16, secrets and keys 32 bytes. */
export interface TwinChannel {
  readonly kind: 'association' | 'path' | 'leg';
  readonly id: Uint8Array;
  readonly aliases: readonly Uint8Array[];
  readonly secret: Uint8Array;
  readonly suite: number;
  readonly sender: TwinEnd;
  readonly receiver: TwinEnd;
  /** Keys under which the receiver opens, newest last. */
  readonly keys: readonly TwinKey[];
  /** The highest confirmed order number; 0 before the first, and always on associations. */
  readonly highestOrder: bigint;
  /** Own attempts of the receiver that wait for message 2: message 1 as it was sent, and its private key. */
  readonly attempts: readonly { readonly message1: Uint8Array; readonly ephemeral: Uint8Array }[];
}

export interface TwinEnd {
  readonly nodeId: Uint8Array;
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
  | { readonly kind: 'opening'; readonly type: number; readonly channel: Uint8Array }
  /** `body`: in CBOR diagnostic notation on one line (RFC 8949, 8), `{0: h'00ff', 3: "a.example"}`, keys as encoded. */
  | { readonly kind: 'sealed'; readonly type: number; readonly channel: Uint8Array; readonly body: string }
  | { readonly kind: 'data'; readonly channel: Uint8Array; readonly payload: Uint8Array };

export interface Twin {
  /** Judges one datagram as a receiver with these channels would, layer by layer in the spec's order. */
  judge(datagram: Uint8Array, channels: readonly TwinChannel[]): TwinFinding;
}
