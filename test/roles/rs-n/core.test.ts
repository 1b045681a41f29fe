/** What an RS-N makes of packets of both sides, and what survives of it. */
import t from '../../tap.ts';
import { addr, FOR, HOST, HOST6, OTHER, OUT, OUT6, own, transaction, World } from '../relay/world.ts';
import { icmp, see, shown, udp } from './napt/packets.ts';

const word = (text: string) => new TextEncoder().encode(text);
const there = (node = 1, hops = 64) =>
  udp({ from: own(node), to: FOR, ports: [5000, 53], hops }, word('question'));

function talking() {
  const world = new World('rs-n');
  world.ask(world.dc, world.direction(1, 1));
  const node = world.node(1, 1);
  const [out] = world.out(node, there());
  if (out === undefined) throw new Error('it does not go out');
  return { world, node, out, port: see(out).ports[0] };
}

t.test('out from the relay to the host, back from what stands for it', (t) => {
  const { world, node, out, port } = talking();
  t.same([see(out).from, see(out).to, see(out).ports[1], see(out).hops], [OUT, HOST, 53, 63]);
  t.same(see(out).faults, []);
  t.same(world.in(udp({ from: HOST, to: OUT, ports: [53, port] }, word('answer'))), []);
  const [back] = node.packets();
  t.same(back, udp({ from: FOR, to: own(1), ports: [53, 5000], hops: 63 }, word('answer')));
});

t.test('the host over IPv6, the application over IPv4', (t) => {
  const world = new World('rs-n');
  t.equal(world.allocated(world.dc, world.direction(1, 1, { peerAddress: addr(HOST6) })), OUT6);
  const [out] = world.out(world.node(1, 1), there());
  t.same(out && [see(out).from, see(out).to, see(out).faults], [shown(OUT6), shown(HOST6), []]);
});

t.test('hosts that nobody sent to, and ports that nobody has', (t) => {
  const { world, node, port } = talking();
  node.received.length = 0;
  t.same(world.in(udp({ from: OTHER, to: OUT, ports: [53, port] }, word('a'))), []);
  t.same(world.in(udp({ from: HOST, to: OUT, ports: [53, port + 1] }, word('b'))), []);
  t.equal(node.packets().length, 0);
  t.equal(world.counter('refused.mapping'), 2);
});

t.test('two nodes with one port: two ports outside, each back to its own', (t) => {
  const { world, node, port } = talking();
  world.ask(world.dc, world.direction(2, 2));
  const other = world.node(2, 2);
  const [out] = world.out(other, there(2));
  const second = see(out ?? there(2)).ports[0];
  t.notOk(second === port);
  t.equal(world.counter('table.mappings.size'), 2);
  node.received.length = 0;
  other.received.length = 0;
  world.in(udp({ from: HOST, to: OUT, ports: [53, second] }, word('for two')));
  t.equal(node.packets().length, 0);
  t.equal(see(other.packets()[0] ?? there()).to, own(2));
});

t.test('an error of a router on the way: as from the peer, about what the node sent', (t) => {
  const { world, node, out } = talking();
  node.received.length = 0;
  world.in(icmp({ from: '192.0.2.250', to: OUT }, 3, 1, [0, 0, 0, 0], out));
  const [error] = node.packets();
  t.same(error && [see(error).from, see(error).to, see(error).faults], [FOR, own(1), []]);
  const about = see(error?.subarray(28) ?? there());
  t.same([about.from, about.to, about.ports], [own(1), FOR, [5000, 53]]);
});

t.test('a path that comes within 120 s of the last one has its port still; nobody else gets it', (t) => {
  const { world, port } = talking();
  const pathId = new Uint8Array(16).fill(1);
  t.equal(world.status(world.dc, { type: 0x07, transaction: transaction(), pathId, withdraw: true }), 0);
  world.ask(world.dc, world.direction(2, 2));
  const [others] = world.out(world.node(2, 2), there(2));
  t.notOk(see(others ?? there()).ports[0] === port);
  world.run(60_000);
  world.ask(world.dc, world.direction(3, 1));
  const [again] = world.out(world.node(3, 1), there());
  t.equal(see(again ?? there()).ports[0], port);
});
