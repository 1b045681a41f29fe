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
  const bytes = ipToBytes(ip);
  if (bytes.length !== prefix.bytes.length) return false;
  const whole = prefix.length >> 3;
  for (let i = 0; i < whole; i++) if (bytes[i] !== prefix.bytes[i]) return false;
  const rest = prefix.length & 7;
  return rest === 0 || (((bytes[whole] ?? 0) ^ (prefix.bytes[whole] ?? 0)) & (0xff00 >> rest) & 0xff) === 0;
}

/** How far an address reaches. `never`: no datagram of another host can have it as its source. */
export type Reach = 'global' | 'private' | 'never';

/** Classifies an address by its prefix; a test profile comes first. [GEN-16] */
export function reach(ip: Ip, profile: TestProfile): Reach {
  if (profile.global.some((prefix) => isIn(ip, prefix))) return 'global';
  if (profile.private.some((prefix) => isIn(ip, prefix))) return 'private';
  if (NEVER.some((prefix) => isIn(ip, prefix))) return 'never';
  return PRIVATE.some((prefix) => isIn(ip, prefix)) ? 'private' : 'global';
}

function prefixes(...texts: readonly string[]): readonly Prefix[] {
  return texts.map((text) => {
    const prefix = parsePrefix(text);
    if (prefix === undefined) throw new Error(`not a prefix: ${text}`);
    return prefix;
  });
}

/** Unspecified, loopback, link-local, multicast, broadcast and v4-mapped addresses (RFC 6890). */
const NEVER = prefixes(
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '::/127',
  'fe80::/10',
  'ff00::/8',
  '::ffff:0:0/96',
);

/** What the IANA special-purpose registries (RFC 6890) except from global reachability, and is not above. */
const PRIVATE = prefixes(
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
  '64:ff9b:1::/48',
  '100::/64',
  '2001:2::/48',
  '2001:db8::/32',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
);
