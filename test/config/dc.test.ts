import { describeConfigError, roleConfig } from '../../reference/config/schema.ts';
import t from '../tap.ts';
import { dcExample, SECRET } from './example.ts';

const top = (change: object) => ({ ...dcExample(), ...change });
/** With something else in one of the associations: 0 node, 1 relay, 2 DC. */
const inside = (index: number, change: object) =>
  top({
    associations: dcExample().associations.map((one, at) => (at === index ? { ...one, ...change } : one)),
  });

t.test('what is left out gets its default', (t) => {
  const [node, ...others] = dcExample().associations;
  const [relay, dc] = others;
  t.same(roleConfig.parse(dcExample()), {
    ...dcExample(),
    associations: [{ ...node, endpoints: [] }, { ...relay, endpoints: [] }, dc],
    access: { nodeInformation: [], directions: [], general: [], relayKinds: ['S', 'N', 'T'] },
    limits: { perSourcePerSecond: 1000, paths: 65_536, dnsPerSecond: 100 },
  });
});

t.test('what comes out is canonical', (t) => {
  const parsed = roleConfig.parse({
    ...inside(0, { name: 'Alice.NTMobile.One.Example.', peer: 'AB'.repeat(16) }),
    zones: ['NTMobile.one.example'],
    pools: ['198.18.0.0/24', 'FD00:1:0::/64'],
    access: {
      directions: [
        { from: '*.Two.Example.', to: '*' },
        { from: 'A.b', to: 'c' },
      ],
    },
  });
  if (parsed.role !== 'dc') throw new Error('no DC');
  const [node] = parsed.associations;
  t.match(node, { name: 'alice.ntmobile.one.example', peer: 'ab'.repeat(16) });
  t.same(parsed.zones, ['ntmobile.one.example']);
  t.same(parsed.pools, ['198.18.0.0/24', 'fd00:1::/64']);
  t.same(parsed.access.directions, [
    { from: '*.two.example', to: '*' },
    { from: 'a.b', to: 'c' },
  ]);
});

const ZONE = 'write a name like ntmobile.example.net, the marker first';
const NETWORK = 'write a prefix like 198.18.0.0/24 or fd00:1::/64';
const twice = (peerRole: string, change: object) =>
  top({
    associations: [
      ...dcExample().associations,
      { ...dcExample().associations.find((one) => one.peerRole === peerRole), id: 'd'.repeat(32), ...change },
    ],
  });

