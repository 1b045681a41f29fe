/** Section 4.3: each refusal is counted once, under the first layer that refuses. */
import fc from 'fast-check';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { body } from '../../fields.ts';
import { answeredFault } from '../../intent.ts';
import { associated, exactNetwork, RS_S_CONFIGURED } from '../steps.ts';
import type { Recipe, RecipeName } from './counter-recipes.ts';
import { layerOf, RECIPES } from './counter-recipes.ts';

const NAMES = Object.keys(RECIPES) as RecipeName[];

const NOT_OF_PROBES = 'Section 16.12: answers to probes are not counted.';
const ONE_ANSWER = 'answered.ok by 1';

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
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.counters.answered',
    title:
      'An answer is counted under its status when it is first sent; repeats and answers to probes are not.',
    clauses: ['GEN-17'],
    catches: 'Counters of datagrams in place of answers, by which keep-alives look like work.',
    async script(world) {
      exactNetwork(world);
      const { rs, dc, peer, association } = await associated(world);
      world.status(await peer.probe(association), Status.ok);
      const answered = async () => {
        const all = Object.entries(await rs.counters());
        return all.filter(([name, count]) => name.startsWith('answered.') && count > 0);
      };
      const before = new Map(await answered());
      const rose = async () =>
        (await answered())
          .map(([name, count]) => ({ name, by: count - (before.get(name) ?? 0) }))
          .filter(({ by }) => by !== 0)
          .map(({ name, by }) => `${name} by ${by}`)
          .join(', ');
      for (let i = 0; i < 3; i++) world.status(await peer.probe(association), Status.ok);
      const content = body({ transaction: world.fresh(8), padding: 'text' });
      const intent = answeredFault('padding that is text', Status.malformed);
      const type = MessageType.probeRequest;
      world.status(await peer.request(association, type, content, { intent }), Status.malformed);
      const afterProbes = await rose();
      world.check(afterProbes === '', 'no counter of answers that rises', afterProbes, NOT_OF_PROBES);
      const direction = dc.relayDirection(dc.plan());
      for (let i = 0; i < 3; i++) world.status(await dc.direct(direction), Status.ok);
      const actual = (await rose()) || 'no counter rose';
      world.check(actual === ONE_ANSWER, ONE_ANSWER, actual, 'Section 16.12: repeats are not counted.');
    },
  }),
];
