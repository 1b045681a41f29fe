/** What an address can be used for as a locator, and the test profile that changes it. [GEN-16] */
import type { Ip } from './address.ts';
import { ipToBytes, parseIp } from './address.ts';

/** An address prefix, as bytes and a length in bits. */
export interface Prefix {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** Prefixes that a test names: they count as global or private, whatever they are. Empty by default. */
export interface TestProfile {
  readonly global: readonly Prefix[];
  readonly private: readonly Prefix[];
}

export const NO_TEST_PROFILE: TestProfile = { global: [], private: [] };

/** Reads `127.0.0.0/8` or `fd00::/8`, or an address alone. @returns undefined if it is no prefix. */
export function parsePrefix(text: string): Prefix | undefined {
  const [address = '', bits, ...rest] = text.split('/');
  const ip = parseIp(address);
  if (ip === undefined || rest.length > 0 || !/^\d{1,3}$/.test(bits ?? '0')) return undefined;
  const bytes = ipToBytes(ip);
  const length = bits === undefined ? bytes.length * 8 : Number(bits);
  return length <= bytes.length * 8 ? { bytes, length } : undefined;
}

/** Whether an address lies in a prefix of its own family. */
export function isIn(ip: Ip, prefix: Prefix): boolean {
  return areIn(ipToBytes(ip), prefix);
}

function areIn(bytes: Uint8Array, prefix: Prefix): boolean {
  if (bytes.length !== prefix.bytes.length) return false;
  const whole = prefix.length >> 3;
  for (let i = 0; i < whole; i++) if (bytes[i] !== prefix.bytes[i]) return false;
  const rest = prefix.length & 7;
  return rest === 0 || (((bytes[whole] ?? 0) ^ (prefix.bytes[whole] ?? 0)) & (0xff00 >> rest) & 0xff) === 0;
}

/** How far an address reaches. `never`: no datagram of another host can have it as its source. */
export type Reach = 'global' | 'private' | 'never';

/** Classifies an address by its prefix; a test profile comes before all but what no host can have. [GEN-16, DC-28] */
export function reach(ip: Ip, profile: TestProfile): Reach {
  const bytes = ipToBytes(ip);
  const isInside = (prefixes: readonly Prefix[]): boolean => prefixes.some((prefix) => areIn(bytes, prefix));
  if (isInside(NO_HOST)) return 'never';
  if (isInside(profile.global)) return 'global';
  if (isInside(profile.private)) return 'private';
  if (isInside(NOT_AFAR)) return 'never';
  return isInside(EXCEPTED) && !isInside(REACHABLE) ? 'private' : 'global';
}

/** Whether an address is for networks of one's own, so that the same one can be elsewhere too. [OPT-07, OPT-08] */
export function isPrivateUse(ip: Ip, profile: TestProfile): boolean {
  const bytes = ipToBytes(ip);
  const isInside = (prefixes: readonly Prefix[]): boolean => prefixes.some((prefix) => areIn(bytes, prefix));
  return !isInside(profile.global) && (isInside(profile.private) || isInside(PRIVATE_USE));
}

function prefixes(...texts: readonly string[]): readonly Prefix[] {
  return texts.map((text) => {
    const prefix = parsePrefix(text);
    if (prefix === undefined) throw new Error(`not a prefix: ${text}`);
    return prefix;
  });
}

/** Unspecified, multicast and broadcast addresses: no host has one, whatever a test says. */
const NO_HOST = prefixes('0.0.0.0/8', '224.0.0.0/4', '255.255.255.255/32', '::/128', 'ff00::/8');

/** Loopback, link-local and v4-mapped addresses. */
const NOT_AFAR = prefixes('127.0.0.0/8', '169.254.0.0/16', '::1/128', 'fe80::/10', '::ffff:0:0/96');

/** What the IANA special-purpose registries do not mark as globally reachable, and is not above. */
const EXCEPTED = prefixes(
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
  '64:ff9b:1::/48',
  '100::/64',
  '100:0:0:1::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
);

/** RFC 1918, RFC 6598, RFC 4193. */
const PRIVATE_USE = prefixes('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7');

/** Rows inside of those that are marked as globally reachable. */
const REACHABLE = prefixes(
  '192.0.0.9/32',
  '192.0.0.10/32',
  '2001:1::1/128',
  '2001:1::2/128',
  '2001:1::3/128',
  '2001:3::/32',
  '2001:4:112::/48',
  '2001:20::/28',
  '2001:30::/28',
);
