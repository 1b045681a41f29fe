import type { Endpoint } from '../address.ts';
import { sameEndpoint } from '../address.ts';
import type { Instant } from '../core.ts';
import { equalBytes } from '../crypto/hash.ts';
import { HEADER_LENGTH, TAG_LENGTH } from '../wire/header.ts';
import { encodeBody } from '../wire/messages.ts';
import { MessageType } from '../wire/registry.ts';
import type { Handshake } from './handshake.ts';
import type { ChannelTimers } from './types.ts';

/** DOS-04: outstanding probes of one channel: the destinations of an attempt, candidates and a few nominations. */
const BOUND = 24;

/** How long the last try of a search is waited for, in milliseconds: the one before is worth as much. */
const PATIENCE = 750;

/** A probing Tunnel Request on its way: one transaction for each destination. [GEN-10] */
export interface Probe {
  readonly transaction: Uint8Array;
  readonly to: Endpoint;
  /** The keys that it has to go under, if it is to confirm them; else the newest. */
  readonly under: Handshake | undefined;
  /** Its place in the order of nominations; 0: it is none. [KEY-32] */
  nominatedAs: number;
  /** Bytes of UDP payload that it is padded to; 0: none. */
  readonly size: number;
  /** When it is tried, in milliseconds from its start. [GEN-11, OPT-02] */
  readonly schedule: readonly number[];
  readonly startedAt: Instant;
  tries: number;
}

/** What a probe is begun with. */
export type NewProbe = Pick<Probe, 'transaction' | 'to' | 'under' | 'size'> & {
  /** Whether its answer makes the address the latest; then so does that of the one under way. [KEY-32] */
  readonly nominates: boolean;
  /** Other times than those of GEN-11. */
  readonly schedule?: readonly number[];
};

/** The probes of one channel, with the times at which they are tried and given up. [GEN-11] */
export class Probes {
  private outstanding: Probe[] = [];
  private nominations = 0;
  private readonly timers: ChannelTimers;

  constructor(timers: ChannelTimers) {
    this.timers = timers;
  }

  get size(): number {
    return this.outstanding.length;
  }

  /** Starts a probe, unless the same one is under way or there are too many. */
  start({ nominates, schedule = this.timers.probeTry, ...probe }: NewProbe, now: Instant): boolean {
    const { to, under, size } = probe;
    // OPT-02: a source is probed at once, whatever the times of a search are.
    const same = (other: Probe): boolean =>
      sameEndpoint(other.to, to) &&
      other.size === size &&
      other.schedule === schedule &&
      (under === undefined || other.under === under);
    const underWay = this.outstanding.find(same);
    if (underWay !== undefined && nominates) underWay.nominatedAs = ++this.nominations;
    if (this.outstanding.length >= BOUND || underWay !== undefined) return false;
    const nominatedAs = nominates ? ++this.nominations : 0;
    this.outstanding.push({ ...probe, nominatedAs, schedule, startedAt: now, tries: 0 });
    return true;
  }

  /** The outstanding probe of a transaction. */
  find(transaction: Uint8Array): Probe | undefined {
    return this.outstanding.find((probe) => equalBytes(probe.transaction, transaction));
  }

  /** A probe is answered. */
  end(answered: Probe): void {
    this.outstanding = this.outstanding.filter((probe) => probe !== answered);
  }

  /** Forgets the probes under keys that are gone. */
  forget(handshake: Handshake): void {
    this.outstanding = this.outstanding.filter((probe) => probe.under !== handshake);
  }

  /** The probes to send now, each once however late the tick is. */
  takeDue(now: Instant): Probe[] {
    const due: Probe[] = [];
    for (const probe of this.outstanding) {
      const before = probe.tries;
      while (this.nextTry(probe) <= now) probe.tries++;
      if (probe.tries > before) due.push(probe);
    }
    return due;
  }

  /** Takes the probes whose time is over. */
  takeOver(now: Instant): Probe[] {
    const isOver = (probe: Probe): boolean => now >= this.overAt(probe);
    const over = this.outstanding.filter(isOver);
    if (over.length > 0) this.outstanding = this.outstanding.filter((probe) => !isOver(probe));
    return over;
  }

  wakeAt(): Instant {
    let at = Number.POSITIVE_INFINITY;
    for (const probe of this.outstanding) {
      at = Math.min(at, this.nextTry(probe), this.overAt(probe));
    }
    return at;
  }

  private nextTry(probe: Probe): Instant {
    const delay = probe.schedule[probe.tries];
    return delay === undefined ? Number.POSITIVE_INFINITY : probe.startedAt + delay;
  }

  private overAt({ schedule, startedAt }: Probe): Instant {
    const { probeTry, probeOver } = this.timers;
    return startedAt + (schedule === probeTry ? probeOver : (schedule.at(-1) ?? 0) + PATIENCE);
  }
}

/** HO-02, TUN-06: padded so that the datagram has a size in bytes, if it has not without. */
export function probeBody(transaction: Uint8Array, size: number): Uint8Array {
  const bare = { type: MessageType.probeRequest, transaction };
  const body = encodeBody(bare);
  const missing = size - HEADER_LENGTH - TAG_LENGTH - body.length - 1;
  if (missing <= 0) return body;
  // The head of the padding is 1 byte, from 24 bytes on 2, from 256 on 3.
  const head = missing > 23 + 1 ? (missing > 255 + 2 ? 3 : 2) : 1;
  return encodeBody({ ...bare, padding: new Uint8Array(missing - head) });
}
