/** Everybody finds the DCs by what these publish, and nothing is configured but the servers of DNS. [NODE-02, FED-01] */
import t from '../../tap.ts';
import { Whole } from './whole.ts';

t.test('nodes find their DCs, and DCs each other, by NTM records', (t) => {
  const world = new Whole('PR', 'G4', 1, {}, true);
  const registered = () =>
    (['alice', 'bob'] as const).every((name) => world.party(name).events('registered').length > 0);
  t.ok(world.run(10_000, registered), 'both registered');
  world.begin(true);
  const since = world.sim.now;
  const both = () => world.isAnswered(since) && world.isAnswered(since, 'bob');
  t.ok(world.run(10_000, both), 'and reach each other');
});

t.test('a node that was there before its DC finds it within 5 s of its coming', (t) => {
  const world = new Whole('G4', 'G4', 1, {}, true);
  world.run(2000);
  world.kill('one');
  world.kill('alice');
  world.restart('alice');
  world.run(60_000);
  t.same(world.party('alice').events('registered'), []);
  world.restart('one');
  // DNS is asked every 5 s at most; then an opening, and the registration.
  t.ok(world.run(6000, () => world.party('alice').events('registered').length > 0));
});
