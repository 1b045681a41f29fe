import type { Instant } from '../../core.ts';

/** What one path may carry; undefined is no limit. [RS-14] */
export interface PathRates {
  readonly packetsPerSecond: number | undefined;
  readonly bytesPerSecond: number | undefined;
}

/** What is left to one path of one second's rates, and since when. */
export interface Allowance {
  packets: number;
  bytes: number;
  filledAt: Instant;
}

/** That of a path which has carried `used` in the second before `at`. */
export function allowance(
  { packetsPerSecond, bytesPerSecond }: PathRates,
  used: { readonly packets: number; readonly bytes: number; readonly at: Instant } = {
    packets: 0,
    bytes: 0,
    at: 0,
  },
): Allowance {
  return {
    packets: (packetsPerSecond ?? 0) - used.packets,
    bytes: (bytesPerSecond ?? 0) - used.bytes,
    filledAt: used.at,
  };
}

/** Takes one datagram from it, if it is within the rates: token buckets of one second each. [RS-14, GEN-29] */
export function admit(left: Allowance, rates: PathRates, length: number, now: Instant): boolean {
  const { packetsPerSecond, bytesPerSecond } = rates;
  const seconds = Math.max(0, now - left.filledAt) / 1000;
  left.filledAt = now;
  if (packetsPerSecond !== undefined) {
    left.packets = Math.min(packetsPerSecond, left.packets + seconds * packetsPerSecond);
    if (left.packets < 1) return false;
  }
  if (bytesPerSecond !== undefined) {
    left.bytes = Math.min(bytesPerSecond, left.bytes + seconds * bytesPerSecond);
    if (left.bytes < length) return false;
    left.bytes -= length;
  }
  if (packetsPerSecond !== undefined) left.packets -= 1;
  return true;
}
