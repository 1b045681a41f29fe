/** What the parts of a DC know of each other: its peers, its nodes and relays, and what directions use of the rest. */
import type { Endpoint, Ip } from '../../address.ts';
import type { DcConfig } from '../../config/dc.ts';
import type { Timers } from '../../config/timers.ts';
import type { Instant, Random, Transport } from '../../core.ts';
import type { Prefix, TestProfile } from '../../locator.ts';
import type { Message, RelayDirection, RelayDirectionWithdraw } from '../../wire/messages.ts';
import type { RelayKind } from '../../wire/registry.ts';
import type { Association } from '../association/association.ts';
import type { Schedule } from '../association/requests.ts';
import type { Tally } from '../tally.ts';
import type { StandIns } from './stand-ins.ts';

interface PeerBase {
  readonly association: Association;
  /** As lower-case hex. */
  readonly nodeId: string;
  /** Its place in the configuration. */
  readonly index: number;
}

export interface NodePeer extends PeerBase {
  readonly is: 'node';
  readonly name: string;
  /** Kinds of relay that it may ask for; of N and T only those that the DC offers. [DC-16, DC-17] */
  readonly offered: readonly RelayKind[];
}

export interface RelayPeer extends PeerBase {
  readonly is: 'rs';
  /** The kinds that the association allows. [DC-40] */
  readonly kinds: readonly RelayKind[];
  /** Real addresses that it may lend. [RST-09] */
  readonly lent: readonly Ip[];
}

export interface DcPeer extends PeerBase {
  readonly is: 'dc';
  /** What it may speak for. [DC-26] */
  readonly zones: readonly string[];
  readonly prefixes: readonly Prefix[];
}

/** One provisioned association and who is at its other end. */
export type Peer = NodePeer | RelayPeer | DcPeer;

/** What is known of a registered node of this DC. [DC-04] */
export interface Registered {
  readonly peer: NodePeer;
  readonly nodeId: Uint8Array;
  readonly instance: Uint8Array;
  readonly name: string;
  /** Of the latest request, in the node's order. */
  readonly locals: readonly Endpoint[];
  /** By family; only what is valid on the association. [DC-05] */
  readonly observed: { readonly [Family in 4 | 6]?: Endpoint };
  /** When one of them ceases to count; infinite if there is none. */
  readonly observedUntil: Instant;
  readonly virtualAddresses: readonly Ip[];
  readonly features: readonly number[];
  readonly suites: readonly number[];
  readonly expiresAt: Instant;
}

/** A relay whose Relay Registration has not ended. [DC-40] */
export interface RegisteredRelay {
  readonly peer: RelayPeer;
  readonly instance: Uint8Array;
  /** Those that it registered and the association and the configuration allow. */
  readonly kinds: readonly RelayKind[];
  readonly endpoints: readonly Endpoint[];
  readonly suites: readonly number[];
  readonly expiresAt: Instant;
}

/** A Relay Direction that its relay accepted. [DC-39] */
export interface LiveRelayDirection {
  /** As lower-case hex. */
  readonly pathId: string;
  readonly relay: RelayPeer;
  /** As it was sent; a repeat has another transaction. */
  readonly direction: Exclude<RelayDirection, RelayDirectionWithdraw>;
  /** The DC's own node on the path, the one that asked for it. */
  readonly node: NodePeer;
  /** That node's instance when it asked. */
  readonly instance: Uint8Array;
  /** What an RS-T lent for it. [DC-44] */
  readonly lent?: Ip | undefined;
}

/** What comes of a request: the answer, whatever its status, or why there is none. */
export type Answered = Message | 'silence' | 'schema';

/** What directions and federation use of the rest of the DC. */
export interface Dc {
  readonly config: DcConfig;
  readonly timers: Timers;
  readonly profile: TestProfile;
  readonly tally: Tally;
  readonly random: Random;
  /** Its own Node ID. */
  readonly self: Uint8Array;
  readonly standIns: StandIns;
  /**
   * Sends a request on a peer's association, which is opened first if it has no keys. `then` is called once,
   * later and never before this returns.
   */
  request(
    peer: Peer,
    message: Message,
    schedule: Schedule,
    now: Instant,
    then: (answer: Answered, now: Instant) => void,
  ): void;
  /** Answers a request, once; it is kept for the request's repeats and its status counted. */
  answer(peer: Peer, message: Message, to: Endpoint, now: Instant): void;
  /** The node of this FQDN, if it is registered. */
  registered(name: string, now: Instant): Registered | undefined;
  registeredPeer(peer: NodePeer, now: Instant): Registered | undefined;
  /** The node that has this FQDN, registered or not. */
  provisioned(name: string): NodePeer | undefined;
  /** The DC whose association has this zone. */
  dcFor(zone: string): DcPeer | undefined;
  /** Relays of a kind in the order in which they are to be asked; those with endpoints of all the families first. */
  relays(kind: RelayKind, families: readonly (4 | 6)[], now: Instant): readonly RegisteredRelay[];
  /** A relay accepted: the direction is live from now on. [DC-39] */
  relayed(live: LiveRelayDirection, now: Instant): void;
  /** Both ends accepted a path that replaces this one. [DC-39] */
  replaced(pathId: string, now: Instant): void;
  /** Takes a path from its relay; nobody waits for the answer. [DC-37, DC-39] */
  withdraw(relay: RelayPeer, pathId: Uint8Array, now: Instant): void;
  /** @param pathId as lower-case hex */
  liveAt(pathId: string): LiveRelayDirection | undefined;
  /** Whether there is room for one direction more beside those under way. [DOS-04] */
  hasRoom(underWay: number): boolean;
  /** Whether a Path, Leg or association ID is in use. [DC-20] */
  isTaken(id: Uint8Array): boolean;
  /** Asks DNS; `then` is called once, never before this returns. */
  lookUp(
    query: Uint8Array,
    then: (response: Uint8Array | undefined, now: Instant) => void,
    how?: { readonly transport: Transport; readonly server: Endpoint },
  ): void;
}
