/** The reference decides every situation as the twin does, which was written from the text alone. [DC-10, DC-28, DC-35] */
import fc from 'fast-check';
import { twinRoutes } from '../../../conformance/twin/index.ts';
import type { TwinFamily, TwinPrefixes, TwinSituation } from '../../../conformance/twin-routes.ts';
import { holds } from '../../property.ts';
import t from '../../tap.ts';
import { referenceInformation, referenceRoute } from './reference-routes.ts';

/** At least one of each kind that a table of prefixes, a rule or the test profile tells apart. */
const FOUR = [
  ...['8.8.8.8', '9.9.9.9', '44.0.0.1', '192.31.196.1', '192.52.193.1', '192.175.48.1'],
  ...['192.0.0.8', '192.0.0.9', '192.0.0.10', '192.0.0.11', '192.88.99.1', '192.88.99.2'],
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.0.0.2', '100.64.0.1', '100.128.0.1', '127.0.0.1', '127.0.1.1'],
  ...['169.254.1.1', '172.16.0.1', '172.32.0.1', '192.0.2.1', '192.168.1.1', '198.18.0.1', '198.20.0.1'],
  ...['198.51.100.1', '203.0.113.1', '203.0.113.2', '224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255'],
];
const SIX = [
  ...['2a00::1', '2a00::2', '2600::1', '4000::1', 'fec0::1', '64:ff9b::808:808', '64:ff9b:1::1', '100::1'],
  ...['100:0:0:1::1', '100:0:0:2::1', '2001::1', '2001:1::1', '2001:1::2', '2001:1::3', '2001:1::4'],
  ...['2001:2::1', '2001:2:1::1', '2001:3::1', '2001:4:112::1', '2001:4:113::1', '2001:10::1', '2001:20::1'],
  ...['2001:30::1', '2001:40::1', '2001:200::1', '2001:db8::1', '2002::1', '2620:4f:8000::1', '3fff::1'],
  ...['3fff:1000::1', '5f00::1', '::', '::1', 'fc00::1', 'fd12::1', 'fe80::1', 'ff02::1'],
];
const PREFIXES = ['127.0.0.0/24', '::1/128', '203.0.113.0/24', '2001:db8::/32', '8.8.8.0/24', '10.0.0.0/31'];

const port = fc.constantFrom(5000, 5001);
const random4 = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }).map((bytes) => bytes.join('.'));
const four = fc
  .tuple(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...FOUR) }, random4), port)
  .map(([ip, number]) => `${ip}:${number}`);
const six = fc.tuple(fc.constantFrom(...SIX), port).map(([ip, number]) => `[${ip}]:${number}`);
const some = <T>(of: fc.Arbitrary<T>, maxLength = 3) => fc.array(of, { maxLength });
const few = some(
  fc.constantFrom(...PREFIXES, '127.0.1.0/24', '169.254.0.0/16', '224.0.0.0/4', '0.0.0.0/0'),
  2,
);

const prefixes: fc.Arbitrary<TwinPrefixes> = fc.record({
  virtualPrefixes: some(fc.constantFrom('198.18.0.0/15', 'fd12::/16', '44.0.0.0/8', '2600::/16')),
  testGlobal: few,
  testPrivate: few,
});

/** What is observed is often one of the local ones, as of a node without a NAT. */
const own: fc.Arbitrary<TwinSituation> = fc
  .record({
    localEndpoints: some(fc.oneof(four, six), 8),
    features: fc.uniqueArray(fc.constantFrom(1, 2, 3, 999), { maxLength: 2 }),
    suites: fc.uniqueArray(fc.constantFrom(1, 2, 3, 300), { minLength: 1 }),
    four: fc.option(four, { nil: undefined }),
    six: fc.option(six, { nil: undefined }),
    isLocal: fc.boolean(),
  })
  .map(({ localEndpoints, features, suites, isLocal, ...seen }) => {
    const observedEndpoints = [seen.four, seen.six].filter((one) => one !== undefined);
    return {
      localEndpoints: isLocal ? [...localEndpoints.slice(0, 6), ...observedEndpoints] : localEndpoints,
      observedEndpoints,
      features,
      suites,
    };
  });
const families: fc.Arbitrary<TwinFamily[]> = fc.uniqueArray(fc.constantFrom<TwinFamily>(4, 6));
const end = fc.oneof(
  own,
  fc.tuple(own, families).map(([of, nattedFamilies]) => ({ ...of, nattedFamilies })),
);

const input = fc
  .record({
    mn: own,
    cn: end,
    isSameNat: fc.boolean(),
    want: fc.constantFrom(undefined, undefined, undefined, 1, 2, 3),
    reason: fc.constantFrom(undefined, undefined, undefined, 1, 2, 3),
    prefixes,
    relayEndpoints: some(fc.oneof(four, six), 2),
  })
  .map(({ mn, cn, isSameNat, prefixes: given, ...rest }) => ({
    ...rest,
    ...given,
    mn,
    cn: isSameNat ? { ...cn, observedEndpoints: mn.observedEndpoints } : cn,
  }));

t.test('rule, parts, relay, candidates in their order and suite', (t) => {
  const rules = new Set<number>();
  const same = fc.property(input, (one) => {
    const wanted = twinRoutes.decideRoute(one);
    rules.add(wanted.rule);
    const found = referenceRoute(one);
    return JSON.stringify(found) === JSON.stringify(wanted) || fail(found, wanted);
  });
  holds(t, same, { numRuns: 2000 });
  t.same([...rules].sort(), [1, 2, 3, 4, 5, 6, 7], 'all rules were among them');
});

t.test('what another DC is told', (t) => {
  const same = fc.property(own, prefixes, (of, given) => {
    const wanted = twinRoutes.nodeInformation(of, given);
    const found = referenceInformation(of, given);
    return JSON.stringify(found) === JSON.stringify(wanted) || fail(found, wanted);
  });
  holds(t, same, { numRuns: 2000 });
});

t.test('a peer told of by its DC is decided like an own node', (t) => {
  const same = fc.property(own, own, prefixes, (mn, cn, given) => {
    if (cn.features.includes(2)) return true;
    const told = { ...cn, ...twinRoutes.nodeInformation(cn, given) };
    const [near, far] = [cn, told].map((peer) => referenceRoute({ ...given, mn, cn: peer }));
    return JSON.stringify(near) === JSON.stringify(far) || fail(near, far);
  });
  holds(t, same, { numRuns: 2000 });
});

function fail(found: unknown, wanted: unknown): never {
  throw new Error(`${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}
