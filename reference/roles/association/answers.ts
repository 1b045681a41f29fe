import { toHex } from '../../bytes.ts';
import type { Instant } from '../../core.ts';
import { sha256 } from '../../crypto/hash.ts';

/** A sealed answer's type and body, to be sealed anew for each retransmission of its request. */
export interface StoredAnswer {
  readonly type: number;
  readonly body: Uint8Array;
}

interface Entry {
  readonly digest: string;
  readonly until: Instant;
  answer: StoredAnswer | undefined;
}

/**
 * What was answered to whom: one request has one effect, however often it comes. [GEN-10]
 *
 * Kept for 30 s by transaction and digest of the body. When it is full, no further request is taken.
 */
export class Answers {
  private readonly entries = new Map<string, Entry>();
  private readonly lifetime: number;
  private readonly bound: number;

  /** @param lifetime milliseconds. @param bound transactions held at most. */
  constructor(lifetime: number, bound: number) {
    this.lifetime = lifetime;
    this.bound = bound;
  }

  get size(): number {
    return this.entries.size;
  }

  /**
   * Looks a request up and notes it if it is new.
   * @returns `new`; `working` while its answer is not known; `other` if the transaction had another body;
   * `full`; or the answer.
   */
  take(
    transaction: Uint8Array,
    body: Uint8Array,
    now: Instant,
  ): 'new' | 'working' | 'other' | 'full' | StoredAnswer {
    this.expire(now);
    const key = toHex(transaction);
    const digest = toHex(sha256(body));
    const known = this.entries.get(key);
    if (known !== undefined) return known.digest === digest ? (known.answer ?? 'working') : 'other';
    if (this.entries.size >= this.bound) return 'full';
    this.entries.set(key, { digest, until: now + this.lifetime, answer: undefined });
    return 'new';
  }

  /** Whether a request of this transaction was taken. */
  has(transaction: Uint8Array, now: Instant): boolean {
    this.expire(now);
    return this.entries.has(toHex(transaction));
  }

  /** Stores the answer to a request that was taken. */
  store(transaction: Uint8Array, answer: StoredAnswer): void {
    const entry = this.entries.get(toHex(transaction));
    if (entry !== undefined) entry.answer = answer;
  }

  /** All entries live equally long, so the first ones are the oldest. */
  private expire(now: Instant): void {
    for (const [key, entry] of this.entries) {
      if (entry.until > now) return;
      this.entries.delete(key);
    }
  }
}
