/** Faults of a DC in whom it gives virtual addresses that are out of use. */
import type { Ip } from '../../reference/address.ts';
import { family } from '../../reference/address.ts';
import type { Timers } from '../../reference/config/timers.ts';
import type { Instant } from '../../reference/core.ts';
import { Nodes } from '../../reference/roles/dc/nodes.ts';
import type { NodeRecord } from '../../reference/roles/dc/record.ts';
import { StandIns } from '../../reference/roles/dc/stand-ins.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace } from '../reference/variant.ts';

function memory(nodes: object): number {
  return field<{ readonly timers: Timers }>(nodes, 'dc').timers['name-memory'];
}

export const DC_KEPT_ADDRESSES: readonly Saboteur[] = [
  {
    name: 'dc-gives-away-at-once',
    title: 'gives the address of a node that has just left to another one when no other is left',
    clause: 'DC-30',
    caughtBy: 'dc.addresses.out-of-use',
    patch: () =>
      replace(
        Nodes.prototype,
        'longestAway',
        (original) => (self, version, now) => original(self, version, (now as Instant) + memory(self)),
      ),
  },
  {
    name: 'dc-gives-away-the-latest',
    title: 'gives away first what was given back last',
    clause: 'DC-30',
    caughtBy: 'dc.addresses.out-of-use',
    patch: () =>
      replace(Nodes.prototype, 'longestAway', () => (self, version, now) => {
        const nodes = field<Map<string, { readonly nodeId: string; readonly record?: NodeRecord }>>(
          self,
          'nodes',
        );
        const away = [...nodes.values()].flatMap(({ nodeId: owner, record }) => {
          const ip: Ip | undefined = record?.virtualAddresses.find((one) => family(one) === version);
          if (record === undefined || ip === undefined) return [];
          const isOver = record.endsAt <= (now as Instant) - memory(self);
          return isOver ? [{ owner, ip, endsAt: record.endsAt }] : [];
        });
        return away.sort((a, b) => b.endsAt - a.endsAt)[0];
      }),
  },
  {
    name: 'dc-general-counts-from-the-start',
    title:
      'counts the time of an address that stands for a peer from the direction, not from the end of the path',
    clause: 'DC-36',
    caughtBy: 'dc.general.memory',
    patch() {
      replace(StandIns.prototype, 'live', () => () => {});
      replace(StandIns.prototype, 'release', (original) => (self, ip, now) => {
        const standIn = field<Map<unknown, { readonly holders: number }>>(self, 'byIp').get(ip);
        if (standIn !== undefined && standIn.holders > 0) original(self, ip, now);
      });
    },
  },
];
