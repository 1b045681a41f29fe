/** Faults of a node in finding, using and leaving routes, and in moving. */
import type { Endpoint } from '../../reference/address.ts';
import { FarEnd } from '../../reference/channel/far-end.ts';
import type { Instant } from '../../reference/core.ts';
import { Connections } from '../../reference/roles/node/connections.ts';
import type { Path } from '../../reference/roles/node/path.ts';
import { Paths } from '../../reference/roles/node/paths.ts';
import { Dialogue } from '../../reference/roles/tunnel/dialogue.ts';
import type { OptimiserParts } from '../../reference/roles/tunnel/optimiser.ts';
import { Optimiser } from '../../reference/roles/tunnel/optimiser.ts';
import { Quota } from '../../reference/roles/tunnel/quota.ts';
import { RelaySide } from '../../reference/roles/tunnel/relay-side.ts';
import type { Route } from '../../reference/roles/tunnel/route.ts';
import { heardBy } from '../../reference/roles/tunnel/route.ts';
import type { Routes } from '../../reference/roles/tunnel/routes.ts';
import { Search } from '../../reference/roles/tunnel/search.ts';
import { RouteSize } from '../../reference/roles/tunnel/size.ts';
import { Tunnel } from '../../reference/roles/tunnel/tunnel.ts';
import type { TunnelConfig } from '../../reference/roles/tunnel/types.ts';
import type { News } from '../../reference/roles/tunnel/updates.ts';
import { Upkeep } from '../../reference/roles/tunnel/upkeep.ts';
import { Reason } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

const partsOf = (self: object): OptimiserParts => field<OptimiserParts>(self, 'parts');

