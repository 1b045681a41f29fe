import type { Ip } from '../address.ts';
import type { Instant } from '../core.ts';

interface Bucket {
  tokens: number;
  filledAt: Instant;
}

/**
 * Counts for each source address the datagrams that did not verify. An address with too many of them in a
 * second costs us no more cryptography until its bucket fills again. [DOS-03]
 *
 * The addresses are bounded; the one longest without a failure makes room. [DOS-04]
 */
export class Sources {
  private readonly buckets = new Map<Ip, Bucket>();
  private readonly perSecond: number;
  readonly bound: number;

  constructor(perSecond: number, bound: number) {
    this.perSecond = perSecond;
    this.bound = bound;
  }

  get size(): number {
    return this.buckets.size;
  }

  /** Whether an address may cost cryptography; one without failures always may. */
  admits(source: Ip, now: Instant): boolean {
    const bucket = this.buckets.get(source);
    return bucket === undefined || this.fill(bucket, now) >= 1;
  }

  /** Notes a datagram that cost cryptography and did not verify. */
  failed(source: Ip, now: Instant): void {
    const bucket = this.buckets.get(source) ?? { tokens: this.perSecond, filledAt: now };
    bucket.tokens = this.fill(bucket, now) - 1;
    this.buckets.delete(source);
    this.buckets.set(source, bucket);
    for (const oldest of this.buckets.keys()) {
      if (this.buckets.size <= this.bound) break;
      this.buckets.delete(oldest);
    }
  }

  private fill(bucket: Bucket, now: Instant): number {
    const gained = ((now - bucket.filledAt) / 1000) * this.perSecond;
    bucket.tokens = Math.min(this.perSecond, bucket.tokens + gained);
    bucket.filledAt = now;
    return bucket.tokens;
  }
}
