/** Packets put together and taken apart without the reference's code; every checksum is summed as a whole. */
import { concat } from '../../../../reference/bytes.ts';

export const [ICMP, TCP, UDP, ICMPV6] = [1, 6, 17, 58] as const;

/** An address as its bytes. */
export function bytesOf(ip: string): Uint8Array {
  if (!ip.includes(':')) return Uint8Array.from(ip.split('.').map(Number));
  const [head = '', tail] = ip.split('::');
  const groups = (text: string) =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = new Array<number>(8 - before.length - after.length).fill(0);
  return Uint8Array.from([...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 255]));
}

/** The folded sum of all 16-bit words: 0xffff for what has the right checksum in it. */
export function wordSum(...parts: Uint8Array[]): number {
  const bytes = concat(...parts);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
    sum = (sum % 65536) + Math.floor(sum / 65536);
  }
  return sum;
}

const word = (value: number) => [value >> 8, value & 255];

function pseudo(from: Uint8Array, to: Uint8Array, protocol: number, length: number): Uint8Array {
  return concat(from, to, Uint8Array.from([0, 0, ...word(length), 0, 0, 0, protocol]));
}

export interface Ip {
  readonly from: string;
  readonly to: string;
  readonly hops?: number;
  readonly trafficClass?: number;
  /** IPv4: the 16 bits of flags and offset, DF if not given. */
  readonly flags?: number;
  readonly identification?: number;
  /** IPv4 options, or IPv6 extension headers; a multiple of 4 or 8 bytes. */
  readonly options?: readonly number[];
  /** What the IPv6 header says comes next, if that is an extension. */
  readonly next?: number;
}

/** A packet with any payload. */
export function ip(head: Ip, protocol: number, payload: Uint8Array): Uint8Array {
  const { hops = 64, trafficClass = 0, flags = 0x4000, identification = 0, options = [] } = head;
  const [from, to] = [bytesOf(head.from), bytesOf(head.to)];
  if (from.length === 16) {
    const first = [0x60 | (trafficClass >> 4), (trafficClass & 15) << 4, 0, 0];
    const rest = [...word(options.length + payload.length), head.next ?? protocol, hops];
    return concat(Uint8Array.from([...first, ...rest]), from, to, Uint8Array.from(options), payload);
  }
  const header = (sum: number) =>
    concat(
      Uint8Array.from([
        0x45 + options.length / 4,
        trafficClass,
        ...word(20 + options.length + payload.length),
      ]),
      Uint8Array.from([...word(identification), ...word(flags), hops, protocol, ...word(sum)]),
      from,
      to,
      Uint8Array.from(options),
    );
  return concat(header(0xffff - wordSum(header(0))), payload);
}

export function udp(
  head: Ip & { ports: readonly [number, number] },
  data: Uint8Array,
  sum?: number,
): Uint8Array {
  const [from, to] = [bytesOf(head.from), bytesOf(head.to)];
  const message = (sum: number) =>
    concat(Uint8Array.from([...head.ports.flatMap(word), ...word(8 + data.length), ...word(sum)]), data);
  const right = 0xffff - wordSum(pseudo(from, to, UDP, 8 + data.length), message(0));
  return ip(head, UDP, message(sum ?? (right === 0 ? 0xffff : right)));
}

export const [FIN, SYN, RST, ACK] = [1, 2, 4, 16] as const;

export function tcp(
  head: Ip & { ports: readonly [number, number]; flags4?: number },
  flags: number,
  data: Uint8Array = new Uint8Array(),
): Uint8Array {
  const [from, to] = [bytesOf(head.from), bytesOf(head.to)];
  const message = (sum: number) =>
    concat(
      Uint8Array.from([...head.ports.flatMap(word), 1, 2, 3, 4, 5, 6, 7, 8, 0x50, flags, 0x20, 0]),
      Uint8Array.from([...word(sum), 0, 0]),
      data,
    );
  return ip(head, TCP, message(0xffff - wordSum(pseudo(from, to, TCP, 20 + data.length), message(0))));
}

