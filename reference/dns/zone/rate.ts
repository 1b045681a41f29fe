/** How many answers over UDP the prefix of an asker gets. [DOS-08] */
import type { Ip } from '../../address.ts';
import { ipToBytes } from '../../address.ts';
import { toHex } from '../../bytes.ts';
import type { Instant } from '../../core.ts';

interface Bucket {
  tokens: number;
  filledAt: Instant;
  /** Queries beyond the rate. */
  beyond: number;
}

/** Bytes of the prefix: /24, /56. */
const PREFIX = { 4: 3, 16: 7 } as const;
/** Prefixes that are watched; the one longest silent makes room. [DOS-04] */
const BOUND = 4096;
/** Every so many queries beyond the rate one is answered empty, so that who asks in earnest asks over TCP. */
const SLIP = 2;

export class AnswerRate {
  private readonly perSecond: number;
  private readonly buckets = new Map<string, Bucket>();
  readonly bound = BOUND;

  constructor(perSecond: number) {
    this.perSecond = perSecond;
  }

  get size(): number {
    return this.buckets.size;
  }

  /** What a query from an address gets: an answer, an empty one with TC, or none. */
  take(from: Ip, now: Instant): 'answer' | 'truncated' | 'none' {
    const bytes = ipToBytes(from);
    const key = toHex(bytes.subarray(0, PREFIX[bytes.length === 4 ? 4 : 16]));
    const bucket = this.buckets.get(key) ?? { tokens: this.perSecond, filledAt: now, beyond: 0 };
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    const [oldest] = this.buckets.keys();
    if (this.buckets.size > BOUND && oldest !== undefined) this.buckets.delete(oldest);
    const gained = ((now - bucket.filledAt) / 1000) * this.perSecond;
    bucket.tokens = Math.min(this.perSecond, bucket.tokens + gained);
    bucket.filledAt = now;
    if (bucket.tokens >= 1) {
      bucket.tokens--;
      return 'answer';
    }
    bucket.beyond++;
    return bucket.beyond % SLIP === 0 ? 'truncated' : 'none';
  }
}
