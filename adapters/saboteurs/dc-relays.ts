/** Faults of a DC in what it knows of relays. */
import { Paths } from '../../reference/roles/dc/direction/paths.ts';
import { Relays } from '../../reference/roles/dc/relays.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace } from '../reference/variant.ts';

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
];
