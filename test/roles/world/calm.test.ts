import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import { PLACES } from './configs.ts';
import type { Situation } from './whole.ts';
import { Whole } from './whole.ts';

/** By a relay, or by the family of the direct route. */
type Route = 'rs-s' | 'v4' | 'v6';

/** What the spec's pair table and its table of special situations say. [DC-10] */
const PAIRS: readonly (readonly [Situation, Situation, Route])[] = [
  ['G4', 'G4', 'v4'],
  ['G4', 'PR', 'v4'],
  ['PR', 'G4', 'v4'],
  ['PR', 'PR', 'v4'],
  ['V6', 'V6', 'v6'],
  ['V6', 'G4', 'rs-s'],
  ['PR', 'V6', 'rs-s'],
  ['DS', 'DS', 'v6'],
  ['DS', 'V6', 'v6'],
  ['DS', 'PR', 'v4'],
  ['LAN', 'LAN', 'v4'],
];

const RELAYS = [...PLACES.rs1, ...PLACES.rs2].map(({ ip }) => ip as string);

for (const [alice, bob, route] of PAIRS) {
  t.test(`${alice} to ${bob}: by name, both inner families, both ways; ${route} outside`, (t) => {
    const world = new Whole(alice, bob);
    world.run(3000);
    world.begin();
    const begin = world.sim.now;
    t.ok(
      world.run(4000, () => world.isAnswered(begin)),
      'alice gets answers of bob',
    );
    // Chapter 13, where it can find one.
    world.run(2000);
    world.apps.bob.target = 'alice.ntmobile.one.example';
    const second = world.sim.now;
    t.ok(
      world.run(1000, () => world.isAnswered(second, 'bob')),
      'bob of alice, at once',
    );
    t.same(world.apps.alice.failures, []);
    const mark = world.sim.sent.length;
    world.run(3000);
    const to = world.sim.sent
      .slice(mark)
      .filter(({ bytes }) => bytes[1] === 0x10)
      .map((sent) => sent.to.ip as string);
    t.ok(to.length > 10);
    const isRelayed = to.some((ip) => RELAYS.includes(ip));
    t.equal(isRelayed ? 'rs-s' : to[0]?.includes(':') ? 'v6' : 'v4', route);
    for (const name of ['alice', 'bob'] as const) {
      t.equal(world.party(name).role.counters()['table.paths.size'], 1, 'one path');
      t.ok([...world.apps[name].seen.values()].every((count) => count === 1));
    }
  });
}

t.test('an hour of use over a relay: nothing is lost, and all tables stay as they are', (t) => {
  const world = new Whole('PR', 'PR');
  world.run(3000);
  world.apps.alice.interval = 5000;
  world.begin();
  const begin = world.sim.now;
  world.run(3000, () => world.isAnswered(begin));
  const since = world.sim.now;
  world.run(3_600_000);
  const pings = [...world.apps.alice.pings.values()].filter(({ sentAt }) => sentAt >= since);
  t.ok(pings.length > 1400);
  t.equal(pings.filter(({ answeredAt }) => answeredAt === undefined).length, 0);
  for (const name of ['alice', 'bob'] as const)
    t.equal(world.party(name).role.counters()['table.paths.size'], 1);
  t.equal(world.party('one').role.counters()['table.paths.size'], 1);
});

t.test('bob deregisters: the name is refused with a word; back again, it is found', (t) => {
  const world = new Whole('G4', 'G4');
  world.run(3000);
  world.party('bob').handle({ kind: 'stop' });
  world.run(1000);
  world.begin();
  world.run(2000);
  t.ok(world.apps.alice.failures.length >= 2);
  t.match(world.party('alice').events('direction-failed')[0], { status: 'not-registered' });
  world.kill('bob');
  world.restart('bob');
  const since = world.sim.now;
  t.ok(world.run(4000, () => world.isAnswered(since)));
});

t.test('alice moves through networks of each kind, and bob with her: the flow goes on', (t) => {
  const world = new Whole('G4', 'PR');
  world.run(3000);
  world.begin(true);
  world.run(4000);
  const places = [
    '203.0.113.77:5000',
    '10.1.0.9:5000',
    '[2001:db8:1::9]:5000',
    '10.3.0.7:5000',
    '203.0.113.1:5000',
  ];
  for (const place of places) {
    world.move('alice', [endpoint(place)]);
    const at = world.sim.now;
    t.ok(
      world.run(15_000, () => world.isAnswered(at) && world.isAnswered(at, 'bob')),
      place,
    );
    world.run(45_000);
    t.equal(world.party('alice').role.counters()['table.paths.size'], 1, 'one path is left');
  }
  world.move('alice', [endpoint('10.1.0.20:5000')]);
  world.move('bob', [endpoint('[2001:db8:2::7]:6000')]);
  const at = world.sim.now;
  t.ok(
    world.run(20_000, () => world.isAnswered(at) && world.isAnswered(at, 'bob')),
    'both at once',
  );
});
