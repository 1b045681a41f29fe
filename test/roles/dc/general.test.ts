/** Paths to general peers: what a DC directs, stores, refuses and undoes beyond what a tester of it sees. */
import type { Ip } from '../../../reference/address.ts';
import { parseIp } from '../../../reference/address.ts';
import { fromHex, toHex } from '../../../reference/bytes.ts';
import type { DcConfigInput } from '../../../reference/config/dc.ts';
import type { Message, RelayDirectionEnd, RouteDirection } from '../../../reference/wire/messages.ts';
import t from '../../tap.ts';
import type { Played } from './played.ts';
import { configFor, World } from './world.ts';

type Request = Extract<Message, { type: 0x03 }>;

const ZONE = 'ntmobile.one.example';
const PEER = '198.51.100.7' as Ip;
const MEMORY = 7440_000;

/** The associations of the world, with relays that may be all kinds. */
function associations(
  lent: readonly string[] = ['203.0.113.100', '2001:db8:1e::1'],
): NonNullable<DcConfigInput['associations']> {
  return (configFor(2).associations ?? []).map((one, index) =>
    one.peerRole === 'rs'
      ? { ...one, kinds: ['S', 'N', 'T'], pool: lent.map((ip) => `${ip.slice(0, -1)}${index}`) }
      : one,
  );
}

function setUp(change: Partial<DcConfigInput> = {}): World {
  const world = new World(2, { associations: associations(), ...change });
  for (const node of world.nodes) {
    world.register(node);
    node.reply = ({ transaction }) => ({ type: 0x11, transaction, status: 0 });
  }
  for (const relay of world.relays) offer(world, relay);
  return world;
}

function offer(world: World, relay: Played): void {
  world.open(relay);
  relay.reply = (request) => accepted(relay, request);
  world.ask(relay, relay.relayRegistration({ kinds: [1, 2, 3] }));
}

function accepted(relay: Played, request: Message): Message {
  const base = { type: 0x08, transaction: request.transaction, status: 0 } as const;
  if ('withdraw' in request && request.withdraw === true) return base;
  const lends = relay.settings.peerRole === 'rs' ? (relay.settings.pool ?? []) : [];
  const pool = lends.flatMap((text) => parseIp(text) ?? []);
  const peer = 'peerAddress' in request ? request.peerAddress : undefined;
  const lent = pool.find((ip) => peer === undefined || ip.includes(':') === peer.includes(':'));
  const isLease = 'kind' in request && request.kind === 3 && lent !== undefined;
  const endpoints = Object.values(relay.at);
  return { ...base, endpoints, ...(isLease ? { allocatedAddress: lent } : {}) };
}

function ask(world: World, change: Partial<Request>, from = 0): Message | undefined {
  const node = world.node(from);
  return world.ask(node, { type: 0x03, transaction: node.transaction(), ...change } as Request);
}

function statusOf(answer: Message | undefined): number | undefined {
  return answer !== undefined && 'status' in answer ? answer.status : undefined;
}

function directed(answer: Message | undefined): RouteDirection {
  if (answer?.type !== 0x04 || !('pathId' in answer)) throw new Error(`no path: ${statusOf(answer)}`);
  return answer;
}

const idOf = ({ settings }: Played) => fromHex(settings.peer);
const told = (world: World): Message[] => world.relays.flatMap(({ requests }) => requests);
const withdrawn = (world: World): string[] =>
  told(world).flatMap((one) => ('withdraw' in one && one.withdraw === true ? [toHex(one.pathId)] : []));
const promises = (world: World): string[] =>
  [...world.stored.keys()].filter((key) => key.startsWith('general/'));
/** What is first given to a general peer: the two nodes have .1 and .2. */
const FIRST = 'general/c6120003';

