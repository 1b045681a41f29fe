/** IPv4 addresses inside IPv6 ones, as a NAT64 translates them. RFC 6052 */
import type { Endpoint, Ip } from './address.ts';
import { family, ipFromBytes, ipToBytes } from './address.ts';
import type { Prefix } from './locator.ts';
import { isIn, parsePrefix } from './locator.ts';

/** RFC 6052 section 2.1, the prefix that stands for any NAT64's. */
const WELL_KNOWN = parsePrefix('64:ff9b::/96') as Prefix;

/** RFC 6052 section 2.2: bits of a NAT64's prefix. */
export const NAT64_LENGTHS: readonly number[] = [32, 40, 48, 56, 64, 96];

/** Bits 64 to 71 stay zero. */
const RESERVED = 8;

/** Whether an address is inside a NAT64's prefix: the well-known one, or one that is known. */
export function isTranslated(ip: Ip, known: Prefix | undefined): boolean {
  return isIn(ip, WELL_KNOWN) || (known !== undefined && isIn(ip, known));
}

/** The IPv4 address that a NAT64 with the well-known prefix would make of an IPv6 one. */
export function behindNat64(ip: Ip): Ip | undefined {
  return isIn(ip, WELL_KNOWN) ? ipFromBytes(ipToBytes(ip).subarray(12)) : undefined;
}

/**
 * The IPv6 address by which a NAT64 reaches an IPv4 one. RFC 6052 section 2.2
 * @param prefix of one of the lengths of {@link NAT64_LENGTHS}.
 */
export function translated(ip: Ip, { bytes, length }: Prefix): Ip {
  const address = new Uint8Array(16);
  address.set(bytes.subarray(0, length / 8));
  let at = length / 8;
  for (const byte of ipToBytes(ip)) {
    if (at === RESERVED) at++;
    address[at++] = byte;
  }
  return ipFromBytes(address) as Ip;
}

/** Where a host with some families reaches IPv4 endpoints: by its NAT64, if it has no IPv4. [NODE-21] */
export function byNat64(
  endpoints: readonly Endpoint[],
  families: readonly (4 | 6)[],
  nat64: Prefix | undefined,
): Endpoint[] {
  if (nat64 === undefined || families.includes(4)) return [...endpoints];
  return endpoints.map(({ ip, port }) => ({ ip: family(ip) === 4 ? translated(ip, nat64) : ip, port }));
}
