import { toHex } from '../../../reference/bytes.ts';
import { Refusal } from '../../../reference/refusal.ts';
import { readHeader } from '../../../reference/wire/header.ts';
import type { Message } from '../../../reference/wire/messages.ts';
import { encodeBody } from '../../../reference/wire/messages.ts';
import t from '../../tap.ts';
import type { Peer } from './world.ts';
import { CN, CN_NODE, CN6, data, direction, MN, MN_NODE, RS, RS6, transaction, World } from './world.ts';

const PROBE = encodeBody({ type: 0x0d, transaction: new Uint8Array(8) });

interface Directed {
  readonly world: World;
  readonly directed: ReturnType<typeof direction>;
  readonly mn: Peer;
  readonly cn: Peer;
}

/** A booted RS-S with one entry whose legs nobody has opened yet. */
function directed(change: ConstructorParameters<typeof World>[0] = {}, cnAt = CN, lifetime = 120): Directed {
  const world = new World(change);
  world.boot();
  const made = direction(1, lifetime);
  const [dc] = world.dcs;
  const [first, second] = made.legs;
  if (dc === undefined || first === undefined || second === undefined)
    throw new Error('a world has a DC, a path two legs');
  world.tell(dc, made);
  const mn = world.node(first.legId, first.legSecret, MN_NODE, MN);
  const cn = world.node(second.legId, second.legSecret, CN_NODE, cnAt);
  return { world, directed: made, mn, cn };
}

function last(peer: Peer): Message | undefined {
  return peer.messages().at(-1);
}

t.test('boot: the RS-S opens its associations and registers with each DC', (t) => {
  const world = new World();
  world.boot();
  const types = world.sent.map(({ bytes, to }) => `${to.port} ${bytes[1]?.toString(16)}`);
  // Opening, probe, the answer to the DC's probe, and the registration once the DC's address is valid.
  t.same(types, ['4411 b', '4411 d', '4411 9', '4411 e', '4412 b', '4412 d', '4412 9', '4412 e']);
  t.same(world.refusals(), []);
  t.equal(world.role.counters()['opened.association'], 2);
});

t.test('registration is renewed at half its lifetime, ±10 %', (t) => {
  const world = new World();
  world.boot(100);
  const mark = world.sent.length;
  world.run(44_000);
  t.same(world.sent.slice(mark), []);
  world.run(60_000);
  const firsts = ['192.0.2.11', '192.0.2.12'].map((dc) =>
    world.sent.slice(mark).find(({ bytes, to }) => bytes[1] === 0x09 && to.ip === dc),
  );
  t.ok(
    firsts.every((first) => first !== undefined && first.at >= 45_000 && first.at <= 55_000),
    'both DCs, in time',
  );
});

t.test('a Relay Direction makes an entry and is answered with the endpoints', (t) => {
  const { world, directed: made } = directed();
  t.same(world.dcs[0]?.messages().at(-1), {
    type: 0x08,
    transaction: made.transaction,
    status: 0,
    endpoints: [RS, RS6],
  });
  t.equal(world.role.counters()['table.paths.size'], 1);
  t.equal(world.role.counters()['table.legs.size'], 2);
});

t.test('data passes unchanged, once both legs are valid, in both directions', (t) => {
  const {
    world,
    directed: { pathId },
    mn,
    cn,
  } = directed();
  world.open(mn);
  world.open(cn);
  const packet = data(pathId, 'there');
  t.same(world.arrive(packet, MN), [{ kind: 'send', bytes: packet, to: CN }]);
  const answer = data(pathId, 'back');
  t.same(world.arrive(answer, CN), [{ kind: 'send', bytes: answer, to: MN }]);
  t.same(world.refusals(), []);
});

t.test('every type with the Path ID is relayed, known or not', (t) => {
  const {
    world,
    directed: { pathId },
    mn,
    cn,
  } = directed();
  world.open(mn);
  world.open(cn);
  for (const type of [0x00, 0x01, 0x0b, 0x0c, 0x0d, 0x10, 0x77, 0xff]) {
    const packet = data(pathId, 'anything');
    packet[1] = type;
    t.same(world.arrive(packet, MN), [{ kind: 'send', bytes: packet, to: CN }], `type ${type}`);
  }
});

