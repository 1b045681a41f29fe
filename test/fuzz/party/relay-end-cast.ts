/** Who is around an RS-N or RS-T under fire, and where. */
import type { Endpoint, Ip } from '../../../reference/address.ts';
import { ipFromBytes, ipToBytes, parseEndpoint, parseIp } from '../../../reference/address.ts';
import type { RelayDirectionEnd } from '../../../reference/wire/messages.ts';
import type { Adept } from './adept.ts';

export interface Node {
  readonly nodeId: Uint8Array;
  readonly addresses: readonly [Ip, Ip];
  readonly places: readonly Endpoint[];
}

/** The far end of one path. */
export interface GeneralPath {
  readonly node: Node;
  readonly adept: Adept;
  readonly direction: Omit<RelayDirectionEnd, 'transaction'>;
  /** What the relay said to it. */
  status: number | undefined;
  allocated: Ip | undefined;
  isCalm: boolean;
}

export const SELF = new Uint8Array(16).fill(0x50);
export const LOCALS = endpoints('192.0.2.200:4330', '[2001:db8::200]:4330');
/** Of the relay on its general side. */
export const GENERAL = ['192.0.2.210', '2001:db8::210'].map(address);
/** Addresses for documentation stand for those of the Internet. */
export const PROFILE = { global: ['192.0.2.0/24', '203.0.113.0/24', '198.51.100.0/24', '2001:db8::/32'] };
/** The last one does nothing bad. */
export const DC_PLACES = [60, 61, 62].map((host) =>
  endpoints(`203.0.113.${host}:4330`, `[2001:db8:60::${host}]:4330`),
);
export const NODES = Array.from({ length: 5 }, (_, index) => node(index));
/** Whom they talk to, one of them within a private network. */
export const HOSTS = ['198.51.100.80', '198.51.100.81', '2001:db8:80::1', '2001:db8:80::2'].map(address);
/** Others, and some that nobody may be led to. */
export const STRANGERS = [
  '198.51.100.90',
  '2001:db8:90::1',
  '10.0.0.1',
  '127.0.0.1',
  '169.254.169.254',
  'fe80::1',
].map(address);
export const CALM = { node: node(5), host: address('198.51.100.99') };
/** What DCs say that an RS-T may lend: one of the calm one's too. */
export const POOLS = {
  calm: ['192.0.2.230'].map(address),
  others: [
    '192.0.2.230',
    ...Array.from({ length: 8 }, (_, index) => [`192.0.2.${220 + index}`, `2001:db8::${220 + index}`]).flat(),
  ].map(address),
};
export const KNOWN = [...DC_PLACES, ...[...NODES, CALM.node].map(({ places }) => places)].flat();

/** The virtual address that stands for a host. */
export function standIn(host: Ip, version: 4 | 6): Ip {
  const last = ipToBytes(host).at(-1) ?? 0;
  const inside = version === 4 ? [198, 18, 9, last] : [0xfd, 0, 0, 2, ...new Array<number>(11).fill(0), last];
  return ipFromBytes(Uint8Array.from(inside)) as Ip;
}

export function address(text: string): Ip {
  const found = parseIp(text);
  if (found === undefined) throw new Error(text);
  return found;
}

function node(index: number): Node {
  return {
    nodeId: new Uint8Array(16).fill(index % 2 === 0 ? 0x30 + index : 0xb0 + index),
    addresses: [address(`198.18.0.${20 + index}`), address(`fd00:1::${20 + index}`)],
    places: endpoints(`198.51.100.${20 + index}:6000`, `[2001:db8:6::${20 + index}]:6000`),
  };
}

function endpoints(...texts: readonly string[]): Endpoint[] {
  return texts.map((text) => {
    const found = parseEndpoint(text);
    if (found === undefined) throw new Error(text);
    return found;
  });
}
