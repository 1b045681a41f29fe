/** UDP packets as a host reads them, checksums by the twin. */
import type { Ip } from '../../reference/address.ts';
import { ipFromBytes } from '../../reference/address.ts';
import { checksumsAreRight } from '../twin/index.ts';

const UDP = 17;

export interface ReadUdp {
  readonly from: Ip;
  readonly to: Ip;
  /** Source and destination. */
  readonly ports: readonly [number, number];
  readonly payload: Uint8Array;
  /** TTL or hop limit. */
  readonly hopLimit: number;
  readonly isSound: boolean;
}

/** @returns undefined for what is no UDP packet without extension headers, in one piece */
export function readUdp(packet: Uint8Array): ReadUdp | undefined {
  const is6 = (packet[0] ?? 0) >> 4 === 6;
  const at = is6 ? 40 : 4 * ((packet[0] ?? 0) & 15);
  if (packet[is6 ? 6 : 9] !== UDP || packet.length < at + 8) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  if (!is6 && (view.getUint16(6) & 0x3fff) !== 0) return undefined;
  const address = (offset: number) => ipFromBytes(packet.slice(offset, offset + (is6 ? 16 : 4)));
  const [from, to] = [address(is6 ? 8 : 12), address(is6 ? 24 : 16)];
  if (from === undefined || to === undefined) return undefined;
  return {
    from,
    to,
    ports: [view.getUint16(at), view.getUint16(at + 2)],
    payload: packet.slice(at + 8, at + view.getUint16(at + 4)),
    hopLimit: packet[is6 ? 7 : 8] ?? 0,
    isSound: checksumsAreRight(packet),
  };
}
