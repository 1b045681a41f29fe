/** The inner packet of a Data message: where it ends, and from whom and for whom it is. Nothing in it is changed. */
import type { Ip } from '../address.ts';
import { Refusal } from '../refusal.ts';
import { KnownAddresses } from './known.ts';

/** An IPv4 or IPv6 packet without what came after it. */
export interface InnerPacket {
  /** A view of the payload. */
  readonly packet: Uint8Array;
  readonly source: Ip;
  readonly destination: Ip;
}

/** Of all roles of a process: the same bytes are the same address to each, and how many are known has a bound. */
const KNOWN = new KnownAddresses();

/** Addresses that are admitted somewhere; a list of them is one. */
export interface AddressSet {
  includes(ip: Ip): boolean;
}

/**
 * Finds the inner packet in the opened payload of a Data message and drops the zero bytes after it. [TUN-09, TUN-11]
 * @returns a refusal of layer `inner-length` where it is no IPv4 or IPv6 packet, or not a whole one, or
 * where what comes after it is not zero.
 */
export function readInner(payload: Uint8Array): InnerPacket | Refusal {
  const format = FORMATS[(payload[0] ?? 0) >> 4];
  if (format === undefined) return new Refusal('inner-length', 'neither IPv4 nor IPv6');
  const header = format.header(payload);
  if (header < format.shortest) return new Refusal('inner-length', `a header of ${header} bytes`);
  if (payload.length < header) return new Refusal('inner-length', 'less than a header');
  const length = format.length(payload);
  if (length < header) return new Refusal('inner-length', `${length} bytes are less than the header`);
  if (length > payload.length) return new Refusal('inner-length', `${length} bytes are more than came`);
  for (let at = length; at < payload.length; at++) {
    if (payload[at] !== 0) return new Refusal('inner-length', 'not zero after the packet');
  }
  return {
    packet: length === payload.length ? payload : payload.subarray(0, length),
    source: KNOWN.at(payload, format.source, format.address),
    destination: KNOWN.at(payload, format.source + format.address, format.address),
  };
}

/**
 * The inner packet of a payload that came by a path, if it is from the path's peer and for this end. [NODE-11, TUN-13]
 * @param peer addresses that the peer may send from on this path.
 * @param own addresses that this end may receive for on it.
 * @returns else a refusal of layer `inner-length`, `inner-source` or `inner-destination`, checked in this order.
 */
export function acceptInner(payload: Uint8Array, peer: AddressSet, own: AddressSet): InnerPacket | Refusal {
  const inner = readInner(payload);
  if (inner instanceof Refusal) return inner;
  if (!peer.includes(inner.source)) return new Refusal('inner-source', `from ${inner.source}`);
  if (!own.includes(inner.destination)) return new Refusal('inner-destination', `for ${inner.destination}`);
  return inner;
}

/** What one version of IP has where; all numbers are bytes. */
interface Format {
  /** The least that a header has. */
  readonly shortest: number;
  readonly header: (packet: Uint8Array) => number;
  /** Of the whole packet; read only where the whole header is there. */
  readonly length: (packet: Uint8Array) => number;
  /** Where the source begins; the destination follows it. */
  readonly source: number;
  readonly address: 4 | 16;
}

const IPV6_HEADER = 40;

const FORMATS: Readonly<Record<number, Format>> = {
  4: {
    shortest: 20,
    header: (packet) => 4 * ((packet[0] ?? 0) & 15),
    length: (packet) => u16(packet, 2),
    source: 12,
    address: 4,
  },
  6: {
    shortest: IPV6_HEADER,
    header: () => IPV6_HEADER,
    length: (packet) => IPV6_HEADER + u16(packet, 4),
    source: 8,
    address: 16,
  },
};

/** In network byte order. */
function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
