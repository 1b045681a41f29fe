import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import type { Plan } from './ends.ts';
import { A, A6, B, B6, RELAY, World } from './ends.ts';
import { numberOf } from './packets.ts';

function up(plan: Plan = {}): World {
  const world = new World(plan);
  world.run(2000);
  return world;
}

/** Both ends say something every 100 ms. @returns the numbers that reached the second end. */
function talk(world: World, time: number, both = true): number[] {
  const before = world.ends[1].delivered.length;
  const steps = time / 100;
  for (let number = 1; number <= steps; number++) {
    world.say(0, number);
    if (both) world.say(1, number);
    world.run(100);
  }
  return world.ends[1].delivered.slice(before).map(numberOf);
}

/** Probing requests from an end that are not for sizes, with the time since a mark. */
function probes(world: World, from: typeof A, mark: number, context = 0x70): number[] {
  return world.sim.sent
    .filter((sent) => sent.at >= mark && sent.from === from && sent.bytes[1] === 0x0d)
    .filter(({ bytes }) => bytes.length < 1000 && bytes[4] === context)
    .map(({ at }) => at - mark);
}

/** One end's messages go nowhere. */
function cut(world: World, places: readonly (typeof A)[]): void {
  world.sim.fate = ({ from, to }) => (places.includes(from) || places.includes(to) ? [] : [10]);
}

t.test('a route on which nothing is heard: probed after 2.5 s, dead after 5 s, opened everywhere', (t) => {
  const world = up();
  talk(world, 500);
  world.run(3000);
  cut(world, [B]);
  const mark = world.sim.now;
  talk(world, 6000, false);
  t.same(probes(world, A, mark), [2500, 3000, 4000]);
  t.same(
    world.ends[0].of('lost').map(({ why, at }) => [why, at - mark]),
    [['direct', 5000]],
  );
  const openings = world.sim.sent.filter(
    ({ at, bytes, from }) => at > mark && from === A && bytes[1] === 0x0b,
  );
  t.same(
    openings.map(({ at, to }) => [at - mark, to]),
    [
      [5000, B],
      [5250, B],
      [5750, B],
    ],
  );
  t.notOk(world.ends[0].tunnel.isUp);
  t.notOk(world.say(0, 1), 'it takes no more packets');
  t.same(world.ends[1].of('lost'), [], 'who only receives does not notice');
  world.sim.fate = () => [10];
  world.run(5000);
  t.ok(world.ends[0].tunnel.isUp, 'the same path again');
  t.equal(world.ends[0].of('route').length, 2);
  t.same(talk(world, 500), [1, 2, 3, 4, 5]);
});

t.test('an end that is answered, or says nothing, does not probe', (t) => {
  const world = up();
  talk(world, 500);
  world.run(2600);
  const mark = world.sim.now;
  talk(world, 10_000);
  world.run(60_000);
  t.ok(probes(world, A, mark).length <= 2, 'the last packet of each is not answered');
  t.same(
    world.ends.flatMap((end) => end.of('lost')),
    [],
  );
});

t.test('direct before relay; the relay when the direct route dies, and back', (t) => {
  const world = up({ relay: true, candidates: [[A], [B]], isNatted: true });
  world.run(500);
  t.same(
    world.ends.map((end) => end.of('route').map(({ isRelay }) => isRelay)),
    [[false], [false]],
  );
  talk(world, 500);
  world.sim.fate = ({ from, to }) => ([from, to].includes(RELAY) ? [10] : []);
  talk(world, 9000);
  t.same(
    world.ends.map((end) => end.of('route').at(-1)?.isRelay),
    [true, true],
  );
  t.same(
    world.ends.flatMap((end) => end.of('lost')),
    [],
  );
  t.equal(talk(world, 1000).length, 10);
  world.sim.fate = () => [10];
  talk(world, 26_000);
  t.same(
    world.ends.map((end) => end.of('route').at(-1)?.isRelay),
    [true, true],
    'not at once: what dies every minute would be worse than the relay',
  );
  talk(world, 100_000);
  t.same(
    world.ends.map((end) => end.of('route').at(-1)?.isRelay),
    [false, false],
    'by the next search',
  );
});

