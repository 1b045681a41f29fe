/** Relays: their registrations, which one is asked, and the directions that they get again. [DC-39, DC-40] */
import { toHex } from '../../../reference/bytes.ts';
import type { LiveRelayDirection, RelayPeer } from '../../../reference/roles/dc/parts.ts';
import type { Message } from '../../../reference/wire/messages.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import type { Played } from './played.ts';
import { granted } from './played.ts';
import { World } from './world.ts';

function register(world: World, relay: Played, change: Parameters<Played['relayRegistration']>[0] = {}) {
  if (!relay.association.channel.hasKeys()) world.open(relay);
  const answer = world.ask(relay, relay.relayRegistration(change));
  relay.reply = ({ transaction }) => ({
    type: 0x08,
    transaction,
    status: 0,
    endpoints: Object.values(relay.at),
  });
  return answer;
}

/** Node IDs of the relays to be asked, in their order. */
function choice(world: World, kind: 1 | 2 | 3 = 1, families: readonly (4 | 6)[] = [4]): string[] {
  return world.dc.relays(kind, families, world.now).map(({ peer }) => peer.nodeId);
}

function peerOf(world: World, relay: Played): RelayPeer {
  const one = world.dc.relays(1, [], world.now).find(({ peer }) => peer.nodeId === relay.settings.peer);
  if (one === undefined) throw new Error('not registered');
  return one.peer;
}

/** A direction that a relay accepted; everything in it depends on one number. */
function live(world: World, relay: Played, number: number, node = world.node()): LiveRelayDirection {
  const leg = (side: number) => ({
    nodeId: new Uint8Array(16).fill(side),
    legId: new Uint8Array(16).fill(0x20 * side + number),
    legSecret: new Uint8Array(32).fill(0x20 * side + number),
  });
  const pathId = new Uint8Array(16).fill(number);
  const transaction = new Uint8Array(8).fill(number);
  const registered = world.dc.registered(
    node.settings.peerRole === 'node' ? node.settings.name : '',
    world.now,
  );
  if (registered === undefined) throw new Error('not registered');
  const direction = {
    type: 0x07,
    transaction,
    pathId,
    kind: 1,
    legs: [leg(1), leg(2)],
    lifetime: 120,
  } as const;
  const { peer, instance } = registered;
  const one = { pathId: toHex(pathId), relay: peerOf(world, relay), direction, node: peer, instance };
  world.dc.relayed(one, world.now);
  return one;
}

/** What a relay was told since, without transactions: Path IDs, with a minus for withdrawals. */
function told(relay: Played): string[] {
  return relay.requests.splice(0).map((request) => {
    if (request.type !== 0x07) throw new Error(`type ${request.type}`);
    return `${request.withdraw === true ? '-' : ''}${request.pathId[0]}`;
  });
}

t.test('a relay registration is granted for its lifetime, with a pool for kind T alone', (t) => {
  const world = new World();
  const [first, second] = [world.relay(0), world.relay(1)];
  const answer = register(world, first);
  t.same(answer, { type: 0x0a, transaction: answer?.transaction, status: 0, lifetime: 120 });
  const other = register(world, second, { kinds: [1, 3] });
  t.same(other, {
    type: 0x0a,
    transaction: other?.transaction,
    status: 0,
    lifetime: 120,
    pool: ['203.0.113.101'],
  });
  t.same(choice(world), [first.settings.peer, second.settings.peer]);
  t.same(choice(world, 3), [second.settings.peer]);
  t.same(choice(world, 2), []);
  world.run(119_999);
  t.equal(choice(world).length, 2);
  world.run(1);
  t.same(choice(world), []);
});

t.test('of the kinds that it registers those count that its association and the DC allow', (t) => {
  const world = new World();
  register(world, world.relay(), { kinds: [1, 2, 3, 77] });
  t.equal(choice(world, 1).length, 1);
  t.equal(choice(world, 2).length, 0, 'not in its association');
  t.equal(choice(world, 3).length, 1);
  const offers = new World(1, { access: { relayKinds: ['T'] } });
  register(offers, offers.relay(), { kinds: [1, 3] });
  t.equal(choice(offers, 1).length, 0);
  t.equal(choice(offers, 3).length, 1);
});

t.test('an older registration is stale and changes nothing [GEN-32]', (t) => {
  const world = new World();
  const relay = world.relay();
  world.open(relay);
  const old = relay.relayRegistration({ capacity: 1, kinds: [3] });
  const events = relay.association.request(old, { tries: [0], over: 5000 }, world.now, { family: 4 });
  const [bytes] = events.flatMap((event) => (event.kind === 'send' ? [event.bytes.slice()] : []));
  register(world, relay);
  world.arrive(bytes ?? new Uint8Array(), endpoint('203.0.113.3:5000'));
  t.same(world.refusals(), ['stale']);
  t.equal(relay.answerTo(old), undefined);
  t.equal(choice(world, 1).length, 1);
});

