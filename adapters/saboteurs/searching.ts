/** Faults of a node that looks for a direct route, or keeps what it needs when that one dies. */
import type { Endpoint } from '../../reference/address.ts';
import { Addresses } from '../../reference/channel/addresses.ts';
import { Leg } from '../../reference/roles/tunnel/leg.ts';
import type { OptimiserParts } from '../../reference/roles/tunnel/optimiser.ts';
import { Optimiser } from '../../reference/roles/tunnel/optimiser.ts';
import { Quota } from '../../reference/roles/tunnel/quota.ts';
import { RelaySide } from '../../reference/roles/tunnel/relay-side.ts';
import { Search } from '../../reference/roles/tunnel/search.ts';
import { Route } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

export const SEARCHING: readonly Saboteur[] = [
  {
    name: 'node-searches-evenly',
    title: 'looks for a direct route again at one pace',
    clause: 'OPT-04',
    caughtBy: 'node.optimise.seldom',
    patch: () =>
      replace(Search.prototype, 'take', (original) => (self, now) => {
        const { 'optimise-again': again } = field<{ readonly 'optimise-again': number }>(self, 'timers');
        setField(self, 'pause', again);
        return original(self, now);
      }),
  },
  {
    name: 'node-no-quota',
    title: 'goes on probing a candidate that nothing ever came from',
    clause: 'OPT-02',
    caughtBy: 'node.optimise.seldom',
    patch: () => replace(Quota.prototype, 'admits', () => () => true),
  },
  {
    name: 'node-deaf-to-its-relay',
    title: 'does not tell how the relay sees it',
    clause: 'OPT-06',
    caughtBy: 'node.optimise.candidates',
    patch: () => replace(RelaySide.prototype, 'observed', () => () => undefined),
  },
  {
    name: 'node-forgets-its-relay',
    title: 'forgets the address that is longest valid where it has no room, the one of the relay, too',
    clause: 'KEY-34',
    caughtBy: 'node.optimise.many-places',
    patch: () =>
      replace(Addresses.prototype, 'forgetOne', () => (self) => {
        field<Endpoint[]>(self, 'valid').shift();
      }),
  },
  {
    name: 'node-lets-its-leg-go',
    title: 'sends no more keep-alives on the leg once data goes directly',
    clause: 'OPT-10',
    caughtBy: 'node.keep-alive.leg-direct',
    patch() {
      const idle = new WeakSet<Leg>();
      replace(Optimiser.prototype, 'sends', (original) => (self, route, now) => {
        const leg = field<Leg | undefined>(field<OptimiserParts>(self, 'parts').relay, 'leg');
        if (leg !== undefined && route === Route.direct) idle.add(leg);
        return original(self, route, now);
      });
      replace(Leg.prototype, 'tick', (original) => (self, now) => {
        if (idle.has(self as Leg)) setField(self, 'keepAliveAt', Number.POSITIVE_INFINITY);
        return original(self, now);
      });
    },
  },
];
