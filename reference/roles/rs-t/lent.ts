/** The general side of an RS-T: a router for the addresses that it has lent. Only TTL and hop limit change on the way. */
import type { Ip } from '../../address.ts';
import { family, ipFromBytes } from '../../address.ts';
import { toHex } from '../../bytes.ts';
import type { Instant } from '../../core.ts';
import { packetTooBig, routeRefused, timeExceeded } from '../../packet/errors.ts';
import { fragment } from '../../packet/fragment.ts';
import type { Head } from '../../packet/head.ts';
import { destinationOf, readHead, sourceOf } from '../../packet/head.ts';
import { icmpPacket } from '../../packet/ip.ts';
import type { RelayDirectionEnd } from '../../wire/messages.ts';
import { Status } from '../../wire/registry.ts';
import type { Association } from '../association/association.ts';
import type { End } from '../relay/end.ts';
import type { Made } from '../relay/ends.ts';
import { ErrorRate } from '../relay/error-rate.ts';
import type { PeerRules } from '../relay/general-peers.ts';
import { mayBePeer } from '../relay/general-peers.ts';
import type { GeneralSide, Outlets } from '../relay/general-side.ts';
import { aboutOf, errorMessage, passedOn } from './forward.ts';
import { Leases } from './leases.ts';
import type { Peers } from './peers.ts';

export interface LentConfig {
  /** The relay's own addresses on the general side. */
  readonly addresses: readonly Ip[];
  readonly mtu: number;
  /** Whether only those come in that the node has sent to. [RST-08] */
  readonly onlyAnswers: boolean;
  /** Milliseconds. [RST-05] */
  readonly quarantine: number;
  /** Paths, and so leases, that there can be. [DOS-04] */
  readonly capacity: number;
}

interface PathState {
  readonly end: End;
  readonly lent: Ip;
  /** Key 15. */
  readonly peer: Ip | undefined;
  readonly peers: Peers;
}

export class Lent implements GeneralSide {
  private readonly config: LentConfig;
  private readonly rules: PeerRules;
  private readonly outlets: Outlets;
  private readonly leases: Leases;
  private readonly paths = new Map<string, PathState>();
  private readonly errors = new ErrorRate();

  constructor(config: LentConfig, rules: Omit<PeerRules, 'own'>, outlets: Outlets) {
    this.config = config;
    this.outlets = outlets;
    this.rules = { ...rules, own: (ip) => config.addresses.includes(ip) || outlets.isOwn(ip) };
    this.leases = new Leases(config.quarantine);
  }

  addresses(): readonly Ip[] {
    return [...this.config.addresses, ...this.leases.all()];
  }

  judge({ peerAddress }: RelayDirectionEnd): Status {
    return peerAddress === undefined || this.isPeer(peerAddress) ? Status.ok : Status.refused;
  }

  /** [RST-04, RST-05, RST-09] */
  make(
    { nodeId, peerAddress }: RelayDirectionEnd,
    replaces: End | undefined,
    owner: Association,
    now: Instant,
  ): Made | Status {
    const version = peerAddress && family(peerAddress);
    const before = replaces && this.leases.find(replaces.allocated);
    const isFit = before !== undefined && (version === undefined || family(before.address) === version);
    const isKept = isFit && this.leases.isInPool(before.address, owner);
    if (isKept) before.paths++;
    const lease = isKept ? before : this.leases.take(toHex(nodeId), owner, version, now);
    if (lease === undefined) return Status.poolEmpty;
    const { address } = lease;
    const anyPeer = { includes: (ip: Ip) => family(ip) === family(address) && this.isPeer(ip) };
    return {
      own: peerAddress === undefined ? anyPeer : [peerAddress],
      node: [address],
      allocated: address,
      version: family(address),
    };
  }

  bind(end: End): void {
    const { allocated: lent, direction } = end;
    const lease = this.leases.find(lent);
    if (lease === undefined) throw new Error(`a path without a lease: ${lent}`);
    lease.end = end;
    this.paths.set(end.id, { end, lent, peer: direction.peerAddress, peers: lease.peers });
  }

  leave(): void {
    // A path that is closed takes no packets; a lease has one at a time.
  }

  release(end: End, now: Instant): void {
    this.paths.delete(end.id);
    this.leases.release(end.allocated, end, now);
  }

  quickOut(packet: Uint8Array, pathId: string, now: Instant): Uint8Array | undefined {
    const path = this.paths.get(pathId);
    const head = path && readHead(packet);
    if (path === undefined || head === undefined || !this.isPlain(head, this.config.mtu)) return undefined;
    const to = ipFromBytes(destinationOf(head));
    if (to === undefined || this.leases.find(to) !== undefined || !path.peers.isKnown(to, now))
      return undefined;
    return passedOn(head);
  }

  quickIn(
    packet: Uint8Array,
    now: Instant,
  ): { readonly pathId: string; readonly packet: Uint8Array } | undefined {
    const head = readHead(packet);
    if (head === undefined || !this.isPlain(head, Number.POSITIVE_INFINITY)) return undefined;
    const path = this.pathTo(head);
    const from = ipFromBytes(sourceOf(head));
    if (path === undefined || from === undefined || !path.peers.isKnown(from, now)) return undefined;
    if (this.leases.find(from) !== undefined || !this.isLetIn(path, from, now)) return undefined;
    return { pathId: path.end.id, packet: passedOn(head) };
  }

