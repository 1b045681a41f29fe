/** The DC whose DNS is asked: its configuration, its nodes, and who of them is registered. */
import type { Fields } from '../vector.ts';

export const ZONE = 'ntmobile.example.net';
export const OTHER_ZONE = 'ntmobile.example.org';
export const DC_ID = 'dc0102030405060708090a0b0c0d0e0f';

/** Names of the zone: nodes, a service, a name server, names that have many addresses, one below an empty one. */
export const NAME = {
  alice: `alice.${ZONE}`,
  bob: `bob.${ZONE}`,
  carol: `carol.${ZONE}`,
  dave: `dave.${ZONE}`,
  shop: `shop.${ZONE}`,
  erin: `erin.${OTHER_ZONE}`,
  server: `ns.${ZONE}`,
  some: `some.${ZONE}`,
  many: `many.${ZONE}`,
  empty: `deep.${ZONE}`,
  below: `www.deep.${ZONE}`,
} as const;

/** Addresses that are told one from another by their last byte. */
export const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `2001:db8:80::${(at + 1).toString(16)}`);

/** Endpoints and addresses are text, as in `routes`. */
export const WORLD: Fields = {
  dc: { nodeId: DC_ID, endpoints: ['192.0.2.10:4330', '[2001:db8::10]:4330'] },
  zones: [ZONE, OTHER_ZONE],
  nameServers: [NAME.server, 'ns.example.com'],
  addresses: [
    { name: NAME.server, addresses: ['192.0.2.53', '2001:db8::53'] },
    { name: NAME.shop, addresses: ['192.0.2.80', '192.0.2.81', '2001:db8::80'] },
    { name: NAME.below, addresses: ['192.0.2.82'] },
    { name: NAME.some, addresses: ['192.0.2.83', '192.0.2.84', ...numbered(20)] },
    { name: NAME.many, addresses: numbered(64) },
  ],
  testGlobal: ['203.0.113.0/24', '2001:db8::/32'],
  nodes: [
    {
      name: NAME.alice,
      nodeId: 'a1000000000000000000000000000001',
      localEndpoints: ['10.0.0.2:5000'],
      virtualAddresses: ['198.18.0.1', 'fd00:1::1'],
      observedEndpoints: ['203.0.113.5:40000'],
    },
    {
      name: NAME.bob,
      nodeId: 'b0000000000000000000000000000002',
      localEndpoints: ['192.168.1.3:5000', '[2001:db8:2::3]:5000'],
      virtualAddresses: ['198.18.0.2', 'fd00:1::2'],
      observedEndpoints: ['203.0.113.6:5000', '[2001:db8:2::3]:5000'],
    },
    {
      name: NAME.carol,
      nodeId: 'c0000000000000000000000000000003',
      localEndpoints: ['10.0.0.4:5000'],
      virtualAddresses: ['198.18.0.3', 'fd00:1::3'],
      observedEndpoints: ['203.0.113.7:5000'],
    },
    {
      name: NAME.dave,
      nodeId: 'd0000000000000000000000000000004',
      localEndpoints: ['192.168.7.7:5000'],
      virtualAddresses: ['198.18.0.4', 'fd00:1::4'],
      observedEndpoints: ['192.168.7.7:5000'],
    },
    {
      name: NAME.shop,
      nodeId: '50000000000000000000000000000005',
      localEndpoints: ['203.0.113.8:5000'],
      virtualAddresses: ['198.18.0.5', 'fd00:1::5'],
      observedEndpoints: ['203.0.113.8:5000'],
    },
    {
      name: NAME.erin,
      nodeId: 'e0000000000000000000000000000006',
      localEndpoints: ['10.0.0.6:5000'],
      virtualAddresses: ['198.18.0.6', 'fd00:1::6'],
      observedEndpoints: ['203.0.113.9:5000'],
    },
  ],
};

/** Seconds: the lifetime granted, and what is left of it. */
const REGISTERED = [
  { name: NAME.alice, granted: 3600, left: 1800 },
  { name: NAME.bob, granted: 30, left: 30 },
  { name: NAME.dave, granted: 600, left: 12 },
  { name: NAME.shop, granted: 600, left: 600 },
  { name: NAME.erin, granted: 600, left: 300 },
];

export type Situation = 'free' | 'full' | 'nobody';

export const SITUATIONS: Fields = {
  free: {
    about: 'The policy is locator-free. All nodes but carol are registered.',
    policy: 'locator-free',
    registered: REGISTERED,
  },
  full: {
    about: 'The policy is full. All nodes but carol are registered.',
    policy: 'full',
    registered: REGISTERED,
  },
  nobody: {
    about: 'The policy is locator-free. No node is registered.',
    policy: 'locator-free',
    registered: [],
  },
};
