/** The IP header of a packet that was translated: within a family, or to the other one by RFC 7915 (4.1, 5.1). */
import type { Head } from '../../../packet/head.ts';
import { setHeaderChecksum, setU16 } from '../../../packet/ip.ts';

/** Whom a packet is from and for once it is translated: 4 bytes each, or 16. */
export interface Ends {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
}

export interface FrameOptions {
  /** Of what follows the header in the whole packet, in bytes. */
  readonly length: number;
  /** How much of that there is. */
  readonly present: number;
  readonly protocol: number;
  readonly hops: number;
  /** Whether it may be cut on its way over IPv4. */
  readonly mayCut: boolean;
  /** 16 bits for an IPv4 packet that had none; drawn only if it is needed. */
  readonly identify: () => number;
}

/** IPv4 packets that came as IPv6 and are no larger may be cut on their way. RFC 7915, 5.1 */
const LARGEST_WITHOUT_DF = 1260;

/** A packet whose payload, which begins at `at`, is still empty. */
export function frame(head: Head, ends: Ends, options: FrameOptions): { packet: Uint8Array; at: number } {
  if (ends.source.length === head.width) return sameFamily(head, ends, options);
  return head.version === 4 ? asIpv6(head, ends, options) : asIpv4(head, ends, options);
}

function sameFamily(head: Head, { source, destination }: Ends, options: FrameOptions) {
  const at = head.payload;
  const packet = new Uint8Array(at + options.present);
  packet.set(head.bytes.subarray(0, at));
  packet.set(source, head.addresses);
  packet.set(destination, head.addresses + head.width);
  packet[head.version === 4 ? 8 : 7] = options.hops;
  if (head.version === 6) {
    setU16(packet, 4, at - 40 + options.length);
    return { packet, at };
  }
  setU16(packet, 2, at + options.length);
  return { packet: setHeaderChecksum(packet), at };
}

function asIpv6(head: Head, { source, destination }: Ends, options: FrameOptions) {
  const packet = new Uint8Array(40 + options.present);
  packet[0] = 0x60 | (head.trafficClass >> 4);
  packet[1] = (head.trafficClass & 15) << 4;
  setU16(packet, 4, options.length);
  packet.set([options.protocol, options.hops], 6);
  packet.set(source, 8);
  packet.set(destination, 24);
  return { packet, at: 40 };
}

function asIpv4(head: Head, { source, destination }: Ends, options: FrameOptions) {
  const packet = new Uint8Array(20 + options.present);
  const length = 20 + options.length;
  packet.set([0x45, head.trafficClass]);
  setU16(packet, 2, length);
  if (options.mayCut || length <= LARGEST_WITHOUT_DF) setU16(packet, 4, options.identify());
  else packet[6] = 0x40;
  packet.set([options.hops, options.protocol], 8);
  packet.set(source, 12);
  packet.set(destination, 16);
  return { packet: setHeaderChecksum(packet), at: 20 };
}
