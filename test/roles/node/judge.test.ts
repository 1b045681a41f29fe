import type { Ip } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { parsePrefix } from '../../../reference/locator.ts';
import type { HeldPath, Judging } from '../../../reference/roles/node/judge.ts';
import { contentOf, judge } from '../../../reference/roles/node/judge.ts';
import type { RouteDirection } from '../../../reference/wire/messages.ts';
import t from '../../tap.ts';

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
const ip = (text: string): Ip => text as Ip;
const [SELF, PEER, OTHER] = [bytes(16, 1), bytes(16, 2), bytes(16, 3)];
const PATH = bytes(16, 9);

const DIRECTION: RouteDirection = {
  type: 4,
  transaction: bytes(8, 1),
  pathId: PATH,
  pathSecret: bytes(32, 7),
  suite: 1,
  part: 2,
  lifetime: 300,
  peer: { nodeId: PEER, virtualAddresses: [ip('198.18.0.9'), ip('fd00::9')] },
};
const RELAY = {
  kind: 1,
  nodeId: OTHER,
  endpoints: [{ ip: ip('192.0.2.1'), port: 1 }],
  leg: { legId: bytes(16, 8), legSecret: bytes(32, 8) },
};

function judged(change: Partial<RouteDirection>, by: Partial<Judging> = {}) {
  const link = parsePrefix('10.0.0.0/8');
  if (link === undefined) throw new Error('a prefix');
  return judge(
    { ...DIRECTION, ...change },
    {
      nodeId: SELF,
      addresses: [ip('198.18.0.1')],
      links: [link],
      suites: [1],
      isFull: false,
      paths: new Map(),
      isTaken: () => false,
      ...by,
    },
  );
}

function held(change: Partial<HeldPath> = {}): HeldPath {
  return { content: '', party: toHex(PEER), addresses: [ip('198.18.0.9')], isLive: true, ...change };
}

const at = (id: Uint8Array, path: HeldPath): ReadonlyMap<string, HeldPath> =>
  new Map([[[...id].map((byte) => byte.toString(16).padStart(2, '0')).join(''), path]]);
const peer = (...virtualAddresses: string[]) => ({
  nodeId: PEER,
  virtualAddresses: virtualAddresses.map(ip),
});
const [UNSUPPORTED, REFUSED, BUSY] = [2, 5, 9];

t.test('a direction that fits makes a path', (t) => {
  t.equal(judged({}), 'made');
  t.equal(judged({ relay: RELAY }), 'made');
  t.equal(judged({ replaces: bytes(16, 4) }), 'made', 'what it replaces is not known');
  t.equal(judged({ replaces: bytes(16, 4) }, { paths: at(bytes(16, 4), held()) }), 'made');
  t.equal(
    judged({}, { paths: at(bytes(16, 4), held({ party: toHex(OTHER), isLive: false })) }),
    'made',
    'closed',
  );
  t.equal(judged({ peer: { nodeId: PEER } }), 'made', 'a peer without addresses');
});

t.test('a direction that is held already changes nothing', (t) => {
  const known = at(PATH, held({ content: contentOf(DIRECTION) }));
  t.equal(judged({ transaction: bytes(8, 2) }, { paths: known }), 'known');
  t.equal(judged({ forFqdn: 'alice.ntmobile.example' }, { paths: known }), 'known', 'what is not for nodes');
  t.equal(judged({ lifetime: 301 }, { paths: known }), REFUSED);
  t.equal(judged({ lifetime: 301 }, { paths: known, isFull: true }), REFUSED);
});

t.test('what the node cannot do is unsupported', (t) => {
  const relayEnd = { ...RELAY, leg: undefined };
  for (const kind of [0, 2, 3, 4, 255]) t.equal(judged({ relay: { ...relayEnd, kind } }), UNSUPPORTED);
  t.equal(judged({ relay: { ...relayEnd, kind: 2 }, peer: undefined }), UNSUPPORTED);
  t.equal(judged({ suite: 2 }), UNSUPPORTED);
  t.equal(judged({ suite: 2 }, { suites: [1, 2] }), 'made');
});

t.test('what would break other paths, or the host, is refused', (t) => {
  const other = at(bytes(16, 4), held({ party: toHex(OTHER) }));
  t.equal(judged({}, { paths: other }), REFUSED, 'an address of another peer');
  t.equal(judged({ peer: peer('198.18.0.8') }, { paths: other }), 'made');
  t.equal(judged({ peer: peer('fd00::8', '198.18.0.1') }), REFUSED, 'an own address');
  t.equal(judged({ peer: peer('10.2.3.4') }), REFUSED, 'an address of a link');
  t.equal(judged({ peer: { nodeId: SELF } }), REFUSED, 'the node itself');
  t.equal(
    judged({ peer: peer('198.18.0.8'), replaces: bytes(16, 4) }, { paths: other }),
    REFUSED,
    'replaces a path to another',
  );
  t.equal(judged({}, { isTaken: (context) => context === '09'.repeat(16) }), REFUSED, 'Path ID');
  t.equal(judged({ relay: RELAY }, { isTaken: (context) => context === '08'.repeat(16) }), REFUSED, 'Leg ID');
  t.equal(
    judged({ relay: RELAY }, { paths: at(bytes(16, 8), held()) }),
    REFUSED,
    'a Leg ID that is a Path ID',
  );
  t.equal(
    judged({ relay: { ...RELAY, leg: { legId: PATH, legSecret: bytes(32, 1) } } }),
    REFUSED,
    'one ID for both',
  );
});

t.test('a full table is busy, and this comes last', (t) => {
  t.equal(judged({}, { isFull: true }), BUSY);
  t.equal(judged({ suite: 2 }, { isFull: true }), UNSUPPORTED);
  t.equal(judged({ peer: { nodeId: SELF } }, { isFull: true }), REFUSED);
  t.equal(judged({}, { isFull: true, paths: at(PATH, held({ content: contentOf(DIRECTION) })) }), 'known');
});
