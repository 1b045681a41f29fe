/** Faults that an RS-N and an RS-T can have alike, and those of an RS-T. */
import type { Ip } from '../../reference/address.ts';
import type { Instant } from '../../reference/core.ts';
import { ICMPV6 } from '../../reference/packet/checksum.ts';
import { readHead } from '../../reference/packet/head.ts';
import { ICMP } from '../../reference/packet/ip.ts';
import type { Association } from '../../reference/roles/association/association.ts';
import type { End } from '../../reference/roles/relay/end.ts';
import type { EndsParts, Made } from '../../reference/roles/relay/ends.ts';
import { Ends } from '../../reference/roles/relay/ends.ts';
import { aboutOf } from '../../reference/roles/rs-t/forward.ts';
import { Leases } from '../../reference/roles/rs-t/leases.ts';
import { Lent } from '../../reference/roles/rs-t/lent.ts';
import { Peers } from '../../reference/roles/rs-t/peers.ts';
import { Status } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';
import { outgoing } from './general-side.ts';

const ANY = { includes: () => true };

/** Ends with other parts than they were given. */
function withParts(change: Partial<EndsParts> | { readonly suites: typeof ANY }): void {
  replace(Ends.prototype, 'direct', (original) => (self, ...args) => {
    setField(self, 'parts', { ...field<EndsParts>(self, 'parts'), ...change });
    return original(self, ...args);
  });
}

