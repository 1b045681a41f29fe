/** Directions that fail, stage by stage: the status, what relays and CN are told, and when. [DC-32, DC-37] */
import { fromHex } from '../../../reference/bytes.ts';
import type { Message, RelayDirectionS } from '../../../reference/wire/messages.ts';
import t from '../../tap.ts';
import type { Played } from './played.ts';
import { World } from './world.ts';

type Request = Extract<Message, { type: 0x03 }>;

const NEAR = 'n1.ntmobile.one.example';
const FAR = 'bob.ntmobile.two.example';

function setUp(): World {
  const world = new World();
  for (const node of world.nodes) world.register(node);
  for (const relay of world.relays) {
    world.open(relay);
    world.ask(relay, relay.relayRegistration());
    accepts(relay);
  }
  world.open(world.other);
  world.node(1).reply = ({ transaction }) => ({ type: 0x11, transaction, status: 0 });
  return world;
}

function accepts(relay: Played, status: 0 | 9 = 0): void {
  relay.reply = ({ transaction }) =>
    status === 0
      ? { type: 0x08, transaction, status, endpoints: Object.values(relay.at) }
      : { type: 0x08, transaction, status };
}

/** Asks as n0. @returns the status and after how many milliseconds it came. */
function ask(world: World, change: Partial<Request>): { status: number | undefined; after: number } {
  const began = world.now;
  const request: Request = { type: 0x03, transaction: world.node().transaction(), ...change };
  let answer = world.ask(world.node(), request);
  while (answer === undefined && world.now < began + 5000) {
    world.run(10);
    answer = world.node().answerTo(request);
  }
  const status = answer !== undefined && 'status' in answer ? answer.status : undefined;
  return { status, after: world.now - began };
}

const relayTold = (relay: Played) =>
  relay.requests.map((request) =>
    'withdraw' in request && request.withdraw === true ? 'withdraw' : 'direct',
  );

t.test('a path by a relay: the relay first, without the path secret, then CN, then MN', (t) => {
  const world = setUp();
  t.same(ask(world, { peerFqdn: NEAR, want: 1 }), { status: 0, after: 0 });
  const relay = world.relays.find(({ requests }) => requests.length > 0);
  const [direction] = relay?.requests ?? [];
  if (direction?.type !== 0x07 || !('legs' in direction)) throw new Error('no Relay Direction');
  const forCn = world.node(1).requests.at(-1);
  const forMn = world.node().answers.at(-1);
  if (forCn?.type !== 0x04 || !('pathId' in forCn)) throw new Error('CN was not directed');
  if (forMn?.type !== 0x04 || !('pathId' in forMn)) throw new Error('MN was not directed');
  t.same(forMn.pathSecret, forCn.pathSecret);
  t.same([forMn.pathId, forCn.pathId], [direction.pathId, direction.pathId]);
  t.notOk('pathSecret' in direction);
  t.same([forMn.part, forCn.part], [1, 2]);
  const [mine, theirs] = (direction as RelayDirectionS).legs;
  t.same(forMn.relay?.leg, { legId: mine?.legId, legSecret: mine?.legSecret });
  t.same(forCn.relay?.leg, { legId: theirs?.legId, legSecret: theirs?.legSecret });
  t.same([forMn.candidates, forCn.candidates], [undefined, undefined]);
});

t.test('what can be told at once', (t) => {
  const world = setUp();
  const status = (change: Partial<Request>) => ask(world, change).status;
  t.equal(status({ peerFqdn: NEAR, want: 9 }), 2);
  t.equal(status({ peerFqdn: 'n1.example' }), 4, 'no NTM FQDN');
  t.equal(status({ peerFqdn: 'x.ntmobile.three.example' }), 4, 'a zone that nobody has');
  t.equal(status({ peerFqdn: 'n9.ntmobile.one.example' }), 4, 'not provisioned');
  t.equal(status({ peerFqdn: 'n0.ntmobile.one.example' }), 5, 'itself');
  t.equal(status({ want: 3 }), 6, 'no RS-T is registered');
  t.same(world.node(1).requests, []);
});

t.test('relays that are busy or silent; the time is kept', (t) => {
  const world = setUp();
  for (const relay of world.relays) accepts(relay, 9);
  t.same(ask(world, { peerFqdn: NEAR, want: 1 }), { status: 9, after: 0 });
  t.same(world.node(1).requests, [], 'CN hears nothing');
  for (const relay of world.relays) relay.isDeaf = true;
  const { status, after } = ask(world, { peerFqdn: NEAR, want: 1 });
  t.equal(status, 6);
  t.ok(after <= 4500, `after ${after} ms`);
});

t.test('CN refuses or is silent: the relay is told to forget the path', (t) => {
  for (const [reply, expected] of [
    [5, 5],
    [1, 8],
    [undefined, 8],
  ] as const) {
    const world = setUp();
    world.node(1).reply = ({ transaction }) =>
      reply === undefined ? undefined : { type: 0x11, transaction, status: reply };
    const { status, after } = ask(world, { peerFqdn: NEAR, want: 1 });
    t.equal(status, expected);
    t.ok(after <= 4500);
    const told = world.relays.map(relayTold).filter(({ length }) => length > 0);
    t.same(told, [['direct', 'withdraw']]);
  }
});

t.test('Node Information: errors, silence, and what another DC may not say', (t) => {
  const world = setUp();
  const informed = (change: object): number | undefined => {
    world.other.reply = ({ transaction }) =>
      ({
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
        ...change,
      }) as unknown as Message;
    return ask(world, { peerFqdn: FAR }).status;
  };
  t.equal(informed({ virtualAddresses: ['198.18.0.9'] }), 5, 'an address outside its prefixes');
  const { peer } = world.node().settings;
  t.equal(informed({ nodeId: fromHex(peer) }), 5, 'the Node ID of the requester');
  for (const [said, told] of [
    [3, 3],
    [9, 9],
    [6, 8],
  ] as const) {
    world.other.reply = ({ transaction }) => ({ type: 0x06, transaction, status: said });
    t.equal(ask(world, { peerFqdn: FAR }).status, told);
  }
  world.other.reply = () => undefined;
  const { status, after } = ask(world, { peerFqdn: FAR });
  t.equal(status, 8);
  t.ok(after <= 4500);
  t.same(
    world.relays.flatMap(({ requests }) => requests),
    [],
  );
});
