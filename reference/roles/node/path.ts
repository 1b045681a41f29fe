/** One path of a node: how it was directed, and how it stands. */
import type { Endpoint, Ip } from '../../address.ts';
import { toHex } from '../../bytes.ts';
import type { Instant } from '../../core.ts';
import type { Tunnel, TunnelEvent } from '../tunnel/tunnel.ts';
import type { Candidate } from './choice.ts';
import type { FarEnd } from './far-end.ts';
import type { Goal } from './goal.ts';
import type { HeldPath } from './judge.ts';

type LostWhy = Extract<TunnelEvent, { kind: 'lost' }>['why'];

/** What a path is about, as it was directed. */
export interface Directed {
  readonly pathId: Uint8Array;
  readonly content: string;
  readonly end: FarEnd;
  /** As hex. */
  readonly instance: string | undefined;
  /** Whom it is to reach, if that has a name or an address. */
  readonly goal: Goal | undefined;
  /** Endpoints of its relay. */
  readonly relays: readonly Endpoint[];
  /** The path that it replaces, as hex. */
  readonly replaces: string | undefined;
  /** Whether this end opens it. */
  readonly isInitiator: boolean;
  readonly directedAt: Instant;
}

export class Path implements HeldPath, Candidate {
  readonly id: string;
  readonly directed: Directed;
  readonly tunnel: Tunnel;
  /** No route is left, and the tunnel has said so. */
  isLost = false;
  lostWhy: LostWhy | undefined;
  /** When a replacement was last asked for. [HO-17] */
  replacedAt: Instant = Number.NEGATIVE_INFINITY;
  isClosing = false;
  /** The addresses that the Tunnel Table sends by it; undefined: it does not have the path. */
  destinations: readonly Ip[] | undefined;

  constructor(directed: Directed, tunnel: Tunnel) {
    this.id = toHex(directed.pathId);
    this.directed = directed;
    this.tunnel = tunnel;
  }

  get pathId(): Uint8Array {
    return this.directed.pathId;
  }

  get content(): string {
    return this.directed.content;
  }

  get party(): string {
    return this.directed.end.party;
  }

  get addresses(): readonly Ip[] {
    return this.directed.end.addresses;
  }

  get lent(): Ip | undefined {
    return this.directed.end.lent;
  }

  get isLive(): boolean {
    return !this.isClosing;
  }

  get isUp(): boolean {
    return !this.isClosing && this.tunnel.isUp;
  }

  get confirmedAt(): Instant | undefined {
    return this.tunnel.confirmedAt;
  }

  get heardAt(): Instant | undefined {
    return this.tunnel.heardAt;
  }

  /** Directed, and it can still come to be: it is not known that nobody answers. */
  get isHopeful(): boolean {
    return !this.isClosing && !this.isLost;
  }
}
