/** Which addresses are global locators: rows of the IANA special-purpose registries, and what lies beside them. */
import type { Routes } from './decision.ts';
import { end } from './decision.ts';
import { CN, ownEnd } from './pairs.ts';

/** One address for each row that is not marked as globally reachable, or beside one. */
const FOUR: readonly (readonly [address: string, isGlobal: boolean, what: string])[] = [
  ['10.255.255.255', false, 'the last of a private prefix'],
  ['11.0.0.0', true, 'the first after a private prefix'],
  ['100.63.255.255', true, 'the last before shared addresses'],
  ['100.127.255.255', false, 'the last shared address'],
  ['172.15.255.255', true, 'the last before a private prefix'],
  ['172.31.255.255', false, 'the last of a private prefix'],
  ['192.0.0.8', false, 'an IETF protocol assignment'],
  ['192.0.0.9', true, 'an assignment that is globally reachable'],
  ['192.0.2.1', false, 'an address for documentation'],
  ['192.31.196.1', true, 'a row that is globally reachable'],
  ['192.88.99.1', false, 'a row that says N/A'],
  ['198.19.255.255', false, 'an address for benchmarking'],
  ['240.0.0.1', false, 'a reserved address'],
];
const SIX: typeof FOUR = [
  ['64:ff9b::808:808', true, 'the well-known prefix of NAT64'],
  ['64:ff9b:1::1', false, 'the local prefix of NAT64'],
  ['100::1', false, 'the prefix that is discarded'],
  ['2001::1', false, 'Teredo, which says N/A'],
  ['2001:1::1', true, 'an assignment that is globally reachable'],
  ['2001:2::1', false, 'an address for benchmarking'],
  ['2001:20::1', true, 'ORCHIDv2'],
  ['2001:1ff::1', false, 'the rest of the IETF protocol assignments'],
  ['2001:200::1', true, 'the first after them'],
  ['2002::1', false, '6to4, which says N/A'],
  ['3fff::1', false, 'an address for documentation'],
  ['3fff:1000::1', true, 'the first after them'],
  ['5f00::1', false, 'a segment of SRv6'],
  ['fdff::1', false, 'a unique local address'],
];

export function registries(family: Routes): void {
  for (const [address, isGlobal, what] of FOUR) {
    const own = `${address}:5000`;
    family.decided(
      `locator.${address.replaceAll('.', '-')}`,
      `Observed as it is: ${what}, which ${isGlobal ? 'is a' : 'is no'} global locator.`,
      ['DC-28', 'DC-35'],
      { mn: end([own], [own]), cn: ownEnd(CN.G4), virtualPrefixes: [] },
      isGlobal ? '4' : '5i',
      { mn: CN.G4.local, cn: isGlobal ? [own] : [] },
    );
  }
  for (const [address, isGlobal, what] of SIX) {
    const own = `[${address}]:5000`;
    family.decided(
      `locator.${address.replaceAll(/:+/g, '-')}`,
      `IPv6 alone: ${what}, which ${isGlobal ? 'is a' : 'is no'} global locator.`,
      ['DC-28', 'DC-35'],
      { mn: end([own], [own]), cn: ownEnd(CN.V6), virtualPrefixes: [] },
      isGlobal ? '2' : '3',
      isGlobal ? { mn: CN.V6.local, cn: [own] } : {},
    );
  }
}
