import { describeConfigError, roleConfig } from '../../reference/config/schema.ts';
import t from '../tap.ts';
import { nodeExample, SECRET } from './example.ts';

const top = (change: object) => ({ ...nodeExample(), ...change });
const inside = (change: object) => top({ association: { ...nodeExample().association, ...change } });

t.test('what is left out gets its default', (t) => {
  t.same(roleConfig.parse(nodeExample()), {
    ...nodeExample(),
    marker: 'ntmobile',
    suites: [1, 2],
    features: [],
    links: [],
    limits: { perSourcePerSecond: 1000, paths: 1024 },
    dns: { listen: [], onFailure: 'servfail' },
    general: { policy: 'bypass', destinations: [], lease: false },
  });
});

t.test('what comes out is canonical', (t) => {
  const parsed = roleConfig.parse(
    top({ name: 'Alice.M.Example.', marker: 'm', resolver: '[0::1]:53', links: ['FE80::/64'], suites: [2] }),
  );
  t.match(parsed, { name: 'alice.m.example', resolver: '[::1]:53', suites: [2] });
  t.same(parsed.role === 'node' && parsed.links, ['fe80::/64']);
});

t.test('destinations of general peers, by prefix, address, name, and names below one', (t) => {
  const to = ['192.0.2.0/24', '192.0.2.9', '2001:DB8::9', 'WWW.Example.', '*.Example.COM'];
  const parsed = roleConfig.parse(
    top({ general: { destinations: to.map((one) => ({ to: one, policy: 'rs-n' })) } }),
  );
  t.same(parsed.role === 'node' && parsed.general.destinations.map((one) => one.to), [
    '192.0.2.0/24',
    '192.0.2.9/32',
    '2001:db8::9/128',
    'www.example',
    '*.example.com',
  ]);
});

const DESTINATION = 'write a prefix like 192.0.2.0/24, an address, a name, or *.zone';
const MARKER = 'write one label in lower case, like "ntmobile"';
const FEATURE = 'write "nat64" or "relay-only"';

const faults: [config: unknown, line: string][] = [
  [top({ name: undefined }), 'name is missing: write a name like alice.ntmobile.example.net'],
  [top({ name: 'a..b' }), 'name is "a..b": write a name like alice.ntmobile.example.net'],
  [
    top({ name: 'ntmobile.one.example' }),
    'name is "ntmobile.one.example": write a name with the label ntmobile after the first, like alice.ntmobile.example.net',
  ],
  [
    top({ marker: 'm' }),
    'name is "alice.ntmobile.one.example": write a name with the label m after the first, like alice.m.example.net',
  ],
  [top({ dns: { onFailure: 'no' } }), 'dns.onFailure is "no": write "servfail" or "bypass"'],
  [
    top({ resolver: '127.0.0.1:53', dns: { listen: ['127.0.0.1:53'] } }),
    'resolver is "127.0.0.1:53", where this node itself listens: write the server that it is to ask',
  ],
  [
    top({ dns: { listen: ['127.0.0.1'] } }),
    'dns.listen[0] is "127.0.0.1": write an address and a port like 192.0.2.1:4330 or [2001:db8::1]:4330',
  ],
  [top({ general: { policy: 'rs-s' } }), 'general.policy is "rs-s": write "bypass", "rs-n" or "rs-t"'],
  [
    top({ general: { destinations: [{ to: '192.0.2.1/24', policy: 'rs-n' }] } }),
    `general.destinations[0].to is "192.0.2.1/24": ${DESTINATION}`,
  ],
  [
    top({ general: { destinations: [{ to: '192.0.2', policy: 'rs-n' }] } }),
    `general.destinations[0].to is "192.0.2": ${DESTINATION}`,
  ],
  [top({ general: { lease: 'yes' } }), 'general.lease is text: write true or false'],
  [top({ marker: 'M' }), `marker is "M": ${MARKER}`],
  [top({ marker: 'a.b' }), `marker is "a.b": ${MARKER}`],
  [top({ marker: 1 }), `marker is 1: ${MARKER}`],
  [top({ association: undefined }), 'association is missing: add an object'],
  [
    inside({ peerRole: 'rs' }),
    'association.peerRole is "rs": write "dc", a node has an association with its DC only',
  ],
  [inside({ endpoints: undefined }), 'association.endpoints is missing: add a list of endpoints of the DC'],
  [
    inside({ peer: nodeExample().nodeId }),
    "association.peer is this node's own nodeId: write the Node ID of the DC",
  ],
  [top({ suites: [] }), 'suites is empty: add suites'],
  [top({ suites: [3] }), 'suites[0] is 3: write 1 or 2'],
  [top({ suites: [2, 2] }), 'suites[1] is there twice: remove one'],
  [top({ features: ['nat46'] }), `features[0] is "nat46": ${FEATURE}`],
  [
    top({ links: ['192.168.0.1/24'] }),
    'links[0] is "192.168.0.1/24": it has bits after the first 24, write 192.168.0.0/24',
  ],
  [top({ limits: { paths: 0 } }), 'limits.paths is 0: write a whole number, 1 to 65536'],
  [
    top({ resolver: '9.9.9.9' }),
    'resolver is "9.9.9.9": write an address and a port like 192.0.2.1:4330 or [2001:db8::1]:4330',
  ],
  [
    top({ timers: { 'old-keys': 1 } }),
    'timers.old-keys is for tests only: remove it, or add a testProfile where this is a test',
  ],
];

t.test('each fault is one line: where, what, how to mend it', (t) => {
  for (const [config, line] of faults) {
    const parsed = roleConfig.safeParse(config);
    t.equal(parsed.success ? 'no fault' : describeConfigError(parsed.error, 'n.json'), `n.json: ${line}`);
  }
});

t.test('a node may listen at whatever addresses its host has', (t) => {
  const { success } = roleConfig.safeParse(top({ listen: ['0.0.0.0:1', '[::]:1'] }));
  t.ok(success);
});

t.test('no message has a secret', (t) => {
  for (const secret of [`${SECRET}0`, [SECRET], { hex: SECRET }]) {
    const parsed = roleConfig.safeParse({ ...inside({ secret }), name: 'x' });
    t.ok(!parsed.success && !JSON.stringify(parsed.error).includes(SECRET.slice(0, 8)));
  }
});
