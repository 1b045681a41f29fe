/** What an RS-T lends and passes on, as packets of both sides show it. */
import t from '../../tap.ts';
import { addr, HOST, HOST6, OTHER, OUT, OUT6, POOL, transaction, World } from '../relay/world.ts';
import { icmp, see, shown, udp } from '../rs-n/napt/packets.ts';

const [FIRST = '', SECOND = '', SIX = ''] = POOL;
const POOL_EMPTY = 7;
const word = (text: string) => new TextEncoder().encode(text);
const anyPeer = { peerAddress: undefined };
const withdraw = (world: World, path: number) =>
  world.status(world.dc, {
    type: 0x07,
    transaction: transaction(),
    pathId: new Uint8Array(16).fill(path),
    withdraw: true,
  });

t.test('an address of the family of the peer; none free is said so', (t) => {
  const world = new World('rs-t', { capacity: 9 });
  t.equal(world.allocated(world.dc, world.direction(1, 1)), FIRST);
  t.equal(world.allocated(world.dc, world.direction(2, 2)), SECOND);
  t.equal(world.status(world.dc, world.direction(3, 3)), POOL_EMPTY);
  t.equal(world.allocated(world.dc, world.direction(4, 4, { peerAddress: addr(HOST6) })), SIX);
  t.equal(world.counter('table.leases.size'), 3);
  t.equal(withdraw(world, 1), 0);
  t.equal(world.status(world.dc, world.direction(5, 3)), POOL_EMPTY, 'another node waits');
  world.run(120_000);
  t.equal(world.allocated(world.dc, world.direction(6, 3)), FIRST);
});

t.test('its own addresses and all that it may lend lead to it', (t) => {
  const world = new World('rs-t');
  const shown = () => world.effects.flatMap((effect) => (effect.kind === 'interface' ? [effect.has] : []));
  const to = (...addresses: string[]) => ({
    addresses: [],
    routes: addresses.map((ip) => ({ to: `${ip}/${ip.includes(':') ? 128 : 32}`, from: undefined })),
  });
  t.same(shown(), [to(OUT, OUT6), to(OUT, OUT6, ...POOL)], 'at its start, and when its DCs have said so');
});

t.test('only TTL and header checksum change on the way, in both directions', (t) => {
  const world = new World('rs-t');
  world.ask(world.dc, world.direction(1, 1));
  const node = world.node(1, 1);
  const there = (hops: number) =>
    udp({ from: FIRST, to: HOST, ports: [5060, 5060], hops, identification: 7 }, word('INVITE'));
  t.same(world.out(node, there(64)), [there(63)]);
  const back = (hops: number) =>
    udp({ from: HOST, to: FIRST, ports: [5060, 5060], hops, trafficClass: 0xb8 }, word('200 OK'));
  t.same(world.in(back(50)), []);
  t.same(node.packets(), [back(49)]);
});

t.test('packets of a peer that the node did not send to: let in, or not', (t) => {
  for (const inbound of ['all', 'answers'] as const) {
    const world = new World('rs-t', { inbound });
    world.ask(world.dc, world.direction(1, 1, anyPeer));
    const node = world.node(1, 1);
    const lent = see(
      world.out(node, udp({ from: FIRST, to: HOST, ports: [1, 2] }, word('a')))[0] ?? there(),
    ).from;
    t.equal(lent, FIRST);
    world.in(udp({ from: HOST, to: FIRST, ports: [9, 9] }, word('b')));
    t.equal(node.packets().length, 1, 'whom it sent to');
    world.in(udp({ from: OTHER, to: FIRST, ports: [2, 1] }, word('c')));
    t.equal(node.packets().length, inbound === 'all' ? 1 : 0, inbound);
    t.equal(world.counter('refused.mapping'), inbound === 'all' ? 0 : 1);
  }
});
const there = () => udp({ from: FIRST, to: HOST, ports: [1, 2] }, word('a'));

t.test('whom a node has sent to may still answer when a path has replaced another', (t) => {
  const world = new World('rs-t', { inbound: 'answers' });
  world.ask(world.dc, world.direction(1, 1, anyPeer));
  t.equal(world.out(world.node(1, 1), there()).length, 1);
  const replaces = new Uint8Array(16).fill(1);
  t.equal(world.allocated(world.dc, world.direction(2, 1, { ...anyPeer, replaces })), FIRST);
  const after = world.node(2, 1);
  world.in(udp({ from: HOST, to: FIRST, ports: [2, 1] }, word('b')));
  t.equal(after.packets().length, 1);
  world.in(udp({ from: OTHER, to: FIRST, ports: [2, 1] }, word('c')));
  t.equal(after.packets().length, 0, 'others are as before');
});

