import type { Ip } from '../../../reference/address.ts';
import { addressQuery } from '../../../reference/dns/addresses.ts';
import type { RouteDirection } from '../../../reference/wire/messages.ts';
import type { Status } from '../../../reference/wire/registry.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import { direction, transaction } from './played-dc.ts';
import type { World } from './world.ts';
import { NODE4, registered } from './world.ts';

/** Tells the node a direction and gives the status that it acknowledges with. */
function tell({ sim, dc }: World, message: RouteDirection): Status | undefined {
  dc.tell(message);
  sim.run(sim.now + 50);
  const answer = dc.of(0x11).at(-1)?.message;
  return answer?.transaction.toString() === message.transaction.toString() ? answer.status : undefined;
}

const paths = ({ node }: World): number => node.role.counters()['table.paths.size'] ?? -1;

t.test('a direction that comes as a request: acknowledged at once, its repeat from memory, one path', (t) => {
  const made = registered();
  const given = direction(1, { part: 1, candidates: [endpoint('198.51.100.9:1')] });
  const mark = made.sim.sent.length;
  t.equal(tell(made, given), 0);
  const first = made.sim.sent.slice(mark).map(({ bytes }) => bytes[1]);
  t.ok(first.includes(0x11) && first.includes(0x0b), 'acknowledged, and opened');
  t.equal(tell(made, given), 0, 'the same datagram again');
  t.equal(
    tell(made, { ...given, transaction: transaction() }),
    0,
    'the same direction in another transaction',
  );
  t.equal(paths(made), 1);
  made.sim.run(35_000);
  t.equal(paths(made), 0, 'nobody answered within 30 s');
});

t.test('what is refused, and how', (t) => {
  const change = (number: number, peer: Partial<RouteDirection['peer']>): RouteDirection => {
    const given = direction(number);
    return { ...given, peer: { ...given.peer, ...peer } as NonNullable<RouteDirection['peer']> };
  };
  const own = new Uint8Array(16).fill(0x0a);
  const cases: readonly [string, Status, (made: World) => RouteDirection][] = [
    ['the Path ID of a path with other content', 5, () => direction(1, { lifetime: 299 })],
    ['the own Node ID', 5, () => change(2, { nodeId: own })],
    ['an own virtual address', 5, () => change(2, { virtualAddresses: ['198.18.0.1' as Ip] })],
    ['an address of another live path', 5, () => change(2, { virtualAddresses: ['fd00:2::1' as Ip] })],
    ['an address inside an attached link', 5, () => change(2, { virtualAddresses: ['10.9.0.1' as Ip] })],
    [
      '`replaces` of a path to somebody else',
      5,
      () => direction(2, { replaces: new Uint8Array(16).fill(1) }),
    ],
    ['a kind of relay that the node does not know', 2, () => relayed(2)],
    ['the association ID as Path ID', 5, () => direction(2, { pathId: new Uint8Array(16).fill(0xc0) })],
    ['a suite that the node does not have', 2, () => direction(2, { suite: 2 })],
    ['a `replaces` that nobody knows', 0, () => direction(2, { replaces: new Uint8Array(16).fill(99) })],
    [
      'another direction of the same peer',
      0,
      () => ({ ...direction(1), pathId: new Uint8Array(16).fill(7) }),
    ],
  ];
  for (const [name, status, make] of cases) {
    const made = registered({ links: ['10.9.0.0/16'], suites: [1] });
    tell(made, direction(1));
    t.equal(tell(made, make(made)), status, name);
    t.equal(paths(made), status === 0 ? 2 : 1, name);
  }
});

function relayed(kind: number): RouteDirection {
  const relay = { kind, nodeId: new Uint8Array(16).fill(3), endpoints: [endpoint('192.0.2.50:1')] };
  return direction(2, { relay, part: 1, peer: undefined, peerVirtualAddress: '198.18.5.5' as Ip });
}

t.test('a table of paths that is full: busy', (t) => {
  const made = registered({ limits: { paths: 2 } });
  t.equal(tell(made, direction(1)), 0);
  t.equal(tell(made, direction(2)), 0);
  t.equal(tell(made, direction(3)), 9);
  made.sim.run(40_000);
  t.equal(tell(made, direction(4)), 0, 'room again');
});

t.test('the same as an answer: given up with an event, what there is stays', (t) => {
  const made = registered({ suites: [1] });
  const { sim, node, dc } = made;
  tell(made, direction(1));
  dc.onDirection = ({ transaction }, { from }) =>
    dc.tell(direction(1, { transaction, status: 0, lifetime: 17 }), from);
  const message = addressQuery('peer2.ntmobile.example', 4, 1);
  node.handle({ kind: 'query', query: 1, message, transport: 'udp' });
  sim.run(2000);
  t.same(node.events('direction-given-up'), [{ name: 'peer2.ntmobile.example', status: 'refused' }]);
  t.equal(node.answers[0]?.message[3], 0x82, 'SERVFAIL');
  t.equal(paths(made), 1);
});

t.test('an answer that nobody asked for has no effect', (t) => {
  const made = registered();
  made.dc.tell(direction(1, { status: 0, part: 1 }));
  made.sim.run(1100);
  t.equal(paths(made), 0);
  t.same(made.node.refusals().slice(-1), ['transaction']);
});

t.test('a node that is not registered answers busy', (t) => {
  const made = registered({ links: ['198.18.0.0/16'] }, [NODE4]);
  t.equal(made.dc.of(1).at(-1)?.message.lifetime, 0, 'its address is inside a link');
  t.equal(tell(made, direction(1)), 9);
  t.equal(paths(made), 0);
});

t.test('other virtual addresses: the paths are closed', (t) => {
  const made = registered();
  tell(made, direction(1));
  made.dc.addresses = ['198.18.0.77', 'fd00:1::77'] as Ip[];
  made.sim.run(70_000);
  t.equal(made.node.events('virtual-addresses-changed').length, 1);
  t.equal(paths(made), 0);
});
