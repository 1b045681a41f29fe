/** Another source or destination for a packet of TCP or UDP, with the checksums that go with it. */
import type { Ip } from '../../address.ts';
import { ipToBytes } from '../../address.ts';
import { adjustedChecksum, sumOfWords } from '../../packet/checksum.ts';
import type { Head } from '../../packet/head.ts';
import { setHeaderChecksum, setU16, u16 } from '../../packet/ip.ts';
import { UDP } from '../../packet/transport.ts';

const HOPS = { 4: 8, 6: 7 } as const;
const CHECKSUM = { tcp: 16, udp: 6 } as const;

/** The packet one hop further; undefined if that was one too many. Ports stay. */
export function readdressed(head: Head, which: 'source' | 'destination', ip: Ip): Uint8Array | undefined {
  const { bytes, version, addresses, width, payload, protocol, hops } = head;
  if (hops <= 1) return undefined;
  const packet = bytes.slice();
  const at = which === 'source' ? addresses : addresses + width;
  const [removed, added] = [packet.slice(at, at + width), ipToBytes(ip)];
  packet.set(added, at);
  packet[HOPS[version]] = hops - 1;
  if (version === 4) setHeaderChecksum(packet);
  const place = payload + (protocol === UDP ? CHECKSUM.udp : CHECKSUM.tcp);
  const before = u16(packet, place);
  // UDP over IPv4 may have none.
  if (protocol !== UDP || before !== 0)
    setU16(packet, place, adjustedChecksum(before, sumOfWords(removed), sumOfWords(added)));
  return packet;
}
