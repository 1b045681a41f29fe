/** Faults of a DC towards other DCs, and of one that was started again. */
import { Association } from '../../reference/roles/association/association.ts';
import { Federation } from '../../reference/roles/dc/direction/federation.ts';
import { Paths } from '../../reference/roles/dc/direction/paths.ts';
import { Relays } from '../../reference/roles/dc/relays.ts';
import { Reopening } from '../../reference/roles/dc/reopening.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

export const DC_FEDERATION: readonly Saboteur[] = [
  {
    name: 'dc-waits-to-open',
    title: 'opens its associations with other DCs when it has something to ask, and not before',
    clause: 'FED-15',
    caughtBy: 'dc.federation.start',
    patch: () => replace(Association.prototype, 'open', () => () => []),
  },
  {
    name: 'dc-waits-to-reopen',
    title: 'opens to nodes and relays when it has something to ask, however lately it was started',
    clause: 'DC-43',
    caughtBy: 'dc.restart.opens',
    patch: () =>
      replace(Reopening.prototype, 'takeDue', (original) => (self, ...args) => {
        original(self, ...args);
      }),
  },
  {
    name: 'dc-reopens-all-at-once',
    title: 'opens to all nodes and relays at once when it is started again',
    clause: 'DC-43',
    caughtBy: 'dc.restart.rate',
    patch: () =>
      replace(Reopening.prototype, 'takeDue', (original) => (self, now) => {
        const peer = original(self, now);
        if (peer !== undefined) setField(self, 'dueAt', now);
        return peer;
      }),
  },
  {
    name: 'dc-forgets-relays',
    title: 'knows no relay after its start until it has registered again',
    clause: 'DC-25',
    caughtBy: 'dc.restart.relays',
    patch: () => replace(Relays.prototype, 'restore', () => () => []),
  },
  {
    name: 'dc-passes-on-without-end',
    title: 'passes on as many directions of other DCs as come',
    clause: 'FED-12',
    caughtBy: 'dc.federation.busy',
    patch: () =>
      replace(Federation.prototype, 'judge', (original) => (self, ...args) => {
        const counting = self as { passing: number };
        const { passing } = counting;
        counting.passing = 0;
        const judged = original(self, ...args);
        counting.passing = passing;
        return judged;
      }),
  },
  {
    name: 'dc-remembers-one-path',
    title: 'knows of the paths that other DCs directed the last one alone',
    clause: 'FED-12',
    caughtBy: 'dc.federation.remembers',
    patch: () =>
      replace(Federation.prototype, 'isNewOrSame', (original) => (self, ...args) => {
        const directed = field<Map<string, string>>(self, 'directed');
        for (const oldest of [...directed.keys()].slice(0, -1)) directed.delete(oldest);
        return original(self, ...args);
      }),
  },
  {
    name: 'dc-paths-of-anybody',
    title: 'lets another DC direct paths that it directed itself',
    clause: 'FED-12',
    caughtBy: 'dc.federation.own-path',
    patch: () => replace(Paths.prototype, 'has', () => () => false),
  },
];
