/** The paths of an RS-N or RS-T: it makes them as DCs direct, is their far end for the node, and ends them. */
import type { Endpoint, Ip } from '../../address.ts';
import { toHex } from '../../bytes.ts';
import { hasFailed } from '../../channel/types.ts';
import type { Timers } from '../../config/timers.ts';
import type { Instant, Random } from '../../core.ts';
import type { MakeAead } from '../../crypto/aead.ts';
import type { AddressSet } from '../../packet/inner.ts';
import type { Header } from '../../wire/header.ts';
import type { RelayDirection, RelayDirectionEnd } from '../../wire/messages.ts';
import type { RelayKind } from '../../wire/registry.ts';
import { Status } from '../../wire/registry.ts';
import type { Association } from '../association/association.ts';
import type { Tally } from '../tally.ts';
import type { CandidateRules } from '../tunnel/candidates.ts';
import type { TunnelEvent } from '../tunnel/tunnel.ts';
import { Tunnel } from '../tunnel/tunnel.ts';
import type { Family } from '../tunnel/types.ts';
import { ANSWERS_BOUND } from '../tunnel/updates.ts';
import { Wakeups } from '../wakeups.ts';
import type { Directed } from './dcs.ts';
import { contentOf, End } from './end.ts';
import type { PathRates } from './rates.ts';
import { admit, allowance } from './rates.ts';

const { ok, refused, unsupported, busy } = Status;
/** What the UDP payload has more than the inner packet. */
const OVERHEAD = 44;

/** A path's addresses at this end: what stands for whom the node talks to. */
export interface Made {
  readonly own: AddressSet;
  /** What the node sends from. */
  readonly node: AddressSet;
  readonly allocated: Ip;
  /** Of inner packets. */
  readonly version: 4 | 6;
}

export interface EndsParts {
  readonly kind: RelayKind;
  readonly nodeId: Uint8Array;
  readonly capacity: number;
  readonly suites: readonly number[];
  readonly rates: PathRates;
  readonly timers: Timers;
  readonly rules: CandidateRules;
  readonly families: () => readonly Family[];
  /** Whether a context is taken by something other than a path. */
  readonly isTaken: (context: string) => boolean;
  readonly tally: Tally;
  readonly random: Random;
  /** What makes the AEADs of paths; the runtime if not given. */
  readonly aeads: MakeAead | undefined;
  /** Whether a direction of this kind says all that it needs, and nothing that is not allowed. [RSN-13, RSN-08] */
  readonly judge: (direction: RelayDirectionEnd) => Status;
  /** Finds the addresses of a new path, or says why there is none. [RST-09] */
  readonly make: (
    direction: RelayDirectionEnd,
    replaces: End | undefined,
    owner: Association,
    now: Instant,
  ) => Made | Status;
}

export type EndsEvent =
  /** An inner packet of the node, checked. */
  | { readonly kind: 'packet'; readonly end: End; readonly packet: Uint8Array }
  /** An error about a packet for the node that did not fit. [TUN-07] */
  | { readonly kind: 'icmp'; readonly end: End; readonly packet: Uint8Array }
  /** Packets can come for it: at once, or when it has taken over from the path that it replaces. [HO-06] */
  | { readonly kind: 'bound'; readonly end: End }
  /** The largest inner packet of its family is another one now. [TUN-06] */
  | { readonly kind: 'size'; readonly end: End; readonly mtu: number }
  /** Nothing goes into it any more. [TUN-17] */
  | { readonly kind: 'left'; readonly end: End }
  | { readonly kind: 'gone'; readonly end: End };

export class Ends {
  private readonly parts: EndsParts;
  private readonly ends = new Map<string, End>();
  private readonly wakeups = new Wakeups<End>();
  private out: EndsEvent[] = [];

  constructor(parts: EndsParts) {
    this.parts = parts;
  }

  get size(): number {
    return this.ends.size;
  }

