/** Section 4.3: each refusal is counted once, under the first layer that refuses. */
import fc from 'fast-check';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import { associated, exactNetwork, RS_S_CONFIGURED } from '../steps.ts';
import type { Recipe, RecipeName } from './counter-recipes.ts';
import { layerOf, RECIPES } from './counter-recipes.ts';

const NAMES = Object.keys(RECIPES) as RecipeName[];

export const COUNTER_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.counters.layers',
    title: 'A refused datagram is counted once, in the counter of the first layer that refuses it.',
    clauses: ['GEN-17', 'GEN-19'],
    catches: 'A missing or misnamed counter, one that counts twice, checks in another order.',
    arbitrary: fc.constantFrom(...NAMES),
    boundaries: NAMES,
    async script(world, name) {
      exactNetwork(world);
      const { rs, peer, association } = await associated(world);
      const recipe: Recipe = RECIPES[name];
      const made = await recipe(world);
      const { send, tidy } = typeof made === 'function' ? { send: made, tidy: undefined } : made;
      world.status(await peer.probe(association), 0);
      const before = await rs.counters();
      send();
      // When this is answered the other has been dealt with.
      world.status(await peer.probe(association), 0);
      const after = await rs.counters();
      await tidy?.();
      const rose = Object.keys(after)
        .filter((counter) => counter.startsWith('refused.'))
        .map((counter) => ({ counter, by: (after[counter] ?? 0) - (before[counter] ?? 0) }))
        .filter(({ by }) => by !== 0)
        .map(({ counter, by }) => `${counter} by ${by}`);
      const expected = `refused.${layerOf(name)} by 1`;
      world.check(rose.join() === expected, expected, rose.join(', ') || 'no counter rose');
    },
  }),
];
