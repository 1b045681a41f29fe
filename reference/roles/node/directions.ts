import { toHex } from '../../bytes.ts';
import type { Instant, Random } from '../../core.ts';
import type { DirectionRequest } from '../../wire/messages.ts';
import type { Reason } from '../../wire/registry.ts';
import { MessageType } from '../../wire/registry.ts';
import type { Goal } from './goal.ts';

/** ERR-06: what failed is not asked for again within this time, in milliseconds. */
const PAUSE = 1000;
const TRANSACTION_LENGTH = 8;

/** The path that a new one is to replace. [HO-06] */
export interface Replacing {
  readonly pathId: Uint8Array;
  readonly reason: Reason;
}

/** A Direction Request that waits for the registration, or for its answer. */
export interface Ask {
  readonly goal: Goal;
  readonly replacing: Replacing | undefined;
  /** When it is given up, if it could not be sent by then. */
  readonly until: Instant;
}

/** The directions that the node asked for: one for a goal at a time. [NODE-06, NODE-20, DNS-14] */
export class Directions {
  private readonly random: Random;
  private readonly patience: number;
  readonly bound: number;
  private readonly waiting = new Map<string, Ask>();
  /** By transaction. */
  private readonly sent = new Map<string, Ask>();
  /** Until when a goal is not asked for again, and why. */
  private readonly failures = new Map<string, { readonly until: Instant; readonly status: string }>();

  /** @param patience milliseconds that one waits for the registration. @param bound goals at a time. */
  constructor(patience: number, bound: number, random: Random) {
    this.patience = patience;
    this.bound = bound;
    this.random = random;
  }

  /**
   * Asks for a path to a goal, unless that is under way.
   * @returns why not, if it failed less than a second ago, or there are too many.
   */
  ask(goal: Goal, replacing: Replacing | undefined, now: Instant): string | undefined {
    if (this.isUnderWay(goal)) return undefined;
    const failure = this.failures.get(goal.key);
    if (failure !== undefined && now < failure.until) return failure.status;
    if (this.waiting.size + this.sent.size >= this.bound) return 'busy';
    this.waiting.set(goal.key, { goal, replacing, until: now + this.patience });
    return undefined;
  }

  isUnderWay({ key }: Goal): boolean {
    return this.waiting.has(key) || [...this.sent.values()].some(({ goal }) => goal.key === key);
  }

  /** The requests to send, now that the node is registered. */
  takeReady(): DirectionRequest[] {
    const ready = [...this.waiting.values()];
    this.waiting.clear();
    return ready.map((ask) => {
      const transaction = this.random(TRANSACTION_LENGTH);
      this.sent.set(toHex(transaction), ask);
      const { goal, replacing } = ask;
      return {
        type: MessageType.directionRequest,
        transaction,
        ...goal.asked,
        ...(replacing && { replaces: replacing.pathId, reason: replacing.reason }),
      };
    });
  }

  /** Takes the one that an answer, or its end without one, belongs to. */
  take(transaction: Uint8Array): Ask | undefined {
    const key = toHex(transaction);
    const ask = this.sent.get(key);
    this.sent.delete(key);
    return ask;
  }

  /** Takes those that waited too long for the registration. */
  takeOver(now: Instant): Ask[] {
    const over = [...this.waiting.values()].filter(({ until }) => until <= now);
    for (const { goal } of over) this.waiting.delete(goal.key);
    return over;
  }

  /** A goal is not to be asked for again at once. [ERR-06] */
  failed({ key }: Goal, status: string, now: Instant): void {
    for (const [other, { until }] of this.failures) {
      if (until > now) break;
      this.failures.delete(other);
    }
    this.failures.delete(key);
    this.failures.set(key, { until: now + PAUSE, status });
  }

  hasWaiting(): boolean {
    return this.waiting.size > 0;
  }

  wakeAt(): Instant {
    let at = Number.POSITIVE_INFINITY;
    for (const { until } of this.waiting.values()) at = Math.min(at, until);
    return at;
  }
}
