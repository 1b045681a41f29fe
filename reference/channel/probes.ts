import type { Endpoint } from '../address.ts';
import { sameEndpoint } from '../address.ts';
import type { Instant } from '../core.ts';
import { equalBytes } from '../crypto/hash.ts';
import { HEADER_LENGTH, TAG_LENGTH } from '../wire/header.ts';
import { encodeBody } from '../wire/messages.ts';
import { MessageType } from '../wire/registry.ts';
import type { Handshake } from './handshake.ts';
import type { ChannelTimers } from './types.ts';

/** DOS-04: outstanding probes of one channel: the destinations of an attempt and a few nominations. */
const BOUND = 16;

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
  readonly startedAt: Instant;
  tries: number;
}

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

  /**
   * Starts a probe, unless the same one is under way or there are too many.
   * @param nominates whether its answer makes the address the latest; then so does that of the one under way.
   */
  start(
    transaction: Uint8Array,
    to: Endpoint,
    under: Handshake | undefined,
    now: Instant,
    size: number,
    nominates: boolean,
  ): boolean {
    const same = (probe: Probe): boolean =>
      sameEndpoint(probe.to, to) && probe.size === size && (under === undefined || probe.under === under);
    const underWay = this.outstanding.find(same);
    if (underWay !== undefined && nominates) underWay.nominatedAs = ++this.nominations;
    if (this.outstanding.length >= BOUND || underWay !== undefined) return false;
    const nominatedAs = nominates ? ++this.nominations : 0;
    this.outstanding.push({ transaction, to, under, nominatedAs, size, startedAt: now, tries: 0 });
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
    const isOver = (probe: Probe): boolean => now >= probe.startedAt + this.timers.probeOver;
    const over = this.outstanding.filter(isOver);
    if (over.length > 0) this.outstanding = this.outstanding.filter((probe) => !isOver(probe));
    return over;
  }

  wakeAt(): Instant {
    let at = Number.POSITIVE_INFINITY;
    for (const probe of this.outstanding) {
      at = Math.min(at, this.nextTry(probe), probe.startedAt + this.timers.probeOver);
    }
    return at;
  }

  private nextTry(probe: Probe): Instant {
    const delay = this.timers.probeTry[probe.tries];
    return delay === undefined ? Number.POSITIVE_INFINITY : probe.startedAt + delay;
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
