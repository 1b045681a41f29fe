/** What a channel is made of and what it tells its role. Chapter "Channel" of the specification. */
import type { Endpoint, Ip } from '../address.ts';
import type { MakeAead } from '../crypto/aead.ts';
import type { ChannelKind } from '../crypto/keys.ts';
import type { Layer } from '../refusal.ts';
import { LAYERS } from '../refusal.ts';
import type { Message } from '../wire/messages.ts';
import type { EndRole } from '../wire/registry.ts';

export interface ChannelConfig {
  readonly kind: ChannelKind;
  /** 16 bytes: association ID, Path ID or Leg ID. */
  readonly id: Uint8Array;
  /** 32 bytes. */
  readonly secret: Uint8Array;
  /** The AEAD of sealed messages; 1 on associations and legs. */
  readonly suite: number;
  /**
   * What makes its AEADs; the runtime if not given. Their memory may be used again: a channel copies what one of them
   * returns, but for Data of the short way.
   */
  readonly aeads?: MakeAead | undefined;
  /** Own Node ID, 16 bytes. */
  readonly self: Uint8Array;
  /** The far end's Node ID, 16 bytes. */
  readonly peer: Uint8Array;
  /** Who may send message 1: legs are opened by the node only. */
  readonly opens: 'either' | 'self' | 'peer';
  /** Whether own messages carry the context of the far end's latest: a DC's do. [KEY-14] */
  readonly followsContext: boolean;
  /** How many valid addresses the far end can have: a leg one, an association one a family, a path any number. */
  readonly addressing: 'one' | 'one-a-family' | Routing;
  /** The family by which an address is reached: behind a NAT64 not always its own. Its own if not given. [NODE-03] */
  readonly familyOf?: (ip: Ip) => 4 | 6;
  /** Own role and the far end's: what the latter may send here is in the table of messages. [GEN-18] */
  readonly selfRole: EndRole;
  readonly peerRole: EndRole;
  /** Whether an endpoint can be the far end's at all: not our own, not multicast or broadcast. */
  readonly usable: (endpoint: Endpoint) => boolean;
  /** Whether an endpoint is provisioned as the far end's; none is if not given. [KEY-40, DOS-02] */
  readonly isProvisioned?: (endpoint: Endpoint) => boolean;
  readonly timers: ChannelTimers;
}

/** How a path, whose far end can have many valid addresses, tells them apart. [KEY-34, HO-14] */
export interface Routing {
  /** Within a slot the address that was nominated and then answered last is the one in use. [HO-15] */
  readonly slotOf: (endpoint: Endpoint) => number;
  /** The one to send to, out of one or more valid ones, of which the last is the latest. */
  readonly choose: (valid: readonly Endpoint[]) => Endpoint | undefined;
}

/** Milliseconds, all of them. */
export interface ChannelTimers {
  /** When an opening is repeated, from its start. */
  readonly openingRepeat: readonly number[];
  readonly openingOver: number;
  /** When a probe is sent, from its start. */
  readonly probeTry: readonly number[];
  readonly probeOver: number;
  /** An unconfirmed handshake is erased this long after its first message 2. */
  readonly unconfirmed: number;
  /** Old keys receive this long after new ones are confirmed. */
  readonly oldKeys: number;
  /** Age of the keys at which the next message due opens again. */
  readonly rekey: number;
  /** How much longer the responder of the last handshake waits before it opens. */
  readonly rekeyOtherEnd: number;
  /** Age at which a key no longer sends and is erased. */
  readonly keyLifetime: number;
  /** By suite, messages under one key after which the next one due opens again; not given: as many as may be. [KEY-05] */
  readonly rekeyMessages?: Readonly<Record<number, number | undefined>>;
}

/** Where a message stands among those of its channel: for rules of the kind "only if sent later". */
export interface Origin {
  /** Counts confirmed handshakes; a later one has newer keys. */
  readonly generation: number;
  readonly sequence: bigint;
}

/** Layers that a message passes before it has opened: then it counts, whatever becomes of its body. [GEN-37] */
const BEFORE_OPENED: ReadonlySet<Layer> = new Set(LAYERS.slice(0, LAYERS.indexOf('channel-type') + 1));

/** Whether a datagram that caused these events opened on its channel. [GEN-37] */
export function hasOpened(events: readonly ChannelEvent[]): boolean {
  return !events.some((event) => event.kind === 'refused' && BEFORE_OPENED.has(event.layer));
}

/** Whether a datagram cost cryptography and did not verify. [DOS-03] */
export function hasFailed(events: readonly { readonly kind: string; readonly layer?: Layer }[]): boolean {
  return events.some(({ kind, layer }) => kind === 'refused' && (layer === 'handshake' || layer === 'tag'));
}

/** Whether a message was sent later than another one of the same channel: newer key, or same key and higher sequence. */
export function sentLater(a: Origin, b: Origin): boolean {
  return a.generation === b.generation ? a.sequence > b.sequence : a.generation > b.generation;
}

export type ChannelEvent =
  | { readonly kind: 'send'; readonly bytes: Uint8Array; readonly to: Endpoint }
  | { readonly kind: 'refused'; readonly layer: Layer; readonly from: Endpoint | undefined }
  /** A message other than a probing one, decoded. `body` is what was under the seal. */
  | {
      readonly kind: 'message';
      readonly message: Message;
      readonly body: Uint8Array;
      readonly from: Endpoint;
      readonly origin: Origin;
    }
  /** A request whose schema fails: to be answered with the status, and counted, unless its transaction is known. */
  | {
      readonly kind: 'bad-request';
      readonly type: number;
      readonly status: number;
      readonly transaction: Uint8Array;
      readonly body: Uint8Array;
      readonly from: Endpoint;
    }
  /** An answer whose schema fails: so does its request, if there is one; to be counted. */
  | {
      readonly kind: 'bad-answer';
      readonly type: number;
      readonly transaction: Uint8Array;
      readonly from: Endpoint;
    }
  /** A path's inner packet, as it was under the seal. */
  | { readonly kind: 'data'; readonly packet: Uint8Array; readonly from: Endpoint }
  /** Something opened under new keys. */
  | { readonly kind: 'confirmed' }
  /** The far end answered a probe from this address: it is valid and in use now. */
  | { readonly kind: 'address'; readonly endpoint: Endpoint }
  /** No message 2 within the time of an attempt. */
  | { readonly kind: 'attempt-over' }
  /** A probe to this address was never answered. `size`: what it was padded to, else 0. */
  | { readonly kind: 'probe-over'; readonly endpoint: Endpoint; readonly size: number }
  /** A probe was answered from where it went. `size`: as above; `observed`: how the far end sees this one. */
  | {
      readonly kind: 'probe-answered';
      readonly endpoint: Endpoint;
      readonly size: number;
      readonly observed: Endpoint | undefined;
    };
