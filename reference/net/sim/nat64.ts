/** Addresses of a NAT64 (RFC 6052, 2.2: a prefix of 96 bits, the IPv4 address at the end). */
import type { Ip } from '../../address.ts';
import { ipFromBytes, ipToBytes, parseIp } from '../../address.ts';
import { concat } from '../../bytes.ts';

const PREFIX = ipToBytes(parseIp('64:ff9b::') as Ip).subarray(0, 12);

/** The IPv6 address by which an IPv4 host is reached. */
export function synthesized(ip: Ip): Ip {
  return ipFromBytes(concat(PREFIX, ipToBytes(ip))) as Ip;
}

/** The IPv4 address that stands in an IPv6 one; undefined if it has not the prefix. */
export function embedded(ip: Ip): Ip | undefined {
  const bytes = ipToBytes(ip);
  const isPrefixed = bytes.length === 16 && PREFIX.every((byte, at) => byte === bytes[at]);
  return isPrefixed ? ipFromBytes(bytes.subarray(12)) : undefined;
}
