/** Configurations with which a whole NTMobile runs on one host: two DCs, a relay, and a node of each DC. */
import { toHex } from '../bytes.ts';
import type { Random } from '../core.ts';
import type { DcConfigInput, NodeConfigInput, RsConfigInput } from './schema.ts';

const PARTIES = ['dc-one', 'dc-two', 'rs-s', 'alice', 'bob'] as const;
export type Party = (typeof PARTIES)[number];

export interface InitialOptions {
  readonly random: Random;
  /** Whether the host has ::1. */
  readonly hasIpv6: boolean;
  /** Of the first party; the others have those after it, and the DCs' DNS two more. */
  readonly port: number;
}

/** What counts as a global address where there are none. [GEN-16] */
const TEST_PROFILE = { global: ['127.0.0.0/8', '::1/128'] };

/** By DC: its zone, the addresses that it gives, and its node. */
const DOMAINS = {
  'dc-one': { zone: 'ntmobile.one.example', pools: ['198.18.1.0/24', 'fd00:1::/64'], node: 'alice' },
  'dc-two': { zone: 'ntmobile.two.example', pools: ['198.18.2.0/24', 'fd00:2::/64'], node: 'bob' },
} as const;

/** The configurations by party, each time with other Node IDs, association IDs and secrets. */
export function initialConfigs({ random, hasIpv6, port }: InitialOptions) {
  const ids = Object.fromEntries(PARTIES.map((party) => [party, toHex(random(16))])) as Record<Party, string>;
  const place = (party: Party): string[] => {
    const own = port + PARTIES.indexOf(party);
    return [`127.0.0.1:${own}`, ...(hasIpv6 ? [`[::1]:${own}`] : [])];
  };
  /** The ports after those of the parties. */
  const dns = (self: 'dc-one' | 'dc-two', zone: string): NonNullable<DcConfigInput['dns']> => {
    const own = port + PARTIES.length + PARTIES.indexOf(self);
    const name = `ns.${zone}`;
    return {
      listen: [`127.0.0.1:${own}`],
      nameServers: [name],
      addresses: [{ name, addresses: ['127.0.0.1'] }],
    };
  };
  const shared = (party: Party) => ({ nodeId: ids[party], listen: place(party), testProfile: TEST_PROFILE });

  /** What the two ends of an association have alike, and then each the other's Node ID. */
  const pair = (one: Party, other: Party) => {
    const both = { id: toHex(random(16)), secret: toHex(random(32)) };
    return [
      { ...both, peer: ids[other] },
      { ...both, peer: ids[one] },
    ] as const;
  };
  const [oneToTwo, twoToOne] = pair('dc-one', 'dc-two');

  const domain = (self: keyof typeof DOMAINS, toOther: typeof oneToTwo) => {
    const other = self === 'dc-one' ? 'dc-two' : 'dc-one';
    const { zone, pools, node } = DOMAINS[self];
    const name = `${node}.${zone}`;
    const [toNode, fromNode] = pair(self, node);
    const [toRelay, fromRelay] = pair(self, 'rs-s');
    const dc: DcConfigInput = {
      role: 'dc',
      ...shared(self),
      zones: [zone],
      pools: [...pools],
      associations: [
        { peerRole: 'node', name, ...toNode },
        { peerRole: 'rs', kinds: ['S'], ...toRelay },
        {
          peerRole: 'dc',
          zones: [DOMAINS[other].zone],
          prefixes: [...DOMAINS[other].pools],
          endpoints: place(other),
          ...toOther,
        },
      ],
      dns: dns(self, zone),
      store: `${self}.store`,
    };
    const member: NodeConfigInput = {
      role: 'node',
      name,
      ...shared(node),
      features: [],
      association: { peerRole: 'dc', endpoints: place(self), ...fromNode },
    };
    return { dc, member, relay: { peerRole: 'dc', endpoints: place(self), ...fromRelay } } as const;
  };
  const [one, two] = [domain('dc-one', oneToTwo), domain('dc-two', twoToOne)];
  const relay: RsConfigInput = { role: 'rs-s', ...shared('rs-s'), associations: [one.relay, two.relay] };
  return { 'dc-one': one.dc, 'dc-two': two.dc, 'rs-s': relay, alice: one.member, bob: two.member };
}
