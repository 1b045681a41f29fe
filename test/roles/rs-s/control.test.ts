import type { Message } from '../../../reference/wire/messages.ts';
import { encodeBody } from '../../../reference/wire/messages.ts';
import t from '../../tap.ts';
import type { Peer } from './world.ts';
import { CN, CN_NODE, DC1, direction, MN, MN_NODE, transaction, World } from './world.ts';

type Direction = ReturnType<typeof direction>;

function booted(change: ConstructorParameters<typeof World>[0] = {}): {
  world: World;
  dc: Peer;
  other: Peer;
} {
  const world = new World(change);
  world.boot();
  const [dc, other] = world.dcs;
  if (dc === undefined || other === undefined) throw new Error('a world has two DCs');
  return { world, dc, other };
}

/** Sends a request and gives the status of the answer that came for it, if one did. */
function ask(world: World, dc: Peer, request: Message): number | undefined {
  const mark = dc.messages().length;
  world.tell(dc, request);
  const answer = dc.messages()[mark];
  return answer !== undefined && 'status' in answer ? answer.status : undefined;
}

t.test('a Relay Direction again: the same answer, one entry', (t) => {
  const { world, dc } = booted();
  const request = direction(1);
  world.tell(dc, request);
  world.tell(dc, request);
  const again = { ...request, transaction: transaction() };
  world.tell(dc, again);
  const [first, second, third] = dc.messages();
  t.same(second, first);
  t.same(third, { ...first, transaction: again.transaction });
  t.equal(world.role.counters()['table.paths.size'], 1);
});

t.test('the same transaction with another body is discarded', (t) => {
  const { world, dc } = booted();
  const request = direction(1);
  t.equal(ask(world, dc, request), 0);
  t.equal(ask(world, dc, { ...direction(2), transaction: request.transaction }), undefined);
  t.same(world.refusals(), ['transaction']);
  t.equal(world.role.counters()['table.paths.size'], 1);
});

t.test('an answer is kept for 30 s', (t) => {
  const { world, dc } = booted();
  const request = direction(1);
  world.tell(dc, request);
  world.now += 29_999;
  t.equal(ask(world, dc, { ...direction(2), transaction: request.transaction }), undefined);
  world.now += 1;
  t.equal(ask(world, dc, { ...direction(2), transaction: request.transaction }), 0);
});

t.test('another owner or other content for a live path is refused, and changes nothing', (t) => {
  const { world, dc, other } = booted();
  const request = direction(1);
  t.equal(ask(world, dc, request), 0);
  t.equal(ask(world, other, { ...request, transaction: transaction() }), 5);
  t.equal(ask(world, dc, { ...request, transaction: transaction(), lifetime: 60 }), 5);
  t.equal(
    ask(world, other, { type: 0x07, transaction: transaction(), pathId: request.pathId, withdraw: true }),
    5,
  );
  t.equal(ask(world, dc, { ...request, transaction: transaction() }), 0);
});

t.test('an ID that is taken by another channel or path is refused', (t) => {
  const { world, dc } = booted();
  const first = direction(1);
  t.equal(ask(world, dc, first), 0);
  const association = new Uint8Array(16).fill(0xc0);
  const [mn, cn] = direction(2).legs;
  if (mn === undefined || cn === undefined) throw new Error('two legs');
  const taken: Direction[] = [
    { ...direction(2), pathId: association },
    { ...direction(2), pathId: first.legs[0]?.legId ?? association },
    { ...direction(2), legs: [{ ...mn, legId: association }, cn] },
    { ...direction(2), legs: [mn, { ...cn, legId: first.pathId }] },
    { ...direction(2), legs: [mn, { ...cn, legId: first.legs[1]?.legId ?? association }] },
  ];
  t.same(
    taken.map((request) => ask(world, dc, request)),
    taken.map(() => 5),
  );
  t.equal(world.role.counters()['table.paths.size'], 1);
});

