/** Chapter 7 at a DC: registering, renewing, moving and leaving. */
import { family, formatEndpoint } from '../../../reference/address.ts';
import { fromHex, toHex } from '../../../reference/bytes.ts';
import type { Registered } from '../../../reference/roles/dc/parts.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import { granted } from './played.ts';
import { World } from './world.ts';

const HOME = endpoint('203.0.113.1:5000');
const HOME6 = endpoint('[2001:db8:1::1]:5000');
const MOVED = endpoint('198.51.100.7:7000');
const LAN = endpoint('192.168.1.2:5000');

/** What directions are told of the first node. */
function known(world: World): Registered | undefined {
  return world.dc.registered('n0.ntmobile.one.example', world.now);
}

/** Where the first node counts as being. */
function places(world: World): Record<string, string> {
  const entries = Object.entries(known(world)?.observed ?? {});
  return Object.fromEntries(entries.map(([version, at]) => [version, formatEndpoint(at)]));
}

t.test('a registration over one family is answered and kept [DC-04, DC-06]', (t) => {
  const world = new World();
  const node = world.node();
  const instance = fromHex('0102030405060708');
  const change = { instance, localEndpoints: [LAN], features: [1, 77], suites: [2, 1], lifetime: 60 };
  const answer = granted(world.register(node, change, [4]));
  t.same(answer.virtualAddresses, ['198.18.0.1', 'fd00:1::1']);
  t.same(answer.observedEndpoint, HOME);
  t.equal(answer.lifetime, 60);
  t.equal(answer.keepAlive, 25);
  const { peer, ...rest } = known(world) ?? {};
  t.equal(peer?.name, 'n0.ntmobile.one.example');
  t.same(rest, {
    nodeId: fromHex(node.settings.peer),
    name: 'n0.ntmobile.one.example',
    instance,
    locals: [LAN],
    observed: { 4: HOME },
    observedUntil: 60_000,
    virtualAddresses: ['198.18.0.1', 'fd00:1::1'],
    features: [1, 77],
    suites: [2, 1],
    expiresAt: 60_000,
  });
});

t.test('both families are one registration, each with what it saw [DC-05]', (t) => {
  const world = new World();
  const node = world.node();
  const first = granted(world.register(node, {}, [4]));
  const second = granted(world.register(node, {}, [6]));
  t.same(first.observedEndpoint, HOME);
  t.same(second.observedEndpoint, HOME6);
  t.same(second.virtualAddresses, first.virtualAddresses);
  t.same(places(world), { 4: formatEndpoint(HOME), 6: formatEndpoint(HOME6) });
  t.equal(world.role.counters()['answered.ok'], 2);
});

t.test('a source counts once it is valid, and until then the one before [DC-05]', (t) => {
  const world = new World();
  const node = world.node();
  world.register(node, {}, [4]);
  node.at = { ...node.at, 4: MOVED };
  const { perform } = node;
  // It hears the answer and keeps the DC's probes to itself.
  node.perform = (events, now) =>
    perform.call(
      node,
      events.filter(({ kind }) => kind !== 'send'),
      now,
    );
  const request = node.registration();
  perform.call(
    node,
    node.association.request(request, { tries: [0], over: 5000 }, world.now, { family: 4 }),
    world.now,
  );
  world.drain();
  t.same(granted(node.answerTo(request)).observedEndpoint, MOVED);
  t.same(places(world), { 4: formatEndpoint(HOME) });
  node.perform = perform;
  world.run(600);
  t.same(places(world), { 4: formatEndpoint(MOVED) });
});

t.test('a new mapping is followed by keep-alives alone, in the families registered over [DC-05]', (t) => {
  const world = new World();
  const node = world.node();
  world.register(node, {}, [4]);
  node.at = { ...node.at, 4: MOVED };
  node.perform(node.association.keepAlive(4, world.now), world.now);
  world.drain();
  t.same(places(world), { 4: formatEndpoint(MOVED) });
  node.perform(node.association.keepAlive(6, world.now), world.now);
  world.drain();
  t.same(places(world), { 4: formatEndpoint(MOVED) });
});

t.test('a family that is not renewed ceases to count with its lifetime [DC-05, DC-29]', (t) => {
  const world = new World();
  const node = world.node();
  world.register(node, { lifetime: 60 });
  world.run(40_000);
  world.register(node, { lifetime: 60 }, [6]);
  t.same(Object.keys(places(world)), ['4', '6']);
  world.run(30_000);
  t.same(Object.keys(places(world)), ['6']);
});

t.test('lifetimes are those asked for within bounds [DC-29]', (t) => {
  for (const [asked, wanted] of [
    [1, 30],
    [30, 30],
    [77, 77],
    [121, 120],
    [4_294_967_295, 120],
  ] as const) {
    const world = new World();
    t.equal(granted(world.register(world.node(), { lifetime: asked }, [4])).lifetime, wanted);
    world.run(wanted * 1000 - 1);
    t.ok(known(world), `${asked}: not over yet`);
    world.run(1);
    t.equal(known(world), undefined);
    t.same(
      world.events().filter((event) => event === 'registration-ended'),
      ['registration-ended'],
    );
  }
});