t.test('legs of different families are joined', (t) => {
  const {
    world,
    directed: { pathId },
    mn,
    cn,
  } = directed({}, CN6);
  world.open(mn, RS);
  world.open(cn, RS6);
  const packet = data(pathId, 'up');
  t.same(world.arrive(packet, MN), [{ kind: 'send', bytes: packet, to: CN6 }]);
  t.same(world.arrive(packet, CN6), [{ kind: 'send', bytes: packet, to: MN }]);
});

t.test('the last four datagrams are held for a leg not yet valid, and only for 2 s', (t) => {
  const {
    world,
    directed: { pathId },
    mn,
    cn,
  } = directed();
  world.open(mn);
  for (const text of ['1', '2', '3', '4', '5', '6']) t.same(sends(world.arrive(data(pathId, text), MN)), []);
  t.same(world.refusals(), ['relay-hold', 'relay-hold']);
  const mark = world.sent.length;
  world.open(cn);
  const flushed = world.sent.slice(mark).filter(({ bytes }) => bytes[1] === 0x10);
  t.same(
    flushed.map(({ bytes, to }) => [text(bytes), to]),
    ['3', '4', '5', '6'].map((held) => [held, CN]),
  );

  const late = directed();
  late.world.open(late.mn);
  late.world.arrive(data(late.directed.pathId, 'old'), MN);
  late.world.run(2000);
  late.world.open(late.cn);
  t.same(
    late.world.sent.filter(({ bytes }) => bytes[1] === 0x10),
    [],
  );
  t.same(late.world.refusals(), ['relay-hold']);
});

t.test('data from anywhere but a valid leg is dropped', (t) => {
  const {
    world,
    directed: { pathId },
    mn,
    cn,
  } = directed();
  const packet = data(pathId, 'x');
  t.same(world.arrive(packet, MN), [refused('relay-source', MN)]);
  world.open(mn);
  world.open(cn);
  const stranger = { ip: MN.ip, port: 1 };
  t.same(world.arrive(packet, stranger), [refused('relay-source', stranger)]);
  t.same(world.arrive(data(new Uint8Array(16).fill(99), 'x'), MN), [refused('context', MN)]);
});

t.test('a leg moves by its own authentic probe, and leaves the other alone', (t) => {
  const {
    world,
    directed: { pathId },
    mn,
    cn,
  } = directed();
  world.open(mn);
  world.open(cn);
  const elsewhere = { ip: MN.ip, port: 5555 };
  mn.at = elsewhere;
  world.tell(mn, { type: 0x0d, transaction: transaction(), padding: new Uint8Array(70) });
  const packet = data(pathId, 'moved');
  t.same(world.arrive(packet, CN), [{ kind: 'send', bytes: packet, to: elsewhere }]);
  t.same(world.arrive(packet, elsewhere), [{ kind: 'send', bytes: packet, to: CN }]);
  t.same(world.arrive(packet, MN), [refused('relay-source', MN)]);
});

t.test('both legs at one endpoint: nothing is reflected', (t) => {
  const {
    world,
    directed: { pathId },
    mn,
    cn,
  } = directed({}, MN);
  world.open(mn);
  world.open(cn);
  t.same(sends(world.arrive(data(pathId, 'x'), MN)), []);
  t.equal(world.table.lastUse('01'.repeat(16)), undefined);
});

