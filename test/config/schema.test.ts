import { formatEndpoint } from '../../reference/address.ts';
import { describeConfigError, endpointFrom, roleConfig, rsConfig } from '../../reference/config/schema.ts';
import { isSettable, TIMER_NAMES, TIMERS } from '../../reference/config/timers.ts';
import t from '../tap.ts';
import { example, SECRET } from './example.ts';

t.test('what is left out gets its default', (t) => {
  const parsed = rsConfig.parse(example());
  t.same(parsed, { ...example(), capacity: 65_536, limits: { perSourcePerSecond: 1000 }, datapath: 'user' });
  t.same(roleConfig.parse(example()), parsed);
  t.same(rsConfig.parse({ ...example(), testProfile: { global: ['127.0.0.0/29'] } }).testProfile, {
    global: ['127.0.0.0/29'],
    private: [],
  });
});

t.test('what comes out is canonical', (t) => {
  const config = example();
  const [association] = config.associations;
  const parsed = rsConfig.parse({
    ...config,
    nodeId: 'ABCDEF00000000000000000000000001',
    listen: ['127.0.0.1:4330', '[0:0::0001]:4330'],
    advertise: ['[2001:DB8::0:1]:1'],
    associations: [{ ...association, secret: SECRET.toUpperCase(), endpoints: [] }],
    limits: { packetsPerSecond: 5 },
    timers: { 'relay-idle': 2, 'hold-time': '0.25' },
    testProfile: {},
  });
  t.equal(parsed.nodeId, 'abcdef00000000000000000000000001');
  t.same(parsed.listen, ['127.0.0.1:4330', '[::1]:4330']);
  t.same(parsed.advertise, ['[2001:db8::1]:1']);
  t.equal(parsed.associations[0]?.secret, SECRET);
  t.same(parsed.limits, { perSourcePerSecond: 1000, packetsPerSecond: 5 });
  t.same(parsed.timers, { 'relay-idle': 2, 'hold-time': 0.25 });
});

t.test('GEN-48: with a test profile all timers can be set, without it those that the spec says', (t) => {
  const settable = TIMER_NAMES.filter(isSettable);
  const takes = (name: string, profile: object) =>
    rsConfig.safeParse({ ...example(), timers: { [name]: 1 }, ...profile }).success;
  t.same(
    settable.filter((name) => takes(name, { testProfile: {} })),
    settable,
  );
  t.same(
    settable.filter((name) => takes(name, {})),
    settable.filter((name) => TIMERS[name].set === 'always'),
  );
});

/** The configuration with other values at the top, or in its association. */
const top = (change: object) => ({ ...example(), ...change });
const inside = (change: object) => top({ associations: [{ ...example().associations[0], ...change }] });

const ENDPOINT = 'write an address and a port like 192.0.2.1:4330 or [2001:db8::1]:4330';
const HEX_64 = 'write 64 hex digits, "openssl rand -hex 32" makes them';
const HEX_32 = 'write 32 hex digits, "openssl rand -hex 16" makes them';
const SECONDS = 'write seconds from 0.001 to 10000000';
const FOR_TESTS = 'is for tests only: remove it, or add a testProfile where this is a test';

