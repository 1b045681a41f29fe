/** ICMP messages and fragments as hosts and routers make them, with checksums by the twin. */
import type { Ip } from '../../reference/address.ts';
import { ipToBytes } from '../../reference/address.ts';
import { concat } from '../../reference/bytes.ts';
import { withChecksums } from '../twin/index.ts';

/** An echo message with right checksums. */
export function echo(from: Ip, to: Ip, type: number, id: number, data: Uint8Array, hops = 64): Uint8Array {
  const icmp = concat(Uint8Array.of(type, 0, 0, 0, id >> 8, id & 255, 0, 1), data);
  return withChecksums(concat(header(from, to, to.includes(':') ? 58 : 1, icmp.length, hops), icmp));
}

function header(from: Ip, to: Ip, protocol: number, length: number, hops: number): Uint8Array {
  const addresses = concat(ipToBytes(from), ipToBytes(to));
  if (to.includes(':'))
    return concat(Uint8Array.of(0x60, 0, 0, 0, length >> 8, length & 255, protocol, hops), addresses);
  const total = 20 + length;
  return concat(Uint8Array.of(0x45, 0, total >> 8, total & 255, 0, 7, 0, 0, hops, protocol, 0, 0), addresses);
}

/** An ICMP error of a router about a packet, cut as routers do. */
export function icmpError(
  from: Ip,
  to: Ip,
  [type, code, rest]: readonly number[],
  about: Uint8Array,
  hops = 64,
): Uint8Array {
  const body = new Uint8Array(8);
  body.set([type ?? 0, code ?? 0]);
  new DataView(body.buffer).setUint32(4, rest ?? 0);
  const icmp = concat(body, about.slice(0, 500));
  return withChecksums(concat(header(from, to, to.includes(':') ? 58 : 1, icmp.length, hops), icmp));
}

/** Bytes after the header in the first of two fragments. */
const FIRST = 480;
const FRAGMENT = 44;
const IDENTIFICATION = 0x1234;

/** A packet in two fragments. (RFC 791, 3.2; RFC 8200, 4.5) */
export function cut(packet: Uint8Array): [Uint8Array, Uint8Array] {
  return [piece(packet, 0, FIRST), piece(packet, FIRST)];
}

/**
 * A fragment of a packet.
 * @param from where it begins, and
 * @param to where it ends, in bytes after the header; the last one if not given
 */
export function piece(packet: Uint8Array, from: number, to?: number): Uint8Array {
  return packet[0] === 0x60 ? piece6(packet, from, to) : piece4(packet, from, to);
}

function piece4(packet: Uint8Array, from: number, to: number | undefined): Uint8Array {
  const bytes = concat(packet.slice(0, 20), packet.slice(20 + from, to && 20 + to));
  const view = new DataView(bytes.buffer);
  view.setUint16(2, bytes.length);
  view.setUint16(4, IDENTIFICATION);
  view.setUint16(6, (to === undefined ? 0 : 0x2000) | (from >> 3));
  view.setUint16(10, 0);
  let sum = 0;
  for (let i = 0; i < 20; i += 2) sum += view.getUint16(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(10, ~sum & 0xffff);
  return bytes;
}

function piece6(packet: Uint8Array, from: number, to: number | undefined): Uint8Array {
  const header = Uint8Array.of(packet[6] ?? 0, 0, 0, 0, 0, 0, 0, 0);
  const bytes = concat(packet.slice(0, 40), header, packet.slice(40 + from, to && 40 + to));
  const view = new DataView(bytes.buffer);
  view.setUint16(4, bytes.length - 40);
  view.setUint8(6, FRAGMENT);
  view.setUint16(42, from | (to === undefined ? 0 : 1));
  view.setUint32(44, IDENTIFICATION);
  return bytes;
}