export const NODE_ROUTES: readonly Saboteur[] = [
  {
    name: 'node-no-search',
    title: 'never looks for a direct route',
    clause: 'OPT-01',
    caughtBy: 'node.optimise.candidates',
    patch: () => replace(Optimiser.prototype, 'settle', () => () => undefined),
  },
  {
    name: 'node-tells-the-relay',
    title: 'tells an address of the relay as one of its own',
    clause: 'OPT-06',
    caughtBy: 'node.optimise.candidates',
    patch: () =>
      replace(Optimiser.prototype, 'own', (original) => (self) => {
        const relay = partsOf(self).config.relay?.endpoints ?? [];
        return [...(original(self) as Endpoint[]), ...relay];
      }),
  },
  {
    name: 'node-tells-what-it-sees',
    title: 'does not tell how its DC and the relay see it',
    clause: 'OPT-06',
    caughtBy: 'node.optimise.candidates',
    patch: () => replace(Optimiser.prototype, 'own', () => (self) => partsOf(self).config.places().real),
  },
  {
    name: 'node-probes-in-a-burst',
    title: 'probes candidates six times within a quarter of a second',
    clause: 'OPT-02',
    caughtBy: 'node.optimise.probes',
    patch: () => searching([0, 50, 100, 150, 200, 250]),
  },
  {
    name: 'node-probes-for-ever',
    title: 'probes a candidate that does not answer four times a second',
    clause: 'OPT-02',
    caughtBy: 'node.optimise.probes',
    patch: () => {
      searching(Array.from({ length: 40 }, (_, index) => 250 * index));
      replace(Quota.prototype, 'admits', () => () => true);
    },
  },
  {
    name: 'node-hasty-direct',
    title: 'sends data directly as soon as a small probe was answered',
    clause: 'OPT-03',
    caughtBy: 'node.optimise.narrow',
    patch: () =>
      replace(RouteSize.prototype, 'begin', (original) => (self, now) => {
        (self as RouteSize).isProven = true;
        return original(self, now);
      }),
  },
  {
    name: 'node-narrows-what-was-dead',
    title: 'takes a route for narrow that came back after the last try of a size probe',
    clause: 'TUN-15',
    caughtBy: 'node.size.came-back',
    patch: () =>
      replace(
        RouteSize.prototype,
        'unanswered',
        (original) => (self, size, _lastTryAt, now) => original(self, size, now, now),
      ),
  },
  {
    name: 'node-silent-switch',
    title: 'does not tell the far end which way it sends',
    clause: 'OPT-09',
    caughtBy: 'node.optimise.switch',
    patch: () =>
      replace(Dialogue.prototype, 'tell', (original) => (self, news, now) => {
        if ((news as News).route === undefined) original(self, news, now);
      }),
  },
  {
    name: 'node-stays-direct',
    title: 'goes on sending by a direct route that died',
    clause: 'OPT-04',
    caughtBy: 'node.optimise.back',
    patch: () =>
      replace(Upkeep.prototype, 'watch', (original) => (self, route, now) => {
        original(self, route, now);
        const { needsSize, isDead, size } = route as Route;
        if (!needsSize || !isDead) return;
        Object.assign(route as Route, { isDead: false, waitsSince: undefined, watchedSince: undefined });
        size.isProven = true;
      }),
  },
  {
    name: 'node-trusts-what-comes',
    title: 'sends by a direct route that died again as soon as something comes by it',
    clause: 'OPT-11',
    caughtBy: 'node.optimise.dead-stays',
    patch: () =>
      replace(Upkeep.prototype, 'heard', () => (_self, route, _isAnswer, now) => {
        heardBy(route as Route, now as Instant);
        (route as Route).isUnproven = false;
        (route as Route).size.isProven = true;
      }),
  },
  {
    name: 'node-trusts-what-was-proven',
    title:
      'sends by a direct route that died as soon as a small probe was answered, as it was large enough once',
    clause: 'OPT-11',
    caughtBy: 'node.optimise.dead-stays',
    patch: () => replace(RouteSize.prototype, 'doubt', () => () => undefined),
  },
  {
    name: 'node-deaf-to-sources',
    title: 'leaves the source of a direct message alone where a newer one came by the relay',
    clause: 'OPT-02',
    caughtBy: 'node.optimise.source',
    patch: () => replace(Optimiser.prototype, 'heardFrom', () => () => undefined),
  },
  {
    name: 'node-probes-anything',
    title: 'probes whatever the far end calls a candidate',
    clause: 'OPT-08',
    caughtBy: 'node.optimise.not-probed',
    patch: () => replace(Optimiser.prototype, 'seek', () => (self) => field(self, 'theirs')),
  },
  {
    name: 'node-not-only-by-relay',
    title: 'answers what comes directly though it is relay-only',
    clause: 'OPT-05',
    caughtBy: 'node.optimise.relay-only',
    patch: () =>
      replace(Tunnel.prototype, 'receive', (original) => (self, ...rest) => {
        const config = field<TunnelConfig>(self, 'config');
        setField(self as object, 'config', { ...config, isRelayOnly: false });
        return original(self, ...rest);
      }),
  },
  {
    name: 'node-searches-once',
    title: 'looks for a direct route once and never again',
    clause: 'OPT-04',
    caughtBy: 'node.optimise.again',
    patch: () =>
      replace(Search.prototype, 'take', (original) => (self, now) => {
        const isDue = original(self, now);
        setField(self as object, 'dueAt', Number.POSITIVE_INFINITY);
        return isDue;
      }),
  },
  {
    name: 'node-moves-small',
    title: 'probes from a new address without padding',
    clause: 'HO-02',
    caughtBy: 'node.move.probes',
    patch: () => replace(Upkeep.prototype, 'moveSize', () => () => 0),
  },
  {
    name: 'node-moves-blindly',
    title: 'goes on sending directly after a move, before anything was answered',
    clause: 'HO-16',
    caughtBy: 'node.move.by-relay',
    patch: () =>
      replace(Upkeep.prototype, 'move', (original) => (self, now) => {
        original(self, now);
        for (const route of field<Routes>(self, 'routes').direct()) {
          route.isUnproven = false;
          route.size.isProven = true;
        }
      }),
  },
  {
    name: 'node-ignores-candidates',
    title: 'goes on sending directly though the far end says that it is elsewhere',
    clause: 'HO-16',
    caughtBy: 'node.move.peer-told',
    patch: () => replace(Upkeep.prototype, 'doubt', () => () => undefined),
  },
  {
    name: 'node-trusts-its-leg',
    title: 'probes its leg with the route by the relay alone',
    clause: 'HO-10',
    caughtBy: 'node.optimise.back',
    patch: () => {
      let watched: Route | undefined;
      replace(Upkeep.prototype, 'watch', (original) => (self, route, now) => {
        watched = route as Route;
        original(self, route, now);
        watched = undefined;
      });
      replace(RelaySide.prototype, 'probe', (original) => (self, now) => {
        if (watched === undefined || watched.isRelay) original(self, now);
      });
    },
  },
  {
    name: 'node-blames-the-route',
    title: 'asks for a replacement because of a dead route, though it has moved',
    clause: 'HO-19',
    caughtBy: 'node.move.replaced',
    patch: () => replace(Connections.prototype, 'reason', () => () => Reason.directFailed),
  },
  {
    name: 'node-asks-once',
    title: 'asks for a replacement once and never again',
    clause: 'HO-17',
    caughtBy: 'node.replace.repeated',
    patch: () =>
      replace(Connections.prototype, 'replace', (original) => (self, lost, now) => {
        const paths = lost as readonly Path[];
        if (paths.every(({ replacedAt }) => replacedAt === Number.NEGATIVE_INFINITY))
          original(self, lost, now);
      }),
  },
  {
    name: 'node-keeps-both-paths',
    title: 'never closes a second path to one node',
    clause: 'HO-11',
    caughtBy: 'node.paths.lowest',
    patch: () => replace(Paths.prototype, 'thinOut', () => () => undefined),
  },
  {
    name: 'node-greets-the-dead',
    title: 'says goodbye on paths of an instance that is no more',
    clause: 'HO-12',
    caughtBy: 'node.path.instance',
    patch: () =>
      replace(Paths.prototype, 'succeed', () => (self, path, now) => {
        const { id, party } = path as Path;
        const paths = self as Paths;
        for (const other of paths.to(party)) if (other.id !== id) paths.close(other, now as Instant);
      }),
  },
];

/** Probes candidates at other times, in milliseconds. */
function searching(schedule: readonly number[]): void {
  replace(
    FarEnd.prototype,
    'search',
    (original) => (self, to, _schedule, now) => original(self, to, schedule, now),
  );
}
