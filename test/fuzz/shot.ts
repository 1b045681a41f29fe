import type { Endpoint } from '../../reference/address.ts';
import type { Instant } from '../../reference/core.ts';

/**
 * What whoever made a datagram knows of it:
 * - `forged`: made without the keys, or changed after sealing. Nothing may come of it but a count.
 * - `sealed`: made with the keys of a channel. It may still be late, a repeat, or nonsense inside.
 * - `relayed`: has a Path ID, which an RS-S cannot authenticate.
 */
export type Claim = 'forged' | 'sealed' | 'relayed';

/** One datagram on its way to the RS-S. */
export interface Shot {
  readonly bytes: Uint8Array;
  readonly from: Endpoint;
  readonly claim: Claim;
  /** What it tries, in words. */
  readonly what: string;
  /** It answers a probe as it should, from where the probe was sent to. */
  readonly validates?: boolean;
  /**
   * Until that instant it may have no effect but an answer: it repeats a request that was answered, or uses the
   * transaction of one.
   */
  readonly inertUntil?: Instant;
  /** It comes right after the one before it. */
  readonly atOnce?: boolean;
}
