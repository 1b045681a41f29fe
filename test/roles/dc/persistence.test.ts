/** What outlives a DC, and what becomes of answers when the store fails. [DC-25] */
import { formatEndpoint } from '../../../reference/address.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import { granted } from './played.ts';
import { configFor, World } from './world.ts';

const HOME = '203.0.113.1:5000';
const HOME6 = '[2001:db8:1::1]:5000';
const NAME = 'n0.ntmobile.one.example';

function where(world: World): string[] {
  return Object.values(world.dc.registered(NAME, world.now)?.observed ?? {}).map(formatEndpoint);
}

t.test('the promise is with the store before the answer goes out', (t) => {
  const world = new World();
  const node = world.node();
  world.open(node);
  world.store = 'held';
  const request = node.registration();
  t.equal(world.ask(node, request, 4), undefined);
  t.equal(world.stored.size, 1);
  t.equal(world.dc.registered(NAME, world.now), undefined);
  world.store = 'works';
  world.release();
  t.same(granted(node.answerTo(request)).virtualAddresses, ['198.18.0.1', 'fd00:1::1']);
});

t.test('what a node asks meanwhile waits, in its order; others do not wait for it', (t) => {
  const world = new World();
  const [node, other] = [world.node(0), world.node(1)];
  world.open(node);
  world.open(other);
  world.store = 'held';
  const four = node.registration();
  const six = node.registration();
  const left = node.registration({ lifetime: 0 });
  world.ask(node, four, 4);
  world.ask(node, six, 6);
  world.ask(node, left, 4);
  for (let more = 0; more < 6; more++) world.ask(node, node.registration(), 4);
  t.same(node.answers, []);
  const refused = world.ask(node, node.registration(), 4);
  t.equal(refused !== undefined && 'status' in refused ? refused.status : undefined, 9);
  world.store = 'works';
  t.equal(granted(world.register(other, {}, [4])).status, 0);
  world.release();
  t.same(granted(node.answerTo(four)).lifetime, 120);
  t.same(granted(node.answerTo(six)).lifetime, 120);
  t.same(granted(node.answerTo(left)).lifetime, 0);
  t.equal(node.answers.length, 10);
  t.equal(granted(world.register(node)).lifetime, 120);
});

t.test('the answer goes to where the request came from last [GEN-26]', (t) => {
  const world = new World();
  const node = world.node();
  world.open(node);
  world.store = 'held';
  const request = node.registration();
  const schedule = { tries: [0, 500], over: 5000 };
  node.perform(node.association.request(request, schedule, world.now, { family: 4 }), world.now);
  world.drain();
  const moved = endpoint('198.51.100.7:7000');
  node.at = { ...node.at, 4: moved };
  world.run(600);
  const { sent } = world;
  const before = sent.length;
  world.release();
  t.same(
    sent.slice(before).map(({ to }) => to),
    [moved],
  );
  t.equal(granted(node.answerTo(request)).lifetime, 120);
});

t.test('killed before the store had it: nothing was promised; after: it holds', (t) => {
  for (const isWritten of [false, true]) {
    const world = new World();
    const [node, other] = [world.node(0), world.node(1)];
    world.open(node);
    world.store = 'held';
    world.ask(node, node.registration(), 4);
    if (!isWritten) world.stored.clear();
    world.store = 'works';
    world.restart();
    t.same(node.answers, []);
    const [first] = granted(world.register(other, {}, [4])).virtualAddresses;
    t.equal(first, isWritten ? '198.18.0.2' : '198.18.0.1');
    node.restart();
    const [mine] = granted(world.register(node, {}, [4])).virtualAddresses;
    t.equal(mine, isWritten ? '198.18.0.1' : '198.18.0.2');
  }
});

t.test('a store that fails gives busy, and all is as before', (t) => {
  const world = new World();
  const [node, other] = [world.node(0), world.node(1)];
  world.open(node);
  world.store = 'fails';
  const answer = world.ask(node, node.registration(), 4);
  t.same(answer, { type: 0x02, transaction: answer?.transaction, status: 9 });
  t.equal(world.dc.registered(NAME, world.now), undefined);
  world.store = 'works';
  t.same(granted(world.register(other)).virtualAddresses, ['198.18.0.1', 'fd00:1::1'], 'they are free again');
  const { virtualAddresses } = granted(world.register(node));
  world.store = 'fails';
  const leaving = world.register(node, { lifetime: 0 }, [4]);
  t.equal(leaving !== undefined && 'status' in leaving ? leaving.status : undefined, 9);
  world.register(node, { lifetime: 30, features: [9] }, [4]);
  const still = world.dc.registered(NAME, world.now);
  t.same([still?.virtualAddresses, still?.features, still?.expiresAt], [virtualAddresses, [], 120_000]);
  t.equal(world.role.counters()['answered.busy'], 3);
});

