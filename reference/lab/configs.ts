/** What everybody in the lab is configured with: two DCs, two relays that both DCs use, and two nodes of each DC. */
import type { Ip } from '../address.ts';
import { toHex } from '../bytes.ts';
import type { DcConfigInput } from '../config/dc.ts';
import type { NodeConfigInput } from '../config/node.ts';
import type { RsConfigInput } from '../config/rs-s.ts';
import { Chance } from './chance.ts';

export type NodeName = 'alice' | 'bob' | 'carol' | 'dave';
export type DcName = 'dc1' | 'dc2';
export type RelayName = 'rs1' | 'rs2';
export type Name = NodeName | DcName | RelayName;

/** In the order in which they stand in a chart. */
export const NAMES: readonly Name[] = ['alice', 'carol', 'dc1', 'rs1', 'rs2', 'dc2', 'dave', 'bob'];
export const NODES: readonly NodeName[] = ['alice', 'bob', 'carol', 'dave'];
/** Between whom a route is measured. */
export const PAIR: readonly NodeName[] = ['alice', 'bob'];
export const SERVER_NAMES: readonly (DcName | RelayName)[] = ['dc1', 'dc2', 'rs1', 'rs2'];

/** Addresses of those that stay where they are. */
export const SERVERS: Readonly<Record<DcName | RelayName, readonly [v4: string, v6: string]>> = {
  dc1: ['192.0.2.11', '2001:db8::d1'],
  dc2: ['192.0.2.12', '2001:db8::d2'],
  rs1: ['192.0.2.51', '2001:db8::e1'],
  rs2: ['192.0.2.52', '2001:db8::e2'],
};

export const PORT = 4330;
/** Addresses for documentation stand for those of the Internet, as the others are private. [GEN-16] */
export const testProfile = { global: ['192.0.2.0/24', '203.0.113.0/24', '2001:db8::/32'] };

export const HOME: Readonly<Record<NodeName, DcName>> = {
  alice: 'dc1',
  bob: 'dc2',
  carol: 'dc1',
  dave: 'dc2',
};
export const POOLS = { dc1: ['198.18.1.0/24', 'fd00:1::/64'], dc2: ['198.18.2.0/24', 'fd00:2::/64'] };
export const ZONES = { dc1: 'ntmobile.one.example', dc2: 'ntmobile.two.example' };

/** Whether an address is one of the pools'. */
export const isVirtual = (ip: Ip): boolean => ip.startsWith('198.18.') || ip.startsWith('fd00:');

export const fqdn = (node: NodeName): string => `${node}.${ZONES[HOME[node]]}`;

export const nodeId = (name: string): string => toHex(new Chance(`node id ${name}`).bytes(16));
export const listen = (name: DcName | RelayName): string[] => {
  const [v4, v6] = SERVERS[name];
  return [`${v4}:${PORT}`, `[${v6}]:${PORT}`];
};

/** The association of two parties, from either side. */
export function between(one: string, other: string): { readonly id: string; readonly secret: string } {
  const { bytes } = new Chance([one, other].sort().join(' '));
  return { id: toHex(bytes(16)), secret: toHex(bytes(32)) };
}

export function dcConfigOf(name: DcName): DcConfigInput {
  const other = name === 'dc1' ? 'dc2' : 'dc1';
  const members = NODES.filter((node) => HOME[node] === name);
  return {
    role: 'dc',
    testProfile,
    nodeId: nodeId(name),
    listen: listen(name),
    zones: [ZONES[name]],
    pools: POOLS[name],
    associations: [
      ...members.map((node) => ({
        ...between(name, node),
        peer: nodeId(node),
        peerRole: 'node' as const,
        name: fqdn(node),
      })),
      ...(['rs1', 'rs2'] as const).map((relay) => ({
        ...between(name, relay),
        peer: nodeId(relay),
        peerRole: 'rs' as const,
        kinds: ['S' as const],
      })),
      {
        ...between(name, other),
        peer: nodeId(other),
        peerRole: 'dc',
        endpoints: listen(other),
        zones: [ZONES[other]],
        prefixes: POOLS[other],
      },
    ],
  };
}

export function relayConfigOf(name: RelayName): RsConfigInput {
  const associations = (['dc1', 'dc2'] as const).map((dc) => ({
    ...between(name, dc),
    peer: nodeId(dc),
    peerRole: 'dc' as const,
    endpoints: listen(dc),
  }));
  return { role: 'rs-s', testProfile, nodeId: nodeId(name), listen: listen(name), associations };
}

/**
 * @param at where its sockets are at first
 * @param knowsNat64 it is told of the NAT64 there
 */
export function nodeConfigOf(name: NodeName, at: readonly string[], knowsNat64: boolean): NodeConfigInput {
  const home = HOME[name];
  return {
    role: 'node',
    testProfile,
    nodeId: nodeId(name),
    name: fqdn(name),
    listen: [...at],
    ...(knowsNat64 && { features: ['nat64' as const], nat64: '64:ff9b::/96' }),
    association: { ...between(name, home), peer: nodeId(home), peerRole: 'dc', endpoints: listen(home) },
  };
}
