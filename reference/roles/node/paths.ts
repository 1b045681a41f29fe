/** The paths of a node: which channel a datagram is for, which path a packet goes by, and when a path ends. */
import type { Endpoint, Ip } from '../../address.ts';
import { sameEndpoint } from '../../address.ts';
import { hasFailed } from '../../channel/types.ts';
import type { Instant, PathEvent } from '../../core.ts';
import type { InnerPacket } from '../../packet/inner.ts';
import type { Header } from '../../wire/header.ts';
import { RelayKind } from '../../wire/registry.ts';
import type { Tally } from '../tally.ts';
import type { TunnelEvent } from '../tunnel/tunnel.ts';
import { ANSWERS_BOUND } from '../tunnel/updates.ts';
import { Wakeups } from '../wakeups.ts';
import type { SurplusTimers } from './choice.ts';
import { chosen, surplus } from './choice.ts';
import type { Goal } from './goal.ts';
import type { Path } from './path.ts';

/** HO-11: how long after a look another one is worth while at the latest, in milliseconds: data is heard on a short way. */
const LOOK_AGAIN = 1000;

export type PathsEvent =
  /** Packets for its peer can go. */
  | { readonly kind: 'up'; readonly path: Path }
  /** No route is left, nor another path to the peer. */
  | { readonly kind: 'lost'; readonly path: Path }
  /** It sends no more, and still receives for some time. */
  | { readonly kind: 'closing'; readonly path: Path }
  | { readonly kind: 'gone'; readonly path: Path };

export class Paths {
  readonly bound: number;
  private readonly tally: Tally;
  private readonly timers: SurplusTimers;
  private readonly paths = new Map<string, Path>();
  /** By Leg ID. */
  private readonly legs = new Map<string, Path>();
  private readonly wakeups = new Wakeups<Path>();
  private lookAt: Instant = Number.POSITIVE_INFINITY;
  private out: PathsEvent[] = [];

  constructor(bound: number, timers: SurplusTimers, tally: Tally) {
    this.bound = bound;
    this.timers = timers;
    this.tally = tally;
  }

  /** By Path ID as hex. */
  get all(): ReadonlyMap<string, Path> {
    return this.paths;
  }

  get legCount(): number {
    return this.legs.size;
  }

  /** Whether a context, as hex, is a Leg ID here. */
  isLeg(context: string): boolean {
    return this.legs.has(context);
  }

  /** Whether a context, as hex, is a Path ID or Leg ID here. */
  isContext(context: string): boolean {
    return this.paths.has(context) || this.legs.has(context);
  }

  /** Live paths to one party. */
  to(party: string): Path[] {
    return [...this.paths.values()].filter((path) => path.isLive && path.party === party);
  }

  /** Live paths whose peer has an address. */
  forAddress(address: Ip): Path[] {
    return [...this.paths.values()].filter((path) => path.isLive && path.addresses.includes(address));
  }

  /** Live paths that a packet can go by; from a lent address those of its own, to any peer. [TUN-18] */
  between(source: Ip, destination: Ip): Path[] {
    const to = this.forAddress(destination).filter(({ lent }) => lent === undefined || lent === source);
    return to.length > 0 ? to : this.leases().filter(({ lent }) => lent === source);
  }

  /** Live paths that an address is lent for without a peer. */
  leases(): Path[] {
    return [...this.paths.values()].filter((path) => path.isLive && path.lent && path.addresses.length === 0);
  }

  /** A live path to a goal. [DNS-14] */
  forGoal({ key }: Goal): Path | undefined {
    return [...this.paths.values()].find((path) => path.isLive && path.directed.goal?.key === key);
  }

  /** Takes a path that was directed and begins what its part says. [NODE-07, NODE-24] */
  add(path: Path, now: Instant): PathsEvent[] {
    this.paths.set(path.id, path);
    const { leg } = path.tunnel.contexts;
    if (leg !== undefined) this.legs.set(leg, path);
    this.absorb(path, path.tunnel.start(now), now);
    return this.settle(now);
  }