t.test(
  'a restart loses neither addresses nor the place of a node, and ends the registration in time',
  (t) => {
    const world = new World();
    const node = world.node();
    const before = granted(world.register(node, { features: [1, 9], suites: [2, 1] }));
    const known = world.dc.registered(NAME, world.now);
    world.run(50_000);
    world.restart();
    t.same(where(world), [HOME, HOME6]);
    const { peer: _, ...after } = world.dc.registered(NAME, world.now) ?? {};
    const { peer: __, ...rest } = known ?? {};
    t.same(after, rest);
    world.run(70_000);
    t.equal(world.dc.registered(NAME, world.now), undefined);
    node.restart();
    t.same(granted(world.register(node)).virtualAddresses, before.virtualAddresses);
  },
);

t.test('after a restart a node is reached where it was, over an association that the DC opens', (t) => {
  const world = new World();
  const node = world.node();
  world.register(node);
  node.reply = (request) => ({ type: 0x11, transaction: request.transaction, status: 0 });
  world.restart();
  const peer = world.dc.provisioned(NAME);
  if (peer === undefined) throw new Error('not provisioned');
  const got: unknown[] = [];
  const transaction = new Uint8Array(8).fill(5);
  const direction = {
    type: 0x04,
    transaction,
    pathId: new Uint8Array(16),
    pathSecret: new Uint8Array(32),
  } as const;
  const rest = { suite: 1, part: 2, lifetime: 300, peer: { nodeId: new Uint8Array(16) } } as const;
  const schedule = { tries: [0, 500], over: 1500 };
  const request = { ...direction, ...rest };
  world.act((dc) => {
    dc.request(peer, request, schedule, world.now, (answer) => got.push(answer));
    t.same(got, [], 'not before it returns');
  });
  world.run(100);
  t.same(got, [{ type: 0x11, transaction, status: 0 }]);
  t.equal(node.requests.length, 1);
});

t.test('a location that changed by itself is stored too', (t) => {
  const world = new World();
  const node = world.node();
  world.register(node, {}, [4]);
  node.at = { ...node.at, 4: endpoint('198.51.100.7:7000') };
  node.perform(node.association.keepAlive(4, world.now), world.now);
  world.drain();
  world.restart();
  t.same(where(world), ['198.51.100.7:7000']);
});

t.test('a node that left is not registered after a restart, its addresses are its own', (t) => {
  const world = new World();
  const [node, other] = [world.node(0), world.node(1)];
  const { virtualAddresses } = granted(world.register(node));
  world.register(node, { lifetime: 0 }, [4]);
  world.restart();
  t.equal(world.dc.registered(NAME, world.now), undefined);
  other.restart();
  const others = granted(world.register(other)).virtualAddresses;
  t.notOk(others.some((ip) => virtualAddresses.includes(ip)));
});

t.test('damaged values are told and left, the others are taken', (t) => {
  const world = new World(3);
  const given = world.nodes.map((node) => granted(world.register(node)).virtualAddresses);
  const [first = '', second = ''] = [...world.stored.keys()];
  const whole = world.stored.get(first) ?? new Uint8Array();
  const damages = [
    ...Array.from({ length: whole.length }, (_, length) => whole.slice(0, length)),
    ...Array.from({ length: whole.length }, (_, at) =>
      whole.map((byte, index) => (index === at ? byte ^ 0xff : byte)),
    ),
    new Uint8Array([0xa0]),
    new Uint8Array([0xf6]),
  ];
  for (const damaged of damages) {
    world.effects.length = 0;
    world.stored.set(first, damaged);
    world.restart();
    // A byte of an endpoint or a time can be another one and mean something.
    const isRead = world.dc.registered(NAME, world.now) !== undefined || world.events().length === 0;
    t.equal(world.events().includes('store-damaged'), !isRead);
    t.same(world.dc.registered('n1.ntmobile.one.example', world.now)?.virtualAddresses, given[1]);
  }
  world.stored.set('node/xyz', whole);
  world.stored.set('what', whole);
  world.stored.delete(first);
  world.effects.length = 0;
  world.restart();
  t.same(world.events(), ['store-damaged', 'store-damaged']);
  t.ok(world.stored.has(second));
});

t.test('promises of nodes that are no longer provisioned hold', (t) => {
  const pools = ['198.18.0.0/30'];
  const world = new World(3, { pools });
  const [first] = world.nodes.slice(0, 2).map((node) => granted(world.register(node)).virtualAddresses);
  const associations = configFor(3).associations?.filter((_, index) => index !== 1) ?? [];
  const changed = new World(0, { pools, associations });
  for (const [key, value] of world.stored) changed.stored.set(key, value);
  changed.restart();
  t.same(granted(changed.register(changed.node(0))).virtualAddresses, first);
  const answer = changed.register(changed.node(1), {}, [4]);
  t.equal(answer !== undefined && 'status' in answer ? answer.status : undefined, 7);
});

t.test('what was promised outside of the pools is given anew', (t) => {
  const world = new World(1);
  granted(world.register(world.node()));
  const changed = new World(1, { pools: ['198.18.0.0/24', 'fd00:9::/64'] });
  for (const [key, value] of world.stored) changed.stored.set(key, value);
  changed.restart();
  t.same(granted(changed.register(changed.node())).virtualAddresses, ['198.18.0.1', 'fd00:9::1']);
});