t.test('kind N: the relay and the node are told of one path, and of nothing more [DC-22]', (t) => {
  const world = setUp();
  const route = directed(ask(world, { peerAddress: PEER }));
  const [entry] = told(world) as RelayDirectionEnd[];
  if (entry === undefined) throw new Error('no Relay Direction');
  const { pathId, pathSecret } = route;
  t.same(entry, {
    type: 0x07,
    transaction: entry.transaction,
    pathId,
    pathSecret,
    kind: 2,
    nodeId: idOf(world.node()),
    suite: 1,
    virtualAddresses: ['198.18.0.1', 'fd00:1::1'],
    peerAddress: PEER,
    peerVirtualAddress: '198.18.0.3',
    lifetime: 7440,
  });
  const relay = world.relays.find(({ requests }) => requests.length > 0);
  t.same(route, {
    type: 0x04,
    transaction: route.transaction,
    status: 0,
    pathId,
    pathSecret,
    suite: 1,
    part: 1,
    lifetime: 7440,
    relay: { kind: 2, nodeId: relay && idOf(relay), endpoints: Object.values(relay?.at ?? {}) },
    peerAddress: PEER,
    peerVirtualAddress: '198.18.0.3',
  });
});

t.test(
  'nobody is told of an address before it is durable; if it can’t be, busy, and it is free again [DC-25]',
  (t) => {
    const world = setUp();
    world.store = 'held';
    t.equal(ask(world, { peerAddress: PEER }), undefined);
    t.same(told(world), [], 'nor is the relay');
    world.store = 'works';
    world.release();
    t.equal(directed(world.node().answers.at(-1)).peerVirtualAddress, '198.18.0.3');

    const broken = setUp();
    broken.store = 'fails';
    t.equal(statusOf(ask(broken, { peerAddress: PEER })), 9);
    t.same([told(broken), promises(broken)], [[], []]);
    broken.store = 'works';
    const other = directed(ask(broken, { peerAddress: '198.51.100.8' as Ip }));
    t.equal(other.peerVirtualAddress, '198.18.0.3', 'by another peer, since nobody was told');

    const stuck = setUp();
    stuck.store = 'held';
    ask(stuck, { peerAddress: PEER });
    stuck.run(4400);
    t.equal(statusOf(stuck.node().answers.at(-1)), 9, 'a store that hangs is one that fails');
  },
);

t.test('an address stands for its peer 7440 s after the last path, over a restart too [DC-36]', (t) => {
  const world = setUp();
  directed(ask(world, { peerAddress: PEER }));
  t.same(promises(world), [FIRST]);
  world.ask(world.node(), world.node().registration({ lifetime: 0 }));
  t.equal(withdrawn(world).length, 1);
  world.run(MEMORY - 1000);
  t.same(promises(world), [FIRST]);
  world.restart();
  world.run(500);
  t.same(promises(world), [FIRST]);
  world.run(1000);
  t.same(promises(world), [], 'then it is erased');

  const other = setUp();
  const before = directed(ask(other, { peerAddress: PEER }));
  other.restart();
  other.run(MEMORY + 1000);
  t.same(promises(other), [FIRST], 'what is live at a restart may be so for a day');
  for (const played of [...other.nodes, ...other.relays]) other.open(played);
  for (const node of other.nodes) other.register(node);
  for (const relay of other.relays) offer(other, relay);
  t.equal(directed(ask(other, { peerAddress: PEER })).peerVirtualAddress, before.peerVirtualAddress);
  other.run(86_400_000 + MEMORY + 60_000);
  t.same(promises(other), []);
});

t.test('what was stored and is damaged is told and left', (t) => {
  const world = setUp();
  world.stored.set('general/c6120009', Uint8Array.of(0xa0));
  world.restart();
  t.ok(world.events().includes('store-damaged'));
  t.ok(world.stored.has('general/c6120009'));
});

t.test('no more addresses than paths, whatever the pool has [DOS-04]', (t) => {
  const world = setUp({ limits: { paths: 3 } });
  const statuses: (number | undefined)[] = [];
  for (let turn = 0; turn < 4; turn++) {
    statuses.push(statusOf(ask(world, { peerAddress: `198.51.100.${turn}` as Ip })));
    // Its path is over; the address stays.
    world.register(world.node(), { instance: new Uint8Array(8).fill(turn + 7) });
  }
  t.same(statuses, [0, 0, 0, 7]);
});