t.test('IPv6 before IPv4', (t) => {
  const locals = [
    [A, A6],
    [B, B6],
  ] as const;
  const world = up({ locals });
  t.same(
    world.ends.map((end) => end.of('route').at(-1)?.to),
    [B6, A6],
  );
});

t.test('a relay that is lost, and one that has restarted', (t) => {
  const world = up({ relay: true, isRelayOnly: true });
  talk(world, 500);
  cut(world, [RELAY]);
  const mark = world.sim.now;
  talk(world, 8000);
  t.same(
    world.ends.map((end) => end.of('lost').map(({ why }) => why)),
    [['relay'], ['relay']],
  );
  t.ok(probes(world, A, mark, 0x71).length > 0, 'the leg was probed');
  world.sim.fate = () => [10];
  talk(world, 8000);
  t.ok(world.ends.every((end) => end.tunnel.isUp));
  t.equal(talk(world, 1000).length, 10);
});

t.test('the peer behind a living relay is gone: lost, but not for the relay', (t) => {
  const world = up({ relay: true, isRelayOnly: true });
  talk(world, 500);
  cut(world, [B]);
  talk(world, 8000, false);
  t.same(
    world.ends[0].of('lost').map(({ why }) => why),
    ['direct'],
  );
});

t.test('keep-alives: every 20 to 25 s on the direct routes of who is behind a NAT, and on each leg', (t) => {
  for (const [plan, context] of [
    [{ isNatted: true, lifetime: 900_000, timers: { 'path-rekey': 3600 } }, 0x70],
    [{ relay: true, lifetime: 900_000 }, 0x71],
  ] as const) {
    const world = up(plan);
    const mark = world.sim.now;
    world.run(300_000);
    const times = probes(world, A, mark, context);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    t.ok(gaps.length >= 11 && gaps.every((gap) => gap >= 20_000 && gap <= 25_000), gaps.join());
    t.ok(new Set(gaps).size > 5, 'drawn anew');
  }
  const open = up({ isNatted: false, lifetime: 900_000 });
  const mark = open.sim.now;
  open.run(300_000);
  t.same(probes(open, A, mark), []);
});

t.test('close: the other end is told, both receive for 10 s more', (t) => {
  for (const relay of [false, true]) {
    const world = up({ relay, isRelayOnly: relay });
    talk(world, 500);
    const mark = world.sim.now;
    const first = world.sim.sent.length;
    world.say(1, 99);
    world.ends[0].close();
    world.run(30);
    t.equal(numberOf(world.ends[0].delivered.at(-1) as Uint8Array), 99, 'what was in flight arrives');
    world.run(20_000);
    for (const end of world.ends) {
      t.equal(end.of('closing').length, 1);
      const [gone] = end.of('gone');
      t.ok(gone && gone.at - mark >= 10_000 && gone.at - mark <= 10_060, `${gone && gone.at - mark}`);
      t.equal(end.tunnel.wakeAt(), Number.POSITIVE_INFINITY);
    }
    const types = world.sim.sent.slice(first).flatMap(({ bytes }) => (bytes[4] === 0x70 ? [bytes[1]] : []));
    t.ok(
      types.every((type) => type === 0x0f || type === 0x11 || type === 0x10),
      'and nothing else is said',
    );
    t.same(
      world.ends[1].of('status').map(({ status }) => status),
      [0],
    );
  }
});

t.test('close: on the leg nothing own is said any more, whatever comes there', (t) => {
  const world = up({ relay: true, isRelayOnly: true });
  const [own, peer] = world.ends;
  talk(world, 500);
  peer.close();
  world.run(10);
  // It moves as the end of the path reaches it: the probe of its leg has tries left.
  own.move([A]);
  cut(world, [A]);
  world.run(600);
  t.equal(own.of('closing').length, 1);
  const first = world.sim.sent.length;
  const legId = 0x71;
  const forged = new Uint8Array(76).fill(legId, 4, 20);
  forged.set([5, 0x0c]);
  world.run(1000);
  own.receive(forged, RELAY);
  world.run(12_000);
  t.same(own.refusals().at(-1), 'handshake');
  const said = world.sim.sent.slice(first).filter(({ from, bytes }) => from === A && bytes[4] === legId);
  t.same(said, []);
});

