import { bigEndian, concat, readBigEndian } from './bytes.ts';

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;

/** Where the checksum stands in each transport header. */
const CHECKSUM_AT: ReadonlyMap<number, number> = new Map([
  [ICMP, 2],
  [TCP, 16],
  [UDP, 6],
  [ICMPV6, 2],
]);

/** IPv6 extension headers that can be stepped over: hop-by-hop, routing, destination options. */
const EXTENSIONS: ReadonlySet<number> = new Set([0, 43, 60]);

/** The Internet checksum (RFC 1071): the one's complement of the one's complement sum of 16-bit words. */
export function internetChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}

interface Transport {
  readonly protocol: number;
  readonly at: number;
  readonly end: number;
  readonly pseudo: Uint8Array;
}

/** The checksum that the header of an IPv4 packet should have (RFC 791, 3.1). */
export function ipv4HeaderChecksum(packet: Uint8Array): number {
  const header = packet.slice(0, ((packet[0] ?? 0) & 0x0f) * 4);
  header.fill(0, 10, 12);
  return internetChecksum(header);
}

/**
 * The checksum that the TCP, UDP, ICMP or ICMPv6 header of a whole IP packet should have (RFC 9293, 3.1;
 * RFC 768; RFC 792; RFC 4443, 2.3; RFC 8200, 8.1). Undefined for other protocols and for fragments.
 */
export function transportChecksum(packet: Uint8Array): number | undefined {
  const transport = findTransport(packet);
  if (transport === undefined) return undefined;
  const field = CHECKSUM_AT.get(transport.protocol);
  const segment = packet.slice(transport.at, transport.end);
  if (field === undefined || segment.length < field + 2) return undefined;
  segment.fill(0, field, field + 2);
  const sum = internetChecksum(concat(transport.pseudo, segment));
  // 0 would say that there is none (RFC 768).
  return transport.protocol === UDP && sum === 0 ? 0xffff : sum;
}

/** The packet with the checksums that it should have, also where UDP over IPv4 had none. */
export function withChecksums(packet: Uint8Array): Uint8Array {
  const out = packet.slice();
  if (out[0] !== undefined && out[0] >> 4 === 4) out.set(bigEndian(ipv4HeaderChecksum(out), 2), 10);
  const transport = findTransport(out);
  const sum = transportChecksum(out);
  const field = CHECKSUM_AT.get(transport?.protocol ?? -1);
  if (transport !== undefined && sum !== undefined && field !== undefined) {
    out.set(bigEndian(sum, 2), transport.at + field);
  }
  return out;
}

/** Whether the checksums of a packet are right; a UDP checksum of 0 over IPv4 is. */
export function checksumsAreRight(packet: Uint8Array): boolean {
  const isIpv4 = (packet[0] ?? 0) >> 4 === 4;
  if (isIpv4 && Number(readBigEndian(packet.slice(10, 12))) !== ipv4HeaderChecksum(packet)) return false;
  const transport = findTransport(packet);
  const sum = transportChecksum(packet);
  const field = CHECKSUM_AT.get(transport?.protocol ?? -1);
  if (transport === undefined || sum === undefined || field === undefined) return true;
  const written = Number(readBigEndian(packet.slice(transport.at + field, transport.at + field + 2)));
  if (isIpv4 && transport.protocol === UDP && written === 0) return true;
  return written === sum;
}

function findTransport(packet: Uint8Array): Transport | undefined {
  const version = (packet[0] ?? 0) >> 4;
  if (version === 4 && packet.length >= 20) return findOverIpv4(packet);
  if (version === 6 && packet.length >= 40) return findOverIpv6(packet);
  return undefined;
}

function findOverIpv4(packet: Uint8Array): Transport | undefined {
  const at = ((packet[0] ?? 0) & 0x0f) * 4;
  const end = Number(readBigEndian(packet.slice(2, 4)));
  const protocol = packet[9] ?? 0;
  const isFragment = (readBigEndian(packet.slice(6, 8)) & 0x3fffn) !== 0n;
  if (isFragment || end < at || end > packet.length || protocol === ICMPV6) return undefined;
  const pseudo = concat(packet.slice(12, 20), Uint8Array.of(0, protocol), bigEndian(end - at, 2));
  return { protocol, at, end, pseudo: protocol === ICMP ? new Uint8Array(0) : pseudo };
}

function findOverIpv6(packet: Uint8Array): Transport | undefined {
  const end = 40 + Number(readBigEndian(packet.slice(4, 6)));
  let protocol = packet[6] ?? 0;
  let at = 40;
  while (EXTENSIONS.has(protocol)) {
    // With segments left the pseudo-header has another destination (RFC 8200, 8.1).
    if (protocol === 43 && packet[at + 3] !== 0) return undefined;
    protocol = packet[at] ?? 59;
    at += 8 + 8 * (packet[at + 1] ?? 0);
  }
  if (end > packet.length || at > end || protocol === ICMP) return undefined;
  const length = bigEndian(end - at, 4);
  return { protocol, at, end, pseudo: concat(packet.slice(8, 40), length, Uint8Array.of(0, 0, 0, protocol)) };
}
