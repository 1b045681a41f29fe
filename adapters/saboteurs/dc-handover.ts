/** Faults of a DC with a node whose address changes. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import { FarEnd } from '../../reference/channel/far-end.ts';
import type { Probe } from '../../reference/channel/probes.ts';
import type { ChannelConfig } from '../../reference/channel/types.ts';
import { Paths } from '../../reference/roles/dc/direction/paths.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace } from '../reference/variant.ts';

const isAssociation = (farEnd: object): boolean =>
  field<ChannelConfig>(farEnd, 'config').kind === 'association';

export const DC_HANDOVER: readonly Saboteur[] = [
  {
    name: 'dc-never-returns',
    title: 'does not probe an address of an association that was in use before',
    clause: 'HO-03',
    caughtBy: 'dc.node.moves-and-returns',
    patch() {
      const used = new WeakMap<object, Set<string>>();
      replace(FarEnd.prototype, 'nominate', (original) => (self, from, now) => {
        const { addresses } = self as FarEnd;
        const known = used.get(self) ?? new Set<string>();
        used.set(self, known);
        const text = formatEndpoint(from as Endpoint);
        if (isAssociation(self) && known.has(text)) return;
        const inUse = addresses.validFor(from as Endpoint);
        if (inUse !== undefined) known.add(formatEndpoint(inUse));
        original(self, from, now);
      });
    },
  },
  {
    name: 'dc-follows-after-all',
    title: 'takes an address of an association whose probe was never answered when it gives that probe up',
    clause: 'HO-04',
    caughtBy: 'dc.node.new-address-fails',
    patch: () =>
      replace(FarEnd.prototype, 'takeUnanswered', (original) => (self, now) => {
        const taken = original(self, now) as { readonly over: readonly Probe[] };
        const { addresses } = self as FarEnd;
        for (const { to, nominatedAs, under } of taken.over)
          if (isAssociation(self) && under === undefined) addresses.validate(to, nominatedAs);
        return taken;
      }),
  },
  {
    name: 'dc-replaces-once',
    title: 'refuses to replace a path a second time',
    clause: 'HO-07',
    caughtBy: 'dc.replace.both-ask',
    patch() {
      const replaced = new Set<string>();
      replace(Paths.prototype, 'mayReplace', (original) => (self, pathId, ...rest) => {
        const id = toHex(pathId as Uint8Array);
        const isFirst = !replaced.has(id);
        replaced.add(id);
        return isFirst && original(self, pathId, ...rest);
      });
    },
  },
];
