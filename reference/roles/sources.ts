import type { Ip } from '../address.ts';
import type { Instant } from '../core.ts';

interface Bucket {
  tokens: number;
  filledAt: Instant;
}

/**
 * Limits for each source address the datagrams that cost cryptography. [DOS-03]
 *
 * The addresses are bounded; the one that was quiet longest makes room, with a bucket as full as a
 * new one has. [DOS-04]
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

  admit(source: Ip, now: Instant): boolean {
    const bucket = this.buckets.get(source) ?? { tokens: this.perSecond, filledAt: now };
    this.buckets.delete(source);
    this.buckets.set(source, bucket);
    if (this.buckets.size > this.bound) {
      for (const quietest of this.buckets.keys()) {
        this.buckets.delete(quietest);
        break;
      }
    }
    bucket.tokens = Math.min(
      this.perSecond,
      bucket.tokens + (Math.max(0, now - bucket.filledAt) / 1000) * this.perSecond,
    );
    bucket.filledAt = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}