t.test('a node that leaves while the relay is asked gets no path, and the relay forgets it [DC-37]', (t) => {
  const world = setUp();
  const node = world.node();
  for (const relay of world.relays)
    relay.reply = (request) => {
      if ('pathSecret' in request) node.ask(node.registration({ lifetime: 0 }), world.now);
      return accepted(relay, request);
    };
  const answer = ask(world, { peerAddress: PEER, want: 3 });
  const [entry] = told(world).filter((one) => 'pathSecret' in one);
  t.same(withdrawn(world), [toHex((entry as RelayDirectionEnd).pathId)]);
  t.ok([0, 3].includes(statusOf(answer) ?? -1), 'which of them came first is the network’s to say');
});

t.test('a relay that accepts when the time is over is told to forget the path [GEN-28, DC-37]', (t) => {
  const testProfile = { global: [], private: [] };
  const world = setUp({ testProfile, timers: { 'direction-answer': 0.3 } });
  for (const relay of world.relays) relay.isDeaf = true;
  ask(world, { peerAddress: PEER });
  world.run(250);
  t.equal(statusOf(world.node().answers.at(-1)), 6);
  t.same(promises(world), [FIRST], 'it may have been told of');
  for (const relay of world.relays) relay.isDeaf = false;
  world.run(400);
  const [entry] = told(world).filter((one) => 'pathSecret' in one);
  t.same(withdrawn(world), [toHex((entry as RelayDirectionEnd).pathId)]);
  t.equal(world.role.counters()['table.paths.size'], 0);
});

t.test('an RS-T has to have an address of the peer’s family [DC-17]', (t) => {
  const world = setUp({ associations: associations(['203.0.113.100']) });
  const lease = (peerAddress?: string) =>
    statusOf(ask(world, { want: 3, ...(peerAddress && { peerAddress: peerAddress as Ip }) }));
  t.equal(lease(PEER), 0);
  t.equal(lease(), 0);
  t.equal(lease('2001:db8:7::7'), 6);
  const none = setUp({ associations: associations([]) });
  t.equal(statusOf(ask(none, { want: 3 })), 6);
});

t.test('which nodes may ask for which kinds, and which peers [DC-16, DC-17, DC-32]', (t) => {
  const own = associations().map((one, index) =>
    index === 0 && one.peerRole === 'node' ? { ...one, relayKinds: ['T' as const] } : one,
  );
  const world = setUp({ associations: own });
  t.equal(statusOf(ask(world, { peerAddress: PEER })), 5);
  t.equal(statusOf(ask(world, { peerAddress: PEER, want: 3 })), 0);
  t.equal(statusOf(ask(world, { peerFqdn: `n1.${ZONE}`, want: 1 })), 5, 'an RS-S is a relay too');
  t.equal(statusOf(ask(world, { peerAddress: PEER }, 1)), 0, 'it is for that node alone');
  const general = [{ from: `n0.${ZONE}`, to: '2001:db8:7::/48' }];
  const listed = setUp({ access: { general } });
  const six = { peerAddress: '2001:db8:7::7' as Ip };
  t.equal(statusOf(ask(listed, six)), 5);
  t.equal(statusOf(ask(listed, six, 1)), 0);
  t.equal(statusOf(ask(listed, { peerAddress: PEER })), 0);
  t.equal(statusOf(ask(listed, { want: 3 })), 0, 'a lease is for no peer');
});

t.test('a path to a node is not replaced by one to a general peer, nor the other way [DC-32]', (t) => {
  const world = setUp();
  const near = directed(ask(world, { peerFqdn: `n1.${ZONE}`, want: 1 }));
  const far = directed(ask(world, { peerAddress: PEER }));
  t.equal(statusOf(ask(world, { peerAddress: PEER, replaces: near.pathId, reason: 1 })), 5);
  t.equal(statusOf(ask(world, { peerFqdn: `n1.${ZONE}`, replaces: far.pathId, reason: 1 })), 5);
  t.equal(statusOf(ask(world, { want: 3, replaces: far.pathId, reason: 1 })), 0, 'by a lease it may be');
});
