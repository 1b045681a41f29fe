/** Faults of a DC in how long Relay Directions are live. [DC-39] */
import { fromHex } from '../../reference/bytes.ts';
import type { Instant } from '../../reference/core.ts';
import type { Dc } from '../../reference/roles/dc/parts.ts';
import { RelayDirections } from '../../reference/roles/dc/relay-directions.ts';
import type { Wakeups } from '../../reference/roles/wakeups.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace } from '../reference/variant.ts';

interface Entry {
  until: Instant;
}

export const DC_LIVE: readonly Saboteur[] = [
  {
    name: 'dc-replaced-for-ever',
    title: 'goes on telling relays of paths that were replaced long ago',
    clause: 'DC-39',
    caughtBy: 'dc.relay.replaced',
    patch: () => replace(RelayDirections.prototype, 'replaced', () => () => {}),
  },
  {
    name: 'dc-replaced-at-once',
    title: 'tells a relay no more of a path as soon as another one replaces it',
    clause: 'DC-39',
    caughtBy: 'dc.relay.replaced',
    patch: () =>
      replace(RelayDirections.prototype, 'replaced', () => (self, pathId, now) => {
        (self as RelayDirections).remove(pathId as string, now as Instant);
      }),
  },
  {
    name: 'dc-withdraws-what-was-replaced',
    title: 'withdraws a path from its relay as soon as another one replaces it',
    clause: 'DC-39',
    caughtBy: 'dc.relay.replaced',
    wrap(created) {
      const dc = created.role as unknown as Dc;
      const replaced: Dc['replaced'] = (pathId, now) => {
        const live = dc.liveAt(pathId);
        if (live !== undefined) dc.withdraw(live.relay, fromHex(pathId), now);
      };
      if ('liveAt' in dc) Object.assign(dc, { replaced });
      return created;
    },
  },
  {
    name: 'dc-never-aged',
    title: 'counts Relay Directions as live however long ago they were sent',
    clause: 'DC-39',
    caughtBy: 'dc.relay.aged',
    patch: () =>
      replace(RelayDirections.prototype, 'sent', () => (self, entry) => {
        (entry as Entry).until = Number.POSITIVE_INFINITY;
        field<Wakeups<Entry>>(self, 'wakeups').delete(entry as Entry);
      }),
  },
  {
    name: 'dc-aged-since-the-first',
    title: 'counts the day of a Relay Direction from when it was first sent',
    clause: 'DC-39',
    caughtBy: 'dc.relay.aged',
    patch() {
      const known = new WeakSet<object>();
      replace(RelayDirections.prototype, 'sent', (original) => (self, entry, now) => {
        if (!known.has(entry as object)) original(self, entry, now);
        known.add(entry as object);
      });
    },
  },
];
