/** A packet of TCP, UDP or ICMP echo with other addresses, another port, and the checksums that go with them. [RSN-02] */
import { adjustedChecksum, ICMPV6, pseudoChecksum, sumOfWords } from '../../../packet/checksum.ts';
import type { Head } from '../../../packet/head.ts';
import { destinationOf, sourceOf } from '../../../packet/head.ts';
import { ICMP, setU16, u16 } from '../../../packet/ip.ts';
import { TCP, UDP } from '../../../packet/transport.ts';
import type { Ends } from './frame.ts';
import { frame } from './frame.ts';

export interface Translation extends Ends {
  /** The port of TCP or UDP, or the identifier of an echo, that the packet gets. */
  readonly port: number;
  /** Which of its two ports that is. */
  readonly side: 'source' | 'destination';
  /** TTL or hop limit of the result. */
  readonly hops: number;
  /** Whether it may be cut on its way: it came in pieces, or without DF. */
  readonly mayCut: boolean;
  /** 16 bits for an IPv4 packet that had none. */
  readonly identify: () => number;
}

/** Where the checksum stands in what follows the IP header, and how much of that there is at least. */
const PROTOCOLS: Readonly<Record<number, { readonly checksum: number; readonly shortest: number }>> = {
  [TCP]: { checksum: 16, shortest: 20 },
  [UDP]: { checksum: 6, shortest: 8 },
  [ICMP]: { checksum: 2, shortest: 8 },
  [ICMPV6]: { checksum: 2, shortest: 8 },
};

const ECHO_TYPES: Readonly<Record<number, number>> = { 8: 128, 0: 129, 128: 8, 129: 0 };

/**
 * Translates a packet that is no fragment and no ICMP error, or as much as there is of one within an ICMP error. A
 * checksum that was wrong stays wrong: who gets the packet has to see it. [TUN-20]
 * @returns undefined if it has no place for a port, or UDP over IPv6 without a checksum would become IPv4.
 */
export function translate(head: Head, to: Translation): Uint8Array | undefined {
  const { bytes, payload, protocol } = head;
  const format = PROTOCOLS[protocol];
  const [length, present] = [head.length - payload, bytes.length - payload];
  const isPart = bytes.length < head.length;
  if (format === undefined || present < (isPart ? 8 : format.shortest)) return undefined;
  const isCrossing = to.source.length !== head.width;
  const becomes = isCrossing ? otherProtocol(protocol) : protocol;
  const { packet, at } = frame(head, to, {
    length,
    present,
    protocol: becomes,
    hops: to.hops,
    mayCut: to.mayCut,
    identify: to.identify,
  });
  packet.set(bytes.subarray(payload), at);

  let [removed, added] = [0, 0];
  // ICMP over IPv4 alone has no pseudo-header; TCP and UDP have what is the same in both families but for the addresses.
  if (protocol !== ICMP) removed += sumOfWords(sourceOf(head)) + sumOfWords(destinationOf(head));
  if (becomes !== ICMP) added += sumOfWords(to.source) + sumOfWords(to.destination);
  const isEcho = protocol === ICMP || protocol === ICMPV6;
  if (isEcho && isCrossing) {
    if (protocol === ICMPV6) removed += ICMPV6 + length;
    else added += ICMPV6 + length;
    const type = ECHO_TYPES[packet[at] ?? 0];
    if (type === undefined) return undefined;
    removed += u16(packet, at);
    packet[at] = type;
    added += u16(packet, at);
  }
  const portAt = at + (isEcho ? 4 : to.side === 'source' ? 0 : 2);
  removed += u16(packet, portAt);
  added += to.port;
  setU16(packet, portAt, to.port);

  const sumAt = at + format.checksum;
  if (sumAt + 2 > packet.length) return packet;
  if (protocol === UDP && u16(packet, sumAt) === 0) return withoutChecksum(head, to, packet, at);
  const sum = adjustedChecksum(u16(packet, sumAt), removed, added);
  setU16(packet, sumAt, protocol === UDP && sum === 0 ? 0xffff : sum);
  return packet;
}

/** UDP over IPv4 may have none; over IPv6 it must have one, which a translator fills in. RFC 7915, 4.5 */
function withoutChecksum(
  head: Head,
  { source, destination }: Ends,
  packet: Uint8Array,
  at: number,
): Uint8Array | undefined {
  const isCrossing = source.length !== head.width;
  if (!isCrossing) return packet;
  if (head.version === 6) return undefined;
  // Within an ICMP error there is not always enough of it.
  if (head.bytes.length < head.length) return packet;
  // What follows the datagram in the packet is not summed.
  const length = u16(packet, at + 4);
  if (length < 8 || at + length > packet.length) return undefined;
  const sum = pseudoChecksum(source, destination, UDP, packet.subarray(at, at + length));
  setU16(packet, at + 6, sum === 0 ? 0xffff : sum);
  return packet;
}

function otherProtocol(protocol: number): number {
  if (protocol === ICMP) return ICMPV6;
  return protocol === ICMPV6 ? ICMP : protocol;
}
