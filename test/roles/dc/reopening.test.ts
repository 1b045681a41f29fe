/** What a DC does first when it was started again: relays that it keeps, and to whom it opens. [DC-25, DC-43] */
import { formatEndpoint, sameEndpoint } from '../../../reference/address.ts';
import { readHeader } from '../../../reference/wire/header.ts';
import { MessageType } from '../../../reference/wire/registry.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import type { Played } from './played.ts';
import { configFor, World } from './world.ts';

function register(world: World, relay: Played, change: Parameters<Played['relayRegistration']>[0] = {}) {
  if (!relay.association.channel.hasKeys()) world.open(relay);
  const request = relay.relayRegistration(change);
  return { request, answer: world.ask(relay, request) };
}

function statusOf(answer: object | undefined): unknown {
  return answer !== undefined && 'status' in answer ? answer.status : undefined;
}

/** What is known of relays of kind S, in the order in which they are asked. */
function known(world: World): unknown[] {
  return world.dc.relays(1, [], world.now).map(({ peer, ...relay }) => ({ ...relay, peer: peer.nodeId }));
}

/** Whom the DC sent a message 1, and when, from an index of what it sent. */
function opened(world: World, from: number): (readonly [party: Played, at: number])[] {
  return world.sent.slice(from).flatMap(({ bytes, to, at }) => {
    const header = readHeader(bytes);
    if (!('type' in header) || header.type !== MessageType.openingRequest) return [];
    const parties = [...world.nodes, ...world.relays, world.other];
    const party = parties.find((one) => Object.values(one.at).some((place) => sameEndpoint(place, to)));
    if (party === undefined) throw new Error(`nobody is at ${formatEndpoint(to)}`);
    return [[party, at] as const];
  });
}

t.test('a relay is told that it is registered once that is with the store', (t) => {
  const world = new World();
  const relay = world.relay();
  world.open(relay);
  world.store = 'held';
  const { request, answer } = register(world, relay);
  t.equal(answer, undefined);
  world.store = 'works';
  world.release();
  t.equal(statusOf(relay.answerTo(request)), 0);
});

t.test('where the store fails the answer is busy, and the registration as before', (t) => {
  const world = new World();
  const relay = world.relay();
  register(world, relay);
  const before = known(world);
  world.run(1000);
  world.store = 'fails';
  t.equal(statusOf(register(world, relay, { capacity: 1, instance: new Uint8Array(8).fill(9) }).answer), 9);
  t.same(known(world), before);
  const other = world.relay(1);
  t.equal(statusOf(register(world, other).answer), 9);
  t.equal(known(world).length, 1);
});

t.test('a restart loses no relay, and takes up none whose registration has ended', (t) => {
  const world = new World();
  const [first, second] = [world.relay(0), world.relay(1)];
  register(world, first, { kinds: [1, 3], capacity: 3 });
  world.run(60_000);
  register(world, second, { endpoints: [endpoint('203.0.113.77:9')], capacity: 2 });
  const before = known(world);
  t.equal(before.length, 2);
  world.restart();
  t.same(known(world), before);
  world.run(60_000);
  t.equal(known(world).length, 1, 'each until its own end');
  world.restart();
  t.equal(known(world).length, 1);
});

t.test('what the association does not allow any more is not taken up, and what is damaged is told', (t) => {
  const world = new World();
  register(world, world.relay(0), { kinds: [1, 3] });
  register(world, world.relay(1));
  const associations = configFor(2).associations?.map((settings) =>
    settings.peerRole === 'rs' ? { ...settings, kinds: ['T' as const] } : settings,
  );
  const changed = new World(2, { associations });
  for (const [key, value] of world.stored) changed.stored.set(key, value);
  changed.restart();
  t.equal(known(changed).length, 0);
  t.equal(changed.dc.relays(3, [], changed.now).length, 1);
  const [key = ''] = world.stored.keys();
  for (const damage of [[0xa0], [0xf6], [...(world.stored.get(key) ?? [])].slice(1)]) {
    world.stored.set(key, new Uint8Array(damage));
    world.effects.length = 0;
    world.restart();
    t.same(world.events(), ['store-damaged']);
    t.equal(known(world).length, 1, 'the other one');
  }
});

t.test('a DC opens to relays, then to nodes, 64 in a second and each once', (t) => {
  const world = new World(150);
  for (const node of world.nodes) world.register(node);
  for (const relay of world.relays) register(world, relay);
  const [left, early] = [world.node(0), world.node(100)];
  world.ask(left, left.registration({ lifetime: 0 }));
  for (const party of [...world.nodes, ...world.relays]) party.restart();
  const from = world.sent.length;
  const began = world.now;
  world.restart();
  world.open(early);
  world.run(10_000);
  const all = opened(world, from).filter(([party]) => party !== world.other);
  const parties = [...new Set(all.map(([party]) => party))];
  t.same(parties.slice(0, 2), world.relays);
  t.equal(parties.length, world.relays.length + world.nodes.length - 2);
  t.notOk(parties.includes(left), 'none that is not registered');
  t.notOk(parties.includes(early), 'none that has opened');
  const times = parties.map((party) => all.find(([one]) => one === party)?.[1] ?? 0);
  for (const [index, at] of times.entries())
    t.ok(Math.abs(at - began - (index * 1000) / 64) < 1, `number ${index} at ${at - began} ms`);
  t.ok(
    parties.every((party) => all.filter(([one]) => one === party).length <= 2),
    'once by each family',
  );
});

t.test('who does not answer is opened once, until there is something to say', (t) => {
  const world = new World();
  const node = world.node();
  world.register(node, {}, [4]);
  node.isDeaf = true;
  const from = world.sent.length;
  world.restart();
  world.run(60_000);
  const times = opened(world, from).flatMap(([party, at]) => (party === node ? [at] : []));
  t.same(times, [0, 250, 750, 1750, 3750], 'one message 1 and its repeats');
});
