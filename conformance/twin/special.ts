import type { Prefix } from './addresses.ts';
import { isInside, isInsideAny, readPrefix } from './addresses.ts';

/**
 * The IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, RFC 8190 and later updates): prefix, and
 * what stands under "Globally Reachable". For an address the longest prefix that it is inside of counts.
 */
const REGISTRIES: readonly (readonly [prefix: string, reachable: boolean | 'N/A'])[] = [
  ['0.0.0.0/8', false], // this network (RFC 791)
  ['10.0.0.0/8', false], // private use (RFC 1918)
  ['100.64.0.0/10', false], // shared address space (RFC 6598)
  ['127.0.0.0/8', false], // loopback (RFC 1122)
  ['169.254.0.0/16', false], // link-local (RFC 3927)
  ['172.16.0.0/12', false], // private use (RFC 1918)
  ['192.0.0.0/24', false], // IETF protocol assignments; not usable but for more specific ones
  ['192.0.0.9/32', true], // Port Control Protocol anycast (RFC 7723)
  ['192.0.0.10/32', true], // TURN anycast (RFC 8155)
  ['192.0.2.0/24', false], // documentation (RFC 5737)
  ['192.31.196.0/24', true], // AS112-v4 (RFC 7535)
  ['192.52.193.0/24', true], // AMT (RFC 7450)
  ['192.88.99.0/24', 'N/A'], // 6to4 relay anycast, deprecated (RFC 7526)
  ['192.88.99.2/32', false], // 6a44 relay anycast (RFC 6751)
  ['192.168.0.0/16', false], // private use (RFC 1918)
  ['192.175.48.0/24', true], // direct delegation AS112 (RFC 7534)
  ['198.18.0.0/15', false], // benchmarking (RFC 2544)
  ['198.51.100.0/24', false], // documentation (RFC 5737)
  ['203.0.113.0/24', false], // documentation (RFC 5737)
  ['240.0.0.0/4', false], // reserved (RFC 1112); the limited broadcast address too
  ['::/128', false], // unspecified (RFC 4291)
  ['::1/128', false], // loopback (RFC 4291)
  ['::ffff:0:0/96', false], // v4-mapped (RFC 4291)
  ['64:ff9b::/96', true], // NAT64, well-known prefix (RFC 6052)
  ['64:ff9b:1::/48', false], // NAT64, local use (RFC 8215)
  ['100::/64', false], // discard only (RFC 6666)
  ['100:0:0:1::/64', false], // dummy prefix (RFC 9780)
  ['2001::/23', false], // IETF protocol assignments, but for more specific ones (RFC 2928)
  ['2001::/32', 'N/A'], // Teredo (RFC 4380)
  ['2001:1::1/128', true], // Port Control Protocol anycast (RFC 7723)
  ['2001:1::2/128', true], // TURN anycast (RFC 8155)
  ['2001:1::3/128', true], // DNS-SD registration anycast (RFC 9665)
  ['2001:2::/48', false], // benchmarking (RFC 5180)
  ['2001:3::/32', true], // AMT (RFC 7450)
  ['2001:4:112::/48', true], // AS112-v6 (RFC 7535)
  ['2001:10::/28', 'N/A'], // ORCHID, deprecated (RFC 4843)
  ['2001:20::/28', true], // ORCHIDv2 (RFC 7343)
  ['2001:30::/28', true], // drone remote ID (RFC 9374)
  ['2001:db8::/32', false], // documentation (RFC 3849)
  ['2002::/16', 'N/A'], // 6to4 (RFC 3056)
  ['2620:4f:8000::/48', true], // direct delegation AS112 (RFC 7534)
  ['3fff::/20', false], // documentation (RFC 9637)
  ['5f00::/16', false], // SRv6 SIDs (RFC 9602)
  ['fc00::/7', false], // unique local (RFC 4193)
  ['fe80::/10', false], // link-local (RFC 4291)
];

const ROWS = REGISTRIES.map(([text, reachable]) => ({ prefix: readPrefix(text), reachable }));

const MULTICAST = ['224.0.0.0/4', 'ff00::/8'].map(readPrefix);
const UNSPECIFIED = ['0.0.0.0/8', '::/128'].map(readPrefix);
const BROADCAST = ['255.255.255.255/32'].map(readPrefix);
const LOCAL = ['127.0.0.0/8', '::1/128', '169.254.0.0/16', 'fe80::/10'].map(readPrefix);

/** The two lists of a test profile (GEN-16). */
export interface Profile {
  readonly global: readonly Prefix[];
  readonly private: readonly Prefix[];
}

/** A global locator (DC-28); the lists come first, `global` before `private` (GEN-16, chapter 17). */
export function isGlobalLocator(address: Uint8Array, profile: Profile): boolean {
  if (isInsideAny(address, [...MULTICAST, ...UNSPECIFIED, ...BROADCAST])) return false;
  if (isInsideAny(address, profile.global)) return true;
  if (isInsideAny(address, profile.private)) return false;
  const rows = ROWS.filter(({ prefix }) => isInside(address, prefix));
  const [longest] = rows.sort((a, b) => b.prefix.length - a.prefix.length);
  return longest === undefined || longest.reachable === true;
}

/** What is no candidate under any rule (DC-35). A test profile lets loopback and link-local through (GEN-16). */
export function isNeverCandidate(address: Uint8Array, profile: Profile): boolean {
  if (isInsideAny(address, [...MULTICAST, ...UNSPECIFIED, ...BROADCAST])) return true;
  return isInsideAny(address, LOCAL) && !isInsideAny(address, [...profile.global, ...profile.private]);
}
