/** UDP packets of applications, made by hand. */
import type { Ip } from '../../../reference/address.ts';
import { family, ipToBytes } from '../../../reference/address.ts';
import { concat } from '../../../reference/bytes.ts';
import { setHeaderChecksum } from '../../../reference/packet/ip.ts';

/** @param number the last 4 bytes of the payload. */
export function udpPacket(
  source: Ip,
  destination: Ip,
  number: number,
  { size = 100, isWhole = true }: { readonly size?: number; readonly isWhole?: boolean } = {},
): Uint8Array {
  const version = family(source);
  const header = new Uint8Array(version === 4 ? 12 : 8);
  const addresses = concat(ipToBytes(source), ipToBytes(destination));
  const packet = concat(header, addresses, new Uint8Array(size - header.length - addresses.length));
  const view = new DataView(packet.buffer);
  if (version === 4) {
    packet.set([0x45, 0]);
    view.setUint16(2, size);
    packet.set([isWhole ? 0x40 : 0, 0, 64, 17], 6);
    setHeaderChecksum(packet);
  } else {
    packet[0] = 0x60;
    view.setUint16(4, size - 40);
    packet.set([17, 64], 6);
  }
  view.setUint32(size - 4, number);
  return packet;
}

/** The number that is in a packet. */
export function numberOf(packet: Uint8Array): number {
  return new DataView(packet.buffer, packet.byteOffset).getUint32(packet.length - 4);
}
