import type { Endpoint } from '../address.ts';
import { sameEndpoint } from '../address.ts';
import type { Instant } from '../core.ts';
import type { Initiator } from '../crypto/noise.ts';
import type { ChannelTimers } from './types.ts';

/** KEY-06: how many sources of crossed openings an attempt takes in. */
const LEARNED_DESTINATIONS = 4;

/**
 * One attempt to open a channel: message 1, repeated byte for byte to all destinations until the
 * first message 2 counts or the time is over. [KEY-16]
 */
export class Attempt {
  readonly message1: Uint8Array;
  readonly noise: Initiator;
  readonly order: bigint;
  /** Where this end was told to open. */
  readonly told: readonly Endpoint[];
  /** Sources of crossed openings. */
  private readonly learned: Endpoint[] = [];
  private readonly timers: ChannelTimers;
  private readonly startedAt: Instant;
  private repeats = 0;

  constructor(
    opening: { readonly message1: Uint8Array; readonly noise: Initiator },
    order: bigint,
    told: readonly Endpoint[],
    timers: ChannelTimers,
    now: Instant,
  ) {
    this.message1 = opening.message1;
    this.noise = opening.noise;
    this.order = order;
    this.told = told;
    this.timers = timers;
    this.startedAt = now;
  }

  /** Adds the source of a crossed opening; false if it is known or there are enough. */
  learn(source: Endpoint): boolean {
    if (this.learned.length >= LEARNED_DESTINATIONS) return false;
    if (this.destinations().some((known) => sameEndpoint(known, source))) return false;
    this.learned.push(source);
    return true;
  }

  /** All places that message 1 goes to. */
  destinations(): Endpoint[] {
    return [...this.told, ...this.learned];
  }

  isOver(now: Instant): boolean {
    return now >= this.startedAt + this.timers.openingOver;
  }

  /** Whether a repeat is due; late ticks send one repeat, not all that were missed. */
  takeDue(now: Instant): boolean {
    let due = false;
    while (this.nextRepeat() <= now) {
      this.repeats++;
      due = true;
    }
    return due;
  }

  wakeAt(): Instant {
    return Math.min(this.nextRepeat(), this.startedAt + this.timers.openingOver);
  }

  private nextRepeat(): Instant {
    const delay = this.timers.openingRepeat[this.repeats];
    return delay === undefined ? Number.POSITIVE_INFINITY : this.startedAt + delay;
  }
}
