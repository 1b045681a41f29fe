/** Faults of a DC in what it knows of relays. */
import type { Ip } from '../../reference/address.ts';
import { Direction } from '../../reference/roles/dc/direction/direction.ts';
import { GeneralDirection } from '../../reference/roles/dc/direction/general.ts';
import { Paths } from '../../reference/roles/dc/direction/paths.ts';
import type { RegisteredRelay } from '../../reference/roles/dc/parts.ts';
import { Relays } from '../../reference/roles/dc/relays.ts';
import type { DirectionRequest } from '../../reference/wire/messages.ts';
import { Status } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

/** A pool whose addresses all pass for those of a family. */
class AnyFamily extends Array<Ip> {
  override filter(): never {
    return this as never;
  }
}

export const DC_RELAYS: readonly Saboteur[] = [
  {
    name: 'dc-goes-back-with-relays',
    title: 'goes by whatever Relay Registration came last, however old it is',
    clause: 'GEN-32',
    caughtBy: 'dc.relay.stale',
    patch: () =>
      replace(Relays.prototype, 'request', (original) => (self, peer, ...rest) => {
        const relays = field<Map<unknown, object>>(self, 'relays');
        const known = relays.get(peer);
        if (known !== undefined) relays.set(peer, { ...known, origin: undefined });
        return original(self, peer, ...rest);
      }),
  },
  {
    name: 'dc-relays-as-candidates',
    title: 'directs nodes to endpoints of relays, when a node says that they are its own',
    clause: 'DC-35',
    caughtBy: 'dc.route.candidates',
    patch: () => replace(Paths.prototype, 'isRelay', () => () => false),
  },
  {
    name: 'dc-virtual-candidates',
    title: 'directs nodes to addresses of virtual prefixes, if they are not those of the two',
    clause: 'DC-35',
    caughtBy: 'dc.route.candidates',
    patch: () => replace(Paths.prototype, 'isVirtual', () => () => false),
  },
  {
    name: 'dc-first-relays-word',
    title: 'tells a node what the relay that was asked first said, whatever the others did',
    clause: 'DC-32',
    caughtBy: 'dc.relay.mixed',
    patch: () => {
      const first = new WeakMap<object, unknown>();
      replace(Direction.prototype, 'prepare', (original) => (self, relays, sofar, ...rest) => {
        if (sofar !== undefined && !first.has(self)) first.set(self, sofar);
        return original(self, relays, first.get(self), ...rest);
      });
    },
  },
  {
    name: 'dc-any-relay-is-poor',
    title: 'tells a node that no address is left as soon as one of several relays has none',
    clause: 'DC-32',
    caughtBy: 'dc.relay.mixed',
    patch: () => {
      const poor = new WeakSet<object>();
      replace(GeneralDirection.prototype, 'prepare', (original) => (self, relays, sofar, ...rest) => {
        if (sofar === Status.poolEmpty) poor.add(self);
        return original(self, relays, poor.has(self) ? Status.poolEmpty : sofar, ...rest);
      });
    },
  },
  {
    name: 'dc-asks-any-lender',
    title: 'asks any RS-T to lend an address, whatever the family of the peer',
    clause: 'DC-17',
    caughtBy: 'dc.general.pool-family',
    patch: () =>
      replace(Relays.prototype, 'choose', (original) => (self, ...args) => {
        const relays = original(self, ...args) as readonly RegisteredRelay[];
        for (const { peer } of relays) setField(peer, 'lent', AnyFamily.from(peer.lent));
        return relays;
      }),
  },
  {
    name: 'dc-relays-unless-asked',
    title: 'looks at its policy about relays only where a node asks for one',
    clause: 'DC-32',
    caughtBy: 'dc.relay.forbidden',
    patch: () =>
      replace(Direction.prototype, 'offersRelays', (original) => (self) => {
        const isAsked = field<DirectionRequest>(self, 'request').want !== undefined;
        return !isAsked || original(self);
      }),
  },
];
