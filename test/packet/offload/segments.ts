/** TCP segments of one connection as whole packets, with options, made by the other code for checksums. */
import type { Ip } from '../../../reference/address.ts';
import { ipToBytes, parseIp } from '../../../reference/address.ts';
import { concat } from '../../../reference/bytes.ts';
import { pseudoChecksum } from '../../../reference/packet/checksum.ts';
import { DF, FLAGS, ipPacket, setHeaderChecksum, setU16 } from '../../../reference/packet/ip.ts';

export interface Said {
  readonly version: 4 | 6;
  readonly port: number;
  readonly sequence: number;
  readonly flags: number;
  readonly identification: number;
  readonly isDf: boolean;
  readonly options: Uint8Array;
  readonly data: Uint8Array;
  readonly acknowledgement: number;
}

const ENDS = {
  4: ['198.18.1.1', '198.18.2.1'],
  6: ['fd00:1::1', 'fd00:2::1'],
} as const;

export function segment(said: Said): Uint8Array {
  const [from, to] = ENDS[said.version].map((text) => parseIp(text) as Ip) as [Ip, Ip];
  const header = new Uint8Array(20);
  const view = new DataView(header.buffer);
  view.setUint16(0, said.port);
  view.setUint16(2, 80);
  view.setUint32(4, said.sequence);
  view.setUint32(8, said.acknowledgement);
  header[12] = (5 + said.options.length / 4) << 4;
  header[13] = said.flags;
  view.setUint16(14, 512);
  const message = concat(header, said.options, said.data);
  setU16(message, 16, pseudoChecksum(ipToBytes(from), ipToBytes(to), 6, message));
  const packet = ipPacket(from, to, 6, message, { identification: said.identification });
  if (said.version === 6) return packet;
  if (said.isDf) packet[FLAGS] = DF;
  return setHeaderChecksum(packet);
}
