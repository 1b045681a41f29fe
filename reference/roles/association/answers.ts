import type { Endpoint } from '../../address.ts';
import { toHex } from '../../bytes.ts';
import type { Instant } from '../../core.ts';
import { sha256 } from '../../crypto/hash.ts';

/** A sealed answer's type and body, to be sealed anew for each retransmission of its request. */
export interface StoredAnswer {
  readonly type: number;
  readonly body: Uint8Array;
}

interface Entry {
  /** Of the request's type and body. */
  readonly digest: string;
  /** Set with the answer. */
  until: Instant;
  answer: StoredAnswer | undefined;
  /** Of the latest datagram that carried the request. */
  source: Endpoint | undefined;
}

/**
 * What was answered to whom, errors too: one request has one effect, however often it comes. Kept by
 * transaction; where there are too many, the oldest goes. [GEN-10, GEN-27]
 */
export class Answers {
  private readonly entries = new Map<string, Entry>();
  private readonly lifetime: number;
  readonly bound: number;

  /** @param lifetime milliseconds after the answer. @param bound transactions held at most. */
  constructor(lifetime: number, bound: number) {
    this.lifetime = lifetime;
    this.bound = bound;
  }

  get size(): number {
    return this.entries.size;
  }

  /**
   * Looks a request up and notes it if it is new.
   * @returns `new`; `known` if the transaction had another type or body, or its answer is not there yet;
   * or the answer.
   */
  take(
    type: number,
    transaction: Uint8Array,
    body: Uint8Array,
    now: Instant,
    source?: Endpoint,
  ): 'new' | 'known' | StoredAnswer {
    this.expire(now);
    const key = toHex(transaction);
    const digest = toHex(sha256(Uint8Array.of(type), body));
    const known = this.entries.get(key);
    if (known !== undefined) {
      if (known.digest !== digest) return 'known';
      known.source = source;
      return known.answer ?? 'known';
    }
    for (const oldest of this.entries.keys()) {
      if (this.entries.size < this.bound) break;
      this.entries.delete(oldest);
    }
    this.entries.set(key, { digest, until: Number.POSITIVE_INFINITY, answer: undefined, source });
    return 'new';
  }

  /** Where the answer to a request goes. [GEN-26] */
  sourceOf(transaction: Uint8Array): Endpoint | undefined {
    return this.entries.get(toHex(transaction))?.source;
  }

  /** Stores the answer to a request that was taken; undefined: there is none, whatever comes. */
  store(transaction: Uint8Array, answer: StoredAnswer | undefined, now: Instant): void {
    const key = toHex(transaction);
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    entry.answer = answer;
    entry.until = now + this.lifetime;
    // Behind all others: the map's order is that in which entries expire.
    this.entries.delete(key);
    this.entries.set(key, entry);
  }

  private expire(now: Instant): void {
    for (const [key, entry] of this.entries) {
      // Still worked on: those behind it may have expired.
      if (entry.until === Number.POSITIVE_INFINITY) continue;
      if (entry.until > now) return;
      this.entries.delete(key);
    }
  }
}
