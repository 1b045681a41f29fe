/** What everybody in the world is configured with: two DCs, two relays that both DCs use, and two nodes. */
import type { Endpoint } from '../../../reference/address.ts';
import { formatEndpoint } from '../../../reference/address.ts';
import type { DcConfigInput } from '../../../reference/config/dc.ts';
import type { NodeConfigInput } from '../../../reference/config/node.ts';
import type { RsConfigInput } from '../../../reference/config/rs-s.ts';
import { endpoint } from '../../channel/pair.ts';

export type NodeName = 'alice' | 'bob';
export type DcName = 'one' | 'two';
export type RelayName = 'rs1' | 'rs2';
export type Name = NodeName | DcName | RelayName;
export const NAMES: readonly Name[] = ['one', 'two', 'rs1', 'rs2', 'alice', 'bob'];

/** Where those are that stay where they are. */
export const PLACES: Readonly<Record<DcName | RelayName, readonly Endpoint[]>> = {
  one: ends('192.0.2.11', '2001:db8::11'),
  two: ends('192.0.2.12', '2001:db8::12'),
  rs1: ends('192.0.2.51', '2001:db8::51'),
  rs2: ends('192.0.2.52', '2001:db8::52'),
};

function ends(...ips: string[]): Endpoint[] {
  return ips.map((ip) => endpoint(ip.includes(':') ? `[${ip}]:4411` : `${ip}:4411`));
}

const IDS: Readonly<Record<Name, string>> = {
  one: 'd1',
  two: 'd2',
  rs1: 'e1',
  rs2: 'e2',
  alice: 'a1',
  bob: 'b1',
};

/** Addresses for documentation stand for those that the whole world reaches. [GEN-16] */
const testProfile = {
  global: ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'],
  private: ['10.0.0.0/8'],
};

export const HOMES = { alice: 'one', bob: 'two' } as const;
const POOLS = { one: ['198.18.0.0/24', 'fd00:1::/64'], two: ['198.19.0.0/24', 'fd00:2::/64'] };
const zone = (dc: DcName): string => `ntmobile.${dc}.example`;
export const fqdn = (node: NodeName): string => `${node}.${zone(HOMES[node])}`;
const nodeId = (name: Name): string => IDS[name].repeat(16);

/** The association of two parties, from either side. */
function between(first: Name, second: Name): { id: string; secret: string } {
  const both = [IDS[first], IDS[second]].sort().join('');
  return { id: both.repeat(8), secret: `${both}5e`.repeat(11).slice(0, 64) };
}

const texts = (name: DcName | RelayName): string[] => PLACES[name].map(formatEndpoint);

/** @param byDns it publishes its zone, and finds the other DC by DNS. */
export function dc(name: DcName, byDns = false): DcConfigInput {
  const other = name === 'one' ? 'two' : 'one';
  const node = name === 'one' ? 'alice' : 'bob';
  return {
    role: 'dc',
    testProfile,
    nodeId: nodeId(name),
    listen: texts(name),
    zones: [zone(name)],
    pools: POOLS[name],
    associations: [
      { ...between(name, node), peer: nodeId(node), peerRole: 'node', name: fqdn(node) },
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
        endpoints: byDns ? [] : texts(other),
        zones: [zone(other)],
        prefixes: POOLS[other],
      },
    ],
    ...(byDns && { dns: { listen: ['192.0.2.53:53'], nameServers: ['ns.example'] } }),
  };
}

export function relay(name: RelayName): RsConfigInput {
  return {
    role: 'rs-s',
    testProfile,
    nodeId: nodeId(name),
    listen: texts(name),
    associations: (['one', 'two'] as const).map((home) => ({
      ...between(name, home),
      peer: nodeId(home),
      peerRole: 'dc',
      endpoints: texts(home),
    })),
  };
}

/** @param byDns it finds its DC by DNS. */
export function node(name: NodeName, listen: readonly Endpoint[], byDns = false): NodeConfigInput {
  const home = HOMES[name];
  return {
    role: 'node',
    testProfile,
    nodeId: nodeId(name),
    name: fqdn(name),
    listen: listen.map(formatEndpoint),
    association: {
      ...between(name, home),
      peer: nodeId(home),
      peerRole: 'dc',
      endpoints: byDns ? [] : texts(home),
    },
  };
}