  /** By Path ID as hex. */
  find(pathId: string): End | undefined {
    return this.ends.get(pathId);
  }

  /** The first row of the spec's table that applies decides. [RS-02, RS-10, RS-11, RS-12, RS-17, RS-22, RS-23, RS-26] */
  direct(direction: RelayDirection, owner: Association, now: Instant): Directed {
    const known = this.ends.get(toHex(direction.pathId));
    if (direction.withdraw !== undefined) return { status: this.withdraw(known, owner) };
    const { kind, suites, judge } = this.parts;
    if (direction.kind !== kind || !('pathSecret' in direction)) return { status: unsupported };
    const judged = judge(direction);
    if (judged === Status.malformed) return { status: judged };
    if (!suites.includes(direction.suite)) return { status: unsupported };
    if (known !== undefined) {
      const isSame = known.owner === owner && known.content === contentOf(direction);
      return isSame ? { status: ok, allocated: known.allocated } : { status: refused };
    }
    if (judged !== ok || this.parts.isTaken(toHex(direction.pathId)) || !this.fits(direction, owner))
      return { status: refused };
    if (this.ends.size >= this.parts.capacity) return { status: busy };
    return this.make(direction, owner, now);
  }

  /**
   * A datagram with the Path ID of one of them.
   * @returns whether it cost cryptography and did not verify. [DOS-03]
   */
  receive(end: End, header: Header, bytes: Uint8Array, from: Endpoint, now: Instant): boolean {
    const events = end.tunnel.receive('path', header, bytes, from, now);
    this.absorb(end, events, now);
    return hasFailed(events);
  }

  /** Sends an inner packet to the node. */
  send(end: End, packet: Uint8Array, now: Instant): void {
    if (end.isClosing) return;
    if (!admit(end.left, this.parts.rates, packet.length + OVERHEAD, now))
      return this.parts.tally.refuse('relay-rate', undefined);
    this.absorb(end, end.tunnel.send(packet, now), now);
  }

  /** What the short way noticed. */
  pathEvent(pathId: string, event: 'waits', now: Instant): void {
    const end = this.ends.get(pathId);
    if (end !== undefined) this.absorb(end, end.tunnel.pathEvent(event, now), now);
  }

  tick(now: Instant): void {
    for (;;) {
      const end = this.wakeups.takeDue(now);
      if (end === undefined) return;
      this.absorb(end, end.tunnel.tick(now), now);
    }
  }

  wakeAt(): Instant | undefined {
    return this.wakeups.next();
  }

  /** Takes what happened since the last call, in order. */
  take(): EndsEvent[] {
    const events = this.out;
    this.out = [];
    return events;
  }

  unconfirmedCount(): number {
    let count = 0;
    for (const { tunnel } of this.ends.values()) count += tunnel.unconfirmedCount();
    return count;
  }

  /** Answers kept on all paths, and how many can be. [DOS-04] */
  answers(): readonly [size: number, bound: number] {
    let count = 0;
    for (const { tunnel } of this.ends.values()) count += tunnel.answerCount();
    return [count, ANSWERS_BOUND * this.parts.capacity];
  }

  private withdraw(end: End | undefined, owner: Association): Status {
    if (end === undefined) return ok;
    if (end.owner !== owner) return refused;
    this.erase(end);
    return ok;
  }

  /** [RS-26] */
  private fits(direction: RelayDirectionEnd, owner: Association): boolean {
    const node = toHex(direction.nodeId);
    const replaced = this.replacedBy(direction);
    if (replaced !== undefined && (replaced.node !== node || replaced.owner !== owner)) return false;
    for (const other of this.ends.values()) {
      if (other.node === node) continue;
      if (other.direction.virtualAddresses.some((ip) => direction.virtualAddresses.includes(ip)))
        return false;
    }
    return true;
  }

  private replacedBy({ replaces }: RelayDirectionEnd): End | undefined {
    return replaces && this.ends.get(toHex(replaces));
  }

