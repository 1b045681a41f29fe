import type { Instant, Random } from '../../core.ts';
import { jittered } from '../jitter.ts';

/** When a relay says who it is: milliseconds. */
export interface RegistrationTimers {
  readonly retryMin: number;
  readonly retryMax: number;
}

/**
 * When the next Relay Registration Request to one DC is due: at a confirmation while there is no
 * registration, at half the lifetime granted, and after a back-off where it failed. [RS-16, RS-18]
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

  /** The association was confirmed: a registration that has run out is due at once, and failures count anew. */
  confirmed(now: Instant): void {
    this.retry = this.timers.retryMin;
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
    this.isUnderWay = false;
    this.retry = this.timers.retryMin;
    this.expiresAt = now + lifetime;
    this.dueAt = now + jittered(lifetime / 2, this.random);
  }

  failed(now: Instant): void {
    this.isUnderWay = false;
    this.dueAt = now + jittered(this.retry, this.random);
    this.retry = Math.min(2 * this.retry, this.timers.retryMax);
  }

  wakeAt(): Instant {
    return this.dueAt;
  }
}
