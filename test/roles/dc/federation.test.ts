/** A DC as another one sees it: Node Information, and Route Directions that it passes on. */
import { fromHex, toHex } from '../../../reference/bytes.ts';
import type { Message, RouteDirection } from '../../../reference/wire/messages.ts';
import t from '../../tap.ts';
import { granted } from './played.ts';
import { World } from './world.ts';

const NEAR = 'n1.ntmobile.one.example';
const BOB = 'bob.ntmobile.two.example';

function setUp(change: ConstructorParameters<typeof World>[1] = {}, nodes = 2): World {
  const world = new World(nodes, change);
  for (const node of world.nodes) world.register(node);
  world.open(world.other);
  acknowledges(world);
  return world;
}

function acknowledges(world: World, status: 0 | 5 | 7 = 0): void {
  for (const node of world.nodes) node.reply = ({ transaction }) => ({ type: 0x11, transaction, status });
}

function statusOf(answer: Message | undefined): number | undefined {
  return answer !== undefined && 'status' in answer ? answer.status : undefined;
}

function informed(world: World, fqdn: string): Message | undefined {
  return world.ask(world.other, { type: 0x05, transaction: world.other.transaction(), fqdn });
}

function direction(world: World, change: Partial<RouteDirection> = {}): RouteDirection {
  return {
    type: 0x04,
    transaction: world.other.transaction(),
    pathId: new Uint8Array(16).fill(0x77),
    pathSecret: new Uint8Array(32).fill(0x78),
    suite: 1,
    part: 2,
    lifetime: 300,
    peer: {
      nodeId: new Uint8Array(16).fill(7),
      instance: new Uint8Array(8).fill(3),
      fqdn: BOB,
      virtualAddresses: ['198.19.0.7' as never],
    },
    forFqdn: NEAR,
    ...change,
  } as RouteDirection;
}

t.test('Node Information of a registered node [FED-03]', (t) => {
  const world = setUp();
  const node = world.node(1);
  const { virtualAddresses } = granted(world.register(node));
  const answer = informed(world, NEAR);
  if (answer?.type !== 0x06 || !('suites' in answer)) throw new Error('no information');
  t.same(answer.nodeId, fromHex(node.settings.peer));
  t.same(answer.instance, node.instance);
  t.same([answer.virtualAddresses, answer.suites, answer.features], [virtualAddresses, [1], []]);
  t.same(answer.localEndpoints, Object.values(node.at));
  t.same(answer.observedEndpoints, Object.values(node.at));
});

t.test('of a `relay-only` node it says no endpoints [FED-14]', (t) => {
  const world = setUp();
  world.register(world.node(1), { features: [2] });
  const answer = informed(world, NEAR);
  if (answer?.type !== 0x06 || !('suites' in answer)) throw new Error('no information');
  t.same([answer.localEndpoints, answer.observedEndpoints, answer.features], [[], [], [2]]);
});

t.test('what there is no Node Information of [FED-05, FED-07]', (t) => {
  const world = setUp();
  t.equal(statusOf(informed(world, 'n9.ntmobile.one.example')), 4, 'not provisioned');
  t.equal(statusOf(informed(world, BOB)), 4, 'not of its zones');
  t.equal(statusOf(informed(world, 'example')), 4, 'no NTM FQDN');
  world.run(121_000);
  t.equal(statusOf(informed(world, NEAR)), 3, 'not registered any more');
  const barred = setUp({ access: { nodeInformation: [world.other.settings.peer] } });
  t.equal(statusOf(informed(barred, NEAR)), 5);
});

t.test('a Route Direction is passed on with a transaction of its own, and without key 32 [FED-06]', (t) => {
  const world = setUp();
  const sent = direction(world, { replaces: new Uint8Array(16).fill(9) });
  t.equal(statusOf(world.ask(world.other, sent)), 0);
  const [passed] = world.node(1).requests;
  if (passed?.type !== 0x04) throw new Error('nothing was passed on');
  const { transaction, forFqdn: _, ...rest } = sent;
  t.notOk(toHex(passed.transaction) === toHex(transaction));
  t.same({ ...passed, transaction: undefined }, { ...rest, transaction: undefined });
  t.same(world.node(0).requests, []);
});

