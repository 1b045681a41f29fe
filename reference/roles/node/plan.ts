import type { Instant, Random } from '../../core.ts';
import { jittered } from '../jitter.ts';

/** Milliseconds. */
export interface PlanTimers {
  readonly retryMin: number;
  readonly retryMax: number;
}

type Family = 4 | 6;

interface State {
  dueAt: Instant;
  isUnderWay: boolean;
  hasFailed: boolean;
  retry: number;
}

/**
 * When a Registration Request is due over each family: at once after a start and a change of network, at half
 * the lifetime granted, and after a back-off where it failed. [NODE-03, NODE-13, NODE-18]
 */
export class RegistrationPlan {
  private readonly timers: PlanTimers;
  private readonly random: Random;
  private readonly states = new Map<Family, State>();
  private expiresAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(timers: PlanTimers, random: Random) {
    this.timers = timers;
    this.random = random;
  }

  /** All begins anew, over these families: a start, or a change of network. What is under way is forgotten. [NODE-01] */
  restart(families: readonly Family[], now: Instant): void {
    this.states.clear();
    for (const version of families) {
      this.states.set(version, {
        dueAt: now,
        isUnderWay: false,
        hasFailed: false,
        retry: this.timers.retryMin,
      });
    }
  }

  /** Nothing is due any more. */
  end(): void {
    this.states.clear();
    this.expiresAt = Number.NEGATIVE_INFINITY;
  }

  /** The families over which to send now; notes it as sent. */
  takeDue(now: Instant): Family[] {
    const due = [...this.states].filter(([, state]) => !state.isUnderWay && state.dueAt <= now);
    for (const [, state] of due) state.isUnderWay = true;
    return due.map(([version]) => version);
  }

  /**
   * A request was answered with status 0.
   * @param sentAt when it was first sent. @param lifetime milliseconds.
   */
  granted(version: Family, sentAt: Instant, lifetime: number): void {
    const state = this.states.get(version);
    if (state === undefined) return;
    state.isUnderWay = false;
    state.hasFailed = false;
    state.retry = this.timers.retryMin;
    this.expiresAt = Math.max(this.expiresAt, sentAt + lifetime);
    const renewAt = sentAt + jittered(lifetime / 2, this.random);
    // Both families go together; one that fails has times of its own.
    for (const other of this.states.values()) if (!other.hasFailed) other.dueAt = renewAt;
  }

  /** A request was answered with an error, or not. */
  failed(version: Family, now: Instant): void {
    const state = this.states.get(version);
    if (state === undefined) return;
    state.isUnderWay = false;
    state.hasFailed = true;
    state.dueAt = now + jittered(state.retry, this.random);
    state.retry = Math.min(2 * state.retry, this.timers.retryMax);
  }

  isRegistered(now: Instant): boolean {
    return now < this.expiresAt;
  }

  wakeAt(): Instant {
    let at = Number.POSITIVE_INFINITY;
    for (const state of this.states.values()) if (!state.isUnderWay) at = Math.min(at, state.dueAt);
    return at;
  }
}
