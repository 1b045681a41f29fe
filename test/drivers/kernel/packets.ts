/** Packets with Ethernet, IP and UDP headers, and what can be wrong with them. */
import type { Endpoint } from '../../../reference/address.ts';
import { family, ipToBytes } from '../../../reference/address.ts';

export interface PacketParts {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly payload: Uint8Array;
  readonly ttl?: number;
  readonly trafficClass?: number;
  /** IPv4: identification; IPv6: flow label. */
  readonly id?: number;
  readonly flow?: number;
  readonly dontFragment?: boolean;
  /** Flags and offset. */
  readonly fragment?: number;
  /** Four bytes of them. */
  readonly options?: boolean;
  readonly protocol?: number;
  readonly noChecksum?: boolean;
  readonly headerFault?: boolean;
  readonly udpLengthFault?: boolean;
  /** What the UDP checksum is wrong by. */
  readonly sumFault?: number;
}

/** The packet as it is on a link. */
export function packet(parts: PacketParts): Uint8Array {
  const { from, to, payload, udpLengthFault = false } = parts;
  const udp = new Uint8Array(8 + payload.length);
  const view = new DataView(udp.buffer);
  view.setUint16(0, from.port);
  view.setUint16(2, to.port);
  view.setUint16(4, udp.length);
  udp.set(payload, 8);
  const [source, destination] = [ipToBytes(from.ip), ipToBytes(to.ip)];
  if (parts.noChecksum !== true) {
    const pseudo = Uint8Array.of(0, 17, udp.length >> 8, udp.length & 0xff);
    const sum = sumOf(source) + sumOf(destination) + sumOf(pseudo) + sumOf(udp);
    view.setUint16(6, fold((~fold(sum) & 0xffff) + (parts.sumFault ?? 0)));
  }
  if (udpLengthFault) view.setUint16(4, udp.length - 1);
  const isIpv4 = family(from.ip) === 4;
  const header = isIpv4
    ? ipv4(parts, source, destination, udp.length)
    : ipv6(parts, source, destination, udp.length);
  // +--------------+--------------+-----------+
  // | destination 6| source 6     | type 2    |   zero addresses, as on the loopback
  // +--------------+--------------+-----------+
  return Uint8Array.from([
    ...new Array<number>(12).fill(0),
    ...(isIpv4 ? [8, 0] : [0x86, 0xdd]),
    ...header,
    ...udp,
  ]);
}

function ipv4(parts: PacketParts, source: Uint8Array, destination: Uint8Array, length: number): Uint8Array {
  const {
    ttl = 64,
    trafficClass = 0,
    id = 0x1234,
    dontFragment = false,
    fragment = 0,
    protocol = 17,
  } = parts;
  const options = Uint8Array.from(parts.options !== true ? [] : [0x94, 4, 0, 0]);
  const header = new Uint8Array(20 + options.length);
  const view = new DataView(header.buffer);
  header[0] = 0x40 | (header.length / 4);
  header[1] = trafficClass;
  view.setUint16(2, header.length + length);
  view.setUint16(4, id);
  view.setUint16(6, fragment | (dontFragment ? 0x4000 : 0));
  header[8] = ttl;
  header[9] = protocol;
  header.set(source, 12);
  header.set(destination, 16);
  header.set(options, 20);
  view.setUint16(10, (~fold(sumOf(header)) & 0xffff) ^ (parts.headerFault === true ? 1 : 0));
  return header;
}

function ipv6(parts: PacketParts, source: Uint8Array, destination: Uint8Array, length: number): Uint8Array {
  const { ttl = 64, trafficClass = 0, flow = 0x54321, protocol = 17 } = parts;
  const header = new Uint8Array(40);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x60000000 | (trafficClass << 20) | flow);
  view.setUint16(4, length);
  header[6] = protocol;
  header[7] = ttl;
  header.set(source, 8);
  header.set(destination, 24);
  return header;
}

/** Sum of 16-bit words in network byte order; an odd byte counts as the high half of one. */
function sumOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte, index) => sum + (index % 2 === 0 ? byte << 8 : byte), 0);
}

function fold(sum: number): number {
  return sum > 0xffff ? fold((sum & 0xffff) + Math.floor(sum / 0x10000)) : sum;
}
