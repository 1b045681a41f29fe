import type { Instant, Random } from '../../core.ts';

/** When a relay says who it is: milliseconds. */
export interface RegistrationTimers {
  readonly retryMin: number;
  readonly retryMax: number;
}

/**
 * When the next Relay Registration Request to one DC is due: once it can be reached, at half the
 * lifetime granted, and after a back-off where it was not answered. [RS-15]
 */
export class RegistrationPlan {
  private readonly timers: RegistrationTimers;
  private readonly random: Random;
  private dueAt: Instant = Number.POSITIVE_INFINITY;
  private expiresAt: Instant = Number.NEGATIVE_INFINITY;
  private retry: number;
  private isUnderWay = false;

  constructor(timers: RegistrationTimers, random: Random) {
    this.timers = timers;
    this.random = random;
    this.retry = timers.retryMin;
  }

  /** The association can carry messages; a registration that the DC does not know of is due at once. */
  reachable(now: Instant): void {
    if (!this.isUnderWay && now >= this.expiresAt) this.dueAt = now;
  }

  /** Whether to send now; notes it as sent. */
  takeDue(now: Instant): boolean {
    if (this.isUnderWay || now < this.dueAt) return false;
    this.isUnderWay = true;
    this.dueAt = Number.POSITIVE_INFINITY;
    return true;
  }

  /** @param lifetime milliseconds. */
  granted(lifetime: number, now: Instant): void {
    const [byte = 0] = this.random(1);
    this.isUnderWay = false;
    this.retry = this.timers.retryMin;
    this.expiresAt = now + lifetime;
    this.dueAt = now + (lifetime / 2) * (0.9 + (0.2 * byte) / 255);
  }

  failed(now: Instant): void {
    this.isUnderWay = false;
    this.dueAt = now + this.retry;
    this.retry = Math.min(2 * this.retry, this.timers.retryMax);
  }

  wakeAt(): Instant {
    return this.dueAt;
  }
}