t.test('both legs probed at one endpoint at once: only one gets it', (t) => {
  const {
    world,
    directed: { pathId },
    mn,
    cn,
  } = directed();
  world.open(mn);
  world.open(cn);
  // Both move to one place; the RS-S's probes there are answered when both are under way.
  const there = { ip: MN.ip, port: 7777 };
  const moved = [mn, cn].map((peer) => peer.channel.send(0x0d, PROBE, world.now));
  const probes = moved.flatMap((events) =>
    events.flatMap((event) => (event.kind === 'send' ? world.arrive(event.bytes, there) : [])),
  );
  for (const probe of probes) {
    if (probe.kind !== 'send' || probe.bytes[1] !== 0x0d) continue;
    for (const peer of [mn, cn]) {
      const header = readHeader(probe.bytes);
      if (header instanceof Refusal || toHex(header.context) !== toHex(peer.channel.config.id)) continue;
      for (const event of peer.channel.receive(header, probe.bytes, RS, world.now)) {
        if (event.kind === 'send' && event.bytes[1] === 0x0e) world.arrive(event.bytes, there);
      }
    }
  }
  t.same(world.arrive(data(pathId, 'x'), there), [{ kind: 'send', bytes: data(pathId, 'x'), to: CN }]);
});

t.test('an entry lives while data or leg probes come, and 120 s longer', (t) => {
  const {
    world,
    directed: { pathId },
    mn,
    cn,
  } = directed();
  world.open(mn);
  world.open(cn);
  world.run(100_000);
  world.arrive(data(pathId, 'x'), MN);
  world.run(219_999);
  t.equal(world.role.counters()['table.paths.size'], 1);
  world.tell(mn, { type: 0x0d, transaction: transaction() });
  world.run(339_998);
  t.equal(world.role.counters()['table.paths.size'], 1);
  world.run(339_999);
  t.equal(world.role.counters()['table.paths.size'], 0);
  t.equal(world.role.counters()['table.legs.size'], 0);
  t.same(world.arrive(data(pathId, 'x'), MN), [refused('context', MN)]);
});

t.test('a replayed opening of a leg does not keep its entry', (t) => {
  const { world, mn } = directed({}, CN, 10);
  const marks: Uint8Array[] = [];
  const forward = world.table.forward.bind(world.table);
  world.table.forward = (bytes, from, now) => {
    marks.push(bytes.slice());
    return forward(bytes, from, now);
  };
  world.open(mn);
  const opening = marks.find((bytes) => bytes[1] === 0x0b);
  if (opening === undefined) throw new Error('no opening');
  for (let at = 1000; at < 10_000; at += 1000) {
    world.run(at);
    world.arrive(opening, MN);
  }
  world.run(10_000);
  t.equal(world.role.counters()['table.paths.size'], 0);
});

t.test('rates are kept for each path; what exceeds them is counted', (t) => {
  const limits = { packetsPerSecond: 3, perSourcePerSecond: 1000 };
  const {
    world,
    directed: { pathId },
    mn,
    cn,
  } = directed({ limits });
  world.open(mn);
  world.open(cn);
  const passed = [1, 2, 3, 4, 5].map(() => sends(world.arrive(data(pathId, 'x'), MN)).length);
  t.same(passed, [1, 1, 1, 0, 0]);
  t.same(world.refusals(), ['relay-rate', 'relay-rate']);
  world.now += 1000;
  t.equal(sends(world.arrive(data(pathId, 'x'), MN)).length, 1);
});

function sends(effects: readonly { readonly kind: string }[]): unknown[] {
  return effects.filter((effect) => effect.kind === 'send');
}

function refused(layer: string, from: unknown): unknown {
  return { kind: 'note', note: { what: 'refused', layer, from } };
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(44));
}

t.test('a withdrawal ends forwarding at once; an unknown path is withdrawn already', (t) => {
  const {
    world,
    directed: { pathId },
    mn,
    cn,
  } = directed();
  const [dc] = world.dcs;
  if (dc === undefined) throw new Error('no DC');
  world.open(mn);
  world.open(cn);
  for (const id of [pathId, pathId, new Uint8Array(16).fill(77)]) {
    const request = { type: 0x07, transaction: transaction(), pathId: id, withdraw: true } as const;
    world.tell(dc, request);
    t.same(last(dc), { type: 0x08, transaction: request.transaction, status: 0 });
  }
  t.same(world.arrive(data(pathId, 'x'), MN), [refused('context', MN)]);
  t.equal(world.table.lastUse('01'.repeat(16)), undefined);
});
