/** Who gets no answer from a DC, and what it counts. [DOS-01, DOS-03, DOS-04, GEN-17] */
import { LAYERS } from '../../../reference/refusal.ts';
import { createDc } from '../../../reference/roles/dc/core.ts';
import { STATUS_NAMES } from '../../../reference/wire/registry.ts';
import { endpoint, seededBytes } from '../../channel/pair.ts';
import t from '../../tap.ts';
import { granted } from './played.ts';
import { World } from './world.ts';

const STRANGER = endpoint('198.51.100.66:6666');

/** A datagram that looks right up to its context. */
function datagram(type: number, length: number, context: Uint8Array, keyId = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set([0x05, type, keyId >> 8, keyId & 0xff]);
  bytes.set(context, 4);
  return bytes;
}

t.test('strangers hear nothing, and the layer that refused them is told', (t) => {
  const world = new World();
  const node = world.node();
  world.register(node);
  const id = node.association.config.channel.id;
  const unknown = new Uint8Array(16).fill(0xee);
  const { sent } = world;
  const before = sent.length;
  for (const [bytes, layer] of [
    [new Uint8Array(0), 'length'],
    [new Uint8Array(43), 'length'],
    [datagram(0x0b, 77, id), 'length'],
    [new Uint8Array(100), 'magic'],
    [datagram(0x12, 100, id), 'type'],
    [datagram(0x01, 100, id), 'key-id-zero'],
    [datagram(0x0b, 76, unknown), 'context'],
    [datagram(0x01, 100, unknown, 7), 'context'],
    [datagram(0x0b, 76, id), 'handshake'],
    [datagram(0x01, 100, id, 0xffff), 'key-id'],
  ] as const) {
    const effects = world.arrive(bytes, STRANGER);
    t.same(effects, [{ kind: 'note', note: { what: 'refused', layer, from: STRANGER } }]);
  }
  t.equal(sent.length, before);
});

t.test('who fails too often costs nothing more; others go on [DOS-03]', (t) => {
  const world = new World(2, { limits: { perSourcePerSecond: 3 } });
  const [node, other] = [world.node(0), world.node(1)];
  world.open(node);
  world.open(other);
  const { id } = node.association.config.channel;
  for (let count = 0; count < 5; count++) world.arrive(datagram(0x0b, 76, id), STRANGER);
  t.same(world.refusals(), ['handshake', 'handshake', 'handshake', 'rate-source', 'rate-source']);
  t.equal(granted(world.register(other, {}, [4])).status, 0);
  world.run(1000);
  world.arrive(datagram(0x0b, 76, id), STRANGER);
  t.equal(world.refusals().at(-1), 'handshake');
});

t.test('a request from an endpoint that no body can name has no answer and no effect [GEN-13]', (t) => {
  const world = new World();
  const node = world.node();
  world.open(node);
  for (const from of [endpoint('203.0.113.1:0'), endpoint('[::ffff:203.0.113.1]:5000')]) {
    const request = node.registration();
    const events = node.association.request(request, { tries: [0], over: 5000 }, world.now, { family: 4 });
    for (const event of events) if (event.kind === 'send') world.arrive(event.bytes, from);
    t.equal(node.answerTo(request), undefined);
  }
  t.equal(world.stored.size, 0);
  t.equal(granted(world.register(node, {}, [4])).status, 0);
});

t.test('all counters are there from the start, tables within their bounds [GEN-17, DOS-04]', (t) => {
  const world = new World(3);
  const counters = world.role.counters();
  const tables = ['associations', 'paths', 'handshakes', 'answers', 'sources'];
  t.same(
    Object.keys(counters).sort(),
    [
      ...LAYERS.map((layer) => `refused.${layer}`),
      ...Object.values(STATUS_NAMES).map((name) => `answered.${name}`),
      ...tables.flatMap((table) => [`table.${table}.size`, `table.${table}.bound`]),
      'opened.association',
    ].sort(),
  );
  t.same([counters['table.associations.size'], counters['table.associations.bound']], [6, 6]);
  for (const node of world.nodes) world.register(node);
  for (let count = 0; count < 6000; count++) {
    const from = endpoint(`100.${64 + (count >> 16)}.${(count >> 8) & 0xff}.${count & 0xff}:1`);
    world.arrive(datagram(0x01, 100, world.node().association.config.channel.id, 0xffff), from);
    world.arrive(datagram(0x0b, 76, world.node().association.config.channel.id), from);
  }
  const after = world.role.counters();
  for (const table of tables)
    t.ok((after[`table.${table}.size`] ?? 0) <= (after[`table.${table}.bound`] ?? 0), table);
  t.equal(after['table.sources.size'], 63, 'openings of a channel in a second, but for its own');
  t.equal(after['opened.association'], 4, 'those of three nodes, and of the other DC at the start');
  t.equal(after['answered.ok'], 6);
  for (const [name, value] of Object.entries(counters))
    if (!name.startsWith('table.')) t.ok((after[name] ?? -1) >= value);
});

t.test('answers are kept for their time, whatever was never answered [GEN-27]', (t) => {
  const world = new World();
  const node = world.node();
  world.open(node);
  const stale = node.registration();
  const [held] = node.association.request(stale, { tries: [0], over: 5000 }, world.now, { family: 4 });
  world.register(node);
  if (held?.kind === 'send') world.arrive(held.bytes, endpoint('203.0.113.1:5000'));
  t.same(world.refusals(), ['stale']);
  t.equal(world.role.counters()['table.answers.size'], 3);
  world.run(31_000);
  world.register(node, {}, [4]);
  t.equal(world.role.counters()['table.answers.size'], 1);
});

t.test('inputs that are not a DC’s are mistakes of its driver', (t) => {
  const world = new World();
  const { role } = createDc(world.config, seededBytes(1));
  t.throws(
    () => role.handle({ kind: 'packet', packet: new Uint8Array(20) }, 0),
    /no use for an input of kind packet/,
  );
  t.throws(() => role.handle({ kind: 'done', ref: 1, outcome: { what: 'stored', ok: true } }, 0), /ref 1/);
  t.throws(
    () => role.handle({ kind: 'done', ref: 1, outcome: { what: 'looked-up', response: undefined } }, 0),
    /ref 1/,
  );
  t.throws(() => role.handle({ kind: 'done', ref: 1, outcome: { what: 'last-use', at: 0 } }, 0), /last-use/);
  t.same(role.handle({ kind: 'stop' }, 0), []);
});

t.test('look-ups are effects; each is answered once', (t) => {
  const world = new World();
  world.lookUp = () => 'held';
  const got: unknown[] = [];
  const query = new Uint8Array([1, 2, 3]);
  world.act((dc) => dc.lookUp(query, (response, now) => got.push(response, now)));
  const [effect] = world.effects.filter(({ kind }) => kind === 'look-up');
  if (effect?.kind !== 'look-up') throw new Error('no look-up');
  t.same(effect.message, query);
  const { ref } = effect;
  const done = { kind: 'done', ref, outcome: { what: 'looked-up', response: undefined } } as const;
  world.role.handle(done, 5);
  t.same(got, [undefined, 5]);
  t.throws(() => world.role.handle(done, 5));
});