  /**
   * A datagram with a context of these.
   * @returns also whether it cost cryptography and did not verify. [DOS-03]
   */
  receive(
    context: string,
    header: Header,
    bytes: Uint8Array,
    from: Endpoint,
    now: Instant,
  ): { readonly events: PathsEvent[]; readonly failed: boolean } {
    const path = this.paths.get(context) ?? this.legs.get(context);
    if (path === undefined) return { events: [], failed: false };
    const which = path.id === context ? 'path' : 'leg';
    const events = path.tunnel.receive(which, header, bytes, from, now);
    this.absorb(path, events, now);
    const changes = this.settle(now);
    // What is refused sets nothing off. [GEN-20]
    const isGenuine = events.every(({ kind }) => kind !== 'refused');
    if (isGenuine && this.lookAt !== Number.POSITIVE_INFINITY) this.thinOut(path.party, now);
    return { events: [...changes, ...this.settle(now)], failed: hasFailed(events) };
  }

  /** Sends an inner packet by the path to its destination. @returns undefined if none is up. */
  send({ packet, source, destination }: InnerPacket, now: Instant): PathsEvent[] | undefined {
    const path = chosen(this.between(source, destination));
    if (path === undefined) return undefined;
    this.absorb(path, path.tunnel.send(packet, now), now);
    return this.settle(now);
  }

  event(pathId: string, event: PathEvent, now: Instant): PathsEvent[] {
    const path = this.paths.get(pathId);
    if (path !== undefined) this.absorb(path, path.tunnel.pathEvent(event, now), now);
    return this.settle(now);
  }

  /** The host moved: each path and leg is probed from the new addresses. [HO-02] */
  move(now: Instant): PathsEvent[] {
    for (const path of this.paths.values()) this.absorb(path, path.tunnel.addresses(now), now);
    return this.settle(now);
  }

  /** The DC has said how it sees this node. [OPT-06] */
  observed(now: Instant): PathsEvent[] {
    for (const path of this.paths.values()) this.absorb(path, path.tunnel.observed(now), now);
    return this.settle(now);
  }

  /** Whether an endpoint is one of the relay of some path. [OPT-08] */
  isRelay(endpoint: Endpoint): boolean {
    return [...this.paths.values()].some(({ directed }) =>
      directed.relays.some((relay) => sameEndpoint(relay, endpoint)),
    );
  }

  close(path: Path, now: Instant): PathsEvent[] {
    this.closeNow(path, now);
    return this.settle(now);
  }

  closeAll(now: Instant): PathsEvent[] {
    for (const path of this.paths.values()) this.closeNow(path, now);
    return this.settle(now);
  }

  tick(now: Instant): PathsEvent[] {
    for (;;) {
      const path = this.wakeups.takeDue(now);
      if (path === undefined) break;
      this.absorb(path, path.tunnel.tick(now), now);
    }
    if (now >= this.lookAt) this.thinOutAll(now);
    return this.settle(now);
  }

  wakeAt(): Instant {
    return Math.min(this.wakeups.next() ?? Number.POSITIVE_INFINITY, this.lookAt);
  }

  unconfirmedCount(): number {
    let count = 0;
    for (const { tunnel } of this.paths.values()) count += tunnel.unconfirmedCount();
    return count;
  }

  /** Answers kept on all paths, and how many can be. [DOS-04] */
  answers(): readonly [size: number, bound: number] {
    let count = 0;
    for (const { tunnel } of this.paths.values()) count += tunnel.answerCount();
    return [count, ANSWERS_BOUND * this.bound];
  }

  private settle(now: Instant): PathsEvent[] {
    const events = this.out;
    this.out = [];
    for (const { kind, path } of events) if (kind === 'up') this.succeed(path, now);
    return events;
  }

  private absorb(path: Path, events: readonly TunnelEvent[], now: Instant): void {
    for (const event of events) this.perform(path, event);
    if (!this.paths.has(path.id)) return;
    this.wakeups.set(path, path.tunnel.wakeAt());
    if (events.some(({ kind }) => CHANGES.has(kind))) this.arrange(path.party, now);
  }

  private perform(path: Path, event: TunnelEvent): void {
    const { tally } = this;
    switch (event.kind) {
      case 'send':
        return tally.send(event.bytes, event.to);
      case 'refused':
        return tally.refuse(event.layer, event.from);
      case 'deliver':
      case 'icmp':
        return tally.add({ kind: 'deliver', packet: event.packet });
      case 'status':
        return tally.answered(event.status);
      case 'confirmed':
        return tally.count(`opened.${event.channel}`);
      case 'up':
        path.isLost = false;
        this.out.push({ kind: 'up', path });
        return this.tell(path);
      case 'route':
        // The old address answers again, or the peer has found this end at another one.
        if (path.isLost) this.out.push({ kind: 'up', path });
        path.isLost = false;
        return tally.event('route', {
          path: path.id,
          peer: path.directed.goal?.key ?? '',
          to: event.to.ip,
          route: path.directed.goal?.general ? 'relay end' : event.isRelay ? 'relay' : 'direct',
        });
      case 'lost':
        path.isLost = true;
        path.lostWhy = event.why;
        this.out.push({ kind: 'lost', path });
        return;
      case 'closing':
        this.out.push({ kind: 'closing', path });
        path.isClosing = true;
        return this.stopSending(path);
      case 'gone':
        return this.erase(path);
      default:
        throw new Error(`no such event: ${event satisfies never}`);
    }
  }