const faults: [config: unknown, line: string][] = [
  [top({ zones: [] }), 'zones is empty: add zones'],
  [top({ zones: ['one.example'] }), `zones[0] is "one.example": ${ZONE}`],
  [top({ zones: ['a.ntmobile.example'] }), `zones[0] is "a.ntmobile.example": ${ZONE}`],
  [top({ zones: [1] }), `zones[0] is a number: ${ZONE}`],
  [top({ pools: undefined }), 'pools is missing: add a list of prefixes of virtual addresses'],
  [top({ pools: ['198.18.0.0'] }), `pools[0] is "198.18.0.0": ${NETWORK}`],
  [top({ pools: ['198.18.0.0/33'] }), `pools[0] is "198.18.0.0/33": ${NETWORK}`],
  [
    top({ pools: ['198.18.0.129/25'] }),
    'pools[0] is "198.18.0.129/25": it has bits after the first 25, write 198.18.0.128/25',
  ],
  [
    top({ pools: ['fd00:1:0:1::/63'] }),
    'pools[0] is "fd00:1:0:1::/63": it has bits after the first 63, write fd00:1::/63',
  ],
  [
    top({ pools: ['198.18.0.0/16', 'fd00::/64', '198.18.3.0/24'] }),
    'pools[2] shares addresses with pools[0]: keep one of them',
  ],
  [
    top({ pools: ['198.18.3.0/24', '198.18.0.0/16'] }),
    'pools[1] shares addresses with pools[0]: keep one of them',
  ],
  [top({ associations: [null] }), 'associations[0] is null: write an object'],
  [
    top({ associations: Array(1_000_001).fill(null) }),
    'associations has more than 1000000 entries: remove some',
  ],
  [inside(0, { peerRole: undefined }), 'associations[0].peerRole is missing: write "node", "rs" or "dc"'],
  [inside(0, { peerRole: 'ntma' }), 'associations[0].peerRole is "ntma": write "node", "rs" or "dc"'],
  [
    inside(0, { name: 'alice.example' }),
    'associations[0].name is "alice.example": write a name like alice.ntmobile.example.net',
  ],
  [
    inside(0, { name: 'alice.ntmobile.two.example' }),
    'associations[0].name is in the zone ntmobile.two.example: add that to zones, or write a name in one of them',
  ],
  [
    inside(0, { kinds: ['S'] }),
    'associations[0] has an unknown key "kinds": the known ones are id, secret, peer, peerRole, name, endpoints, relayKinds',
  ],
  [inside(1, { kinds: [] }), 'associations[1].kinds is empty: add kinds of relay'],
  [inside(1, { kinds: ['s'] }), 'associations[1].kinds[0] is "s": write "S", "N" or "T"'],
  [
    inside(1, { pool: ['192.0.2.0/24'] }),
    'associations[1].pool[0] is "192.0.2.0/24": write an address like 192.0.2.1 or 2001:db8::1',
  ],
  [
    twice('rs', { pool: ['192.0.2.8', '192.0.2.9'], peer: '9'.repeat(32) }),
    'associations[3].pool[1] is 192.0.2.9, which associations[1] has too: keep one of them',
  ],
  [
    inside(2, { endpoints: undefined }),
    'associations[2].endpoints is missing: add a list of endpoints of the DC',
  ],
  [inside(2, { zones: ['two.example'] }), `associations[2].zones[0] is "two.example": ${ZONE}`],
  [
    inside(2, { peer: dcExample().nodeId }),
    "associations[2].peer is this DC's own nodeId: write the Node ID of the other end",
  ],
  [
    twice('dc', { id: 'a'.repeat(32) }),
    'associations[3].id is the one of associations[0] too: give each association an ID of its own',
  ],
  [
    twice('node', { peer: '9'.repeat(32) }),
    'associations[3].name is the one of associations[0] too: give each node a name of its own',
  ],
  [
    twice('node', { name: 'bob.ntmobile.one.example' }),
    'associations[3].peer is the one of associations[0] too: give each node a Node ID of its own',
  ],
  [
    top({ access: { nodeInformation: ['0'.repeat(32)] } }),
    'access.nodeInformation[0] is the peer of no association with a DC: write the Node ID of one, or remove it',
  ],
  [
    top({ access: { directions: [{ from: 'a.*', to: '*' }] } }),
    'access.directions[0].from is "a.*": write a name, *.zone, or * for all',
  ],
  [top({ limits: { paths: 0 } }), 'limits.paths is 0: write a whole number, 1 to 1000000'],
  [top({ store: '' }), 'store is empty: write the path of a folder'],
  [
    top({ listen: ['[::]:1'] }),
    'advertise is missing: add the endpoints that others send to, since [::]:1 is none',
  ],
  [
    top({ timers: { 'old-keys': 1 } }),
    'timers.old-keys is for tests only: remove it, or add a testProfile where this is a test',
  ],
];

t.test('each fault is one line: where, what, how to mend it', (t) => {
  for (const [config, line] of faults) {
    const parsed = roleConfig.safeParse(config);
    t.equal(parsed.success ? 'no fault' : describeConfigError(parsed.error, 'dc.json'), `dc.json: ${line}`);
  }
});

t.test('no message has a secret', (t) => {
  for (const secret of [`${SECRET}0`, [SECRET], { hex: SECRET }]) {
    const parsed = roleConfig.safeParse({ ...inside(1, { secret }), pools: [] });
    t.ok(!parsed.success && !JSON.stringify(parsed.error).includes(SECRET.slice(0, 8)));
  }
});
