import type { Ip } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { echoRequest, readEcho } from '../../../reference/packet/echo.ts';
import { readIp } from '../../../reference/packet/ip.ts';
import t from '../../tap.ts';
import { Two } from './two.ts';
import { registered } from './world.ts';

/** What a host unreachable is about: the sequence of the echo request in it. */
function unreachable(packet: Uint8Array): number | undefined {
  const read = readIp(packet);
  if (read === undefined) return undefined;
  const message = read.packet.subarray(read.payload);
  const wanted = read.version === 4 ? '3,1' : '1,3';
  if (`${message[0]},${message[1]}` !== wanted) return undefined;
  const inner = message.subarray(8);
  const head = read.version === 4 ? 20 : 40;
  return ((inner[head + 6] ?? 0) << 8) | (inner[head + 7] ?? 0);
}

/** Two nodes; the first one knows the second by name and has no path to it any more. */
function known(): Two {
  const two = new Two();
  two.plan(0, {
    number: 1,
    part: 1,
    candidates: [two.ends[0].node.locals.slice(0, 1), two.ends[1].node.locals.slice(0, 1)],
    lifetime: 1,
  });
  two.resolve(0);
  two.sim.run(20_000);
  if (two.paths(0) !== 0) throw new Error('the path has not ended');
  return two;
}

t.test('packets for a known name are held while a path is made, and go out in order', (t) => {
  const two = known();
  two.plan(0, {
    number: 2,
    part: 1,
    candidates: [two.ends[0].node.locals.slice(0, 1), two.ends[1].node.locals.slice(0, 1)],
  });
  const since = two.ends[1].node.delivered.length;
  for (let sequence = 1; sequence <= 5; sequence++) two.ping(0, 4, sequence);
  two.ping(0, 6, 6);
  two.sim.run(two.sim.now + 2000);
  const came = two.ends[1].node.delivered.slice(since).map((packet) => readEcho(packet)?.sequence);
  t.same(came, [1, 2, 3, 4, 5, 6]);
  t.same(two.replies(0), [1, 2, 3, 4, 5, 6]);
  t.equal(two.ends[0].dc.of(3).length, 2, 'one request for all of them');
});

t.test('64 for one destination; those after them are dropped, without a word', (t) => {
  const two = known();
  two.ends[0].dc.onDirection = () => {};
  for (let sequence = 1; sequence <= 70; sequence++) two.ping(0, 4, sequence);
  t.equal(two.ends[0].node.role.counters()['table.held.size'], 64);
  const { node } = two.ends[0];
  t.same(node.delivered, []);
  two.sim.run(two.sim.now + 4990);
  t.same(node.delivered, []);
  two.sim.run(two.sim.now + 20);
  t.same(
    node.delivered.map(unreachable),
    Array.from({ length: 64 }, (_, index) => index + 1),
    'after 5 s the application is told of each',
  );
  t.equal(node.role.counters()['table.held.size'], 0);
});

t.test('a direction that fails: host unreachable at once, of both families', (t) => {
  const two = known();
  const { node, dc } = two.ends[0];
  dc.onDirection = ({ transaction }, { from }) => dc.tell({ type: 4, transaction, status: 8 }, from);
  two.ping(0, 4, 7);
  two.ping(0, 6, 8);
  two.sim.run(two.sim.now + 50);
  t.same(node.delivered.map(unreachable), [7, 8]);
  t.same(node.events('direction-failed'), [{ name: two.ends[1].name, status: 'no-route' }]);
  two.ping(0, 4, 9);
  t.equal(unreachable(node.delivered[2] as Uint8Array), 9, 'and without a request within 1 s');
  t.equal(dc.of(3).length, 2);
});

t.test('a destination that nobody named: host unreachable at once, and no request', (t) => {
  const { node, dc } = registered();
  const of = (source: string, destination: string, sequence: number): Uint8Array =>
    echoRequest({
      source: source as Ip,
      destination: destination as Ip,
      id: 1,
      sequence,
      data: new Uint8Array(8),
    });
  node.packet(of('198.18.0.1', '198.18.9.9', 1));
  node.packet(of('fd00:1::1', 'fd00:9::9', 2));
  t.same(node.delivered.map(unreachable), [1, 2]);
  node.packet(of('198.18.0.2', '198.18.9.9', 3));
  node.packet(Uint8Array.of(0x45, 0));
  t.equal(node.delivered.length, 2, 'what is not from an own virtual address, or no packet, is dropped');
  t.same(dc.of(3), []);
});

t.test('the name is known for 7440 s after the last packet, and no longer', (t) => {
  const two = known();
  const asked = (): number =>
    new Set(two.ends[0].dc.of(3).map(({ message }) => toHex(message.transaction))).size;
  two.ends[0].dc.onDirection = () => {};
  two.sim.run(7_430_000);
  two.ping(0, 4, 1);
  two.sim.run(two.sim.now + 100);
  t.equal(asked(), 2);
  two.sim.run(7_460_000);
  two.ping(0, 4, 2);
  t.equal(unreachable(two.ends[0].node.delivered.at(-1) as Uint8Array), 2);
  t.equal(asked(), 2);
});
