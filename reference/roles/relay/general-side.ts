/** What an RS-N and an RS-T have of their own: how packets get from a path to the general side and back. */
import type { Ip } from '../../address.ts';
import type { Instant } from '../../core.ts';
import type { Layer } from '../../refusal.ts';
import type { RelayDirectionEnd } from '../../wire/messages.ts';
import type { Status } from '../../wire/registry.ts';
import type { Association } from '../association/association.ts';
import type { End } from './end.ts';
import type { Made } from './ends.ts';

/** Where packets go, and what is refused. */
export interface Outlets {
  /** To the general side. */
  out(packet: Uint8Array): void;
  /** Into a path; nothing happens where it has no way. */
  into(pathId: string, packet: Uint8Array, now: Instant): void;
  refuse(layer: Layer): void;
  /** Whether datagrams of paths and associations come to an address. */
  isOwn(ip: Ip): boolean;
}

/** The hot way of packets: undefined where the role has to see them, and nothing has happened then. */
export interface QuickWays {
  /** An inner packet of a path, as it goes to the general side. */
  quickOut(packet: Uint8Array, pathId: string, now: Instant): Uint8Array | undefined;
  /** A packet of the general side, as it goes into a path. */
  quickIn(
    packet: Uint8Array,
    now: Instant,
  ): { readonly pathId: string; readonly packet: Uint8Array } | undefined;
}

export interface GeneralSide extends QuickWays {
  /** Addresses whose packets on the general side are for this role: its own, and those that it may lend. */
  addresses(): readonly Ip[];
  /** Whether a direction of its kind has what it needs, and nothing that is not allowed. [RSN-08, RSN-13] */
  judge(direction: RelayDirectionEnd): Status;
  /** The addresses of a new path, or why there is none. */
  make(
    direction: RelayDirectionEnd,
    replaces: End | undefined,
    owner: Association,
    now: Instant,
  ): Made | Status;
  /** A path is there, and has what the one that it replaces had. [HO-06] */
  bind(end: End, now: Instant): void;
  /** Nothing goes into a path any more, while it still receives. [TUN-17] */
  leave(end: End): void;
  /** A path is gone. */
  release(end: End, now: Instant): void;
  /** An inner packet of a path, checked. */
  outbound(end: End, packet: Uint8Array, now: Instant): void;
  /** A packet of the general side. */
  inbound(packet: Uint8Array, now: Instant): void;
  /** An error about a packet that was too big for a path. [TUN-07] */
  tooBig(end: End, error: Uint8Array, now: Instant): void;
  /** The largest inner packet of a path is another one. [TUN-06] */
  resize(end: End, mtu: number): void;
  /** A DC has said which addresses may be lent. [RST-09] */
  lends(pool: readonly Ip[], owner: Association): void;
  tick(now: Instant): void;
  wakeAt(): Instant | undefined;
  /** Tables with their sizes and bounds. [DOS-04] */
  sizes(): Readonly<Record<string, readonly [size: number, bound: number]>>;
}