  /** [RST-01, RST-02, RST-07] */
  outbound({ id }: End, packet: Uint8Array, now: Instant): void {
    const path = this.paths.get(id);
    const head = readHead(packet);
    const to = head && ipFromBytes(destinationOf(head));
    if (path === undefined || head === undefined || to === undefined)
      return this.outlets.refuse('translation');
    // From no address of the relay's own: none of these is a peer, from which alone the node takes what comes by this path.
    const error = obstacle(head, to, this.config.mtu);
    if (error !== undefined) return this.refuse(error, (one) => this.outlets.into(id, one, now), now);
    path.peers.note(to, now);
    for (const piece of fragment(passedOn(head), this.config.mtu) ?? []) {
      this.onward(piece, to, now);
    }
  }

  /** [RST-03, RST-08] */
  inbound(packet: Uint8Array, now: Instant): void {
    const head = readHead(packet);
    const from = head && ipFromBytes(sourceOf(head));
    const path = head && this.pathTo(head);
    // RST-10: who has a lent address sends by a path.
    const isForged = from !== undefined && this.leases.find(from) !== undefined;
    if (head === undefined || from === undefined || path === undefined || isForged)
      return this.outlets.refuse('mapping');
    if (!this.admits(path, head, from, now)) return this.outlets.refuse('mapping');
    const error = obstacle(head, this.self(head.version) ?? path.lent, Number.POSITIVE_INFINITY);
    if (error !== undefined) return this.refuse(error, this.outlets.out, now);
    this.enter(path, head, from, passedOn(head), now);
  }

  tooBig({ allocated }: End, error: Uint8Array, now: Instant): void {
    const head = readHead(error);
    const about = head && aboutOf(head);
    if (head === undefined || about === undefined) return;
    const isNodes = this.leases.find(about.source) !== undefined;
    const own = isNodes ? about.destination : (this.self(head.version) ?? allocated);
    const told = icmpPacket(own, about.source, errorMessage(head));
    for (const one of this.errors.within([told], now)) this.onward(one, about.source, now);
  }

  resize(): void {
    // The tunnel cuts by itself, or says that it may not.
  }

  lends(pool: readonly Ip[], owner: Association): void {
    this.leases.pool(owner, pool);
  }

  tick(): void {
    // Leases end with their paths, and a quarantine is looked at when an address is wanted.
  }

  wakeAt(): undefined {
    return undefined;
  }

  sizes(): Readonly<Record<string, readonly [size: number, bound: number]>> {
    return { leases: [this.leases.size, this.config.capacity] };
  }

  private isPeer(ip: Ip): boolean {
    return this.leases.find(ip) !== undefined || mayBePeer(ip, this.rules);
  }

  private isLetIn(path: PathState, ip: Ip, now: Instant): boolean {
    if (path.peer !== undefined && ip !== path.peer) return false;
    if (path.peer === undefined && !this.isPeer(ip)) return false;
    return !this.config.onlyAnswers || path.peers.isKnown(ip, now);
  }

  /** Whether a packet may come into a path: from whom it is let in, or if it is an error, about what went there. [RST-08, RST-11] */
  private admits(path: PathState, head: Head, from: Ip, now: Instant): boolean {
    const about = aboutOf(head);
    if (about === undefined) return this.isLetIn(path, from, now);
    return about.source === path.lent && this.isLetIn(path, about.destination, now);
  }

  /** Another node's lent address is on this side of the relay: what goes there has its hop behind it. [RST-10] */
  private onward(packet: Uint8Array, to: Ip, now: Instant): void {
    if (this.leases.find(to) === undefined) return this.outlets.out(packet);
    const head = readHead(packet);
    const from = head && ipFromBytes(sourceOf(head));
    const path = head && this.pathTo(head);
    if (head === undefined || from === undefined || path === undefined) return this.outlets.refuse('mapping');
    if (!this.admits(path, head, from, now)) return this.outlets.refuse('mapping');
    this.enter(path, head, from, packet, now);
  }

  /** An error comes as from the peer: the node takes nothing else by this path. [RST-11] */
  private enter(
    { end, peer, lent }: PathState,
    head: Head,
    from: Ip,
    packet: Uint8Array,
    now: Instant,
  ): void {
    const isOthers = peer !== undefined && from !== peer;
    this.outlets.into(end.id, isOthers ? icmpPacket(peer, lent, errorMessage(head)) : packet, now);
  }

  /** Nothing is to be said about it or done to it but to pass it on. */
  private isPlain(head: Head, mtu: number): boolean {
    return (
      head.hops > 1 &&
      head.sourceRoute === undefined &&
      head.bytes.length <= mtu &&
      aboutOf(head) === undefined
    );
  }

  private pathTo(head: Head): PathState | undefined {
    const to = ipFromBytes(destinationOf(head));
    const end = to && this.leases.find(to)?.end;
    return end && this.paths.get(end.id);
  }

  private self(version: 4 | 6): Ip | undefined {
    return this.config.addresses.find((ip) => family(ip) === version);
  }

  private refuse(errors: readonly Uint8Array[], send: (error: Uint8Array) => void, now: Instant): void {
    this.outlets.refuse('translation');
    for (const error of this.errors.within(errors, now)) send(error);
  }
}

/** Why a router may not pass a packet on: the error about it, if there is to be one; undefined where it may. */
function obstacle(head: Head, from: Ip, mtu: number): Uint8Array[] | undefined {
  const { bytes, hops, sourceRoute, mayNotCut } = head;
  if (hops <= 1) return some(timeExceeded(bytes, from));
  if (sourceRoute !== undefined) return some(routeRefused(bytes, sourceRoute, from));
  if (bytes.length > mtu && mayNotCut) return some(packetTooBig(bytes, mtu, from));
  return undefined;
}

function some(error: Uint8Array | undefined): Uint8Array[] {
  return error === undefined ? [] : [error];
}
