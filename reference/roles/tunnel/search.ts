import type { Instant } from '../../core.ts';

/** Milliseconds. */
export interface SearchTimers {
  readonly 'optimise-again': number;
  readonly 'optimise-again-max': number;
}

/**
 * When a direct route is looked for: once data flows, on each change, and else more and more seldom. A direct route
 * that dies is a search that failed, but if it lived for long. [OPT-01, OPT-04]
 */
export class Search {
  private readonly timers: SearchTimers;
  private pause: number;
  private dueAt: Instant = Number.POSITIVE_INFINITY;
  hasBegun = false;
  private foundAt: Instant | undefined;

  constructor(timers: SearchTimers) {
    this.timers = timers;
    this.pause = timers['optimise-again'];
  }

  /** An inner packet went or came. [OPT-01] */
  begin(now: Instant): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    this.dueAt = now;
  }

  /** Either end is elsewhere than before, or says so: all begins anew. */
  change(now: Instant): void {
    this.pause = this.timers['optimise-again'];
    if (this.hasBegun) this.dueAt = now;
  }

  /** Data goes directly. */
  found(now: Instant): void {
    if (this.foundAt !== undefined) return;
    this.foundAt = now;
    this.dueAt = Number.POSITIVE_INFINITY;
  }

  /** It does no more. */
  lost(now: Instant): void {
    if (this.foundAt === undefined) return;
    if (now >= this.foundAt + this.timers['optimise-again-max']) this.pause = this.timers['optimise-again'];
    this.foundAt = undefined;
    this.dueAt = Math.min(this.dueAt, now + this.pause);
  }

  /** Whether a round of probes is due; the next one is later then. */
  take(now: Instant): boolean {
    if (now < this.dueAt) return false;
    this.dueAt = Number.POSITIVE_INFINITY;
    if (this.foundAt !== undefined) return true;
    this.dueAt = now + this.pause;
    this.pause = Math.min(2 * this.pause, this.timers['optimise-again-max']);
    return true;
  }

  wakeAt(): Instant {
    return this.dueAt;
  }
}
