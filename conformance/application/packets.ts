/** Inner packets as an application's host makes them, with checksums by the twin: nothing of the reference's. */
import type { Ip } from '../../reference/address.ts';
import { family, ipToBytes } from '../../reference/address.ts';
import { concat } from '../../reference/bytes.ts';
import { checksumsAreRight, withChecksums } from '../twin/index.ts';

const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const UDP_HEADER = 8;

export interface PacketParts {
  readonly from: Ip;
  readonly to: Ip;
  /** After the UDP header. */
  readonly payload: Uint8Array;
  /** IPv4 only: don't fragment. */
  readonly dontFragment?: boolean;
  readonly hopLimit?: number;
  /** Source and destination. */
  readonly ports?: readonly [number, number];
}

/** A whole UDP packet with right checksums. */
export function udpPacket({
  from,
  to,
  payload,
  dontFragment = false,
  hopLimit = 64,
  ports: [source, destination] = [0x1234, 7],
}: PacketParts): Uint8Array {
  const length = UDP_HEADER + payload.length;
  const udp = concat(Uint8Array.of(...u16(source), ...u16(destination), ...u16(length), 0, 0), payload);
  return withChecksums(concat(header({ from, to, dontFragment, hopLimit }, UDP, udp.length), udp));
}

/** The same of so many bytes in all. */
export function udpPacketOf(size: number, parts: Omit<PacketParts, 'payload'>): Uint8Array {
  const beside = (family(parts.to) === 4 ? IPV4_HEADER : IPV6_HEADER) + UDP_HEADER;
  return udpPacket({ ...parts, payload: new Uint8Array(size - beside).fill(0x61) });
}

function header(
  { from, to, dontFragment, hopLimit }: Required<Omit<PacketParts, 'payload' | 'ports'>>,
  protocol: number,
  length: number,
): Uint8Array {
  const addresses = concat(ipToBytes(from), ipToBytes(to));
  if (family(to) === 6)
    return concat(Uint8Array.of(0x60, 0, 0, 0, ...u16(length), protocol, hopLimit), addresses);
  const flags = dontFragment ? 0x40 : 0;
  const total = u16(IPV4_HEADER + length);
  return concat(Uint8Array.of(0x45, 0, ...total, 0, 7, flags, 0, hopLimit, protocol, 0, 0), addresses);
}

/** An ICMP or ICMPv6 error. */
export interface IcmpError {
  readonly type: number;
  readonly code: number;
  /** The four bytes after the checksum. */
  readonly rest: number;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  /** As much of the packet that it is about as it has. */
  readonly about: Uint8Array;
  readonly isSound: boolean;
}

/** @returns undefined for a packet that is no ICMP or ICMPv6 message. */
export function readIcmp(packet: Uint8Array): IcmpError | undefined {
  const version = (packet[0] ?? 0) >> 4;
  const at = version === 6 ? IPV6_HEADER : 4 * ((packet[0] ?? 0) & 15);
  const protocol = version === 6 ? packet[6] : packet[9];
  if (protocol !== (version === 6 ? ICMPV6 : ICMP)) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  if (packet.length < at + 8) return undefined;
  return {
    type: packet[at] ?? 0,
    code: packet[at + 1] ?? 0,
    rest: view.getUint32(at + 4),
    from: version === 6 ? packet.slice(8, 24) : packet.slice(12, 16),
    to: version === 6 ? packet.slice(24, 40) : packet.slice(16, 20),
    about: packet.slice(at + 8),
    isSound: checksumsAreRight(packet),
  };
}

function u16(value: number): [number, number] {
  return [value >> 8, value & 255];
}
