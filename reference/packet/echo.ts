/** ICMP and ICMPv6 echo, with which a tunnel is tried out: RFC 792, RFC 4443 (4). */
import type { Ip } from '../address.ts';
import { family, ipToBytes } from '../address.ts';
import { concat } from '../bytes.ts';
import { ICMPV6, icmpv6Checksum, internetChecksum } from './checksum.ts';
import { DF, FLAGS, ICMP, icmpPacket, isHost, readIp, setU16, u16 } from './ip.ts';

export interface Echo {
  readonly source: Ip;
  readonly destination: Ip;
  /** u16: tells one asker's from another's. */
  readonly id: number;
  /** u16 */
  readonly sequence: number;
  readonly data: Uint8Array;
}

const TYPES = { 4: { request: 8, reply: 0 }, 6: { request: 128, reply: 129 } };
const HEADER = 8;

/** An echo request as a whole packet, with DF over IPv4. @throws RangeError for addresses of two families. */
export function echoRequest({ source, destination, id, sequence, data }: Echo): Uint8Array {
  if (family(source) !== family(destination)) throw new RangeError('addresses of two families');
  const head = new Uint8Array(HEADER);
  head[0] = TYPES[family(source)].request;
  setU16(head, 4, id);
  setU16(head, 6, sequence);
  return icmpPacket(source, destination, concat(head, data));
}

/** Reads a whole echo request or reply with right checksums; undefined for any other packet. */
export function readEcho(bytes: Uint8Array): (Echo & { readonly kind: 'request' | 'reply' }) | undefined {
  const read = readIp(bytes);
  if (read === undefined || read.offset > 0 || read.hasMore) return undefined;
  const { version, packet, source, destination } = read;
  const message = packet.subarray(read.payload);
  if (read.protocol !== (version === 4 ? ICMP : ICMPV6) || message.length < HEADER) return undefined;
  const sum =
    version === 4
      ? internetChecksum(message)
      : icmpv6Checksum(ipToBytes(source), ipToBytes(destination), message);
  const [type, code] = message;
  const kind = (['request', 'reply'] as const).find((name) => TYPES[version][name] === type);
  if (sum !== 0 || code !== 0 || kind === undefined) return undefined;
  const data = message.slice(HEADER);
  return { kind, source, destination, id: u16(message, 4), sequence: u16(message, 6), data };
}

/** The reply to an echo request from one host to another; undefined for any other packet. */
export function echoReply(bytes: Uint8Array): Uint8Array | undefined {
  const echo = readEcho(bytes);
  if (echo?.kind !== 'request' || !isHost(echo.source) || !isHost(echo.destination)) return undefined;
  const head = new Uint8Array(HEADER);
  head[0] = TYPES[family(echo.source)].reply;
  setU16(head, 4, echo.id);
  setU16(head, 6, echo.sequence);
  // A reply as long as its request may have to be fragmented where that was; its identification serves both ways.
  const identification = ((bytes[FLAGS] ?? 0) & DF) === 0 ? u16(bytes, 4) : undefined;
  return icmpPacket(echo.destination, echo.source, concat(head, echo.data), { identification });
}
