/** Fragmentation: of IPv4 (RFC 791, 3.2), and of IPv6 at its source (RFC 8200, 4.5). */
import { concat } from '../bytes.ts';
import { DF, FLAGS, MF, readIp, setHeaderChecksum, setU16 } from './ip.ts';

/** Options with this bit stand in every fragment, the others in the first alone. */
const COPIED = 0x80;
const [END, NO_OPERATION] = [0, 1];
const FIXED = 20;

/**
 * Cuts an IPv4 packet into fragments of at most `mtu` bytes; one that fits is its only fragment, unchanged.
 * A fragment is cut like any other packet. [TUN-07]
 * @returns undefined if it may not be cut: IPv6, DF, no packet, or an `mtu` without room for 8 bytes after the header.
 */
export function fragment(bytes: Uint8Array, mtu: number): Uint8Array[] | undefined {
  if (bytes.length <= mtu) return [bytes];
  const read = readIp(bytes);
  if (read?.version !== 4) return undefined;
  const { packet, payload, offset, hasMore } = read;
  if (packet.length <= mtu) return [packet];
  if (((packet[FLAGS] ?? 0) & DF) !== 0 || mtu < payload + 8) return undefined;
  const first = packet.slice(0, payload);
  const later = withoutOptions(first);
  const fragments: Uint8Array[] = [];
  for (let at = payload; at < packet.length; ) {
    const header = (at === payload ? first : later).slice();
    const room = mtu - header.length;
    const isLast = packet.length - at <= room;
    const end = isLast ? packet.length : at + (room & ~7);
    setU16(header, 2, header.length + end - at);
    setU16(header, FLAGS, ((offset + at - payload) >> 3) | (isLast && !hasMore ? 0 : MF << 8));
    fragments.push(concat(setHeaderChecksum(header), packet.subarray(at, end)));
    at = end;
  }
  return fragments;
}

/** The header with those options alone that every fragment has. */
function withoutOptions(header: Uint8Array): Uint8Array {
  const kept: number[] = [];
  for (let at = FIXED; at < header.length; ) {
    const type = header[at] ?? END;
    if (type === END) break;
    const length = type === NO_OPERATION ? 1 : Math.max(2, header[at + 1] ?? 2);
    if ((type & COPIED) !== 0) kept.push(...header.subarray(at, at + length));
    at += length;
  }
  while (kept.length % 4 !== 0) kept.push(END);
  const shorter = concat(header.subarray(0, FIXED), Uint8Array.from(kept));
  shorter[0] = 0x40 | (shorter.length >> 2);
  return shorter;
}

const FRAGMENT = 44;
/** Headers that every fragment has, where they stand before all others: hop-by-hop and routing. */
const IN_EACH: ReadonlySet<number> = new Set([0, 43]);

/**
 * Cuts an IPv6 packet into fragments of at most `mtu` bytes, 1280 or more; one that fits is its only fragment, unchanged.
 * Only who stands for the source may do so, as a translator.
 * @param identification of 32 bits, which no other packet between the two hosts has for a while.
 */
export function fragmentIpv6(packet: Uint8Array, mtu: number, identification: number): Uint8Array[] {
  if (packet.length <= mtu) return [packet];
  let [namedAt, at] = [6, 40];
  while (IN_EACH.has(packet[namedAt] ?? FRAGMENT)) [namedAt, at] = [at, at + 8 + 8 * (packet[at + 1] ?? 0)];
  if (at > packet.length) return [packet];
  const header = concat(packet.subarray(0, at), new Uint8Array(8));
  header[at] = packet[namedAt] ?? 0;
  header[namedAt] = FRAGMENT;
  new DataView(header.buffer).setUint32(at + 4, identification);
  const room = (mtu - header.length) & ~7;
  if (room < 8) return [packet];
  const fragments: Uint8Array[] = [];
  for (let from = at; from < packet.length; from += room) {
    const part = packet.subarray(from, from + room);
    const isLast = from + room >= packet.length;
    const piece = concat(header, part);
    setU16(piece, 4, piece.length - 40);
    setU16(piece, at + 2, (from - at) | (isLast ? 0 : 1));
    fragments.push(piece);
  }
  return fragments;
}
