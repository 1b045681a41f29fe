/** Faults of ends that have both address families. */
import type { Endpoint } from '../../reference/address.ts';
import { Association } from '../../reference/roles/association/association.ts';
import type { Route } from '../../reference/roles/tunnel/route.ts';
import type { Routes } from '../../reference/roles/tunnel/routes.ts';
import { Upkeep } from '../../reference/roles/tunnel/upkeep.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace } from '../reference/variant.ts';

export const FAMILIES: readonly Saboteur[] = [
  {
    name: 'reopens-for-one-family',
    title: 'opens its association again when one of two families is silent',
    clause: 'KEY-27',
    caughtBy: 'node.association.silent-families',
    patch: () =>
      replace(
        Association.prototype,
        'fallSilent',
        (original) => (self, _version, now) => original(self, undefined, now),
      ),
  },
  {
    name: 'reopens-at-one-address',
    title: 'opens its association again at the last valid address alone',
    clause: 'KEY-27',
    caughtBy: 'rs-s.address.silent-families',
    patch: () =>
      replace(Association.prototype, 'addressesFor', (original) => (self, version, all) => {
        const found = original(self, version, all) as readonly Endpoint[];
        return all === true ? found.slice(0, 1) : found;
      }),
  },
  {
    name: 'node-moves-within-its-family',
    title: 'probes after a move only by routes of the family that data went by',
    clause: 'HO-05',
    caughtBy: 'node.move.families',
    patch: () =>
      replace(Upkeep.prototype, 'canSend', (original) => (self, route) => {
        const { latest } = field<Routes>(self, 'routes');
        return original(self, route) === true && latest?.version === (route as Route).version;
      }),
  },
];
