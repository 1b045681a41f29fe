/**
 * What a translator or router reads of a packet, in numbers: no address becomes text. A packet in an ICMP error may be
 * cut short behind its headers.
 */
import { internetChecksum } from './checksum.ts';
import { DF, FLAGS, headerLength, MF, u16 } from './ip.ts';

export interface Head {
  readonly version: 4 | 6;
  /** From the first byte of the header to the packet's end, or as much of it as there is. */
  readonly bytes: Uint8Array;
  /** Of the whole packet as its header says, in bytes. */
  readonly length: number;
  /** Where the source begins; the destination follows it. */
  readonly addresses: number;
  /** Bytes of an address. */
  readonly width: number;
  /** TTL or hop limit. */
  readonly hops: number;
  /** TOS or traffic class. */
  readonly trafficClass: number;
  /** What follows the header and IPv6's extension headers. */
  readonly protocol: number;
  /** Where it begins, in bytes. */
  readonly payload: number;
  /** Where in a larger packet the payload stands, in bytes. */
  readonly offset: number;
  /** More fragments follow. */
  readonly hasMore: boolean;
  /** 16 bits over IPv4; 32 bits over IPv6, and 0 without a fragment header. */
  readonly identification: number;
  /** Whether who forwards may not cut it: DF, or IPv6. */
  readonly mayNotCut: boolean;
  /** Where IPv6's fragment header stands, and the byte that names it as the next one. */
  readonly fragmentHeader?: { readonly at: number; readonly namedAt: number } | undefined;
  /** The sender chose the way: IPv4's source routes, a routing header with segments left. Where it says so. */
  readonly sourceRoute?: number | undefined;
}

/** Reads a packet. @returns undefined if it is none, is not whole, or its IPv4 header has a wrong checksum. */
export function readHead(bytes: Uint8Array): Head | undefined {
  const head = readPart(bytes);
  return head === undefined || head.length > bytes.length ? undefined : head;
}

/** The same of a packet that may be cut short anywhere behind its headers. */
export function readPart(bytes: Uint8Array): Head | undefined {
  const version = (bytes[0] ?? 0) >> 4;
  return version === 4 ? readIpv4(bytes) : version === 6 ? readIpv6(bytes) : undefined;
}

function readIpv4(bytes: Uint8Array): Head | undefined {
  const [payload, length] = [headerLength(bytes), u16(bytes, 2)];
  if (payload < 20 || bytes.length < payload || length < payload) return undefined;
  if (internetChecksum(bytes.subarray(0, payload)) !== 0) return undefined;
  const field = u16(bytes, FLAGS);
  return {
    version: 4,
    bytes: bytes.subarray(0, length),
    length,
    addresses: 12,
    width: 4,
    hops: bytes[8] ?? 0,
    trafficClass: bytes[1] ?? 0,
    protocol: bytes[9] ?? 0,
    payload,
    offset: 8 * (field & 0x1fff),
    hasMore: (field & (MF << 8)) !== 0,
    identification: u16(bytes, 4),
    mayNotCut: (field & (DF << 8)) !== 0,
    sourceRoute: payload > 20 ? sourceRouteOption(bytes.subarray(0, payload)) : undefined,
  };
}

const [END, NO_OPERATION, LOOSE_ROUTE, STRICT_ROUTE] = [0, 1, 131, 137];

/** RFC 791, 3.1. One whose pointer is behind its end has done its work. */
function sourceRouteOption(header: Uint8Array): number | undefined {
  for (let at = 20; at < header.length; ) {
    const [type = END, length = 2, pointer = 0] = header.subarray(at);
    if (type === END) return undefined;
    const isRoute = type === LOOSE_ROUTE || type === STRICT_ROUTE;
    if (isRoute && pointer <= length) return at;
    at += type === NO_OPERATION ? 1 : Math.max(2, length);
  }
  return undefined;
}

const FIXED = 40;
const [HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION] = [0, 43, 44, 60];

function readIpv6(bytes: Uint8Array): Head | undefined {
  const length = FIXED + u16(bytes, 4);
  if (bytes.length < FIXED) return undefined;
  const packet = bytes.subarray(0, length);
  let [protocol, at, namedAt] = [packet[6] ?? 0, FIXED, 6];
  let [offset, hasMore, identification] = [0, false, 0];
  let fragmentHeader: Head['fragmentHeader'];
  let sourceRoute: number | undefined;
  while (isExtension(protocol) && offset === 0) {
    const isFragment = protocol === FRAGMENT;
    const end = at + (isFragment ? 8 : 8 + 8 * (packet[at + 1] ?? 0));
    // Two fragment headers would be a fragment of a fragment, which nobody makes.
    if (end > packet.length || (isFragment && fragmentHeader !== undefined)) return undefined;
    if (isFragment) {
      fragmentHeader = { at, namedAt };
      [offset, hasMore] = [u16(packet, at + 2) & 0xfff8, (u16(packet, at + 2) & 1) === 1];
      identification = u16(packet, at + 4) * 0x10000 + u16(packet, at + 6);
    }
    if (protocol === ROUTING && packet[at + 3] !== 0) sourceRoute = at + 3;
    [protocol, namedAt] = [packet[at] ?? 0, at];
    at = end;
  }
  return {
    version: 6,
    bytes: packet,
    length,
    addresses: 8,
    width: 16,
    hops: packet[7] ?? 0,
    trafficClass: ((u16(packet, 0) >> 4) & 0xff) as number,
    protocol,
    payload: at,
    offset,
    hasMore,
    identification,
    mayNotCut: true,
    fragmentHeader,
    sourceRoute,
  };
}

function isExtension(protocol: number): boolean {
  return protocol === FRAGMENT || protocol === HOP_BY_HOP || protocol === ROUTING || protocol === DESTINATION;
}

/** The bytes of the source. */
export function sourceOf({ bytes, addresses, width }: Head): Uint8Array {
  return bytes.subarray(addresses, addresses + width);
}

/** The bytes of the destination. */
export function destinationOf({ bytes, addresses, width }: Head): Uint8Array {
  return bytes.subarray(addresses + width, addresses + 2 * width);
}
