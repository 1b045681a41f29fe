/** TCP segments as an application's host makes and reads them, with checksums by the twin. (RFC 9293, 3.1) */
import type { Ip } from '../../reference/address.ts';
import { family, ipToBytes } from '../../reference/address.ts';
import { concat, toHex } from '../../reference/bytes.ts';
import { checksumsAreRight, withChecksums } from '../twin/index.ts';

const TCP = 6;
const HEADER = 20;
export const TCP_FLAG = { FIN: 1, SYN: 2, RST: 4, ACK: 16 } as const;

export interface TcpParts {
  readonly from: Ip;
  readonly to: Ip;
  /** Source and destination. */
  readonly ports: readonly [number, number];
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgement?: number;
  readonly data?: Uint8Array;
}

/** A whole packet with right checksums. */
export function tcpSegment(parts: TcpParts): Uint8Array {
  const { from, to, ports, flags, sequence, acknowledgement = 0, data = new Uint8Array(0) } = parts;
  const tcp = new Uint8Array(HEADER + data.length);
  const view = new DataView(tcp.buffer);
  view.setUint16(0, ports[0]);
  view.setUint16(2, ports[1]);
  view.setUint32(4, sequence);
  view.setUint32(8, acknowledgement);
  view.setUint8(12, (HEADER / 4) << 4);
  view.setUint8(13, flags);
  view.setUint16(14, 0xffff);
  tcp.set(data, HEADER);
  const length = (beside: number): number[] => [(beside + tcp.length) >> 8, (beside + tcp.length) & 255];
  const head =
    family(to) === 4
      ? Uint8Array.of(0x45, 0, ...length(20), 0, 7, 0, 0, 64, TCP, 0, 0)
      : Uint8Array.of(0x60, 0, 0, 0, ...length(0), TCP, 64);
  return withChecksums(concat(head, ipToBytes(from), ipToBytes(to), tcp));
}

export interface ReadSegment extends Omit<TcpParts, 'from' | 'to' | 'data'> {
  readonly from: string;
  readonly to: string;
  readonly acknowledgement: number;
  readonly isSound: boolean;
}

/** @returns addresses as hex; undefined for what is no TCP segment */
export function readSegment(packet: Uint8Array): ReadSegment | undefined {
  const is6 = (packet[0] ?? 0) >> 4 === 6;
  const at = is6 ? 40 : 4 * ((packet[0] ?? 0) & 15);
  if (packet[is6 ? 6 : 9] !== TCP || packet.length < at + HEADER) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset + at, packet.length - at);
  return {
    from: toHex(is6 ? packet.subarray(8, 24) : packet.subarray(12, 16)),
    to: toHex(is6 ? packet.subarray(24, 40) : packet.subarray(16, 20)),
    ports: [view.getUint16(0), view.getUint16(2)],
    sequence: view.getUint32(4),
    acknowledgement: view.getUint32(8),
    flags: view.getUint8(13),
    isSound: checksumsAreRight(packet),
  };
}
