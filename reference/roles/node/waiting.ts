import type { Instant, Transport } from '../../core.ts';
import type { Link } from '../../dns/answer.ts';
import type { Query } from '../../dns/query.ts';

/** A query of an application. */
export interface Asking {
  readonly number: number;
  readonly message: Uint8Array;
  /** Undefined for what is no ordinary query. */
  readonly query: Query | undefined;
  readonly transport: Transport;
}

/** One that waits for a direction. */
export interface WaitingQuery {
  readonly asking: Asking;
  /** The way from its name to the peer's. */
  readonly links: readonly Link[];
  /** What DNS said, if that is still wanted. */
  readonly response: Uint8Array | undefined;
  readonly until: Instant;
}

/** Queries that wait for directions, by the key of the goal that they wait for. [DNS-14, DNS-16] */
export class WaitingQueries {
  private readonly bound: number;
  private readonly byKey = new Map<string, WaitingQuery[]>();
  private size = 0;

  /** @param bound queries at a time. */
  constructor(bound: number) {
    this.bound = bound;
  }

  /** @returns whether there was room. */
  add(key: string, waiting: WaitingQuery): boolean {
    if (this.size >= this.bound) return false;
    const others = this.byKey.get(key);
    if (others === undefined) this.byKey.set(key, [waiting]);
    else others.push(waiting);
    this.size++;
    return true;
  }

  /** Takes those that wait for a goal. */
  take(key: string): readonly WaitingQuery[] {
    const waiting = this.byKey.get(key) ?? [];
    this.byKey.delete(key);
    this.size -= waiting.length;
    return waiting;
  }

  /** Takes those whose time is over. */
  takeOver(now: Instant): readonly WaitingQuery[] {
    const over: WaitingQuery[] = [];
    for (const [key, waiting] of [...this.byKey]) {
      const left = waiting.filter(({ until }) => until > now);
      if (left.length === waiting.length) continue;
      over.push(...waiting.filter(({ until }) => until <= now));
      if (left.length > 0) this.byKey.set(key, left);
      else this.byKey.delete(key);
    }
    this.size -= over.length;
    return over;
  }

  wakeAt(): Instant {
    let at = Number.POSITIVE_INFINITY;
    for (const waiting of this.byKey.values()) for (const { until } of waiting) at = Math.min(at, until);
    return at;
  }
}
