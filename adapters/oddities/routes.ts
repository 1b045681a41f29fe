/** What the specification leaves open about direct routes. */
import type { Instant } from '../../reference/core.ts';
import { Optimiser } from '../../reference/roles/tunnel/optimiser.ts';
import type { Route } from '../../reference/roles/tunnel/route.ts';
import type { Search } from '../../reference/roles/tunnel/search.ts';
import { RouteSize } from '../../reference/roles/tunnel/size.ts';
import { Upkeep } from '../../reference/roles/tunnel/upkeep.ts';
import type { Oddity } from '../reference/variant.ts';
import { field, replace } from '../reference/variant.ts';

/** TUN-06: UDP payload of the probe of inner size 1400. */
const MOST = 1444;

export const ROUTE_ODDITIES: readonly Oddity[] = [
  {
    name: 'prefers-the-relay-longer',
    title: 'sends directly only once the larger size was probed, too',
    clause: 'OPT-03',
    patch: () => {
      replace(RouteSize.prototype, 'answered', (original) => (self, size, now) => {
        const wasProven = (self as RouteSize).isProven;
        const next = original(self, size, now);
        if (size !== MOST) (self as RouteSize).isProven = wasProven;
        return next;
      });
      replace(RouteSize.prototype, 'unanswered', (original) => (self, size, isAlive, now) => {
        const next = original(self, size, isAlive, now);
        if (size === MOST) (self as RouteSize).isProven = true;
        return next;
      });
    },
  },
  {
    name: 'tells-with-each-search',
    title: 'tells the far end its candidates again with each round of a search',
    clause: 'OPT-06',
    patch: () =>
      replace(Optimiser.prototype, 'look', (original) => (self, now) => {
        const { hasBegun } = field<Search>(self, 'search');
        if (hasBegun) (self as unknown as { tell(now: Instant): void }).tell(now as Instant);
        return original(self, now);
      }),
  },
  {
    name: 'measures-early',
    title: 'measures a route as soon as it was asked and answered, before there is data',
    clause: 'TUN-06',
    patch: () =>
      replace(Upkeep.prototype, 'heard', (original) => (self, route, isAnswer, now) => {
        original(self, route, isAnswer, now);
        if (isAnswer) (self as Upkeep).used(route as Route, now as Instant);
      }),
  },
];
