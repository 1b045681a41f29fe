import t from '../../tap.ts';
import { HOMES } from './configs.ts';
import { Whole } from './whole.ts';

/** A DC with the lower and one with the higher Node ID: openings that cross are resolved by it. [KEY-06] */
const DCS = ['one', 'two'] as const;

/** Alice, or bob, wants the other one now; whether a ping of hers is answered soon. */
function isReachedBy(world: Whole, who: 'alice' | 'bob'): boolean {
  const since = world.sim.now;
  const peer = who === 'alice' ? 'bob' : 'alice';
  world.apps[who].target = `${peer}.ntmobile.${HOMES[peer]}.example`;
  return world.run(1500, () => world.apps[who].answered(since, 4).length > 0);
}

function unsuccessful(world: Whole): unknown[] {
  return (['alice', 'bob'] as const).flatMap((name) => world.party(name).events('direction-failed'));
}

/** Both DCs have keys with each other, and the nodes no path. */
function warm(world: Whole): void {
  world.run(3000);
  world.begin();
  world.run(2000);
  for (const name of ['alice', 'bob'] as const) {
    world.apps[name].target = undefined;
    world.kill(name);
    world.run(1000);
    world.restart(name);
    world.run(2000);
  }
}

for (const [restarted, asking] of [
  ['one', 'bob'],
  ['two', 'alice'],
] as const)
  t.test(`DC ${restarted} was started again: the first direction of the other DC's works [FED-15]`, (t) => {
    const world = new Whole('G4', 'G4');
    warm(world);
    world.kill(restarted);
    world.run(700);
    world.restart(restarted);
    world.run(200);
    t.ok(isReachedBy(world, asking), 'a ping is answered within 1.5 s');
    t.same(unsuccessful(world), []);
  });

for (const situation of ['G4', 'PR'] as const)
  for (const wait of [200, 20_000])
    t.test(`${situation}: a node asks its DC, which was started again ${wait} ms ago [DC-25, DC-43]`, (t) => {
      const world = new Whole(situation, situation);
      warm(world);
      world.kill('one');
      world.run(700);
      world.restart('one');
      world.run(wait);
      t.ok(isReachedBy(world, 'alice'), 'a ping is answered within 1.5 s');
      t.same(unsuccessful(world), []);
    });

t.test('both DCs were started again at once [FED-15, DC-43, KEY-06]', (t) => {
  for (const delay of [10, 30, 80]) {
    const world = new Whole('G4', 'G4', 1, { delay: [delay, delay] });
    world.run(3000);
    for (const name of DCS) world.kill(name);
    world.run(700);
    for (const name of DCS) world.restart(name);
    world.run(300);
    t.ok(isReachedBy(world, 'bob'), `${delay} ms of delay`);
    t.same(unsuccessful(world), []);
  }
});