t.test('a full table is busy; live entries stay; a withdrawal makes room', (t) => {
  const { world, dc } = booted({ capacity: 2 });
  t.same(
    [1, 2, 3].map((number) => ask(world, dc, direction(number))),
    [0, 0, 9],
  );
  t.equal(
    ask(world, dc, { type: 0x07, transaction: transaction(), pathId: direction(1).pathId, withdraw: true }),
    0,
  );
  t.equal(ask(world, dc, direction(3)), 0);
  t.same(world.role.counters()['table.paths.bound'], 2);
});

t.test('bodies that do not fit: malformed or unsupported, without state', (t) => {
  const { world, dc } = booted();
  const good = direction(1);
  const leg = good.legs[0];
  if (leg === undefined) throw new Error('a leg');
  const bad: (readonly [string, Uint8Array, number | undefined])[] = [
    ['critical key', encodeBody({ ...good, transaction: transaction() }, new Map([[0x8001, 1]])), 2],
    [
      'path secret for an RS-S',
      encodeBody({ ...good, transaction: transaction() }, new Map([[20, new Uint8Array(32)]])),
      1,
    ],
    ['trailing byte', Uint8Array.from([...encodeBody(good), 0]), undefined],
    ['not CBOR', Uint8Array.of(0xff, 0xff), undefined],
    ['empty', new Uint8Array(0), undefined],
  ];
  for (const [name, body, wanted] of bad) {
    const mark = dc.messages().length;
    for (const event of dc.channel.send(0x07, body, world.now))
      if (event.kind === 'send') world.arrive(event.bytes, dc.at);
    const answer = dc.messages()[mark];
    t.equal(answer !== undefined && 'status' in answer ? answer.status : undefined, wanted, name);
    t.equal(world.role.counters()['table.paths.size'], 0, `${name}: no state`);
  }
  t.equal(ask(world, dc, { ...good, transaction: transaction() }), 0);
});

t.test('a relay of another kind is not had here', (t) => {
  const { world, dc } = booted();
  const request: Message = {
    type: 0x07,
    transaction: transaction(),
    pathId: new Uint8Array(16).fill(9),
    kind: 2,
    nodeId: MN_NODE,
    pathSecret: new Uint8Array(32),
    suite: 1,
    virtualAddresses: [],
    lifetime: 100,
  };
  t.equal(ask(world, dc, request), 2);
});

t.test('what a DC has no business to send is dropped silently', (t) => {
  const { world, dc } = booted();
  const mark = world.sent.length;
  world.tell(dc, { type: 0x11, transaction: transaction(), status: 0 });
  world.tell(dc, { type: 0x03, transaction: transaction() });
  world.tell(dc, { type: 0x0f, transaction: transaction() });
  t.same(world.refusals(), ['channel-type', 'channel-type', 'channel-type']);
  t.equal(world.sent.length, mark);
});

t.test('unauthenticated datagrams: each layer counts, none answers', (t) => {
  const { world, dc } = booted();
  const mark = world.sent.length;
  const context = dc.channel.config.id;
  const sealed = (change: (bytes: Uint8Array) => void): Uint8Array => {
    const bytes = new Uint8Array(60);
    bytes.set([0x05, 0x07, 0x12, 0x34]);
    bytes.set(context, 4);
    change(bytes);
    return bytes;
  };
  const inputs: (readonly [string, Uint8Array])[] = [
    ['length', new Uint8Array(43)],
    ['length', new Uint8Array(0)],
    ['length', sealed((bytes) => bytes.set([0x0b], 1))],
    ['magic', sealed((bytes) => bytes.set([0x04]))],
    ['type', sealed((bytes) => bytes.set([0x12], 1))],
    ['key-id-zero', sealed((bytes) => bytes.set([0, 0], 2))],
    ['context', sealed((bytes) => bytes.set([0xee], 4))],
    ['key-id', sealed(() => {})],
  ];
  for (const [, bytes] of inputs) world.arrive(bytes, MN);
  t.same(
    world.refusals(),
    inputs.map(([layer]) => layer),
  );
  t.equal(world.sent.length, mark);
  for (const layer of ['magic', 'type', 'key-id-zero', 'context', 'key-id']) {
    t.equal(world.role.counters()[`refused.${layer}`], 1, layer);
  }
});

