/** The life of a path at a relay that is its far end: replaced, closed, over, and held to its rates. */
import t from '../../tap.ts';
import { see, shown, udp } from '../rs-n/napt/packets.ts';
import { addr, FOR, HOST, OTHER, own, POOL, transaction, World } from './world.ts';

const word = (text: string) => new TextEncoder().encode(text);

for (const role of ['rs-n', 'rs-t'] as const) {
  const isN = role === 'rs-n';
  const [LENT = ''] = POOL;
  const there = (text: string) =>
    udp({ from: isN ? own(1) : LENT, to: isN ? FOR : HOST, ports: [5000, 53] }, word(text));

  t.test(`${role}: a replacing path has the same address, and takes over when it is confirmed`, (t) => {
    const world = new World(role);
    const first = world.allocated(world.dc, world.direction(1, 1));
    const before = world.node(1, 1);
    const [out] = world.out(before, there('a'));
    if (out === undefined) throw new Error('it does not go out');
    const { from, ports } = see(out);
    const answer = (text: string) =>
      udp({ from: HOST, to: isN ? '192.0.2.71' : LENT, ports: [53, ports[0]] }, word(text));
    const replaces = new Uint8Array(16).fill(1);
    t.equal(world.allocated(world.dc, world.direction(2, 1, { replaces })), first);
    world.in(answer('b'));
    t.equal(before.packets().length, 1, 'not confirmed: the old one still has it');
    const after = world.node(2, 1);
    t.ok(
      before.messages().some((message) => message.type === 0x0f && 'close' in message),
      'the old one is told that it closes',
    );
    before.received.length = 0;
    world.in(answer('c'));
    t.equal(after.packets().length, 1);
    t.equal(before.packets().length, 0);
    const [moved] = world.out(after, there('d'));
    t.same(moved && [see(moved).from, see(moved).ports], [from, ports], 'the host sees no difference');
    const last = world.out(before, there('e'));
    t.equal(last.length, 1, 'what is on the way by the old one still comes out');
    world.run(30_000);
    t.equal(world.counter('table.paths.size'), 1);
    t.equal(world.out(before, there('f')).length, 0);
    t.equal(world.out(after, there('g')).length, 1);
  });

  t.test(`${role}: without inner packets it lives for its lifetime, probes or not`, (t) => {
    const world = new World(role);
    world.ask(world.dc, world.direction(1, 1, { lifetime: 300 }));
    const node = world.node(1, 1);
    world.run(200_000);
    world.open(node);
    t.equal(world.out(node, there('a')).length, 1);
    world.run(290_000);
    world.open(node);
    t.equal(world.counter('table.paths.size'), 1, 'a packet counts');
    world.run(60_000);
    t.equal(world.counter('table.paths.size'), 0);
  });

  t.test(`${role}: withdrawn, it carries nothing more in either direction`, (t) => {
    const world = new World(role);
    world.ask(world.dc, world.direction(1, 1));
    const node = world.node(1, 1);
    const [out] = world.out(node, there('a'));
    const { from, ports } = see(out ?? there('a'));
    const pathId = new Uint8Array(16).fill(1);
    t.equal(world.status(world.dc, { type: 0x07, transaction: transaction(), pathId, withdraw: true }), 0);
    t.equal(world.out(node, there('b')).length, 0);
    t.equal(world.counter('refused.context'), 1);
    node.received.length = 0;
    world.in(udp({ from: HOST, to: from, ports: [53, ports[0]] }, word('c')));
    t.equal(node.packets().length, 0);
    t.equal(world.counter('refused.mapping'), 1);
  });

  t.test(`${role}: what exceeds the rate of one path is lost, and other paths lose nothing`, (t) => {
    const world = new World(role, { limits: { packetsPerSecond: 10 } });
    world.ask(world.dc, world.direction(1, 1));
    const second = world.allocated(world.dc, world.direction(2, 2)) ?? '';
    const [node, other] = [world.node(1, 1), world.node(2, 2)];
    world.run(2000);
    const sent = Array.from({ length: 15 }, () => world.out(node, there('a')).length);
    t.equal(sent.filter((count) => count === 1).length, 10);
    t.equal(world.counter('refused.relay-rate'), 5);
    const its = udp({ from: isN ? own(2) : second, to: isN ? FOR : HOST, ports: [5000, 53] }, word('b'));
    t.equal(world.out(other, its).length, 1);
    world.run(1000);
    t.equal(world.out(node, there('c')).length, 1, 'a second later it has its rate again');
  });

  t.test(`${role}: what is not of the node, or not for the peer, stays where it is`, (t) => {
    const world = new World(role);
    world.ask(world.dc, world.direction(1, 1));
    const node = world.node(1, 1);
    const to = isN ? FOR : HOST;
    t.equal(world.out(node, udp({ from: own(7), to, ports: [1, 2] }, word('a'))).length, 0);
    t.equal(world.counter('refused.inner-source'), 1);
    const elsewhere = udp({ from: isN ? own(1) : LENT, to: OTHER, ports: [1, 2] }, word('b'));
    t.equal(world.out(node, elsewhere).length, 0);
    t.equal(world.counter('refused.inner-destination'), 1);
    const [out] = world.out(node, there('c'));
    t.equal(see(out ?? there('c')).from, shown(isN ? '192.0.2.71' : LENT));
    t.equal(addr(see(out ?? there('c')).to), HOST);
  });
}
