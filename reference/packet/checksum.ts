/** The Internet checksum (RFC 1071), in network byte order. */
import { concat } from '../bytes.ts';

/** The one's complement of the one's complement sum of 16-bit words; an odd last byte is the high one of its word. */
export function internetChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}

/** The sum of 16-bit words, not folded; of an even number of bytes. */
export function sumOfWords(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return sum;
}

/**
 * A checksum after words with one sum gave way to words with another: RFC 1624, equation 3. One that was wrong stays
 * wrong.
 */
export function adjustedChecksum(checksum: number, removed: number, added: number): number {
  return 0xffff - folded(0xffff - checksum + (0xffff - folded(removed)) + folded(added));
}

function folded(sum: number): number {
  let rest = sum;
  while (rest > 0xffff) rest = (rest & 0xffff) + Math.floor(rest / 0x10000);
  return rest;
}

/** The checksum of an ICMPv6 message with its pseudo-header (RFC 8200, 8.1); 0 if the message has the right one in it. */
export function icmpv6Checksum(source: Uint8Array, destination: Uint8Array, message: Uint8Array): number {
  return pseudoChecksum(source, destination, ICMPV6, message);
}

/** The same of another protocol, and over IPv4, where the numbers are shorter but the sum is the same (RFC 9293, 3.1). */
export function pseudoChecksum(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  message: Uint8Array,
): number {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, message.length);
  length[7] = protocol;
  return internetChecksum(concat(source, destination, length, message));
}

export const ICMPV6 = 58;