t.test('a source with too many failures costs no more cryptography; others are still answered', (t) => {
  const { world, dc, other } = booted({ limits: { perSourcePerSecond: 20 } });
  const forged = new Uint8Array(60);
  const sample = dc.channel.send(0x0d, new Uint8Array(0), world.now).find((event) => event.kind === 'send');
  if (sample?.kind !== 'send') throw new Error('nothing sealed');
  forged.set(sample.bytes.subarray(0, 28));
  for (let i = 0; i < 30; i++) world.arrive(forged, { ip: DC1.ip, port: 1000 + i });
  t.same(world.refusals(), [
    ...Array.from({ length: 20 }, () => 'tag'),
    ...Array.from({ length: 10 }, () => 'rate-source'),
  ]);
  t.equal(ask(world, dc, direction(1)), undefined);
  t.equal(ask(world, other, direction(2)), 0);
  world.now += 1000;
  t.equal(ask(world, dc, direction(3)), 0);
});

t.test('what opens is not counted against its source', (t) => {
  const { world, dc } = booted({ limits: { perSourcePerSecond: 20 } });
  const withdraw = () =>
    ({ type: 0x07, transaction: transaction(), pathId: MN_NODE, withdraw: true }) as const;
  t.same(new Set(Array.from({ length: 100 }, () => ask(world, dc, withdraw()))), new Set([0]));
});

t.test('a DC that restarts opens again and owns its entries still', (t) => {
  const { world, dc } = booted();
  t.equal(ask(world, dc, direction(1)), 0);
  world.open(dc);
  t.equal(dc.channel.isConfirmed(), true);
  t.equal(ask(world, dc, { ...direction(1), transaction: transaction() }), 0);
  t.equal(world.role.counters()['table.paths.size'], 1);
});

t.test('a DC that does not answer is opened to again, with a back-off from 5 to 60 s', (t) => {
  const world = new World({
    associations: [
      {
        id: 'c9'.repeat(16),
        secret: 'd9'.repeat(32),
        peer: 'a9'.repeat(16),
        peerRole: 'dc',
        endpoints: ['192.0.2.99:1'],
      },
    ],
  });
  for (const dc of world.dcs) dc.at = { ip: DC1.ip, port: 1 };
  world.boot();
  world.run(400_000);
  const starts = world.sent
    .filter(({ bytes }, index) => bytes.join() !== world.sent[index - 1]?.bytes.join())
    .map(({ at }) => at / 1000);
  const pauses = starts.slice(1).map((start, index) => start - (starts[index] ?? 0) - 5);
  const nominal = [5, 10, 20, 40, 60, 60, 60, 60];
  t.ok(pauses.length >= 6, `${pauses.length} pauses`);
  for (const [index, pause] of pauses.entries()) {
    const wanted = nominal[index] ?? 60;
    t.ok(pause >= 0.9 * wanted && pause <= 1.1 * wanted, `pause ${index}: ${pause}`);
  }
});

t.test('counters name every table with its bound', (t) => {
  const { world } = booted();
  const counters = world.role.counters();
  for (const name of ['associations', 'paths', 'legs', 'handshakes', 'answers', 'held', 'sources']) {
    t.ok((counters[`table.${name}.bound`] ?? 0) > 0, name);
    t.ok((counters[`table.${name}.size`] ?? -1) >= 0, name);
  }
});

t.test('nodes other than the two of a path know nothing of its legs', (t) => {
  const { world, dc } = booted();
  const made = direction(1);
  t.equal(ask(world, dc, made), 0);
  const [first] = made.legs;
  if (first === undefined) throw new Error('a leg');
  const wrongSecret = world.node(first.legId, new Uint8Array(32), MN_NODE, MN);
  const wrongNode = world.node(first.legId, first.legSecret, CN_NODE, CN);
  const mark = world.sent.length;
  world.open(wrongSecret);
  world.open(wrongNode);
  t.same(world.refusals(), ['handshake', 'handshake']);
  t.equal(world.sent.length, mark);
});