t.test('close: an end that is not there is told three times', (t) => {
  const world = up();
  cut(world, [B]);
  const mark = world.sim.now;
  world.ends[0].close();
  t.notOk(world.say(0, 1));
  world.run(20_000);
  const told = world.sim.sent.filter(({ bytes, at }) => at >= mark && bytes[1] === 0x0f);
  t.equal(told.length, 3);
  t.equal((world.ends[0].of('gone')[0]?.at ?? 0) - mark, 12_500);
});

t.test('a path that carries nothing for its lifetime is closed', (t) => {
  const world = up({ lifetime: 60_000 });
  talk(world, 500);
  world.run(59_000);
  t.same(
    world.ends.flatMap((end) => end.of('closing')),
    [],
  );
  world.run(15_000);
  t.same(
    world.ends.map((end) => end.of('gone').length),
    [1, 1],
  );
});

t.test('a move: padded probes at once, and the other end sends to the new address', (t) => {
  const world = up();
  talk(world, 500);
  const moved = endpoint('203.0.113.99:5001');
  const mark = world.sim.sent.length;
  world.ends[0].move([moved]);
  const [first] = world.sim.sent.slice(mark);
  t.same(
    [first?.from, first?.to, first?.bytes[1], (first?.bytes.length ?? 0) >= 128],
    [moved, B, 0x0d, true],
  );
  world.run(50);
  t.equal(world.ends[1].of('route').at(-1)?.to, moved);
  t.same(talk(world, 500), [1, 2, 3, 4, 5]);
  t.same(
    world.ends.flatMap((end) => end.of('lost')),
    [],
  );
});

t.test('a move with a relay: by the relay until the direct route answers; candidates are told', (t) => {
  const world = up({ relay: true, candidates: [[A], [B]] });
  talk(world, 500);
  const moved = endpoint('203.0.113.99:5001');
  // Nothing comes directly any more.
  world.sim.fate = ({ from, to }) => ([from, to].some((place) => place.port === RELAY.port) ? [10] : []);
  const mark = world.sim.now;
  world.ends[0].move([moved]);
  t.equal(world.ends[0].of('route').at(-1)?.isRelay, true);
  world.run(1000);
  const updates = world.sim.sent.filter(
    ({ bytes, from, at }) => at >= mark && from === moved && bytes[1] === 0x0f,
  );
  t.ok(updates.length > 0 && updates.every(({ to }) => to === RELAY));
  t.same(
    world.ends[1].of('status').flatMap(({ status, at }) => (at >= mark ? [status] : [])),
    [0],
  );
  t.ok(
    world.sim.sent.some(
      ({ at, from, to, bytes }) => at >= mark && from === B && to === A && bytes[1] === 0x0d,
    ),
    'the other end asks the direct route at once',
  );
  talk(world, 8000);
  t.equal(talk(world, 1000).length, 10);
  t.same(
    world.ends.flatMap((end) => end.of('lost')),
    [],
  );
});

t.test('a move to the other family, with the relay in between', (t) => {
  const world = up({ relay: true });
  talk(world, 500);
  world.ends[0].move([A6]);
  world.run(1500);
  t.equal(talk(world, 1000).length, 10);
  t.equal(world.ends[0].tunnel.isUp, true);
});

t.test('a mapping that changes its port is found again by what comes from it', (t) => {
  const world = up();
  talk(world, 500);
  world.ends[0].locals = [endpoint('203.0.113.1:5999')];
  t.same(talk(world, 500), [1, 2, 3, 4, 5]);
  t.equal(world.ends[1].of('route').at(-1)?.to.port, 5999);
});
