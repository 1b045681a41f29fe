import { readEcho } from '../../../reference/packet/echo.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import type { Plan } from './two.ts';
import { Two } from './two.ts';

const A4 = endpoint('203.0.113.1:5000');
const B4 = endpoint('198.51.100.2:6000');
const DIRECT: Plan = { part: 1, candidates: [[A4], [B4]] };

function connected(plan: Plan = DIRECT, ...args: ConstructorParameters<typeof Two>): Two {
  const two = new Two(...args);
  two.plan(0, plan);
  two.resolve(0);
  two.sim.run(two.sim.now + 1500);
  two.ping(0, 4, 1);
  two.sim.run(two.sim.now + 100);
  if (two.replies(0).length !== 1) throw new Error('no path');
  return two;
}

/** Sequences of the echo requests that an end got. */
function requests(two: Two, of: 0 | 1): number[] {
  return two.ends[of].node.delivered.flatMap((packet) => {
    const echo = readEcho(packet);
    return echo?.kind === 'request' ? [echo.sequence] : [];
  });
}

t.test('after the peer closed, a packet gets another path by the name that is known', (t) => {
  const two = connected();
  two.ends[0].node.handle({ kind: 'stop' });
  two.sim.run(two.sim.now + 1000);
  two.plan(1, { ...DIRECT, number: 2, part: 2 });
  two.restart(0);
  two.sim.run(two.sim.now + 1000);
  two.ping(1, 6, 50);
  two.sim.run(two.sim.now + 1000);
  t.same(
    two.ends[1].dc.of(3).map(({ message }) => message.peerFqdn),
    [two.ends[0].name],
  );
  t.same(two.replies(1), [50]);
});

t.test('what was under way when a path is closed still arrives, for 10 s', (t) => {
  const two = connected();
  two.sim.fate = ({ bytes }) => [bytes[1] === 0x10 ? 5000 : 10];
  two.ping(1, 4, 60);
  two.ends[0].node.handle({ kind: 'stop' });
  two.sim.run(two.sim.now + 6000);
  t.same(requests(two, 0), [60]);
  t.same(two.replies(1), [], 'and nothing goes back');
});

t.test(
  'a link that has a virtual address: the paths are closed, then it deregisters; they come back without it',
  (t) => {
    const two = connected();
    const mark = two.sim.sent.length;
    two.ends[0].node.move([A4], ['198.18.0.0/16']);
    const types = two.sim.sent.slice(mark).map(({ bytes }) => bytes[1]);
    t.ok(types.includes(0x0f), 'Path Update');
    two.sim.run(two.sim.now + 15_000);
    t.same([two.paths(0), two.paths(1)], [0, 0]);
    t.equal(two.ends[0].dc.of(1).at(-1)?.message.lifetime, 0);
    two.ends[0].node.move([A4], []);
    two.plan(0, { ...DIRECT, number: 2 });
    two.sim.run(two.sim.now + 1000);
    two.ping(0, 4, 70);
    two.sim.run(two.sim.now + 1000);
    t.same(two.replies(0), [1, 70]);
  },
);

t.test('a relay-only node says so, and sends its peer nothing but by the relay', (t) => {
  const two = connected({ part: 1, relay: true }, [[A4], [B4]], [{ features: ['relay-only'] }]);
  t.same(
    two.ends[0].dc.of(1).map(({ message }) => message.features),
    [[2]],
  );
  const A = endpoint('203.0.113.9:5000');
  const mark = two.sim.sent.length;
  two.ends[0].node.move([A]);
  two.sim.run(two.sim.now + 1000);
  t.notOk(
    two.sim.sent.slice(mark).some(({ bytes }) => bytes[1] === 0x0f),
    'no word of its new address',
  );
  two.ends[1].node.move([endpoint('198.51.100.9:6000')]);
  two.sim.run(two.sim.now + 1000);
  t.ok(
    two.sim.sent.slice(mark).some(({ bytes }) => bytes[1] === 0x0f),
    'the other one tells where it is now',
  );
  two.relay.isDeaf = true;
  for (let sequence = 10; sequence < 40; sequence++) {
    two.ping(0, 4, sequence);
    two.sim.run(two.sim.now + 500);
  }
  t.ok(
    two.sim.sent.every(
      ({ from, to }) => !(from.ip.startsWith('203.0.113.') && to.ip.startsWith('198.51.100.')),
    ),
  );
});

t.test('answers to Path Updates count among those that are kept', (t) => {
  const two = connected({ part: 1, relay: true }, [[A4], [B4]], [{ features: ['relay-only'] }]);
  const kept = (): unknown => two.ends[0].node.role.counters()['table.answers.size'];
  const before = kept();
  two.ends[1].node.move([endpoint('198.51.100.9:6000')]);
  two.sim.run(two.sim.now + 1000);
  t.equal(kept(), Number(before) + 1);
});

t.test('tables of a node, with their bounds', (t) => {
  const two = connected({ part: 1, relay: true });
  const counters = two.ends[0].node.role.counters();
  const table = (name: string): unknown[] => [
    counters[`table.${name}.size`],
    counters[`table.${name}.bound`],
  ];
  t.same(table('associations'), [1, 1]);
  t.same(table('paths'), [1, 1024]);
  t.same(table('legs'), [1, 1024]);
  t.same(table('held'), [0, 4096]);
  for (const name of ['handshakes', 'answers', 'sources']) {
    const [size, bound] = table(name) as number[];
    t.ok((size ?? 99) <= (bound ?? 0), name);
  }
  t.same(
    ['association', 'path', 'leg'].map((kind) => counters[`opened.${kind}`]),
    [1, 1, 1],
  );
});
