/** Which route an end sends by. */
import type { Route } from './route.ts';
import type { Family } from './types.ts';

type Chosen = Pick<Route, 'isRelay' | 'version' | 'isDead' | 'isUnproven' | 'needsSize'> & {
  readonly size: { readonly isNarrow: boolean; readonly isProven: boolean };
};

type Question = (route: Chosen) => boolean;

/** The questions in their order; a yes loses against a no. [HO-10, HO-16, TUN-15, OPT-03, HO-14] */
const AGAINST: readonly Question[] = [
  ({ isDead }) => isDead,
  ({ isUnproven }) => isUnproven,
  ({ size, needsSize }) => size.isNarrow || (needsSize && !size.isProven),
  ({ isRelay }) => isRelay,
  ({ version }) => version === 4,
];

/**
 * Among the direct ones of a family: where the far end was last has not been measured yet, but it is no longer where
 * it was before.
 */
const AGAINST_ALIKE: readonly Question[] = [
  ({ isDead }) => isDead,
  ({ isUnproven }) => isUnproven,
  ({ size }) => size.isNarrow,
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
  const reachable = routes.filter(({ version }) => families.includes(version));
  const contenders: R[] = reachable.filter(({ isRelay }) => isRelay);
  for (const version of [4, 6] as const) {
    const alike = reachable.filter((route) => !route.isRelay && route.version === version);
    const found = best(alike, AGAINST_ALIKE);
    if (found !== undefined) contenders.push(found);
  }
  return best(contenders, AGAINST);
}

function best<R extends Chosen>(routes: readonly R[], against: readonly Question[]): R | undefined {
  let found: R | undefined;
  for (const route of routes) if (found === undefined || !isWorse(route, found, against)) found = route;
  return found;
}

function isWorse(route: Chosen, than: Chosen, against: readonly Question[]): boolean {
  for (const isAgainst of against) {
    const [first, second] = [isAgainst(route), isAgainst(than)];
    if (first !== second) return first;
  }
  return false;
}
