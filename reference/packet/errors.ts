/**
 * What a tunnel end tells the application side about a packet that it could not send: ICMP and ICMPv6 errors.
 * How many of them go out is for the role to limit.
 *
 * They are never about what RFC 1812 (4.3.2.7) and RFC 4443 (2.4) forbid: a packet that is broken, an ICMP
 * error, a source or destination that is not one host, over IPv4 a fragment other than the first. ICMPv6
 * knows no rule for fragments, and a packet-too-big may be about a packet to a group.
 */
import type { Ip } from '../address.ts';
import { family } from '../address.ts';
import { concat } from '../bytes.ts';
import { ICMPV6 } from './checksum.ts';
import type { IpPacket } from './ip.ts';
import { ICMP, icmpPacket, isHost, readIp, setU16 } from './ip.ts';

/** All that an error may be long, with its IP header: RFC 1812, 4.3.2.3; RFC 4443, 2.4 (c). */
const LONGEST = { 4: 576, 6: 1280 };
const HEADERS = { 4: 20 + 8, 6: 40 + 8 };

/** The ICMP types that are errors: unreachable, source quench, redirect, time exceeded, parameter problem. */
const ICMP_ERRORS: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);
/** ICMPv6 errors are below this. */
const ICMPV6_INFORMATIONAL = 128;
const ICMPV6_REDIRECT = 137;

/**
 * Host unreachable: ICMP type 3 code 1, ICMPv6 type 1 code 3. [NODE-10]
 * @param from who says so, an address of the packet's family
 * @returns undefined if there must be no error about this packet.
 */
export function unreachable(packet: Uint8Array, from: Ip): Uint8Array | undefined {
  return errorAbout(packet, from, { 4: [3, 1], 6: [1, 3] }, 0);
}

/**
 * Fragmentation needed (ICMP type 3 code 4) or packet too big (ICMPv6 type 2). [TUN-07]
 * @param mtu what would fit, in bytes of the packet with its IP header
 * @param from who says so, an address of the packet's family
 * @returns undefined if there must be no error about this packet.
 */
export function packetTooBig(packet: Uint8Array, mtu: number, from: Ip): Uint8Array | undefined {
  return errorAbout(packet, from, { 4: [3, 4], 6: [2, 0] }, mtu);
}

/** Time exceeded in transit: ICMP type 11 code 0, ICMPv6 type 3 code 0. As {@link unreachable} otherwise. */
export function timeExceeded(packet: Uint8Array, from: Ip): Uint8Array | undefined {
  return errorAbout(packet, from, { 4: [11, 0], 6: [3, 0] }, 0);
}

/** Communication prohibited: ICMP type 3 code 13, ICMPv6 type 1 code 1. As {@link unreachable} otherwise. */
export function prohibited(packet: Uint8Array, from: Ip): Uint8Array | undefined {
  return errorAbout(packet, from, { 4: [3, 13], 6: [1, 1] }, 0);
}

/**
 * Source route failed (ICMP type 3 code 5), or an IPv6 header field that nobody takes (ICMPv6 type 4 code 0).
 * @param at where the field stands in the packet. As {@link unreachable} otherwise.
 */
export function routeRefused(packet: Uint8Array, at: number, from: Ip): Uint8Array | undefined {
  return errorAbout(packet, from, { 4: [3, 5], 6: [4, 0] }, (packet[0] ?? 0) >> 4 === 4 ? 0 : at);
}

interface Kinds {
  readonly 4: readonly [type: number, code: number];
  readonly 6: readonly [type: number, code: number];
}

function errorAbout(bytes: Uint8Array, from: Ip, kinds: Kinds, word: number): Uint8Array | undefined {
  const about = readIp(bytes);
  if (about === undefined || family(from) !== about.version) return undefined;
  const { version, packet, source } = about;
  const isForGroups = version === 6 && kinds[6][0] === 2;
  if (!isHost(source) || !(isHost(about.destination) || isForGroups) || isError(about)) return undefined;
  if (version === 4 && about.offset > 0) return undefined;
  const head = new Uint8Array(8);
  head.set(kinds[version]);
  // An MTU or a pointer: RFC 1191 and RFC 4443, 3.2 and 3.4 have it at the end of this word.
  setU16(head, 6, word);
  return icmpPacket(from, source, concat(head, packet.subarray(0, LONGEST[version] - HEADERS[version])));
}

function isError({ version, protocol, packet, payload, offset }: IpPacket): boolean {
  if (protocol !== (version === 4 ? ICMP : ICMPV6) || offset > 0) return false;
  const type = packet[payload];
  if (type === undefined) return true;
  return version === 4 ? ICMP_ERRORS.has(type) : type < ICMPV6_INFORMATIONAL || type === ICMPV6_REDIRECT;
}
