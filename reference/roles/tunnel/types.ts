/** What a node's end of a path is made of, and what it tells its role. */
import type { Endpoint } from '../../address.ts';
import type { Timers } from '../../config/timers.ts';
import type { Instant } from '../../core.ts';
import type { MakeAead } from '../../crypto/aead.ts';
import type { AddressSet, InnerPacket } from '../../packet/inner.ts';
import type { Layer } from '../../refusal.ts';
import type { Status } from '../../wire/registry.ts';
import type { CandidateRules, OwnPlaces } from './candidates.ts';

export type Family = 4 | 6;

export interface TunnelConfig {
  readonly pathId: Uint8Array;
  readonly secret: Uint8Array;
  readonly suite: number;
  /** What makes the AEADs of its path; the runtime if not given. */
  readonly aeads?: MakeAead | undefined;
  readonly part: 'initiate' | 'await' | 'both';
  /** Node IDs of both ends. */
  readonly self: Uint8Array;
  readonly peer: Uint8Array;
  /** What the far end is: a node, or an RS-N or RS-T. */
  readonly peerRole: 'node' | 'rs';
  /** Own virtual addresses, and the peer's. [NODE-11, TUN-13, TUN-18] */
  readonly own: AddressSet;
  readonly peerAddresses: AddressSet;
  /** Sees each packet that is to go; where it says no the role has to see that packet. [HO-09] */
  readonly watch?: ((inner: InnerPacket) => boolean) | undefined;
  /** Whether Data that opened may be looked at further, by the length of its UDP payload. [RS-14] */
  readonly admits?: ((length: number, now: Instant) => boolean) | undefined;
  readonly candidates: readonly Endpoint[];
  /** Nobody is told where this end is, and nothing goes or comes but by the relay. [OPT-05] */
  readonly isRelayOnly?: boolean;
  /** Where this end is, as far as its host and its DC know. [OPT-06] */
  readonly places: () => OwnPlaces;
  /** What candidates of the peer are judged by. [OPT-08] */
  readonly rules: CandidateRules;
  /** An RS-S. */
  readonly relay:
    | {
        readonly nodeId: Uint8Array;
        readonly endpoints: readonly Endpoint[];
        readonly legId: Uint8Array;
        readonly legSecret: Uint8Array;
      }
    | undefined;
  /** Milliseconds without an inner packet after which the path is closed. [TUN-08] */
  readonly lifetime: number;
  /** Whether mappings have to be kept open in a family. [TUN-08] */
  readonly isNatted: (version: Family) => boolean;
  /** What the host can send by. */
  readonly families: () => readonly Family[];
  readonly timers: Timers;
  readonly createdAt: Instant;
}

export type TunnelEvent =
  | { readonly kind: 'send'; readonly bytes: Uint8Array; readonly to: Endpoint }
  | { readonly kind: 'refused'; readonly layer: Layer; readonly from: Endpoint | undefined }
  /** An inner packet of the peer, checked. */
  | { readonly kind: 'deliver'; readonly packet: Uint8Array }
  /** An error about a packet of the application, for the application. [TUN-07] */
  | { readonly kind: 'icmp'; readonly packet: Uint8Array }
  /** A status was sent. */
  | { readonly kind: 'status'; readonly status: Status }
  | { readonly kind: 'confirmed'; readonly channel: 'path' | 'leg' }
  /** It is confirmed and has a route, for the first time. */
  | { readonly kind: 'up' }
  /** Data goes by another route than before, or by one again. */
  | { readonly kind: 'route'; readonly to: Endpoint; readonly isRelay: boolean }
  /** Nobody answered the opening, or no route lives: a replacement is due. [HO-10, HO-19] */
  | { readonly kind: 'lost'; readonly why: 'opening' | 'direct' | 'relay' }
  /** Nothing goes by it any more; it still receives. [TUN-17] */
  | { readonly kind: 'closing' }
  /** It is to be erased. */
  | { readonly kind: 'gone' };