  private make(direction: RelayDirectionEnd, owner: Association, now: Instant): Directed {
    const { nodeId, timers, rules, families, random, aeads, rates } = this.parts;
    const replaces = this.replacedBy(direction);
    const made = this.parts.make(direction, replaces, owner, now);
    if (typeof made === 'number') return { status: made };
    const left = allowance(rates);
    const tunnel = new Tunnel(
      {
        pathId: direction.pathId,
        secret: direction.pathSecret,
        suite: direction.suite,
        aeads,
        part: 'await',
        self: nodeId,
        peer: direction.nodeId,
        peerRole: 'node',
        own: made.own,
        peerAddresses: made.node,
        admits: (length, at) => admit(left, rates, length, at),
        candidates: [],
        places: () => ({ real: [], observed: [] }),
        rules,
        relay: undefined,
        lifetime: direction.lifetime * 1000,
        isNatted: () => false,
        families,
        timers,
        createdAt: now,
      },
      random,
    );
    const { allocated, version } = made;
    const end = new End({ owner, direction, allocated, version, tunnel, left, replaces });
    this.ends.set(end.id, end);
    if (replaces === undefined) this.out.push({ kind: 'bound', end });
    this.absorb(end, tunnel.start(now), now);
    return { status: ok, allocated };
  }

  private absorb(end: End, events: readonly TunnelEvent[], now: Instant): void {
    for (const event of events) this.perform(end, event, now);
    if (!this.ends.has(end.id)) return;
    this.wakeups.set(end, end.tunnel.wakeAt());
    const mtu = end.tunnel.mtu(end.version);
    if (mtu === end.mtu) return;
    end.mtu = mtu;
    this.out.push({ kind: 'size', end, mtu });
  }

  private perform(end: End, event: TunnelEvent, now: Instant): void {
    const { tally } = this.parts;
    switch (event.kind) {
      case 'send':
        return tally.send(event.bytes, event.to);
      case 'refused':
        return tally.refuse(event.layer, event.from);
      case 'deliver':
        this.out.push({ kind: 'packet', end, packet: event.packet });
        return;
      case 'icmp':
        this.out.push({ kind: 'icmp', end, packet: event.packet });
        return;
      case 'status':
        return tally.answered(event.status);
      case 'confirmed':
        tally.count('opened.path');
        return this.takeOver(end, now);
      case 'up':
        return this.enter(end);
      case 'closing':
        return this.leave(end);
      case 'gone':
        return this.erase(end);
      // Where the node is, it knows itself: a relay asks nobody for another path.
      case 'route':
      case 'lost':
        return;
      default:
        throw new Error(`no such event: ${event satisfies never}`);
    }
  }

  /** [HO-06] */
  private takeOver(end: End, now: Instant): void {
    const { replaces } = end;
    end.replaces = undefined;
    if (replaces === undefined) return;
    this.out.push({ kind: 'bound', end });
    if (this.ends.get(replaces.id) !== replaces) return;
    this.absorb(replaces, replaces.tunnel.close(now), now);
    this.leave(replaces);
  }

  private leave(end: End): void {
    if (end.isClosing) return;
    end.isClosing = true;
    this.out.push({ kind: 'left', end });
  }

  /** Where rates are set each datagram has to pass the role. [RS-14] */
  private enter(end: End): void {
    const { packetsPerSecond, bytesPerSecond } = this.parts.rates;
    if (end.isInTable || packetsPerSecond !== undefined || bytesPerSecond !== undefined) return;
    end.isInTable = true;
    const { carrier } = end.tunnel;
    this.parts.tally.add({ kind: 'tunnel-set', path: { pathId: end.id, destinations: [], carrier } });
  }

  private erase(end: End): void {
    if (!this.ends.delete(end.id)) return;
    this.wakeups.delete(end);
    end.isClosing = true;
    if (end.isInTable) this.parts.tally.add({ kind: 'tunnel-remove', pathId: end.id });
    this.out.push({ kind: 'gone', end });
  }
}