export const ENDS: readonly Saboteur[] = [
  {
    name: 'end-any-suite',
    title: 'takes a path of a suite that it does not have',
    clause: 'KEY-45',
    caughtBy: 'rs-n.direction.suite',
    patch: () => withParts({ suites: ANY }),
  },
  {
    name: 'end-steals',
    title: "lets a node replace another one's path, and have its virtual addresses",
    clause: 'RS-26',
    caughtBy: 'rs-n.direction.misfit',
    patch: () => replace(Ends.prototype, 'fits', () => () => true),
  },
  {
    name: 'end-takes-over-at-once',
    title: 'moves everything to a path that replaces another when it is directed, and closes the old one',
    clause: 'HO-06',
    caughtBy: 'rs-n.path.replaced',
    patch: () =>
      replace(Ends.prototype, 'make', (original) => (self, direction, owner, now) => {
        const made = original(self, direction, owner, now);
        for (const end of field<Map<string, End>>(self, 'ends').values())
          if (end.replaces !== undefined) Reflect.apply(Reflect.get(self, 'takeOver'), self, [end, now]);
        return made;
      }),
  },
  {
    name: 'end-drops-replaced',
    title: 'forgets a path in the moment in which another one has replaced it',
    clause: 'TUN-17',
    caughtBy: 'rs-t.path.replaced',
    patch: () =>
      replace(Ends.prototype, 'takeOver', (original) => (self, end, now) => {
        const { replaces } = end as End;
        original(self, end, now);
        if (replaces !== undefined) Reflect.apply(Reflect.get(self, 'erase'), self, [replaces]);
      }),
  },
  {
    name: 'end-keeps-withdrawn',
    title: 'answers a withdrawal ok and keeps the path',
    clause: 'RS-11',
    caughtBy: 'rs-t.path.withdrawn',
    patch: () => replace(Ends.prototype, 'withdraw', () => () => Status.ok),
  },
  {
    name: 'end-without-rates',
    title: 'has no rate for what goes by a path',
    clause: 'RS-14',
    caughtBy: 'rs-n.rates.packets',
    patch: () => withParts({ rates: { packetsPerSecond: undefined, bytesPerSecond: undefined } }),
  },
  {
    name: 'rs-t-any-source',
    title: 'forwards packets of a node from addresses that it has not lent to it',
    clause: 'RST-02',
    caughtBy: 'rs-t.data.wrong',
    patch: () =>
      replace(Lent.prototype, 'make', (original) => (self, ...args) => {
        const made = original(self, ...args) as Made | Status;
        return typeof made === 'number' ? made : { ...made, node: ANY };
      }),
  },
  {
    name: 'rs-t-private-peers',
    title: 'leads nodes to any address, its own network and host among them',
    clause: 'RST-10',
    caughtBy: 'rs-t.direction.peer',
    patch: () => replace(Lent.prototype, 'isPeer', () => () => true),
  },
  {
    name: 'rs-t-answers-only',
    title: 'lets nobody in whom the node has not sent to, whatever its policy is',
    clause: 'RST-08',
    caughtBy: 'rs-t.inbound.all',
    patch: () =>
      replace(Lent.prototype, 'isLetIn', (original) => (self, path, ip, now) => {
        const { peers } = path as { peers: { isKnown(ip: Ip, now: Instant): boolean } };
        return original(self, path, ip, now) === true && peers.isKnown(ip as Ip, now as Instant);
      }),
  },
  {
    name: 'rs-t-open',
    title: 'lets in everybody, whatever its policy is',
    clause: 'RST-08',
    caughtBy: 'rs-t.inbound.answers',
    patch: () =>
      replace(Lent.prototype, 'isLetIn', () => (_, path, ip) => {
        const { peer } = path as { peer: Ip | undefined };
        return peer === undefined || peer === ip;
      }),
  },
  {
    name: 'rs-t-forgets-peers',
    title: 'forgets with each path whom its node has sent to',
    clause: 'HO-06',
    caughtBy: 'rs-t.inbound.replaced',
    patch: () =>
      replace(Lent.prototype, 'bind', (original) => (self, end) => {
        original(self, end);
        const { id } = end as End;
        const paths = field<Map<string, { readonly peers: Peers }>>(self, 'paths');
        const path = paths.get(id);
        if (path !== undefined) paths.set(id, { ...path, peers: new Peers() });
      }),
  },
  {
    name: 'rs-t-loses-errors',
    title: 'drops ICMP errors of routers about packets of nodes',
    clause: 'RST-11',
    caughtBy: 'rs-t.icmp',
    patch: () =>
      replace(Lent.prototype, 'inbound', (original) => (self, packet, now) => {
        const head = readHead(packet as Uint8Array);
        if (head === undefined || aboutOf(head) === undefined) original(self, packet, now);
      }),
  },
  {
    name: 'rs-t-lends-twice',
    title: 'lends an address again when none is free',
    clause: 'RST-04',
    caughtBy: 'rs-t.pool.empty',
    patch: () =>
      replace(Leases.prototype, 'take', (original) => (self, ...args) => {
        const [first] = field<Map<Ip, unknown>>(self, 'leases').values();
        return original(self, ...args) ?? first;
      }),
  },
  {
    name: 'rs-t-old-pool',
    title: 'goes on lending what its DC has taken back',
    clause: 'RST-09',
    caughtBy: 'rs-t.pool.latest',
    patch: () =>
      replace(Leases.prototype, 'pool', (original) => (self, owner, addresses) => {
        const before = field<Map<Association, readonly Ip[]>>(self, 'pools').get(owner as Association) ?? [];
        return original(self, owner, [...before, ...(addresses as readonly Ip[])]);
      }),
  },
  {
    name: 'rs-t-no-quarantine',
    title: 'lends an address to another node as soon as its lease has ended',
    clause: 'RST-05',
    caughtBy: 'rs-t.lease.quarantine',
    patch: () => replace(Leases.prototype, 'isQuarantined', () => () => false),
  },
  {
    name: 'rs-t-known-protocols',
    title: 'forwards UDP, TCP and ICMP alone',
    clause: 'RST-07',
    caughtBy: 'rs-t.unchanged',
    wrap: (created, config) =>
      outgoing(created, config, 'rs-t', (packet) => {
        const protocol = readHead(packet)?.protocol ?? 0;
        return [6, 17, ICMP, ICMPV6].includes(protocol) ? packet : undefined;
      }),
  },
  {
    name: 'rs-t-any-six-source',
    title: 'takes whatever a node sends from an IPv6 address, lent or not',
    clause: 'RST-02',
    caughtBy: 'rs-t.data.wrong',
    patch: () =>
      replace(Lent.prototype, 'make', (original) => (self, ...args) => {
        const made = original(self, ...args);
        if (typeof made === 'number') return made;
        const { node, ...rest } = made as Made;
        return { ...rest, node: { includes: (ip: Ip) => ip.includes(':') || node.includes(ip) } };
      }),
  },
];