t.test('a path to one peer takes nothing of others', (t) => {
  const world = new World('rs-t');
  world.ask(world.dc, world.direction(1, 1));
  const node = world.node(1, 1);
  world.in(udp({ from: OTHER, to: FIRST, ports: [2, 1] }, word('a')));
  t.equal(node.packets().length, 0);
  t.equal(world.counter('refused.mapping'), 1);
});

t.test('two nodes with lent addresses reach each other within the relay', (t) => {
  const world = new World('rs-t');
  world.ask(world.dc, world.direction(1, 1, anyPeer));
  world.ask(world.dc, world.direction(2, 2, anyPeer));
  const [one, two] = [world.node(1, 1), world.node(2, 2)];
  const packet = udp({ from: FIRST, to: SECOND, ports: [5, 6] }, word('a'));
  t.same(world.out(one, packet), [], 'nothing of it goes outside');
  const [came] = two.packets();
  t.same(came && [see(came).from, see(came).to, see(came).faults], [FIRST, SECOND, []]);
});

t.test('an error of a router on the way comes from the peer that the path is for', (t) => {
  const world = new World('rs-t');
  world.ask(world.dc, world.direction(1, 1));
  const node = world.node(1, 1);
  const [sent] = world.out(node, there());
  if (sent === undefined) throw new Error('it does not go out');
  world.in(icmp({ from: '192.0.2.250', to: FIRST }, 3, 1, [0, 0, 0, 0], sent));
  const [error] = node.packets();
  t.same(error && [see(error).from, see(error).to, see(error).faults], [HOST, FIRST, []]);
  t.same(error?.subarray(28), sent, 'with what it is about');
  const ofOther = udp({ from: FIRST, to: OTHER, ports: [1, 2] }, word('a'));
  world.in(icmp({ from: '192.0.2.250', to: FIRST }, 3, 1, [0, 0, 0, 0], ofOther));
  t.equal(node.packets().length, 0, 'not one about what this path is not for');
});

t.test('no hops left: the sender is told, by whom it takes it from', (t) => {
  const world = new World('rs-t');
  world.ask(world.dc, world.direction(1, 1));
  const node = world.node(1, 1);
  t.same(world.out(node, udp({ from: FIRST, to: HOST, ports: [1, 2], hops: 1 }, word('a'))), []);
  const [error] = node.packets();
  t.same(error && [see(error).from, see(error).payload[0]], [shown(HOST), 11]);
  const [outside] = world.in(udp({ from: HOST, to: FIRST, ports: [2, 1], hops: 1 }, word('b')));
  t.same(outside && [see(outside).from, see(outside).to, see(outside).payload[0]], [OUT, HOST, 11]);
  t.equal(world.counter('refused.translation'), 2);
});

t.test('a later pool: what is lent stays, and is not lent again', (t) => {
  const world = new World('rs-t');
  t.equal(world.allocated(world.dc, world.direction(1, 1)), FIRST);
  world.run(46_000_000);
  world.lend(world.dc, [SECOND]);
  t.equal(world.allocated(world.dc, world.direction(2, 2)), SECOND);
  t.equal(world.status(world.dc, world.direction(3, 3)), POOL_EMPTY);
});

t.test('an error about a packet between two nodes, or about hops, goes to the node that sent it', (t) => {
  const world = new World('rs-t');
  world.ask(world.dc, world.direction(1, 1, anyPeer));
  world.ask(world.dc, world.direction(2, 2, anyPeer));
  const [one] = [world.node(1, 1), world.node(2, 2)];
  const packet = (size: number, hops: number) =>
    udp({ from: FIRST, to: SECOND, ports: [5, 6], hops }, new Uint8Array(size));
  for (const [sent, type] of [
    [packet(1281, 64), 3],
    [packet(10, 1), 11],
  ] as const) {
    t.same(world.out(one, sent), [], 'nothing of it goes outside');
    const [error] = one.packets();
    t.same(error && [see(error).from, see(error).to, see(error).payload[0]], [SECOND, FIRST, type]);
  }
});
