/** The addresses of the balancer's world, and what its DC, its NTMAs and its clients are configured with. */
import { toHex } from '../../bytes.ts';
import type { DcConfigInput } from '../../config/dc.ts';
import type { NodeConfigInput } from '../../config/node.ts';
import type { NtmaConfigInput } from '../../config/ntma.ts';
import { Chance } from '../chance.ts';
import { PORT, testProfile } from '../configs.ts';

/** As in the figure of the paper: what stands behind the balancer, and the balancer's two sides. */
export const BALANCER = { outside: '192.168.3.102', inside: '10.0.1.1' } as const;
export const SERVERS = [
  { addresses: ['10.0.1.10', '2001:db8:a:1::10'], weight: 2 },
  { addresses: ['10.0.1.20', '2001:db8:a:1::20'], weight: 1 },
] as const;
/** A client that runs nothing of NTMobile, and by which address it reaches the balancer. */
export const GENERAL = '198.51.100.12';
export const PUBLIC = '203.0.113.102';

/** The service's ordinary name. [NTMA-06] */
export const SERVICE = 'www.example.com';
export const SERVICE_PORT = 80;

const ZONE = 'ntmobile.one.example';
const DC_ADDRESSES = ['192.0.2.11', '2001:db8::d1'] as const;
const NTMA_ADDRESSES = [
  ['192.0.2.80', '2001:db8::80'],
  ['192.0.2.81', '2001:db8::81'],
] as const;

export type Adaptor = 'ntma1' | 'ntma2';
export const ADAPTORS: readonly Adaptor[] = ['ntma1', 'ntma2'];
/** `client1` and so on. */
export type ClientName = `client${number}`;
type Member = 'dc' | Adaptor | ClientName;

const nodeId = (name: Member): string => toHex(new Chance(`balancer node id ${name}`).bytes(16));
const listen = ([v4, v6]: readonly [string, string]): string[] => [`${v4}:${PORT}`, `[${v6}]:${PORT}`];
export const hostAddresses = (name: 'dc' | Adaptor): readonly [string, string] =>
  name === 'dc' ? DC_ADDRESSES : (NTMA_ADDRESSES[ADAPTORS.indexOf(name)] ?? NTMA_ADDRESSES[0]);

/** The NTM FQDN of a member. */
export const fqdn = (name: Adaptor | ClientName): string =>
  `${name.replace('ntma', 'www').replace('www1', 'www')}.${ZONE}`;

function withDc(name: Member): { readonly id: string; readonly secret: string } {
  const { bytes } = new Chance(`balancer association ${name}`);
  return { id: toHex(bytes(16)), secret: toHex(bytes(32)) };
}

export function dcConfigFor(clients: readonly ClientName[]): DcConfigInput {
  return {
    role: 'dc',
    testProfile,
    nodeId: nodeId('dc'),
    listen: listen(DC_ADDRESSES),
    zones: [ZONE],
    pools: ['198.18.1.0/24', 'fd00:1::/64'],
    associations: [...ADAPTORS, ...clients].map((name) => ({
      ...withDc(name),
      peer: nodeId(name),
      peerRole: 'node',
      name: fqdn(name),
    })),
    dns: {
      listen: [`${DC_ADDRESSES[0]}:53`],
      nameServers: ['ns.example.net'],
      addresses: ADAPTORS.map((name) => ({ name: fqdn(name), addresses: [PUBLIC] })),
    },
  };
}

function node(name: Adaptor | ClientName, at: readonly string[]) {
  return {
    testProfile,
    nodeId: nodeId(name),
    name: fqdn(name),
    listen: [...at],
    association: {
      ...withDc(name),
      peer: nodeId('dc'),
      peerRole: 'dc' as const,
      endpoints: listen(DC_ADDRESSES),
    },
  };
}

export function ntmaConfigOf(name: Adaptor): NtmaConfigInput {
  return { role: 'ntma', ...node(name, listen(hostAddresses(name))) };
}

/** @param at where its sockets are at first */
export function clientConfigOf(name: ClientName, at: readonly string[]): NodeConfigInput {
  return { role: 'node', ...node(name, at) };
}