t.test('asked first: who serves the families, did not fail last, and has the most room [DC-19]', (t) => {
  const world = new World();
  world.register(world.node());
  const [first, second] = [world.relay(0), world.relay(1)];
  const [a, b] = [first.settings.peer, second.settings.peer];
  register(world, first);
  register(world, second);
  t.same(choice(world), [a, b], 'as configured');
  live(world, first, 1);
  t.same(choice(world), [b, a], 'room');
  register(world, second, { endpoints: [endpoint('203.0.113.4:5000')] });
  t.same(choice(world, 1, [4, 6]), [a, b], 'families');
  t.same(choice(world, 1, [4]), [b, a]);
  register(world, second);
  second.reply = ({ transaction }) => ({ type: 0x08, transaction, status: 9 });
  const direction = live(world, first, 2).direction;
  const ask = (): void => {
    const transaction = second.transaction();
    const message = { ...direction, transaction };
    const schedule = { tries: [0], over: 10 };
    world.act((dc) => dc.request(peerOf(world, second), message, schedule, world.now, () => {}));
    world.run(20);
  };
  ask();
  t.same(choice(world), [a, b], 'answered busy');
  register(world, second);
  t.same(choice(world), [b, a], 'registered again');
  second.isDeaf = true;
  ask();
  t.same(choice(world), [a, b], 'silent');
});

t.test('a new instance is told all that is live, the same with new transactions [DC-39, RS-15]', (t) => {
  const world = new World();
  world.register(world.node());
  const relay = world.relay();
  register(world, relay);
  const directions = [1, 2].map((number) => live(world, relay, number).direction);
  register(world, world.relay(1));
  register(world, relay);
  t.same(told(relay), []);
  relay.restart();
  const registration = relay.relayRegistration();
  world.open(relay);
  world.ask(relay, registration);
  const again = relay.requests as Extract<Message, { type: 0x07 }>[];
  t.same(
    again.map(({ transaction: _, ...content }) => content),
    directions.map(({ transaction: _, ...content }) => content),
  );
  const transactions = [...again, ...directions].map(({ transaction }) => toHex(transaction));
  t.equal(new Set(transactions).size, 4);
  t.same(told(world.relay(1)), []);
});

t.test('what ended is not told again, and withdrawn where the node said so [DC-39]', (t) => {
  const ends: Record<string, (world: World) => unknown> = {
    withdrawn: (world) =>
      world.act((dc) => dc.withdraw(peerOf(world, world.relay()), new Uint8Array(16).fill(1), world.now)),
    deregistered: (world) => world.register(world.node(), { lifetime: 0 }, [4]),
    'began anew': (world) => world.register(world.node(), { instance: new Uint8Array(8).fill(9) }, [4]),
    'ran out': (world) => world.run(100_000),
    replaced: (world) => {
      world.dc.replaced('01'.repeat(16), world.now);
      register(world, world.relay(), { instance: new Uint8Array(8).fill(7) });
      t.same(told(world.relay()), ['1', '2'], 'for 40 s more');
      world.run(20_000);
      world.dc.replaced('01'.repeat(16), world.now);
      world.run(20_000);
    },
  };
  for (const [how, end] of Object.entries(ends)) {
    const world = new World();
    world.register(world.node());
    world.run(20_000);
    const relay = world.relay();
    register(world, relay);
    live(world, relay, 1);
    world.register(world.node(1));
    live(world, relay, 2, world.node(1));
    end(world);
    world.run(1);
    const isTold = how === 'withdrawn' || how === 'deregistered' || how === 'began anew';
    t.same(told(relay), isTold ? ['-1'] : [], how);
    t.equal(world.dc.liveAt('01'.repeat(16)), undefined);
    register(world, relay, { instance: new Uint8Array(8).fill(8) });
    t.same(told(relay), ['2'], `${how}: the other one`);
  }
});

t.test('what was sent long ago is live no more; sent again it is [DC-39]', (t) => {
  const world = new World(1, { timers: { 'relay-direction-live': 300 } });
  const stay = (): void => {
    world.run(50_000);
    world.register(world.node(), {}, [4]);
  };
  world.register(world.node());
  const relay = world.relay();
  register(world, relay);
  live(world, relay, 1);
  for (let minutes = 0; minutes < 4; minutes++) stay();
  register(world, relay, { instance: new Uint8Array(8).fill(7) });
  t.same(told(relay), ['1']);
  for (let minutes = 0; minutes < 5; minutes++) stay();
  t.equal(world.role.counters()['table.paths.size'], 1);
  stay();
  t.equal(world.role.counters()['table.paths.size'], 0);
});

t.test('a node that goes on with its instance keeps what is live', (t) => {
  const world = new World();
  world.register(world.node());
  register(world, world.relay());
  live(world, world.relay(), 1);
  world.run(60_000);
  world.register(world.node());
  t.equal(world.dc.liveAt('01'.repeat(16))?.pathId, '01'.repeat(16));
  t.same(told(world.relay()), []);
});

t.test('IDs of live paths, their legs and all associations are taken [DC-20]', (t) => {
  const world = new World();
  world.register(world.node());
  register(world, world.relay());
  live(world, world.relay(), 1);
  const is = (fill: number) => world.dc.isTaken(new Uint8Array(16).fill(fill));
  t.same([1, 0x21, 0x41, 2].map(is), [true, true, true, false]);
  world.act((dc) => dc.withdraw(peerOf(world, world.relay()), new Uint8Array(16).fill(1), world.now));
  t.same([1, 0x21, 0x41].map(is), [false, false, false]);
  const aliases = granted(world.register(world.node())).aliases ?? [];
  t.same(
    aliases.map((alias) => world.dc.isTaken(alias)),
    [true, true, true, true],
  );
});

t.test('directions have room up to the bound [DOS-04]', (t) => {
  const world = new World(1, { limits: { paths: 2 } });
  world.register(world.node());
  register(world, world.relay());
  live(world, world.relay(), 1);
  t.equal(world.dc.hasRoom(0), true);
  live(world, world.relay(), 2);
  t.equal(world.dc.hasRoom(0), false);
  const counters = world.role.counters();
  t.same([counters['table.paths.size'], counters['table.paths.bound']], [2, 2]);
});
