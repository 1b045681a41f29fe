/** UDP (RFC 768) and TCP (RFC 9293) in whole IP packets. */
import type { Endpoint } from '../address.ts';
import { ipToBytes } from '../address.ts';
import { concat } from '../bytes.ts';
import { pseudoChecksum } from './checksum.ts';
import { ipPacket, readIp, setU16, u16 } from './ip.ts';
import type { Segment } from './segment.ts';

export const TCP = 6;
export const UDP = 17;
const UDP_HEADER = 8;
const TCP_HEADER = 20;

interface Between {
  readonly from: Endpoint;
  readonly to: Endpoint;
}

export type Transport =
  | (Between & { readonly protocol: typeof UDP; readonly data: Uint8Array })
  | (Between & { readonly protocol: typeof TCP; readonly segment: Segment });

/** An IP packet with a UDP datagram. */
export function udpPacket(from: Endpoint, to: Endpoint, data: Uint8Array): Uint8Array {
  const header = new Uint8Array(UDP_HEADER);
  setU16(header, 0, from.port);
  setU16(header, 2, to.port);
  setU16(header, 4, header.length + data.length);
  // 0 would say that there is none.
  return withChecksum(from, to, UDP, concat(header, data), 6, 0xffff);
}

/** An IP packet with a TCP segment without options. */
export function tcpPacket(from: Endpoint, to: Endpoint, segment: Segment): Uint8Array {
  const header = new Uint8Array(TCP_HEADER);
  const view = new DataView(header.buffer);
  setU16(header, 0, from.port);
  setU16(header, 2, to.port);
  view.setUint32(4, segment.sequence);
  view.setUint32(8, segment.acknowledgement);
  header[12] = (TCP_HEADER / 4) << 4;
  header[13] = segment.flags;
  setU16(header, 14, segment.window);
  return withChecksum(from, to, TCP, concat(header, segment.data), 16, 0);
}

function withChecksum(
  from: Endpoint,
  to: Endpoint,
  protocol: number,
  message: Uint8Array,
  at: number,
  forZero: number,
): Uint8Array {
  const sum = pseudoChecksum(ipToBytes(from.ip), ipToBytes(to.ip), protocol, message);
  setU16(message, at, sum === 0 ? forZero : sum);
  return ipPacket(from.ip, to.ip, protocol, message);
}

/** Reads a whole packet with UDP or TCP and the right checksum; undefined for any other. */
export function readTransport(bytes: Uint8Array): Transport | undefined {
  const read = readIp(bytes);
  if (read === undefined || read.offset > 0 || read.hasMore) return undefined;
  const { source, destination, protocol, packet, payload } = read;
  const message = packet.slice(payload);
  if (protocol !== UDP && protocol !== TCP) return undefined;
  if (message.length < (protocol === UDP ? UDP_HEADER : TCP_HEADER)) return undefined;
  if (pseudoChecksum(ipToBytes(source), ipToBytes(destination), protocol, message) !== 0) return undefined;
  const from = { ip: source, port: u16(message, 0) };
  const to = { ip: destination, port: u16(message, 2) };
  if (protocol === UDP) return { protocol, from, to, data: message.subarray(UDP_HEADER, u16(message, 4)) };
  const view = new DataView(message.buffer);
  const segment = {
    flags: message[13] ?? 0,
    sequence: view.getUint32(4),
    acknowledgement: view.getUint32(8),
    window: u16(message, 14),
    data: message.subarray(4 * ((message[12] ?? 0) >> 4)),
  };
  return { protocol, from, to, segment };
}
