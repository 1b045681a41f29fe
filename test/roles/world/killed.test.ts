import process from 'node:process';
import { describe, drawn } from '../../lab/share.ts';
import t from '../../tap.ts';
import type { Name } from './configs.ts';
import { NAMES } from './configs.ts';
import type { Situation } from './whole.ts';
import { Whole } from './whole.ts';

const isLong = process.env.NTM_LONG !== undefined;
/** With every step in the long form, or a share of them; else with some. */
const STRIDE = isLong ? 1 : 43;
const DOWN = 700;

const PAIRS: readonly (readonly [Situation, Situation])[] = [
  ['G4', 'PR'],
  ['PR', 'PR'],
  ['DS', 'DS'],
];

/** Steps from power-on until pings of both families are answered: how many datagrams. */
function stepsOf(alice: Situation, bob: Situation): number {
  const world = new Whole(alice, bob);
  world.begin(true);
  world.run(20_000, () => world.isAnswered(0) && world.isAnswered(0, 'bob'));
  return world.sim.sent.length;
}

/** Kills a party with the datagram of a number, and lets it come up again. */
function killAt(world: Whole, victim: Name, step: number): void {
  const { fate } = world.sim;
  world.sim.fate = (sent) => {
    const delays = fate(sent);
    if (world.sim.sent.length === step) world.kill(victim);
    return delays;
  };
}

for (const [alice, bob] of PAIRS) {
  const steps = stepsOf(alice, bob);
  t.test(`${alice} and ${bob}: each party dies at each of ${steps} steps and comes back`, (t) => {
    const deaths: { readonly victim: Name; readonly step: number }[] = [];
    for (const [index, victim] of NAMES.entries())
      for (let step = 1 + (isLong ? 0 : index); step <= steps; step += STRIDE) deaths.push({ victim, step });
    const some = drawn(`killed ${alice} ${bob}`, deaths);
    if (isLong) t.comment(describe('deaths', some.length, deaths.length));
    for (const { victim, step } of some) {
      const about = `${victim} at ${step}`;
      const world = new Whole(alice, bob);
      killAt(world, victim, step);
      world.begin(true);
      world.run(60_000, () => world.party(victim).isDead);
      if (!world.party(victim).isDead) continue;
      world.run(DOWN);
      world.restart(victim);
      const up = world.sim.now;
      const isDone = (): boolean => world.isAnswered(up) && world.isAnswered(up, 'bob');
      if (!world.run(75_000, isDone)) t.ok(false, `${about}: no answers to pings after 75 s`);
      const unanswered = Object.values(world.apps).flatMap((app) => app.unanswered);
      if (unanswered.length > 0) t.same(unanswered, [], `${about}: a query was not answered`);
      const twice = Object.values(world.apps).flatMap((app) =>
        [...app.seen.values()].filter((count) => count > 1),
      );
      if (twice.length > 0) t.same(twice, [], `${about}: delivered twice`);
    }
    t.ok(steps > 40);
  });
}