t.test('each check, in its order; CN hears nothing of what fails [FED-12, DC-26]', (t) => {
  const world = setUp({ access: { directions: [{ from: 'eve.ntmobile.two.example', to: NEAR }] } }, 3);
  const good = direction(world);
  const say = (change: Partial<RouteDirection> & { readonly of?: object }): number | undefined => {
    const { of = {}, ...rest } = change;
    return statusOf(
      world.ask(world.other, direction(world, { ...rest, peer: { ...good.peer, ...of } as never })),
    );
  };
  const strange = { fqdn: 'n0.ntmobile.one.example' };
  t.equal(say({ forFqdn: undefined as never, of: strange }), 1, 'key 32 before all');
  t.equal(say({ forFqdn: 'n9.ntmobile.one.example', of: strange }), 5, 'a name that is not of its zones');
  t.equal(
    say({ forFqdn: 'n9.ntmobile.one.example', of: { virtualAddresses: ['198.18.0.9'] } }),
    5,
    'an address',
  );
  t.equal(say({ forFqdn: 'n9.ntmobile.one.example' }), 4, 'not provisioned');
  t.equal(say({ forFqdn: BOB }), 4, 'another zone');
  t.equal(say({ of: { fqdn: 'eve.ntmobile.two.example' } }), 5, 'the access list');
  t.equal(say({ pathId: fromHex(world.node().settings.id) }), 5, 'an ID that is taken');
  t.same(
    world.nodes.flatMap(({ requests }) => requests),
    [],
  );
  t.equal(say({}), 0);
  t.equal(say({ forFqdn: 'n2.ntmobile.one.example', pathSecret: new Uint8Array(32) }), 5, 'the ID is used');
  t.equal(say({}), 0, 'the same once more');
  t.equal(world.node(1).requests.length, 2);
  world.run(121_000);
  t.equal(say({ pathSecret: new Uint8Array(32) }), 3, 'not registered, before the path is looked at');
});

t.test('the acknowledgement comes after that of CN, with its status [FED-13]', (t) => {
  const world = setUp();
  for (const status of [5, 7] as const) {
    acknowledges(world, status);
    t.equal(statusOf(world.ask(world.other, direction(world))), status);
  }
  acknowledges(world);
  const other = direction(world, { pathSecret: new Uint8Array(32) });
  t.equal(statusOf(world.ask(world.other, other)), 0, 'what failed left nothing [ERR-05]');
});

t.test('CN is silent: `no-route` when its tries are over, and repeats start nothing', (t) => {
  const world = setUp();
  world.node(1).reply = () => undefined;
  const sent = direction(world);
  t.equal(world.ask(world.other, sent), undefined);
  for (const pause of [300, 300]) {
    world.run(pause);
    world.ask(world.other, sent);
  }
  world.run(5000);
  t.equal(statusOf(world.other.answerTo(sent)), 8);
  t.equal(world.node(1).requests.length, 1, 'one request, however often it came');
  const before = world.node(1).requests.length;
  t.equal(statusOf(world.ask(world.other, sent)), 8, 'the answer is kept');
  t.equal(world.node(1).requests.length, before);
});

t.test('Route Directions being passed on are bounded [DOS-04]', (t) => {
  const world = setUp({ limits: { paths: 2 } });
  world.node(1).reply = () => undefined;
  const ask = (fill: number) =>
    statusOf(world.ask(world.other, direction(world, { pathId: new Uint8Array(16).fill(fill) })));
  t.same([ask(1), ask(2), ask(3)], [undefined, undefined, 9]);
  world.run(5000);
  acknowledges(world);
  t.equal(ask(3), 0);
});

t.test('a path of its own is not redirected by another DC [FED-12]', (t) => {
  const world = setUp({ testProfile: { global: ['203.0.113.0/24'], private: [] } });
  const request = { type: 0x03, transaction: world.node().transaction(), peerFqdn: NEAR } as const;
  const own = world.ask(world.node(), request);
  if (own?.type !== 0x04 || !('pathId' in own)) throw new Error('no path');
  t.equal(statusOf(world.ask(world.other, direction(world, { pathId: own.pathId }))), 5);
});
