/** Makes a translated packet fit the side that it goes to. RFC 7915, 4 and 5; TUN-07 */
import type { Ip } from '../../../address.ts';
import { packetTooBig } from '../../../packet/errors.ts';
import { fragment, fragmentIpv6 } from '../../../packet/fragment.ts';
import type { Head } from '../../../packet/head.ts';

/** What an IPv6 header is longer than an IPv4 one. */
const LONGER = 20;
const LEAST_IPV6_MTU = 1280;

export interface Fitting {
  /** As it came. */
  readonly head: Head;
  readonly mayCut: boolean;
  readonly mtu: number;
  readonly identify: () => number;
}

/** @returns undefined if it is too large and may not be cut. */
export function fit(packet: Uint8Array, { head, mayCut, mtu, identify }: Fitting): Uint8Array[] | undefined {
  const limit = limitOf(packet, { head, mayCut, mtu });
  if (packet.length <= limit) return [packet];
  if ((packet[0] ?? 0) >> 4 === 4) return fragment(packet, limit);
  return mayCut ? fragmentIpv6(packet, limit, identify()) : undefined;
}

/** Whether it can go as it is. */
export function fits(packet: Uint8Array, fitting: Omit<Fitting, 'identify'>): boolean {
  return packet.length <= limitOf(packet, fitting);
}

/** IPv4 without DF becomes IPv6 that every link carries, since nobody would hear of a smaller one. */
function limitOf(packet: Uint8Array, { head, mayCut, mtu }: Omit<Fitting, 'identify'>): number {
  if ((packet[0] ?? 0) >> 4 === 4) return mtu;
  return head.version === 4 && mayCut ? LEAST_IPV6_MTU : Math.max(mtu, LEAST_IPV6_MTU);
}

/**
 * What its sender is told. No IPv6 packet of up to 1280 bytes is too large for any way. [TUN-15]
 * @param packet what became of it
 */
export function tooBig(
  packet: Uint8Array,
  { head, mtu }: Pick<Fitting, 'head' | 'mtu'>,
  from: Ip,
): Uint8Array[] {
  const becomes = (packet[0] ?? 0) >> 4;
  const limit = becomes === 6 ? Math.max(LEAST_IPV6_MTU, mtu) : mtu;
  const own = limit + (becomes === head.version ? 0 : becomes === 6 ? -LONGER : LONGER);
  const error = packetTooBig(head.bytes, head.version === 6 ? Math.max(LEAST_IPV6_MTU, own) : own, from);
  return error === undefined ? [] : [error];
}
