/** Time that datagrams of the bench spent on a relay, from a capture on all of its devices. */
import { readFileSync } from 'node:fs';

const LINUX_SLL2 = 276;
const NANOSECONDS = 0xa1b23c4d;
const INCOMING = 0;
const OUTGOING = 4;

/**
 * Microseconds from the capture at one device to that at the other, in order.
 *
 *      0           8      12        16     20
 *     +-----------+------+---------+------+
 *     | ...       | link |         |      |  file header, 24 bytes, link type at 20
 *     +-----------+------+---------+------+
 *     | seconds   | nano | length  | full |  before each packet, 16 bytes
 *     +-----------+------+---------+------+
 *     | ... pkttype at 10 ...             |  SLL2, 20 bytes; then IPv4, UDP, 20 bytes, number
 *     +-----------------------------------+
 */
export function timesInside(file: string, mn: string): number[] {
  const bytes = readFileSync(file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== NANOSECONDS || view.getUint32(20, true) !== LINUX_SLL2)
    throw new Error('the capture is of another kind');
  const came = new Map<string, number>();
  const times: number[] = [];
  // Microseconds since 1970 have no room for nanoseconds.
  const first = bytes.length > 24 ? view.getUint32(24, true) : 0;
  for (let at = 24; at + 16 <= bytes.length; ) {
    const time = (view.getUint32(at, true) - first) * 1e6 + view.getUint32(at + 4, true) / 1e3;
    const length = view.getUint32(at + 8, true);
    const packet = bytes.subarray(at + 16, at + 16 + length);
    at += 16 + length;
    const ip = packet.subarray(20);
    if (ip.length < 56 || ip[9] !== 17 || ip[28] !== 0x05) continue;
    const number = ip.subarray(48, 56).toString('hex');
    const [from, to] = [ip.subarray(12, 16).join('.'), ip.subarray(16, 20).join('.')];
    if (packet[10] === INCOMING) came.set(`${number} ${from === mn}`, time);
    if (packet[10] !== OUTGOING) continue;
    const key = `${number} ${to !== mn}`;
    const start = came.get(key);
    if (start !== undefined) times.push(time - start);
    came.delete(key);
  }
  return times.sort((a, b) => a - b);
}
