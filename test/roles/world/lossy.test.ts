import process from 'node:process';
import { describe, drawn } from '../../lab/share.ts';
import t from '../../tap.ts';
import type { Faults, Situation } from './whole.ts';
import { Whole } from './whole.ts';

const isLong = process.env.NTM_LONG !== undefined;
const SEEDS = Array.from({ length: isLong ? 100 : 1 }, (_, index) => index + 1);

/**
 * By a relay half of the datagrams get lost where 30 % do, and an opening and its confirmation take three. A direction
 * takes up to twelve on their ways to and from DCs within 5 s, and the user is told of each that fails.
 */
const WITHIN = 120_000;

const PAIRS: readonly (readonly [Situation, Situation])[] = [
  ['G4', 'G4'],
  ['G4', 'PR'],
  ['PR', 'PR'],
  ['V6', 'PR'],
  ['DS', 'DS'],
  ['LAN', 'LAN'],
];

const NETWORKS: readonly (readonly [string, Faults])[] = [
  ['loss 10 %', { loss: 0.1, delay: [20, 60] }],
  ['loss 30 %', { loss: 0.3, delay: [20, 60] }],
  ['duplicates 30 %, reordering 20 %', { duplicate: 0.3, reorder: 0.2, delay: [20, 60] }],
  ['all of them', { loss: 0.1, duplicate: 0.1, reorder: 0.1, delay: [10, 150] }],
];

if (isLong)
  t.comment(describe('seeds for each network and pair', drawn('lossy', SEEDS).length, SEEDS.length));

for (const [name, faults] of NETWORKS) {
  t.test(`${name}: a path comes to be, stays, and delivers nothing twice`, (t) => {
    for (const [alice, bob] of PAIRS) {
      for (const seed of drawn(`lossy ${name} ${alice} ${bob}`, SEEDS)) {
        const world = new Whole(alice, bob, seed, faults);
        world.run(15_000);
        world.begin(true);
        const begin = world.sim.now;
        const isDone = (): boolean => world.isAnswered(begin) && world.isAnswered(begin, 'bob');
        const about = `${alice} ${bob} seed ${seed}`;
        t.ok(world.run(WITHIN, isDone), `${about}: up after ${world.sim.now - begin} ms`);
        world.run(20_000);
        const late = world.sim.now;
        t.ok(
          world.run(WITHIN, () => world.isAnswered(late) && world.isAnswered(late, 'bob')),
          `${about}: still up`,
        );
        for (const app of Object.values(world.apps)) {
          t.ok(
            [...app.seen.values()].every((count) => count === 1),
            `${about}: nothing twice`,
          );
          t.same(app.unanswered, [], `${about}: each query is answered within 6 s`);
        }
      }
    }
  });
}