const faults: [config: unknown, line: string][] = [
  [undefined, 'the configuration is missing: add an object'],
  [null, 'the configuration is null: write an object'],
  [[], 'the configuration is a list: write an object'],
  [true, 'the configuration is true: write an object'],
  [{}, 'role is missing: write "dc", "node", "rs-s", "rs-n", "rs-t" or "ntma"'],
  [top({ role: 'rs-x' }), 'role is "rs-x": write "dc", "node", "rs-s", "rs-n", "rs-t" or "ntma"'],
  [
    top({ lisen: [] }),
    'the configuration has an unknown key "lisen": the known ones are role, nodeId, listen, advertise, associations, capacity, limits, timers, testProfile, datapath',
  ],
  [top({ nodeId: undefined }), `nodeId is missing: ${HEX_32}`],
  [top({ nodeId: '1' }), `nodeId is 1 characters long: ${HEX_32}`],
  [top({ nodeId: 1 }), `nodeId is a number: ${HEX_32}`],
  [top({ nodeId: new Uint8Array(16) }), `nodeId is a byte string: ${HEX_32}`],
  [top({ listen: '127.0.0.1:1' }), 'listen is text: write a list of endpoints to listen on'],
  [top({ listen: [] }), 'listen is empty: add endpoints to listen on'],
  [top({ listen: ['localhost:1'] }), `listen[0] is "localhost:1": ${ENDPOINT}`],
  [top({ listen: ['127.0.0.1'] }), `listen[0] is "127.0.0.1": ${ENDPOINT}`],
  [top({ listen: ['127.0.0.1:65536'] }), `listen[0] is "127.0.0.1:65536": ${ENDPOINT}`],
  [top({ listen: ['::1:4330'] }), `listen[0] is "::1:4330": ${ENDPOINT}`],
  [top({ listen: [4330] }), `listen[0] is a number: ${ENDPOINT}`],
  [
    top({ listen: ['[::ffff:127.0.0.1]:1'] }),
    'listen[0] is "[::ffff:127.0.0.1]:1": write an IPv4 address as such, without ::ffff:',
  ],
  [
    top({ listen: ['127.0.0.1:1', '127.0.0.2:2'] }),
    'listen[1] is a second IPv4 endpoint: keep one for each family',
  ],
  [top({ listen: ['[::1]:1', '[::1]:2'] }), 'listen[1] is a second IPv6 endpoint: keep one for each family'],
  [top({ listen: ['127.0.0.1:1', '[::1]:1', '127.0.0.2:1'] }), 'listen has more than 2 entries: remove some'],
  [
    top({ listen: ['0.0.0.0:1'] }),
    'advertise is missing: add the endpoints that others send to, since 0.0.0.0:1 is none',
  ],
  [top({ advertise: ['[::]:1'] }), 'advertise[0] is "[::]:1": write one address, not all of a machine'],
  [top({ advertise: ['192.0.2.1:0'] }), 'advertise[0] is "192.0.2.1:0": write the port, not 0'],
  [top({ associations: [] }), 'associations is empty: add associations with DCs'],
  [
    top({ associations: new Array(1025).fill(example().associations[0]) }),
    'associations has more than 1024 entries: remove some',
  ],
  [inside({ id: undefined }), `associations[0].id is missing: ${HEX_32}`],
  [inside({ secret: 'geheim' }), `associations[0].secret has a character that is no hex digit: ${HEX_64}`],
  [inside({ secret: SECRET.slice(1) }), `associations[0].secret is 63 characters long: ${HEX_64}`],
  [inside({ secret: [SECRET] }), `associations[0].secret is a list: ${HEX_64}`],
  [
    inside({ peer: example().nodeId }),
    "associations[0].peer is this relay's own nodeId: write the Node ID of the DC",
  ],
  [
    inside({ peerRole: 'node' }),
    'associations[0].peerRole is "node": write "dc", a relay has associations with DCs only',
  ],
  [
    inside({ endpoints: undefined }),
    'associations[0].endpoints is missing: add a list of endpoints of the DC',
  ],
  [
    inside({ endpoints: ['192.0.2.1:0'] }),
    'associations[0].endpoints[0] is "192.0.2.1:0": write the port, not 0',
  ],
  [
    inside({ sercet: SECRET, peerRol: 'dc' }),
    'associations[0] has unknown keys "sercet", "peerRol": the known ones are id, secret, peer, peerRole, endpoints',
  ],
  [
    top({
      associations: [example().associations[0], { ...example().associations[0], secret: 'f'.repeat(64) }],
    }),
    'associations[1].id is the one of associations[0] too: give each association an ID of its own',
  ],
  [top({ capacity: 0 }), 'capacity is 0: write a whole number, 1 to 1000000'],
  [top({ capacity: 1.5 }), 'capacity is 1.5: write a whole number, 1 to 1000000'],
  [top({ capacity: 1_000_001 }), 'capacity is 1000001: write a whole number, 1 to 1000000'],
  [top({ capacity: '5' }), 'capacity is text: write a whole number, 1 to 1000000'],
  [
    top({ limits: { perSourcePerSecond: -1 } }),
    'limits.perSourcePerSecond is -1: write a whole number, 1 or more',
  ],
  [
    top({ limits: { bytes: 1 } }),
    'limits has an unknown key "bytes": the known ones are perSourcePerSecond, packetsPerSecond, bytesPerSecond',
  ],
  [top({ timers: { 'relay-idle': 0 } }), `timers.relay-idle is 0: ${SECONDS}`],
  [top({ timers: { 'relay-idle': '1e3' } }), `timers.relay-idle is "1e3": ${SECONDS}`],
  [top({ timers: { 'relay-idle': null } }), `timers.relay-idle is null: ${SECONDS}`],
  [top({ timers: { 'relay-idle': 1, unconfirmed: 1 } }), `timers.unconfirmed ${FOR_TESTS}`],
  [top({ timers: { 'old-keys': 1, 'hold-time': 1 } }), `timers.hold-time ${FOR_TESTS} (and 1 more)`],
  [
    top({ testProfile: { global: ['127.0.0.0/33'] } }),
    'testProfile.global[0] is "127.0.0.0/33": write a prefix like 127.0.0.0/29 or ::1/128',
  ],
  [top({ datapath: 'nft' }), 'datapath is "nft": write "user", the others are for --datapath'],
  [
    top({ listen: ['x'.repeat(100)], capacity: 0 }),
    `listen[0] is "${'x'.repeat(58)}…: ${ENDPOINT} (and 1 more)`,
  ],
];

t.test('each fault is one line: where, what, how to mend it', (t) => {
  for (const [config, line] of faults) {
    const parsed = roleConfig.safeParse(config);
    const found = parsed.success ? 'no fault' : describeConfigError(parsed.error, 'rs.json');
    t.equal(found, `rs.json: ${line}`);
  }
});

t.test('no message has a secret, wherever the fault is', (t) => {
  for (const change of [{ secret: `${SECRET}0` }, { secret: { hex: SECRET } }, { secret: [SECRET] }, {}]) {
    const parsed = roleConfig.safeParse({ ...inside(change), capacity: 0 });
    t.ok(!parsed.success && !JSON.stringify(parsed.error).includes(SECRET.slice(0, 8)));
  }
});

t.test('endpoints of a configuration become endpoints', (t) => {
  t.equal(formatEndpoint(endpointFrom('[::1]:5')), '[::1]:5');
  t.throws(() => endpointFrom('x'), { message: 'not an endpoint: x' });
});
