/**
 * What goes over the simulated Internet: UDP datagrams and TCP segments of hosts that know nothing of NTMobile, and whole IP
 * packets of those that have a stack of their own.
 */
import type { Endpoint, Ip } from '../../address.ts';
import { family } from '../../address.ts';
import type { Segment } from '../../packet/segment.ts';

interface Between {
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** In fragments, since its sender knows that it does not fit in one piece. */
  readonly isInPieces?: boolean;
  /** Takes "packet too big" to the host that sent it. */
  readonly onTooBig?: (mtu: number) => void;
}

export interface UdpPacket extends Between {
  readonly protocol: 'udp';
  readonly bytes: Uint8Array;
}

export interface TcpPacket extends Between {
  readonly protocol: 'tcp';
  readonly segment: Segment;
}

/** An IP packet as it is; the ports of its endpoints are 0. No NAT takes it. */
export interface WholePacket extends Between {
  readonly protocol: 'ip';
  readonly bytes: Uint8Array;
}

export type Packet = UdpPacket | TcpPacket | WholePacket;

/** Bytes of a packet, its IP header included. */
export function sizeOf(packet: Packet): number {
  if (packet.protocol === 'ip') return packet.bytes.length;
  const header = family(packet.to.ip) === 4 ? 20 : 40;
  return header + (packet.protocol === 'udp' ? 8 + packet.bytes.length : 20 + packet.segment.data.length);
}

/** The same packet with other addresses. */
export function readdressed(packet: Packet, from: Endpoint, to: Endpoint): Packet {
  return { ...packet, from, to };
}

/** Whether an address lies in a prefix that is written as the beginning of its text: `10.1.0.`, `2001:db8:1:`. */
export function isWithin(ip: Ip, prefix: string | undefined): boolean {
  return prefix !== undefined && ip.startsWith(prefix);
}