/** An ICMP or ICMPv6 message by the family of its addresses: type, code, the word after the checksum, the rest. */
export function icmp(
  head: Ip,
  type: number,
  code: number,
  rest: readonly number[],
  data: Uint8Array,
): Uint8Array {
  const [from, to] = [bytesOf(head.from), bytesOf(head.to)];
  const message = (sum: number) => concat(Uint8Array.from([type, code, ...word(sum), ...rest]), data);
  if (from.length === 4) return ip(head, ICMP, message(0xffff - wordSum(message(0))));
  const sum = wordSum(pseudo(from, to, ICMPV6, 8 + data.length), message(0));
  return ip(head, ICMPV6, message(0xffff - sum));
}

export interface Seen {
  readonly from: string;
  readonly to: string;
  readonly hops: number;
  readonly trafficClass: number;
  readonly protocol: number;
  /** Where what follows the header begins. */
  readonly at: number;
  readonly payload: Uint8Array;
  /** IPv4: flags and offset, and what it is known by. */
  readonly flags: number | undefined;
  readonly identification: number | undefined;
  /** The ports of TCP and UDP. */
  readonly ports: readonly [number, number];
  /** What is wrong with it. */
  readonly faults: readonly string[];
}

const text = (bytes: Uint8Array): string =>
  bytes.length === 4
    ? bytes.join('.')
    : Array.from({ length: 8 }, (_, i) =>
        ((bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0)).toString(16),
      ).join(':');

/** The same address in the form that `see` shows. */
export const shown = (ip: string): string => text(bytesOf(ip));

/** Takes a packet without extension headers apart, and checks every length and checksum of one that is no fragment. */
export function see(packet: Uint8Array, options: { readonly isPart?: boolean } = {}): Seen {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const isIpv4 = view.getUint8(0) >> 4 === 4;
  const at = isIpv4 ? 4 * (view.getUint8(0) & 15) : 40;
  const [from, to] = isIpv4
    ? [packet.slice(12, 16), packet.slice(16, 20)]
    : [packet.slice(8, 24), packet.slice(24, 40)];
  const payload = packet.subarray(at);
  const protocol = view.getUint8(isIpv4 ? 9 : 6);
  const flags = isIpv4 ? view.getUint16(6) : undefined;
  const told = isIpv4 ? view.getUint16(2) : 40 + view.getUint16(4);
  const faults: string[] = [];
  if (options.isPart !== true && told !== packet.length) faults.push(`length ${told} of ${packet.length}`);
  if (isIpv4 && wordSum(packet.subarray(0, at)) !== 0xffff) faults.push('header checksum');
  const isWhole = options.isPart !== true && (flags === undefined || (flags & 0x3fff) === 0);
  if (isWhole) faults.push(...wrong(from, to, protocol, payload));
  return {
    from: text(from),
    to: text(to),
    hops: view.getUint8(isIpv4 ? 8 : 7),
    trafficClass: isIpv4 ? view.getUint8(1) : (view.getUint16(0) >> 4) & 255,
    protocol,
    at,
    payload,
    flags,
    identification: isIpv4 ? view.getUint16(4) : undefined,
    ports: [word16(payload, 0), word16(payload, 2)],
    faults,
  };
}

const word16 = (bytes: Uint8Array, at: number) => (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);

function wrong(from: Uint8Array, to: Uint8Array, protocol: number, payload: Uint8Array): string[] {
  if (protocol === ICMP) return wordSum(payload) === 0xffff ? [] : ['ICMP checksum'];
  if (protocol === UDP && payload[6] === 0 && payload[7] === 0)
    return from.length === 4 ? [] : ['no UDP checksum'];
  const sum = wordSum(pseudo(from, to, protocol, payload.length), payload);
  return sum === 0xffff ? [] : [`checksum of ${protocol}`];
}
