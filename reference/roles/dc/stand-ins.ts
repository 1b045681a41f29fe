/** The virtual addresses that stand for general peers: one for each real address and family, bounded. [DC-36] */
import type { Ip } from '../../address.ts';
import { family } from '../../address.ts';
import type { Timers } from '../../config/timers.ts';
import type { Instant } from '../../core.ts';
import type { Tally } from '../tally.ts';
import { Wakeups } from '../wakeups.ts';
import type { Ledger } from './ledger.ts';
import type { Pools } from './pools.ts';
import { decodeStandIn, encodeStandIn, isOfStandIn, keyOfStandIn } from './stored-stand-in.ts';

interface StandIn {
  readonly real: Ip;
  readonly ip: Ip;
  /** Directions that are live or under way. */
  holders: number;
  /** Whether it is durable, so that somebody may have been told of it. */
  isPromised: boolean;
  /** What was promised before a start: which directions are live since then nobody knows. */
  readonly atLeast: Instant;
}

/** What they need of the DC. */
export interface StandInsOf {
  readonly timers: Timers;
  readonly pools: Pools;
  readonly ledger: Ledger;
  readonly tally: Tally;
  /** Most of them. [DOS-04] */
  readonly bound: number;
}

export class StandIns {
  private readonly dc: StandInsOf;
  private readonly byReal = new Map<string, StandIn>();
  private readonly byIp = new Map<Ip, StandIn>();
  private readonly wakeups = new Wakeups<StandIn>();
  /** What an instant lacks to milliseconds since 1970. */
  private epoch = 0;

  constructor(dc: StandInsOf) {
    this.dc = dc;
  }

  /** Takes up what was promised before the start. [DC-25] */
  restore(stored: ReadonlyMap<string, Uint8Array>, wallClock: number, now: Instant): void {
    this.epoch = wallClock - now;
    for (const [key, value] of stored) {
      if (!isOfStandIn(key)) continue;
      const promised = decodeStandIn(value, this.epoch);
      if (promised === undefined || keyOfStandIn(promised.peerVirtualAddress) !== key) {
        this.dc.tally.event('store-damaged', { key });
        continue;
      }
      const { peerAddress: real, peerVirtualAddress: ip, endsAt } = promised;
      const isFree = !this.byReal.has(nameOf(real, family(ip)));
      if (endsAt <= now || !isFree || !this.dc.pools.restore(key, ip)) {
        this.dc.ledger.set(key, undefined);
        continue;
      }
      this.add({ real, ip, holders: 0, isPromised: true, atLeast: endsAt }, endsAt);
    }
  }

  /**
   * The address that stands for a general peer, held until it is released. What it is promised for is written
   * first: `then` is told whether it is durable, once, later.
   * @returns undefined if there is none left; `then` is not called
   */
  hold(
    real: Ip,
    version: 4 | 6,
    now: Instant,
    then: (isStored: boolean, now: Instant) => void,
  ): Ip | undefined {
    const standIn = this.byReal.get(nameOf(real, version)) ?? this.make(real, version, now);
    if (standIn === undefined) return undefined;
    this.take(standIn);
    this.write(standIn, this.latest(now), (isStored, later) => {
      standIn.isPromised ||= isStored;
      then(isStored, later);
    });
    return standIn.ip;
  }

  /** One direction more that uses it, which is live. */
  live(ip: Ip): void {
    this.take(this.of(ip));
  }

  /** A direction with it was sent once more. [DC-39] */
  renewed(ip: Ip, now: Instant): void {
    this.write(this.of(ip), this.latest(now));
  }

  /** One direction less. */
  release(ip: Ip, now: Instant): void {
    const standIn = this.of(ip);
    standIn.holders--;
    if (standIn.holders > 0) return;
    // Nobody was told of an address that is not durable.
    if (!standIn.isPromised) return this.drop(standIn);
    const until = Math.max(now + this.dc.timers['general-address-memory'], standIn.atLeast);
    this.wakeups.set(standIn, until);
    this.write(standIn, until);
  }

  tick(now: Instant): void {
    for (;;) {
      const standIn = this.wakeups.takeDue(now);
      if (standIn === undefined) return;
      this.drop(standIn);
    }
  }

  wakeAt(): Instant {
    return this.wakeups.next() ?? Number.POSITIVE_INFINITY;
  }

  private make(real: Ip, version: 4 | 6, now: Instant): StandIn | undefined {
    if (this.byIp.size >= this.dc.bound) return undefined;
    const ip = this.dc.pools.takeOne(nameOf(real, version), version);
    return ip && this.add({ real, ip, holders: 0, isPromised: false, atLeast: now }, now);
  }

  private add(standIn: StandIn, until: Instant): StandIn {
    this.byReal.set(nameOf(standIn.real, family(standIn.ip)), standIn);
    this.byIp.set(standIn.ip, standIn);
    this.wakeups.set(standIn, until);
    return standIn;
  }

  private take(standIn: StandIn): void {
    standIn.holders++;
    this.wakeups.delete(standIn);
  }

  private drop(standIn: StandIn): void {
    this.byReal.delete(nameOf(standIn.real, family(standIn.ip)));
    this.byIp.delete(standIn.ip);
    this.wakeups.delete(standIn);
    this.dc.pools.free(standIn.ip);
    this.dc.ledger.set(keyOfStandIn(standIn.ip), undefined);
  }

  /** What has to be durable for a direction of now: it may be live that long, and a start forgets it. */
  private latest(now: Instant): Instant {
    const { timers } = this.dc;
    return (
      now + timers['direction-answer'] + timers['relay-direction-live'] + timers['general-address-memory']
    );
  }

  private write(standIn: StandIn, until: Instant, then?: (isStored: boolean, now: Instant) => void): void {
    const { real: peerAddress, ip: peerVirtualAddress, atLeast } = standIn;
    const endsAt = Math.max(until, atLeast);
    const value = encodeStandIn({ peerAddress, peerVirtualAddress, endsAt }, this.epoch);
    this.dc.ledger.set(keyOfStandIn(peerVirtualAddress), value, then);
  }

  private of(ip: Ip): StandIn {
    const standIn = this.byIp.get(ip);
    if (standIn === undefined) throw new Error(`${ip} stands for nobody`);
    return standIn;
  }
}

function nameOf(real: Ip, version: 4 | 6): string {
  return `${version} ${real}`;
}
