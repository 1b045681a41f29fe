/** Sequence numbers of TCP: 32 bits, which come round (RFC 9293, 3.4). */

export function add(sequence: number, count: number): number {
  return (sequence + count) >>> 0;
}

/** How far `to` is after `from`; negative if it is before. */
export function distance(from: number, to: number): number {
  return (to - from) | 0;
}