  /** The user is told what a path to a general peer is worth, and the host which address it has. [NODE-23] */
  private tell({ id, lent, directed: { goal } }: Path): void {
    if (goal?.general === undefined) return;
    const peer = goal.general.address ?? 'any';
    const kind = goal.general.kind === RelayKind.n ? 'RS-N' : 'RS-T';
    this.tally.event('general-peer', { path: id, peer, kind, encryption: 'ends at the relay' });
    if (lent !== undefined) this.tally.event('lent-address', { path: id, peer, address: lent });
  }

  /** A path of a peer is up: what it takes the place of ends. [HO-06, HO-11, HO-12] */
  private succeed(path: Path, now: Instant): void {
    const { replaces, instance, directedAt } = path.directed;
    for (const other of this.to(path.party)) {
      if (other === path) continue;
      const isEarlier = replaces !== undefined && (other.confirmedAt ?? now) < directedAt;
      if (other.directed.instance !== instance) this.erase(other);
      else if (isEarlier || other.id === replaces || other.isLost) this.closeNow(other, now);
    }
    this.arrange(path.party, now);
  }

  /** Writes the Tunnel Table: the chosen path gets the peer's addresses, the others receive. [HO-11] */
  private arrange(party: string, now: Instant): void {
    const paths = this.to(party);
    const best = chosen(paths);
    for (const path of paths) {
      if (!path.isUp && path.destinations === undefined) continue;
      const destinations = path === best ? path.addresses : [];
      if (path.destinations?.length === destinations.length) continue;
      path.destinations = destinations;
      this.tally.add({
        kind: 'tunnel-set',
        path: { pathId: path.id, destinations, carrier: path.tunnel.carrier },
      });
    }
    if (best === undefined || paths.length < 2) return;
    const due = paths
      .map(({ confirmedAt }) => (confirmedAt ?? now) + this.timers.after)
      .filter((at) => at > now);
    this.lookAt = Math.min(this.lookAt, now + LOOK_AGAIN, ...due);
  }

  private thinOutAll(now: Instant): void {
    this.lookAt = Number.POSITIVE_INFINITY;
    for (const party of new Set([...this.paths.values()].map((path) => path.party))) {
      this.thinOut(party, now);
      this.arrange(party, now);
    }
  }

  /** Closes the paths to a party that are too many. [HO-11] */
  private thinOut(party: string, now: Instant): void {
    for (const path of surplus(this.to(party), this.timers, now)) this.closeNow(path, now);
  }

  private closeNow(path: Path, now: Instant): void {
    if (path.isClosing) return;
    path.isClosing = true;
    this.absorb(path, path.tunnel.close(now), now);
    this.stopSending(path);
    this.arrange(path.party, now);
  }

  private stopSending(path: Path): void {
    if (path.destinations === undefined || path.destinations.length === 0) return;
    path.destinations = [];
    this.tally.add({
      kind: 'tunnel-set',
      path: { pathId: path.id, destinations: [], carrier: path.tunnel.carrier },
    });
  }

  private erase(path: Path): void {
    if (this.paths.get(path.id) !== path) return;
    this.paths.delete(path.id);
    const { leg } = path.tunnel.contexts;
    if (leg !== undefined) this.legs.delete(leg);
    this.wakeups.delete(path);
    path.isClosing = true;
    if (path.destinations !== undefined) this.tally.add({ kind: 'tunnel-remove', pathId: path.id });
    if (path.lent !== undefined && path.confirmedAt !== undefined)
      this.tally.event('lent-address-ended', { path: path.id, address: path.lent });
    this.out.push({ kind: 'gone', path });
  }
}

const CHANGES: ReadonlySet<TunnelEvent['kind']> = new Set(['up', 'route', 'lost', 'closing', 'gone']);
