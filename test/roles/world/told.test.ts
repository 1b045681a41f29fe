import t from '../../tap.ts';
import type { Name } from './configs.ts';
import type { Situation } from './whole.ts';
import { Whole } from './whole.ts';

/** Who is gone for good before the first query, and what the user reads. [DNS-11, ERR-06, DC-32] */
const GONE: readonly (readonly [string, readonly Name[], Situation, string])[] = [
  ['the DC of the peer', ['two'], 'G4', 'no-route'],
  ['the peer, without a word', ['bob'], 'G4', 'no-route'],
  ['both relays', ['rs1', 'rs2'], 'PR', 'no-relay'],
  ['the own DC', ['one'], 'G4', 'no answer'],
];

for (const [name, gone, situation, status] of GONE) {
  t.test(`${name} is gone: SERVFAIL within 6 s, and an event that says ${status}`, (t) => {
    const world = new Whole(situation, situation);
    world.run(3000);
    for (const victim of gone) world.kill(victim);
    world.begin();
    world.run(15_000);
    const { failures, unanswered } = world.apps.alice;
    t.ok(failures.length >= 4);
    t.same(unanswered, []);
    t.same(world.party('alice').events('direction-failed')[0], { name: 'bob.ntmobile.two.example', status });
  });
}

t.test('a peer that dies in the middle: its packets are answered by host unreachable', (t) => {
  const world = new Whole('G4', 'G4');
  world.run(3000);
  world.begin();
  world.run(5000);
  world.kill('bob');
  const at = world.sim.now;
  world.run(40_000);
  const late = [...world.apps.alice.pings.values()].filter(
    ({ sentAt }) => sentAt > at + 5500 && sentAt < world.sim.now - 5500,
  );
  t.ok(late.length > 80);
  t.same(
    late.filter(({ isRefused }) => !isRefused),
    [],
  );
  t.match(world.party('alice').events('direction-failed')[0], { status: 'no-route' });
});
