/** Which route an end sends by. */
import type { Route } from './route.ts';
import type { Family } from './types.ts';

type Chosen = Pick<Route, 'isRelay' | 'version' | 'isDead' | 'isUnproven'> & {
  readonly size: { readonly isNarrow: boolean };
};

/** The questions in their order; a yes loses against a no. [HO-10, HO-16, TUN-15, HO-14] */
const AGAINST: readonly ((route: Chosen) => boolean)[] = [
  ({ isDead }) => isDead,
  ({ isUnproven }) => isUnproven,
  ({ size }) => size.isNarrow,
  ({ isRelay }) => isRelay,
  ({ version }) => version === 4,
];

/**
 * The best of several routes.
 * @param routes valid ones; of those that are equal the last is chosen, which was nominated and answered last. [HO-14]
 * @param families what the host can send by.
 */
export function bestRoute<R extends Chosen>(
  routes: readonly R[],
  families: readonly Family[],
): R | undefined {
  let best: R | undefined;
  for (const route of routes) {
    if (families.includes(route.version) && (best === undefined || !isWorse(route, best))) best = route;
  }
  return best;
}

function isWorse(route: Chosen, than: Chosen): boolean {
  for (const isAgainst of AGAINST) {
    const [first, second] = [isAgainst(route), isAgainst(than)];
    if (first !== second) return first;
  }
  return false;
}
