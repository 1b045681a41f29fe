import type { Instant } from '../../core.ts';

/** RFC 1812, 4.3.2.8, and RFC 4443, 2.4 (f): ICMP errors that a relay itself makes, in a second. */
const PER_SECOND = 64;

export class ErrorRate {
  private left = PER_SECOND;
  private filledAt: Instant = 0;

  /** Those of these errors that may go out now. */
  within(errors: readonly Uint8Array[], now: Instant): Uint8Array[] {
    if (errors.length === 0) return [];
    this.left = Math.min(PER_SECOND, this.left + ((now - this.filledAt) / 1000) * PER_SECOND);
    this.filledAt = now;
    const admitted = errors.slice(0, Math.floor(this.left));
    this.left -= admitted.length;
    return admitted;
  }
}
