/** The Internet checksum (RFC 1071) of what every packet of a tunnel has to be read for: four bytes at a time. */

/**
 * The one's complement sum of the 16-bit words from one place to another, folded to 16 bits, in network byte order; an
 * odd last byte is the high one of its word.
 * @param add a sum to begin with, less than 2 ** 30
 */
export function sumOf(view: DataView, from: number, to: number, add = 0): number {
  // The sum of swapped words is the swapped sum (RFC 1071, 2 B). With 65,535 bytes neither gets to 2 ** 31. Words with a
  // sign, for those without one are a double on Bun, which takes five times as long.
  let [low, high] = [0, 0];
  let at = from;
  for (const end = to - 15; at < end; at += 16) {
    const a = view.getInt32(at, true);
    const b = view.getInt32(at + 4, true);
    const c = view.getInt32(at + 8, true);
    const d = view.getInt32(at + 12, true);
    low += (a & 0xffff) + (b & 0xffff) + (c & 0xffff) + (d & 0xffff);
    high += (a >>> 16) + (b >>> 16) + (c >>> 16) + (d >>> 16);
  }
  for (const end = to - 1; at < end; at += 2) low += view.getUint16(at, true);
  if (at < to) low += view.getUint8(at);
  const sum = fold(fold(low) + fold(high));
  return fold((((sum & 0xff) << 8) | (sum >>> 8)) + add);
}

/** A sum of words, less than 2 ** 32, folded to 16 bits. */
export function fold(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return (once & 0xffff) + (once >>> 16);
}
