/** In which order the cases of a run are begun. */
import type { Case } from '../case.ts';
import { seededRandom, shuffled } from '../random.ts';

export interface Order<C> {
  /** They wait, so they go first and side by side, the longest wait first. */
  readonly waiting: readonly C[];
  readonly quick: readonly C[];
  /** One by one, when nothing else runs. */
  readonly exclusive: readonly C[];
}

/**
 * Any order will do, so the seed gives one; but those that take longest go first, or the run would end with one of
 * them alone.
 * @param costs milliseconds that cases took, by id.
 */
export function orderOf<C extends Case>(
  cases: readonly C[],
  seed: string,
  costs: Readonly<Record<string, number>>,
): Order<C> {
  const order = shuffled(cases, seededRandom(seed, 'order'));
  const others = order.filter(({ isolation }) => isolation !== 'exclusive');
  const quick = others.filter(({ waits }) => waits === undefined);
  return {
    waiting: others
      .filter(({ waits }) => waits !== undefined)
      .sort((a, b) => grade(b.waits) - grade(a.waits)),
    quick: quick.sort((a, b) => grade(costs[b.id]) - grade(costs[a.id])),
    exclusive: order.filter(({ isolation }) => isolation === 'exclusive'),
  };
}

/** By powers of two, so that among cases that are much alike the seed decides. */
function grade(cost = 0): number {
  return Math.floor(Math.log2(cost + 1));
}
