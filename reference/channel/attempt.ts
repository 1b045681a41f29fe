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
  /** How many of the destinations are sources of crossed openings. */
  private learned = 0;
  private readonly main: Series;
  private readonly series: Series[];
  private readonly timers: ChannelTimers;
  private readonly startedAt: Instant;

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
    this.main = { to: [...told], startedAt: now, repeat: timers.openingRepeat, repeats: 0 };
    this.series = [this.main];
  }

  /** Adds the source of a crossed opening; false if it is known or there are enough. */
  learn(source: Endpoint): boolean {
    if (this.learned >= LEARNED_DESTINATIONS) return false;
    if (this.destinations().some((known) => sameEndpoint(known, source))) return false;
    this.learned++;
    this.main.to.push(source);
    return true;
  }

  /** All places that message 1 goes to. */
  destinations(): Endpoint[] {
    return this.series.flatMap(({ to }) => to);
  }

  isOver(now: Instant): boolean {
    return now >= this.startedAt + this.timers.openingOver;
  }

  /** Sends to more destinations too, at times of their own. @param repeat in milliseconds from now. */
  add(destinations: readonly Endpoint[], repeat: readonly number[], now: Instant): void {
    const known = this.destinations();
    const to = destinations.filter((endpoint) => !known.some((other) => sameEndpoint(other, endpoint)));
    if (to.length > 0) this.series.push({ to, startedAt: now, repeat, repeats: 0 });
  }

  /** Where a repeat is due; late ticks send one repeat, not all that were missed. */
  takeDue(now: Instant): Endpoint[] {
    return this.series.flatMap((series) => {
      const before = series.repeats;
      while (nextRepeat(series) <= now) series.repeats++;
      return series.repeats > before ? series.to : [];
    });
  }

  wakeAt(): Instant {
    return Math.min(this.startedAt + this.timers.openingOver, ...this.series.map(nextRepeat));
  }
}

/** Destinations that are sent to together. */
interface Series {
  readonly to: Endpoint[];
  readonly startedAt: Instant;
  readonly repeat: readonly number[];
  repeats: number;
}

function nextRepeat({ startedAt, repeat, repeats }: Series): Instant {
  const delay = repeat[repeats];
  return delay === undefined ? Number.POSITIVE_INFINITY : startedAt + delay;
}
