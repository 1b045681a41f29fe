/** What a Direction Request may ask for, what it gets, and what it may not say. */
import type { Endpoint } from '../../../reference/address.ts';
import { formatEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import type { Message, RouteDirection } from '../../../reference/wire/messages.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import { World } from './world.ts';

type Request = Extract<Message, { type: 0x03 }>;
type Change = ConstructorParameters<typeof World>[1];

const ZONE = 'ntmobile.one.example';
const PEER = { peerFqdn: `n1.${ZONE}` } as const;
const GLOBAL = { testProfile: { global: ['203.0.113.0/24', '2001:db8::/32'], private: ['10.0.0.0/8'] } };

function setUp(change: Change = {}, nodes = 3): World {
  const world = new World(nodes, change);
  for (const node of world.nodes) {
    world.register(node);
    node.reply = ({ transaction }) => ({ type: 0x11, transaction, status: 0 });
  }
  for (const relay of world.relays) {
    world.open(relay);
    world.ask(relay, relay.relayRegistration());
    relay.reply = ({ transaction, ...rest }) => ({
      type: 0x08,
      transaction,
      status: 0,
      ...('withdraw' in rest ? {} : { endpoints: Object.values(relay.at) }),
    });
  }
  return world;
}

function ask(world: World, change: Partial<Request>, from = 0): Message | undefined {
  const node = world.node(from);
  return world.ask(node, { type: 0x03, transaction: node.transaction(), ...change } as Request);
}

function statusOf(answer: Message | undefined): number | undefined {
  return answer !== undefined && 'status' in answer ? answer.status : undefined;
}

function directed(answer: Message | undefined): RouteDirection {
  if (answer?.type !== 0x04 || !('pathId' in answer)) throw new Error(`no path: ${statusOf(answer)}`);
  return answer;
}

const texts = (endpoints: readonly Endpoint[] | undefined) => endpoints?.map(formatEndpoint);

t.test('a path that replaces another one is new, and says so to both ends [DC-38]', (t) => {
  const world = setUp(GLOBAL);
  const first = directed(ask(world, PEER));
  t.equal(first.relay, undefined, 'rule 2 needs no relay');
  for (const reason of [1, 2, 3] as const) {
    const second = directed(ask(world, { ...PEER, replaces: first.pathId, reason }));
    t.notOk(toHex(second.pathId) === toHex(first.pathId));
    t.notOk(toHex(second.pathSecret) === toHex(first.pathSecret));
    const forCn = world.node(1).requests.at(-1);
    if (forCn?.type !== 0x04 || !('pathId' in forCn)) throw new Error('CN was not directed');
    t.same([second.replaces, forCn.replaces], [first.pathId, first.pathId]);
    t.equal(second.relay !== undefined, reason === 2, 'only `direct failed` forces a relay [DC-27]');
  }
});

t.test('a lost relay is asked last [DC-38]', (t) => {
  const world = setUp();
  for (let turn = 0; turn < 4; turn++) {
    const first = directed(ask(world, PEER));
    const second = directed(ask(world, { ...PEER, replaces: first.pathId, reason: 3 }));
    t.notOk(
      toHex(first.relay?.nodeId ?? new Uint8Array()) === toHex(second.relay?.nodeId ?? new Uint8Array()),
    );
  }
  const alone = setUp();
  alone.relay(1).isDeaf = true;
  alone.run(121_000);
  for (const node of alone.nodes) alone.register(node);
  alone.ask(alone.relay(), alone.relay().relayRegistration());
  const first = directed(ask(alone, PEER));
  const again = directed(ask(alone, { ...PEER, replaces: first.pathId, reason: 3 }));
  t.same(again.relay?.nodeId, first.relay?.nodeId, 'where there is no other one, it serves again');
});

t.test('a path of others is not replaced; one that is not known may be [DC-32]', (t) => {
  const world = setUp();
  const { pathId } = directed(ask(world, PEER));
  const replaces = { replaces: pathId, reason: 1 } as const;
  t.equal(statusOf(ask(world, { ...PEER, ...replaces }, 2)), 5, 'by a third');
  t.equal(statusOf(ask(world, { peerFqdn: `n2.${ZONE}`, ...replaces })), 5, 'with another peer');
  t.equal(statusOf(ask(world, { peerFqdn: 'n1.example', ...replaces })), 5, 'before the name is looked at');
  t.equal(statusOf(ask(world, { peerFqdn: `n0.${ZONE}`, ...replaces }, 1)), 0, 'by its other end');
  const unknown = new Uint8Array(16).fill(0x42);
  t.same(directed(ask(world, { ...PEER, replaces: unknown, reason: 1 })).replaces, unknown);
});

t.test('`want`, general peers and the lack of a peer [DC-42, DC-16, DC-17]', (t) => {
  const world = setUp();
  for (const want of [2, 3]) t.equal(statusOf(ask(world, { ...PEER, want })), 0, 'ignored with an NTM peer');
  t.equal(statusOf(ask(world, { ...PEER, want: 4 })), 2);
  t.equal(statusOf(ask(world, { peerFqdn: 'n1.example', want: 77 })), 2, 'before any stage');
  const general = { peerAddress: '192.0.2.99' as never };
  t.equal(statusOf(ask(world, { ...general, want: 2 })), 5, 'no RS-N is provisioned');
  t.equal(statusOf(ask(world, { ...general, want: 3 })), 6, 'no RS-T is registered');
  t.equal(statusOf(ask(world, general)), 5);
  t.equal(statusOf(ask(world, {})), 6);
  const count = world.node(1).requests.length;
  t.equal(count, 2, 'CN heard of two only');
});

t.test('access lists, and kinds of relay that are not offered [FED-07]', (t) => {
  const status = (directions: { from: string; to: string }[], to: string = PEER.peerFqdn) =>
    statusOf(ask(setUp({ access: { directions } }), { peerFqdn: to }));
  t.equal(status([{ from: `n0.${ZONE}`, to: `n1.${ZONE}` }]), 5);
  t.equal(status([{ from: `*.${ZONE}`, to: '*' }]), 5);
  t.equal(status([{ from: `n1.${ZONE}`, to: `n0.${ZONE}` }]), 0, 'the other way');
  t.equal(status([{ from: '*', to: '*.ntmobile.two.example' }]), 0);
  t.equal(
    status([{ from: '*', to: '*.ntmobile.two.example' }], 'bob.ntmobile.two.example'),
    5,
    'and nobody is asked',
  );
  const without = setUp({ ...GLOBAL, access: { relayKinds: ['T'] } });
  t.equal(statusOf(ask(without, { ...PEER, want: 1 })), 5);
  t.equal(statusOf(ask(without, PEER)), 0, 'a direct path needs none');
});

t.test('room: live Relay Directions and directions under way count together [DOS-04, DC-32]', (t) => {
  const world = setUp({ limits: { paths: 2 } });
  t.equal(statusOf(ask(world, PEER)), 0);
  world.node(1).reply = () => undefined;
  const node = world.node(2);
  const hanging = { type: 0x03, transaction: node.transaction(), ...PEER } as const;
  t.equal(world.ask(node, hanging), undefined);
  t.equal(statusOf(ask(world, PEER)), 9);
  t.equal(statusOf(ask(world, { ...PEER, want: 9 })), 2, '`unsupported` comes first');
  t.equal(statusOf(ask(world, { peerFqdn: 'n1.example' })), 9, 'the room before the name');
  world.run(4500);
  t.equal(statusOf(node.answerTo(hanging)), 8);
  t.equal(world.role.counters()['table.paths.size'], 1);
  world.node(1).reply = ({ transaction }) => ({ type: 0x11, transaction, status: 0 });
  t.equal(statusOf(ask(world, PEER)), 0);
});

t.test('candidates: each once, observed first, nothing private, virtual or of a relay [DC-35]', (t) => {
  const world = setUp({ ...GLOBAL, pools: ['198.18.0.0/24', 'fd00:1::/64', '2001:db8:77::/64'] });
  const cn = world.node(1);
  const more = ['[2001:db8:2::9]:7000', '[2001:db8:77::5]:5000', '[fd12::1]:5000', '10.1.1.1:5000'];
  const relay = Object.values(world.relay().at);
  const localEndpoints = [...more.map(endpoint), ...Object.values(cn.at), ...relay];
  world.register(cn, { localEndpoints });
  const { candidates, relay: none } = directed(ask(world, PEER));
  t.same(texts(candidates), ['[2001:db8:2::1]:5000', '[2001:db8:2::9]:7000']);
  t.equal(none, undefined);
  const forCn = cn.requests.at(-1);
  if (forCn?.type !== 0x04 || !('pathId' in forCn)) throw new Error('CN was not directed');
  t.same(texts(forCn.candidates), ['[2001:db8:1::1]:5000']);
});
