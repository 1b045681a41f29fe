/** IPv4 and IPv6 packets: what stands in them, and new ones. */
import type { Ip } from '../address.ts';
import { family, ipToBytes } from '../address.ts';
import { concat } from '../bytes.ts';
import { Refusal } from '../refusal.ts';
import { ICMPV6, icmpv6Checksum, internetChecksum } from './checksum.ts';
import { readInner } from './inner.ts';

/** A whole IPv4 or IPv6 packet. */
export interface IpPacket {
  readonly version: 4 | 6;
  /** Without what came after it. */
  readonly packet: Uint8Array;
  readonly source: Ip;
  readonly destination: Ip;
  /** What follows the header and IPv6's extension headers, if that can be told. */
  readonly protocol: number | undefined;
  /** Where it begins, in bytes. */
  readonly payload: number;
  /** Where in a larger packet the payload stands, in bytes. */
  readonly offset: number;
  /** More fragments follow. */
  readonly hasMore: boolean;
}

export const ICMP = 1;
/** Where IPv4's flags stand: DF, MF, then 13 bits of offset. */
export const FLAGS = 6;
export const DF = 0x40;
export const MF = 0x20;
const HOP_LIMIT = 64;

/** Reads a packet; undefined if it is none, is not whole, or its IPv4 header has a wrong checksum (RFC 1812, 5.2.2). */
export function readIp(bytes: Uint8Array): IpPacket | undefined {
  const inner = readInner(bytes);
  if (inner instanceof Refusal) return undefined;
  return family(inner.source) === 4 ? readIpv4(inner) : readIpv6(inner);
}

type Inner = Pick<IpPacket, 'packet' | 'source' | 'destination'>;

function readIpv4(inner: Inner): IpPacket | undefined {
  const { packet } = inner;
  const payload = headerLength(packet);
  if (internetChecksum(packet.subarray(0, payload)) !== 0) return undefined;
  const field = u16(packet, FLAGS);
  const hasMore = (field & (MF << 8)) !== 0;
  return { ...inner, version: 4, protocol: packet[9], payload, offset: 8 * (field & 0x1fff), hasMore };
}

/** RFC 8200, 4: hop-by-hop, routing, destination options; each with its length in units of 8 bytes after the first 8. */
const EXTENSIONS: ReadonlySet<number> = new Set([0, 43, 60]);
const FRAGMENT = 44;

function readIpv6(inner: Inner): IpPacket {
  const { packet } = inner;
  let [protocol, payload] = [packet[6], 40];
  let [offset, hasMore] = [0, false];
  while (protocol !== undefined && (EXTENSIONS.has(protocol) || protocol === FRAGMENT)) {
    const isFragment = protocol === FRAGMENT;
    if (isFragment)
      [offset, hasMore] = [u16(packet, payload + 2) & 0xfff8, (u16(packet, payload + 2) & 1) === 1];
    const length = isFragment ? 8 : 8 + 8 * (packet[payload + 1] ?? 0);
    protocol = payload + length <= packet.length ? packet[payload] : undefined;
    payload += length;
    if (offset > 0) break;
  }
  return { ...inner, version: 6, protocol, payload, offset, hasMore };
}

/** Of an IPv4 packet, in bytes. */
export function headerLength([first = 0]: Uint8Array): number {
  return 4 * (first & 15);
}

export interface Ipv4Options {
  /** Tells the fragments of one packet from another's; without it the packet has DF. */
  readonly identification?: number | undefined;
}

/** A packet with an ICMP or ICMPv6 message, by the family of its addresses; the message's checksum is filled in. */
export function icmpPacket(
  source: Ip,
  destination: Ip,
  message: Uint8Array,
  options: Ipv4Options = {},
): Uint8Array {
  const filled = message.slice();
  setU16(filled, 2, 0);
  if (family(source) === 4) {
    setU16(filled, 2, internetChecksum(filled));
    return ipPacket(source, destination, ICMP, filled, options);
  }
  setU16(filled, 2, icmpv6Checksum(ipToBytes(source), ipToBytes(destination), filled));
  return ipPacket(source, destination, ICMPV6, filled);
}

/** A packet with a payload of some protocol, by the family of its addresses. */
export function ipPacket(
  source: Ip,
  destination: Ip,
  protocol: number,
  payload: Uint8Array,
  options: Ipv4Options = {},
): Uint8Array {
  const [from, to] = [ipToBytes(source), ipToBytes(destination)];
  const header =
    family(source) === 4
      ? ipv4Header(from, to, protocol, payload.length, options)
      : ipv6Header(from, to, protocol, payload.length);
  return concat(header, payload);
}

function ipv4Header(
  from: Uint8Array,
  to: Uint8Array,
  protocol: number,
  length: number,
  { identification }: Ipv4Options,
): Uint8Array {
  const header = concat(new Uint8Array(12), from, to);
  header.set([0x45, 0]);
  setU16(header, 2, header.length + length);
  setU16(header, 4, identification ?? 0);
  header.set([identification === undefined ? DF : 0, 0, HOP_LIMIT, protocol], FLAGS);
  return setHeaderChecksum(header);
}

function ipv6Header(from: Uint8Array, to: Uint8Array, protocol: number, length: number): Uint8Array {
  const header = concat(new Uint8Array(8), from, to);
  header[0] = 0x60;
  setU16(header, 4, length);
  header.set([protocol, HOP_LIMIT], 6);
  return header;
}

/** Fills in the checksum of an IPv4 header that stands at the begin of the bytes, and gives them back. */
export function setHeaderChecksum(packet: Uint8Array): Uint8Array {
  setU16(packet, 10, 0);
  setU16(packet, 10, internetChecksum(packet.subarray(0, headerLength(packet))));
  return packet;
}

/** Whether an address is one host's: not unspecified, loopback, multicast, broadcast or reserved. (RFC 1812, 4.3.2.7) */
export function isHost(ip: Ip): boolean {
  if (family(ip) === 6) return ip !== '::' && ip !== '::1' && !ip.startsWith('ff');
  const first = Number(ip.split('.')[0]);
  return first !== 0 && first !== 127 && first < 224;
}

/** In network byte order. */
export function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** In network byte order. */
export function setU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 0xff;
}
