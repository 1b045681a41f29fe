import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import type { Plan } from './ends.ts';
import { A, A6, B, B6, World } from './ends.ts';
import { numberOf } from './packets.ts';

/** Sends a packet of each inner family each way and tells what arrived. */
function exchange(world: World): number[][] {
  for (const version of [4, 6] as const) {
    for (const from of [0, 1] as const) world.say(from, 10 * version + from, { version });
  }
  world.run(200);
  return world.ends.map(({ delivered }) => delivered.map(numberOf).sort());
}

const DIRECT: readonly [string, Plan][] = [
  ['initiate', { part: 'initiate' }],
  ['await', { part: 'await' }],
  ['both', { part: 'both' }],
  ['over IPv6', { part: 'initiate', locals: [[A6], [B6]] }],
  ['suite 2', { part: 'both', suite: 2 }],
];

for (const [name, plan] of DIRECT) {
  t.test(`direct, ${name}: both inner families go both ways`, (t) => {
    const world = new World(plan);
    world.run(200);
    t.same(exchange(world), [
      [41, 61],
      [40, 60],
    ]);
    for (const end of world.ends) {
      t.same(
        end.events.map(({ kind }) => kind).filter((kind) => kind !== 'deliver'),
        ['confirmed', 'up', 'route'],
      );
      t.same(
        end.of('route').map(({ isRelay }) => isRelay),
        [false],
      );
      t.ok(end.short.sealed > 0 && end.short.opened > 0, 'data takes the short way');
    }
  });
}

t.test('who initiates opens at once, who awaits sends nothing of its own', (t) => {
  const world = new World({ part: 'initiate' });
  world.run(35);
  t.same(world.chart().slice(0, 4), ['A>B 0b', 'B>A 0c', 'A>B 0d', 'B>A 0e']);
  // The other end opens to where this one is not.
  const silent = new World({ part: 'await', candidates: [[endpoint('192.0.2.77:1')], [B]] });
  silent.sim.remove(silent.ends[1]);
  silent.run(40_000);
  t.same(
    silent.chart().filter((line) => line.startsWith('A>')),
    [],
  );
  t.same(
    silent.ends[0].events,
    [
      { kind: 'lost', why: 'opening', at: 5000 },
      { kind: 'gone', at: 30_000 },
    ],
    'and is erased after 30 s',
  );
});

t.test('opened by both, the handshake of the lower Node ID stays', (t) => {
  const world = new World({ part: 'both' });
  world.run(1000);
  t.same(
    world.chart().filter((line) => /0[bc]$/.test(line)),
    ['A>B 0b', 'B>A 0b', 'B>A 0c'],
  );
  t.same(
    world.ends.map((end) => end.of('confirmed').length),
    [1, 1],
  );
});

t.test('nobody answers: lost after 5 s, gone after 30 s', (t) => {
  const world = new World({ part: 'initiate' });
  world.sim.remove(world.ends[1]);
  world.run(31_000);
  t.same(world.ends[0].events, [
    { kind: 'lost', why: 'opening', at: 5000 },
    { kind: 'gone', at: 30_000 },
  ]);
  t.same(
    world.sim.sent.filter(({ from }) => from === A).map(({ at }) => at),
    [0, 250, 750, 1750, 3750],
  );
  t.equal(world.ends[0].wakeAt(), Number.POSITIVE_INFINITY);
});

for (const part of ['initiate', 'await', 'both'] as const) {
  t.test(`by an RS-S, ${part}: both inner families go both ways`, (t) => {
    const world = new World({ part, relay: true, isRelayOnly: true });
    world.run(1000);
    t.same(exchange(world), [
      [41, 61],
      [40, 60],
    ]);
    for (const end of world.ends) {
      t.same(
        end.of('confirmed').map(({ channel }) => channel),
        ['leg', 'path'],
      );
      t.same(
        end.of('route').map(({ isRelay }) => isRelay),
        [true],
      );
    }
    t.same(
      world.chart().filter((line) => /A>B|B>A/.test(line)),
      [],
    );
  });
}

t.test('by an RS-S that joins IPv4 and IPv6', (t) => {
  const world = new World({ relay: true, locals: [[A], [B6]] });
  world.run(1000);
  t.same(exchange(world), [
    [41, 61],
    [40, 60],
  ]);
});

t.test('both ends with both families at an RS-S', (t) => {
  const world = new World({
    relay: true,
    locals: [
      [A, A6],
      [B, B6],
    ],
  });
  world.run(2000);
  t.same(exchange(world), [
    [41, 61],
    [40, 60],
  ]);
});

t.test('candidates and a relay: the candidates alone for 1 s', (t) => {
  const near = new World({ relay: true, candidates: [[A], [B]] });
  near.run(1500);
  t.same(
    near.ends.map((end) => end.of('route')[0]?.isRelay),
    [false, false],
  );
  const toRelay = near.sim.sent.filter(
    ({ bytes, to }) => bytes[1] === 0x0b && bytes[4] === 0x70 && to.port === 4330,
  );
  t.same(toRelay, [], 'answered by then, so no opening by the relay');
  const dead = [endpoint('10.9.9.9:1')];
  const far = new World({ relay: true, candidates: [dead, dead] });
  const began = far.sim.now;
  far.run(4000);
  t.same(
    far.ends.map((end) => end.of('route')[0]?.isRelay),
    [true, true],
  );
  const openings = far.sim.sent.filter(
    ({ from, bytes }) => from === A && bytes[1] === 0x0b && bytes[4] === 0x70,
  );
  t.same(
    openings.map(({ at, to }) => [at - began, to.port]),
    [
      [0, 1],
      [250, 1],
      [750, 1],
      [1000, 4330],
    ],
    'answered at once, so no repeats',
  );
});

t.test('a relay that does not answer: lost because of it', (t) => {
  const world = new World({ relay: true });
  world.sim.fate = () => [];
  world.run(31_000);
  t.same(
    world.ends[0].events.map(({ kind, at }) => [kind, at - 1100]),
    [
      ['lost', 5000],
      ['gone', 30_000],
    ],
  );
  t.same(
    world.ends[0].of('lost').map(({ why }) => why),
    ['relay'],
  );
});

t.test('the peer is not at the relay: the leg is probed with the third repeat', (t) => {
  const world = new World({ relay: true });
  world.sim.remove(world.ends[1]);
  const began = world.sim.now;
  world.run(6000);
  const opened =
    world.sim.sent.find(({ bytes, from }) => from === A && bytes[1] === 0x0b && bytes[4] === 0x70)?.at ?? 0;
  const probes = world.sim.sent.filter(
    ({ bytes, from, at }) => from === A && bytes[1] === 0x0d && bytes[4] === 0x71 && at > opened + 500,
  );
  t.same(
    probes.map(({ at }) => at - opened),
    [1750],
  );
  t.same(
    world.ends[0].of('lost').map(({ why, at }) => [why, at - opened]),
    [['opening', 5000]],
  );
  t.ok(opened - began < 200);
});
