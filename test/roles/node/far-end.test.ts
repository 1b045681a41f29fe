/** NODE-25, NODE-22: whom a direction leads to, by what was asked for. */
import type { Ip } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { farEndOf } from '../../../reference/roles/node/far-end.ts';
import type { Goal } from '../../../reference/roles/node/goal.ts';
import { nodeGoal, translatedGoal, transparentGoal } from '../../../reference/roles/node/goal.ts';
import type { HeldPath } from '../../../reference/roles/node/judge.ts';
import { judge } from '../../../reference/roles/node/judge.ts';
import type { RouteDirection } from '../../../reference/wire/messages.ts';
import t from '../../tap.ts';

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
const ip = (text: string): Ip => text as Ip;
const [PEER, RELAY, OLD] = [bytes(16, 2), bytes(16, 3), bytes(16, 4)];
const [REAL, OTHER, STANDS, LENT] = ['203.0.113.1', '203.0.113.2', '198.19.0.1', '192.0.2.9'].map(ip) as [
  Ip,
  Ip,
  Ip,
  Ip,
];
const BY_N = translatedGoal(REAL);
const BY_T = transparentGoal(REAL);
const LEASE = transparentGoal();
const NODE = nodeGoal('bob.ntmobile.two.example');

const base = {
  type: 4,
  transaction: bytes(8, 1),
  pathId: bytes(16, 9),
  pathSecret: bytes(32, 7),
  suite: 1,
  part: 1,
  lifetime: 7440,
} as const;
const relay = (kind: number) => ({ kind, nodeId: RELAY, endpoints: [{ ip: ip('192.0.2.1'), port: 1 }] });
const peer = { nodeId: PEER, virtualAddresses: [STANDS] };
const N: RouteDirection = { ...base, relay: relay(2), peerAddress: REAL, peerVirtualAddress: STANDS };
const T: RouteDirection = { ...base, relay: relay(3), peerAddress: REAL, lentAddress: LENT };
const UNNAMED: RouteDirection = { ...base, relay: relay(3), lentAddress: LENT };

const nobody: readonly (readonly [string, RouteDirection, Goal | undefined])[] = [
  ['as a request', N, undefined],
  ['as a request', T, undefined],
  ['in place of a node', N, NODE],
  ['by the other kind', N, BY_T],
  ['by the other kind', T, BY_N],
  ['a lease for an RS-N', UNNAMED, BY_N],
  ['without key 30', { ...base, relay: relay(2), peerAddress: REAL }, BY_N],
  ['without key 15', { ...base, relay: relay(2), peerVirtualAddress: STANDS }, BY_N],
  ['to another peer', { ...N, peerAddress: OTHER }, BY_N],
  ['with a peer map', { ...N, peer }, BY_N],
  ['without key 31', { ...base, relay: relay(3), peerAddress: REAL }, BY_T],
  ['to another peer', { ...T, peerAddress: OTHER }, BY_T],
  ['of another family', { ...T, lentAddress: ip('2001:db8::9') }, BY_T],
  ['a peer that nobody asked for', T, LEASE],
  ['a node in place of a general peer', { ...base, peer }, BY_N],
  ['a kind that is not assigned', { ...base, relay: relay(9), peer }, NODE],
];

t.test('what was not asked for leads to nobody', (t) => {
  for (const [why, direction, asked] of nobody) t.equal(farEndOf(direction, asked), undefined, why);
});

t.test('what was asked for leads to the node, or to the relay', (t) => {
  const node = { nodeId: PEER, party: toHex(PEER), addresses: [STANDS], lent: undefined, isNamed: true };
  t.same(farEndOf({ ...base, peer }, NODE), node);
  t.same(farEndOf({ ...base, peer }, undefined), node);
  const end = { nodeId: RELAY, party: BY_N.key, addresses: [STANDS], lent: undefined, isNamed: true };
  t.same(farEndOf(N, BY_N), end);
  const lent = { nodeId: RELAY, party: BY_T.key, addresses: [REAL], lent: LENT, isNamed: true };
  t.same(farEndOf(T, BY_T), lent);
  t.same(farEndOf(UNNAMED, BY_T), { ...lent, isNamed: false });
  t.same(farEndOf(UNNAMED, LEASE), { ...lent, party: LEASE.key, addresses: [], isNamed: false });
});

t.test('a general peer is a party of its own, whichever relay serves it', (t) => {
  const by = {
    nodeId: bytes(16, 1),
    addresses: [ip('198.18.0.1')],
    links: [],
    suites: [1],
    isFull: false,
    isTaken: () => false,
  };
  const held = (party: string, addresses: readonly Ip[] = [STANDS]) =>
    new Map<string, HeldPath>([[toHex(OLD), { content: '', party, addresses, isLive: true }]]);
  const replaces = { ...N, replaces: OLD };
  t.equal(judge(replaces, { ...by, paths: held(BY_N.key) }, BY_N), 'made', 'by another relay, too');
  t.equal(judge(replaces, { ...by, paths: held(toHex(RELAY), []) }, BY_N), 5, 'a path to a node');
  t.equal(
    judge(N, { ...by, paths: held(translatedGoal(OTHER).key) }, BY_N),
    5,
    'what stands for another peer',
  );
  t.equal(judge(T, { ...by, addresses: [LENT], paths: new Map() }, BY_T), 5, 'an own address lent');
  t.equal(judge(N, { ...by, paths: new Map() }), 2, 'not asked for');
});
