/** A DC or a relay that ends and starts again in the middle of a direction: nobody waits for ever, and all goes on. */
import type { Message, RouteDirection } from '../../../reference/wire/messages.ts';
import t from '../../tap.ts';
import type { Played } from './played.ts';
import { World } from './world.ts';

const NEAR = 'n1.ntmobile.one.example';
const FAR = 'bob.ntmobile.two.example';
/** GEN-28: what a node gets within this time it gets. */
const PATIENCE = 4500;

type Reply = Played['reply'];

/** Room for one direction: another is granted only if nothing of the one before is left. */
function setUp(paths = 1): World {
  const world = new World(2, { limits: { paths } });
  for (const node of world.nodes) {
    world.register(node);
    node.reply = acknowledged;
  }
  for (const relay of world.relays) {
    relay.reply = accepting(relay);
    comeBack(world, relay);
  }
  world.other.reply = far;
  world.open(world.other);
  return world;
}

/** A relay registers at a DC that does not know it any more. */
function comeBack(world: World, relay: Played): void {
  if (!relay.association.channel.hasKeys()) world.open(relay);
  world.ask(relay, relay.relayRegistration());
}

const acknowledged: Reply = ({ transaction }) => ({ type: 0x11, transaction, status: 0 });

const accepting = (relay: Played): Reply =>
  function accept({ transaction, ...rest }) {
    const endpoints = 'withdraw' in rest ? {} : { endpoints: Object.values(relay.at) };
    return { type: 0x08, transaction, status: 0, ...endpoints } as Message;
  };

const far: Reply = ({ type, transaction }) =>
  type === 0x04
    ? { type: 0x11, transaction, status: 0 }
    : ({
        type: 0x06,
        transaction,
        status: 0,
        nodeId: new Uint8Array(16).fill(7),
        instance: new Uint8Array(8),
        localEndpoints: [],
        observedEndpoints: [],
        nattedFamilies: [],
        features: [2],
        suites: [1],
        virtualAddresses: ['198.19.0.7'],
      } as unknown as Message);

/** Before a party answers a request of a type for the first time, something happens. */
function interrupt(parties: readonly Played[], type: number, happens: (party: Played) => void): () => number {
  let count = 0;
  for (const party of parties) {
    const { reply } = party;
    party.reply = (request) => {
      if (request.type === type && count++ === 0) happens(party);
      return reply(request);
    };
  }
  return () => count;
}

function ask(world: World, peerFqdn: string): () => number | undefined {
  const node = world.node();
  const request = { type: 0x03, transaction: node.transaction(), peerFqdn } as const;
  world.ask(node, request);
  return () => {
    const answer = node.answerTo(request);
    return answer !== undefined && 'status' in answer ? answer.status : undefined;
  };
}

/** Everybody opens again where the DC has forgotten the keys, as after a silence. */
function recover(world: World): void {
  world.run(10_000);
  for (const party of [...world.nodes, ...world.relays, world.other]) party.restart();
  for (const node of world.nodes) world.register(node);
  for (const relay of world.relays) comeBack(world, relay);
  world.open(world.other);
}

t.test('a DC that starts again at any step of a direction of its node', (t) => {
  for (const [name, peer, type, parties] of [
    ['Node Information', FAR, 0x05, (world: World) => [world.other]],
    ['relay, for a far node', FAR, 0x07, (world: World) => world.relays],
    ['DC_CN', FAR, 0x04, (world: World) => [world.other]],
    ['relay', NEAR, 0x07, (world: World) => world.relays],
    ['CN', NEAR, 0x04, (world: World) => [world.node(1)]],
  ] as const) {
    const world = setUp();
    const interrupted = interrupt(parties(world), type, () => world.restart());
    const status = ask(world, peer);
    world.run(PATIENCE);
    t.equal(interrupted(), 1, `${name}: the new DC repeats nothing of what the old one began`);
    t.equal(status(), undefined, 'it knows nothing of the request');
    recover(world);
    const again = ask(world, peer);
    world.run(PATIENCE);
    t.equal(again(), 0, `${name}: afterwards all is as before`);
  }
});

t.test('a request that is repeated to a new DC is a new one', (t) => {
  const world = setUp();
  world.node(1).reply = () => undefined;
  const node = world.node();
  const request = { type: 0x03, transaction: node.transaction(), peerFqdn: NEAR } as const;
  world.ask(node, request);
  world.restart();
  world.node(1).reply = acknowledged;
  recover(world);
  const answer = world.ask(node, request);
  world.run(PATIENCE);
  const found = answer ?? node.answerTo(request);
  t.equal(found !== undefined && 'status' in found ? found.status : undefined, 0);
});

t.test('a DC_CN that starts again while its node is directed', (t) => {
  const world = setUp();
  const direction = (): RouteDirection => ({
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
      fqdn: FAR,
      virtualAddresses: ['198.19.0.7' as never],
    },
    forFqdn: NEAR,
  });
  const interrupted = interrupt([world.node(1)], 0x04, () => world.restart());
  const first = direction();
  t.equal(world.ask(world.other, first), undefined);
  world.run(PATIENCE);
  t.equal(world.other.answerTo(first), undefined);
  t.equal(interrupted(), 1);
  recover(world);
  const again = world.ask(world.other, direction());
  t.same(again !== undefined && 'status' in again && again.status, 0, 'the same path is new to it');
});

t.test('a relay that starts again before it answers: another one is directed', (t) => {
  const world = setUp();
  const lost: Played[] = [];
  interrupt(world.relays, 0x07, (relay) => {
    relay.restart();
    lost.push(relay);
  });
  const status = ask(world, NEAR);
  world.run(PATIENCE);
  t.equal(status(), 0);
  const [gone] = lost;
  const served = world.relays.find((relay) => relay !== gone);
  t.equal(served?.requests.length, 1);
  t.equal(world.role.counters()['table.paths.size'], 1);
});

t.test('a relay that starts again once it accepted gets its path again [DC-39]', (t) => {
  for (const step of ['CN', 'MN'] as const) {
    const world = setUp();
    const holder = (): Played => {
      const found = world.relays.find(({ requests }) => requests.length > 0);
      if (found === undefined) throw new Error('no relay was directed');
      return found;
    };
    if (step === 'CN') interrupt([world.node(1)], 0x04, () => holder().restart());
    const status = ask(world, NEAR);
    world.run(PATIENCE);
    t.equal(status(), 0, step);
    const relay = holder();
    if (step === 'MN') relay.restart();
    comeBack(world, relay);
    world.run(1000);
    const told = relay.requests.map((request) => ('legs' in request ? request.legs : undefined));
    t.equal(told.length, 2);
    t.same(told[1], told[0], 'the same legs');
    t.equal(world.role.counters()['table.paths.size'], 1);
  }
});
