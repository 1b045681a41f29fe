/** Faults of an RS-S with a leg whose node moves. */
import type { Endpoint } from '../../reference/address.ts';
import { family } from '../../reference/address.ts';
import { Channel } from '../../reference/channel/channel.ts';
import { FarEnd } from '../../reference/channel/far-end.ts';
import type { Probe } from '../../reference/channel/probes.ts';
import type { ChannelConfig, ChannelEvent } from '../../reference/channel/types.ts';
import type { RelayPath } from '../../reference/core.ts';
import { Entries } from '../../reference/roles/rs-s/entries.ts';
import type { Leg } from '../../reference/roles/rs-s/entry.ts';
import { relayPath } from '../../reference/roles/rs-s/entry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, withTable } from '../reference/variant.ts';

export const LEGS: readonly Saboteur[] = [
  {
    name: 'leg-follows-after-all',
    title: 'moves a leg to an address whose probe was never answered, when it gives that probe up',
    clause: 'HO-04',
    caughtBy: 'rs-s.leg.new-address-fails',
    patch() {
      const given = new WeakMap<object, Endpoint>();
      replace(FarEnd.prototype, 'takeUnanswered', (original) => (self, now) => {
        const taken = original(self, now) as { readonly over: readonly Probe[] };
        const last = taken.over.at(-1);
        if (last !== undefined) given.set(self, last.to);
        return taken;
      });
      replace(Channel.prototype, 'tick', (original) => (self, now) => {
        const events = original(self, now) as readonly ChannelEvent[];
        const farEnd = field<FarEnd>(self, 'farEnd');
        const endpoint = given.get(farEnd);
        given.delete(farEnd);
        const isLeg = field<ChannelConfig>(self, 'config').kind === 'leg';
        return isLeg && endpoint !== undefined ? [...events, { kind: 'address', endpoint }] : events;
      });
    },
  },
  {
    name: 'leg-move-undoes-the-other',
    title: 'forgets, when a leg moves, that the other one has moved before',
    clause: 'HO-08',
    caughtBy: 'rs-s.leg.both-move',
    wrap(created) {
      const known = new Map<string, { readonly first: RelayPath; readonly last: RelayPath }>();
      return withTable(created, (table) => ({
        apply(effect) {
          if (effect.kind !== 'relay-set') return table.apply(effect);
          const { path } = effect;
          const { first = path, last = path } = known.get(path.pathId) ?? {};
          known.set(path.pathId, { first, last: path });
          const [a, b] = path.ends;
          const isFirst = a !== last.ends[0];
          const isSecond = b !== last.ends[1];
          const ends: RelayPath['ends'] = isFirst ? [a, first.ends[1]] : [first.ends[0], b];
          table.apply(isFirst || isSecond ? { ...effect, path: { ...path, ends } } : effect);
        },
      }));
    },
  },
  {
    name: 'leg-keeps-its-family',
    title: 'does not follow a leg into the other address family',
    clause: 'HO-03',
    caughtBy: 'rs-s.leg.families',
    patch: () =>
      replace(FarEnd.prototype, 'nominate', (original) => (self, from, now) => {
        const farEnd = self as FarEnd;
        const inUse = farEnd.validAddress();
        const isLeg = field<ChannelConfig>(self, 'config').kind === 'leg';
        if (isLeg && inUse !== undefined && family(inUse.ip) !== family((from as Endpoint).ip)) return;
        original(self, from, now);
      }),
  },
  {
    name: 'leg-move-empties-the-held',
    title: 'discards what it holds of a leg when that one moves',
    clause: 'RSS-03',
    caughtBy: 'rs-s.leg.moves-held',
    patch: () =>
      replace(Entries.prototype, 'moveLeg', (original) => (self, leg, endpoint, now) => {
        const { entry, endpoint: before } = leg as Leg;
        if (before !== undefined && relayPath(entry) === undefined) entry.held = [];
        original(self, leg, endpoint, now);
      }),
  },
];
