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

/** Queries that wait for directions, by the name that they wait for. [DNS-14] */
export class WaitingQueries {
  private readonly bound: number;
  private readonly byName = new Map<string, WaitingQuery[]>();
  private size = 0;

  /** @param bound queries at a time. */
  constructor(bound: number) {
    this.bound = bound;
  }

  /** @returns whether there was room. */
  add(name: string, waiting: WaitingQuery): boolean {
    if (this.size >= this.bound) return false;
    const others = this.byName.get(name);
    if (others === undefined) this.byName.set(name, [waiting]);
    else others.push(waiting);
    this.size++;
    return true;
  }

  /** Takes those that wait for a name. */
  take(name: string): readonly WaitingQuery[] {
    const waiting = this.byName.get(name) ?? [];
    this.byName.delete(name);
    this.size -= waiting.length;
    return waiting;
  }

  /** Takes those whose time is over. */
  takeOver(now: Instant): readonly WaitingQuery[] {
    const over: WaitingQuery[] = [];
    for (const [name, waiting] of [...this.byName]) {
      const left = waiting.filter(({ until }) => until > now);
      if (left.length === waiting.length) continue;
      over.push(...waiting.filter(({ until }) => until <= now));
      if (left.length > 0) this.byName.set(name, left);
      else this.byName.delete(name);
    }
    this.size -= over.length;
    return over;
  }

  wakeAt(): Instant {
    let at = Number.POSITIVE_INFINITY;
    for (const waiting of this.byName.values()) for (const { until } of waiting) at = Math.min(at, until);
    return at;
  }
}