t.test(
  'a node that deregisters is gone for both families, its addresses are promised [DC-29, DC-30]',
  (t) => {
    const world = new World();
    const [node, other] = [world.node(0), world.node(1)];
    const before = granted(world.register(node, { lifetime: 0 }, [4]));
    t.same([before.lifetime, before.virtualAddresses, before.aliases], [0, [], undefined]);
    const { virtualAddresses } = granted(world.register(node));
    const left = granted(world.register(node, { lifetime: 0 }, [6]));
    t.same([left.lifetime, left.virtualAddresses], [0, virtualAddresses]);
    t.equal(known(world), undefined);
    t.same(granted(world.register(node, { lifetime: 0 }, [4])).virtualAddresses, virtualAddresses);
    const others = granted(world.register(other)).virtualAddresses;
    t.notOk(others.some((ip) => virtualAddresses.includes(ip)));
    t.same(granted(world.register(node)).virtualAddresses, virtualAddresses);
  },
);

t.test('name and Node ID have to be those of the association [DC-07, ERR-05]', (t) => {
  const world = new World();
  const [node, other] = [world.node(0), world.node(1)];
  for (const change of [
    { fqdn: 'n1.ntmobile.one.example' },
    { fqdn: 'n1.ntmobile.two.example' },
    { nodeId: fromHex(other.settings.peer) },
    { fqdn: 'n1.ntmobile.one.example', nodeId: fromHex(other.settings.peer) },
  ]) {
    const answer = world.register(node, change, [4]);
    t.same(answer, { type: 0x02, transaction: answer?.transaction, status: 5 });
  }
  t.equal(known(world), undefined);
  t.equal(world.stored.size, 0);
  t.equal(world.role.counters()['answered.refused'], 4);
  // Nor did they count as the last that took effect.
  t.same(granted(world.register(node)).virtualAddresses, ['198.18.0.1', 'fd00:1::1']);
});

t.test('an older request sets its own family and nothing else [GEN-32, DC-05]', (t) => {
  const world = new World();
  const node = world.node();
  world.open(node);
  const delayed: [Uint8Array, string][] = [];
  const late = node.registration({ suites: [2], lifetime: 30 });
  const events = node.association.request(late, { tries: [0], over: 5000 }, world.now, { family: 6 });
  for (const event of events) if (event.kind === 'send') delayed.push([event.bytes.slice(), 'late']);
  world.register(node, { suites: [1] }, [4]);
  t.same(Object.keys(places(world)), ['4']);
  for (const [bytes] of delayed) world.arrive(bytes, HOME6);
  t.equal(granted(node.answerTo(late)).lifetime, 120);
  t.same(places(world), { 4: formatEndpoint(HOME), 6: formatEndpoint(HOME6) });
  t.same(known(world)?.suites, [1]);
  t.same(world.refusals(), []);
});

t.test('an older request of a family that is newer, or of a node that left, is stale [GEN-32]', (t) => {
  const world = new World();
  const node = world.node();
  world.open(node);
  const hold = (): Uint8Array => {
    const request = node.registration({ lifetime: 90 });
    const events = node.association.request(request, { tries: [0], over: 5000 }, world.now, { family: 4 });
    const [first] = events.flatMap((event) => (event.kind === 'send' ? [event.bytes.slice()] : []));
    return first ?? new Uint8Array();
  };
  const first = hold();
  const second = hold();
  world.register(node, {}, [4]);
  t.equal(world.arrive(first, HOME).filter(({ kind }) => kind === 'persist').length, 0);
  world.register(node, { lifetime: 0 }, [4]);
  world.arrive(second, HOME);
  t.same(world.refusals(), ['stale', 'stale']);
  t.equal(known(world), undefined);
  t.equal(node.answers.length, 2);
});

t.test('a repeat gets its answer again and has no effect [GEN-10]', (t) => {
  const world = new World();
  const node = world.node();
  world.open(node);
  const request = node.registration({ lifetime: 100 });
  node.perform(
    node.association.request(request, { tries: [0, 500], over: 5000 }, world.now, { family: 4 }),
    world.now,
  );
  node.isDeaf = true;
  world.drain();
  const { effects } = world;
  const writes = effects.filter(({ kind }) => kind === 'persist').length;
  node.isDeaf = false;
  world.run(700);
  t.equal(granted(node.answerTo(request)).lifetime, 100);
  t.equal(effects.filter(({ kind }) => kind === 'persist').length, writes);
  t.equal(known(world)?.expiresAt, 100_000);
});

t.test('a node that moved is answered within three times what came from it [HO-02, DOS-02]', (t) => {
  const world = new World();
  const node = world.node();
  world.register(node, {}, [4]);
  node.at = { ...node.at, 4: MOVED };
  const from = world.sent.length;
  t.same(granted(world.ask(node, node.registration(), 4, 128)).observedEndpoint, MOVED);
  const answer = world.sent.slice(from).find(({ to }) => formatEndpoint(to) === formatEndpoint(MOVED));
  t.ok((answer?.bytes.length ?? 0) <= 3 * 128);
  t.same(places(world), { 4: formatEndpoint(MOVED) });
});

t.test('each node has addresses of its own, one of each family [DC-01, DC-02]', (t) => {
  const world = new World(8);
  const given = world.nodes.map((node) => granted(world.register(node)).virtualAddresses);
  for (const addresses of given) t.same(addresses.map(family), [4, 6]);
  t.equal(new Set(given.flat()).size, 16);
});

t.test('other requests than its own a node cannot make [GEN-18]', (t) => {
  const world = new World();
  const node = world.node();
  world.open(node);
  world.ask(node, { type: 0x05, transaction: node.transaction(), fqdn: 'n1.ntmobile.one.example' });
  t.same(world.refusals(), ['channel-type']);
  t.equal(toHex(node.association.channel.ownContext()), node.settings.id);
});
