/** Faults of an RS-T as a router, and of its leases. */
import type { Ip } from '../../reference/address.ts';
import { family } from '../../reference/address.ts';
import { readHead } from '../../reference/packet/head.ts';
import type { End } from '../../reference/roles/relay/end.ts';
import type { Outlets } from '../../reference/roles/relay/general-side.ts';
import type { Lease } from '../../reference/roles/rs-t/leases.ts';
import { Leases } from '../../reference/roles/rs-t/leases.ts';
import { Lent } from '../../reference/roles/rs-t/lent.ts';
import type { RelayDirectionEnd } from '../../reference/wire/messages.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace } from '../reference/variant.ts';
import { outgoing } from './general-side.ts';

export const LENT: readonly Saboteur[] = [
  {
    name: 'rs-t-says-nothing',
    title: 'drops what it may not pass on, and tells nobody',
    clause: 'RST-03',
    caughtBy: 'rs-t.icmp.own',
    patch: () =>
      replace(
        Lent.prototype,
        'refuse',
        () => (self) => field<Outlets>(self, 'outlets').refuse('translation'),
      ),
  },
  {
    name: 'rs-t-drops-fragments',
    title: 'sends out nothing that it had to cut',
    clause: 'RST-03',
    caughtBy: 'rs-t.size.cut',
    wrap: (created, config) =>
      outgoing(created, config, 'rs-t', (packet) => {
        const head = readHead(packet);
        return head !== undefined && (head.offset > 0 || head.hasMore) ? undefined : packet;
      }),
  },
  {
    name: 'rs-t-lease-of-first-path',
    title: 'ends a lease with the path that it was made for, though another one has taken it over',
    clause: 'RST-05',
    caughtBy: 'rs-t.lease.taken-over',
    patch: () =>
      replace(Leases.prototype, 'release', (original) => (self, address, ...args) => {
        const lease = field<Map<Ip, Lease>>(self, 'leases').get(address as Ip);
        if (lease !== undefined) lease.paths = 1;
        return original(self, address, ...args);
      }),
  },
  {
    name: 'rs-t-keeps-family',
    title: 'leaves a replacing path the address that the node had, though its peer is of the other family',
    clause: 'RST-05',
    caughtBy: 'rs-t.lease.other-family',
    patch: () =>
      replace(Lent.prototype, 'make', (original) => (self, direction, replaces, ...args) => {
        const lease = field<Leases>(self, 'leases').find(
          (replaces as End | undefined)?.allocated ?? ('' as Ip),
        );
        if (lease === undefined) return original(self, direction, replaces, ...args);
        lease.paths++;
        const { address } = lease;
        const { peerAddress = address } = direction as RelayDirectionEnd;
        return { own: [peerAddress], node: [address], allocated: address, version: family(address) };
      }),
  },
];
