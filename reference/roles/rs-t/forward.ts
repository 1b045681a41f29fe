/** What a router does with packets: TTL or hop limit goes down by one, and all else stays. [RST-03, RST-07] */
import type { Ip } from '../../address.ts';
import { ipFromBytes } from '../../address.ts';
import { ICMPV6 } from '../../packet/checksum.ts';
import type { Head } from '../../packet/head.ts';
import { destinationOf, readPart, sourceOf } from '../../packet/head.ts';
import { ICMP, setHeaderChecksum } from '../../packet/ip.ts';

const [HOPS4, HOPS6] = [8, 7];
/** Unreachable, time exceeded, parameter problem; ICMPv6 errors are below 128. */
const ICMP_ERRORS: ReadonlySet<number> = new Set([3, 11, 12]);
const ICMPV6_INFORMATIONAL = 128;
const ICMP_HEADER = 8;

/** A copy of a packet, one hop further. */
export function passedOn({ version, bytes, hops }: Head): Uint8Array {
  const packet = bytes.slice();
  packet[version === 4 ? HOPS4 : HOPS6] = hops - 1;
  return version === 4 ? setHeaderChecksum(packet) : packet;
}

/** Whom the packet was from and for that an ICMP error is about; undefined for what is no error. */
export function aboutOf(head: Head): { readonly source: Ip; readonly destination: Ip } | undefined {
  const { version, bytes, payload, protocol, offset } = head;
  if (protocol !== (version === 4 ? ICMP : ICMPV6) || offset > 0) return undefined;
  const type = bytes[payload] ?? ICMPV6_INFORMATIONAL;
  if (version === 4 ? !ICMP_ERRORS.has(type) : type >= ICMPV6_INFORMATIONAL) return undefined;
  const about = readPart(bytes.subarray(payload + ICMP_HEADER));
  const source = about && ipFromBytes(sourceOf(about));
  const destination = about && ipFromBytes(destinationOf(about));
  return source && destination && { source, destination };
}

/** The ICMP message of an error. */
export function errorMessage({ bytes, payload }: Head): Uint8Array {
  return bytes.slice(payload);
}
