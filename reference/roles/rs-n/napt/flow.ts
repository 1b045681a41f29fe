/** What a packet is to the translator. */
import { ICMPV6 } from '../../../packet/checksum.ts';
import type { Head } from '../../../packet/head.ts';
import { ICMP, u16 } from '../../../packet/ip.ts';
import { TCP, UDP } from '../../../packet/transport.ts';
import type { Kind } from './records.ts';

/** A packet of a flow that can have a mapping. */
export interface Flow {
  readonly kind: Kind;
  /** Ports; of an echo both are the identifier. */
  readonly source: number;
  readonly destination: number;
  /** Of TCP. */
  readonly flags: number;
  /** An echo that answers one: it begins no mapping. */
  readonly isReply: boolean;
}

const TCP_HEADER = 20;
const [UNREACHABLE, TIME_EXCEEDED, PARAMETER_PROBLEM] = [3, 11, 12];
const ERRORS: ReadonlySet<number> = new Set([UNREACHABLE, TIME_EXCEEDED, PARAMETER_PROBLEM]);
/** ICMPv6 errors are from 1 to this. */
const LAST_ERROR = 4;
const ECHOES = { 4: { request: 8, reply: 0 }, 6: { request: 128, reply: 129 } };

/**
 * Which flow a packet belongs to: TCP, UDP, or ICMP echo of the packet's own family. Within an ICMP error the first 8
 * bytes are enough.
 */
export function flowOf({ version, bytes, length, protocol, payload }: Head): Flow | undefined {
  if (bytes.length < payload + 8) return undefined;
  const ports = { source: u16(bytes, payload), destination: u16(bytes, payload + 2), isReply: false };
  if (protocol === UDP) return { kind: 'udp', ...ports, flags: 0 };
  if (protocol === TCP) {
    if (length < payload + TCP_HEADER) return undefined;
    return { kind: 'tcp', ...ports, flags: bytes[payload + 13] ?? 0 };
  }
  if (protocol !== (version === 4 ? ICMP : ICMPV6)) return undefined;
  const { request, reply } = ECHOES[version];
  const [type, code] = [bytes[payload], bytes[payload + 1]];
  if (code !== 0 || (type !== request && type !== reply)) return undefined;
  const id = u16(bytes, payload + 4);
  return { kind: 'echo', source: id, destination: id, flags: 0, isReply: type === reply };
}

/**
 * Whether a packet is an ICMP error that is translated. Source quench and redirects are not: the first is dead
 * (RFC 6633), the others are about the link that they came by.
 */
export function isError({ version, bytes, protocol, payload }: Head): boolean {
  const type = bytes[payload];
  if (type === undefined) return false;
  if (version === 4) return protocol === ICMP && ERRORS.has(type);
  return protocol === ICMPV6 && type >= 1 && type <= LAST_ERROR;
}
