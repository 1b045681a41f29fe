/** Which flow an inner packet belongs to, and how a TCP connection is told that it is over. (RFC 9293, 3.10.7.1) */
import type { Endpoint } from '../address.ts';
import { formatEndpoint } from '../address.ts';
import type { InnerPacket } from './inner.ts';
import { readIp, u16 } from './ip.ts';
import { ACK, FIN, RST, SYN } from './segment.ts';
import { TCP, tcpPacket, UDP } from './transport.ts';

/** What a packet says of its flow; nothing of it is kept in the packet's buffer. */
export interface FlowPacket {
  readonly protocol: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** Of TCP only. */
  readonly tcp: TcpState | undefined;
}

export interface TcpState {
  readonly flags: number;
  readonly acknowledgement: number;
  /** What comes after the segment. */
  readonly next: number;
}

const TCP_LENGTH = 20;

/** Reads the head of a packet, without a look at checksums; undefined for a fragment, or what has no ports and no room for them. */
export function readFlow({ packet: bytes }: InnerPacket): FlowPacket | undefined {
  const read = readIp(bytes);
  if (read?.protocol === undefined || read.offset > 0) return undefined;
  const { packet, payload, protocol } = read;
  const isPorted = protocol === TCP || protocol === UDP;
  if (packet.length < payload + (protocol === TCP ? TCP_LENGTH : 4)) return undefined;
  const port = (at: number): number => (isPorted ? u16(packet, payload + at) : 0);
  const [from, to] = [
    { ip: read.source, port: port(0) },
    { ip: read.destination, port: port(2) },
  ];
  return { protocol, from, to, tcp: protocol === TCP ? stateOf(packet, payload) : undefined };
}

function stateOf(packet: Uint8Array, at: number): TcpState {
  const view = new DataView(packet.buffer, packet.byteOffset + at, packet.length - at);
  const flags = view.getUint8(13);
  const data = packet.length - at - 4 * (view.getUint8(12) >> 4);
  const length = Math.max(0, data) + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
  return { flags, acknowledgement: view.getUint32(8), next: (view.getUint32(4) + length) >>> 0 };
}

/** One text a flow. */
export function flowKey({ protocol, from, to }: FlowPacket): string {
  return `${protocol} ${formatEndpoint(from)} ${formatEndpoint(to)}`;
}

/** The segment by which the host that sent the last one learns that there is no such connection. */
export function resetOf({ from, to }: FlowPacket, { flags, acknowledgement, next }: TcpState): Uint8Array {
  const isAcknowledging = (flags & ACK) !== 0;
  return tcpPacket(to, from, {
    flags: isAcknowledging ? RST : RST | ACK,
    sequence: isAcknowledging ? acknowledgement : 0,
    acknowledgement: isAcknowledging ? 0 : next,
    window: 0,
    data: new Uint8Array(0),
  });
}
