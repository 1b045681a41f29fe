/** Networks as bridges in namespaces: where hosts and gateways plug in, and which addresses they get there. */

export type Version = 4 | 6;

/** A network that hosts plug into: a bridge in a namespace that passes packets on. */
export interface Segment {
  /** The short name of the namespace that has the bridge. */
  readonly at: string;
  readonly bridge: string;
  /** How addresses begin there, as in the simulated Internet: `192.168.1.`, `2001:db8:1:`. */
  readonly prefix4?: string;
  readonly prefix6?: string;
  /** Its hosts do not hear each other. */
  readonly isIsolated?: boolean;
}

/** Bits of the network's part of an address. */
export const LENGTH: Readonly<Record<Version, number>> = { 4: 24, 6: 64 };

/** The segment that stands for the Internet, the same names and addresses as in the simulated one. */
export const INTERNET: Segment = {
  at: 'internet',
  bridge: 'net',
  prefix4: '203.0.113.',
  prefix6: '2001:db8:',
};

/** Addresses of the Internet's router: one in each network whose hosts stand on the segment. */
export const ROUTER = ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1'] as const;

/** An address of a segment by the number of a host; 1 is who passes packets on. Undefined: none of that family. */
export function addressAt(segment: Segment, version: Version, host: number): string | undefined {
  const prefix = version === 4 ? segment.prefix4 : segment.prefix6;
  if (prefix === undefined) return undefined;
  return version === 4 ? `${prefix}${host}` : `${prefix}:${host.toString(16)}`;
}

/** The way out for an address of a host: number 1 of its network. */
export function wayOut(address: string): string {
  return address.includes(':')
    ? `${address.slice(0, address.indexOf('::'))}::1`
    : `${address.slice(0, address.lastIndexOf('.'))}.1`;
}

export const versionOf = (address: string): Version => (address.includes(':') ? 6 : 4);

/** An address with the length of its network. */
export const withLength = (address: string): string => `${address}/${LENGTH[versionOf(address)]}`;
