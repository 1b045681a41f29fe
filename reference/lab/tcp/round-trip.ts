/** The retransmission time-out of TCP (RFC 6298), in milliseconds. */
import type { Instant } from '../../core.ts';

const FIRST = 1000;
/** As most systems have it; the RFC would have 1 s. */
const LEAST = 200;
const MOST = 60_000;

export class RoundTrip {
  private smoothed: number | undefined;
  private variation = 0;
  private timeout = FIRST;
  private timed: { readonly end: number; readonly at: Instant } | undefined;

  get timeOut(): number {
    return this.timeout;
  }

  /** What ends there was sent for the first time; one is timed at once. */
  sent(end: number, now: Instant): void {
    this.timed ??= { end, at: now };
  }

  /** Something was sent again: what is acknowledged now may be either (Karn). */
  forget(): void {
    this.timed = undefined;
  }

  /** All before that has arrived. */
  acknowledged(end: number, now: Instant): void {
    if (this.timed === undefined || end < this.timed.end) return;
    const measured = now - this.timed.at;
    this.timed = undefined;
    if (this.smoothed === undefined) {
      this.smoothed = measured;
      this.variation = measured / 2;
    } else {
      this.variation = 0.75 * this.variation + 0.25 * Math.abs(this.smoothed - measured);
      this.smoothed = 0.875 * this.smoothed + 0.125 * measured;
    }
    this.timeout = Math.min(MOST, Math.max(LEAST, this.smoothed + 4 * this.variation));
  }

  /** Nothing came in time. */
  backOff(): void {
    this.timeout = Math.min(MOST, 2 * this.timeout);
  }
}
