/** Faults of an RS-T: whom it lets in, what it says by ICMP, and what it lends. */
import type { Ip } from '../../reference/address.ts';
import { ipFromBytes } from '../../reference/address.ts';
import type { Instant } from '../../reference/core.ts';
import type { Head } from '../../reference/packet/head.ts';
import { destinationOf, readHead, sourceOf } from '../../reference/packet/head.ts';
import type { Association } from '../../reference/roles/association/association.ts';
import type { End } from '../../reference/roles/relay/end.ts';
import type { Made } from '../../reference/roles/relay/ends.ts';
import { aboutOf, passedOn } from '../../reference/roles/rs-t/forward.ts';
import type { Lease } from '../../reference/roles/rs-t/leases.ts';
import { Leases } from '../../reference/roles/rs-t/leases.ts';
import { Lent } from '../../reference/roles/rs-t/lent.ts';
import type { Peers } from '../../reference/roles/rs-t/peers.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace } from '../reference/variant.ts';

/** A path of an RS-T with other addresses than it has. */
function withAddresses(change: (made: Made) => Partial<Made>): void {
  replace(Lent.prototype, 'make', (original) => (self, ...args) => {
    const made = original(self, ...args) as ReturnType<Lent['make']>;
    return typeof made === 'number' ? made : { ...made, ...change(made) };
  });
}

function call(self: object, name: string, ...args: unknown[]): unknown {
  return Reflect.apply(Reflect.get(self, name), self, args);
}

function leasesOf(self: object): Map<Ip, Lease> {
  return field(field<object>(self, 'leases'), 'leases');
}

const isOf = (ip: Ip, version: 4 | 6): boolean => ip.includes(':') === (version === 6);

export const LENDING: readonly Saboteur[] = [
  {
    name: 'rs-t-any-destination',
    title: 'forwards packets of a path to any general host, whichever its direction names',
    clause: 'RST-02',
    caughtBy: 'rs-t.data.wrong',
    patch: () => withAddresses(() => ({ own: { includes: () => true } })),
  },
  {
    name: 'rs-t-any-source-of-ipv6',
    title: 'looks at the source of inner packets of IPv4 alone',
    clause: 'RST-02',
    caughtBy: 'rs-t.data.wrong',
    patch: () =>
      withAddresses(({ node }) => ({ node: { includes: (ip) => isOf(ip, 6) || node.includes(ip) } })),
  },
  {
    name: 'rs-t-any-caller',
    title: 'lets anybody into a path, whichever general peer its direction names',
    clause: 'RST-08',
    caughtBy: 'rs-t.inbound.all',
    patch: () =>
      replace(
        Lent.prototype,
        'isLetIn',
        (original) => (self, path, ip, now) =>
          original(self, { ...(path as object), peer: undefined }, ip, now),
      ),
  },
  {
    name: 'rs-t-takes-forged',
    title: 'takes what comes from outside with the address of one of its nodes for a packet of that node',
    clause: 'RST-10',
    caughtBy: 'rs-t.inbound.forged',
    patch: () =>
      replace(Lent.prototype, 'inbound', (original) => (self, packet, now) => {
        const head = readHead(packet as Uint8Array);
        const [from, to] = head === undefined ? [] : [sourceOf(head), destinationOf(head)].map(ipFromBytes);
        if (head === undefined || to === undefined || !leasesOf(self).has(from as Ip))
          original(self, packet, now);
        else call(self, 'onward', passedOn(head), to, now);
      }),
  },
  {
    name: 'rs-t-asks-one-path',
    title: 'hands a packet of one node to another without asking whom that one may hear',
    clause: 'RST-10',
    caughtBy: 'rs-t.between-nodes.bound',
    patch() {
      replace(Lent.prototype, 'make', (original) => (self, ...args) => {
        const made = original(self, ...args) as ReturnType<Lent['make']>;
        if (typeof made === 'number') return made;
        const nodes = leasesOf(self);
        return { ...made, own: { includes: (ip: Ip) => made.own.includes(ip) || nodes.has(ip) } };
      });
      replace(Lent.prototype, 'onward', (original) => (self, packet, to, now) => {
        const end = leasesOf(self).get(to as Ip)?.end;
        if (end === undefined) original(self, packet, to, now);
        else field<{ into(...args: unknown[]): void }>(self, 'outlets').into(end.id, packet, now);
      });
    },
  },
  {
    name: 'rs-t-two-hops',
    title: 'counts two hops between two of its nodes',
    clause: 'RST-10',
    caughtBy: 'rs-t.between-nodes',
    patch: () =>
      replace(Lent.prototype, 'onward', (original) => (self, packet, to, now) => {
        const head = readHead(packet as Uint8Array);
        const isNodes = leasesOf(self).has(to as Ip);
        original(self, head !== undefined && isNodes ? passedOn(head) : packet, to, now);
      }),
  },
  {
    name: 'rs-t-errors-outside',
    title: 'sends the error about a packet between two of its nodes out of its general side',
    clause: 'TUN-07',
    caughtBy: 'rs-t.between-nodes.too-big',
    patch: () =>
      replace(Lent.prototype, 'onward', (original) => (self, packet, to, now) => {
        const head = readHead(packet as Uint8Array);
        if (head === undefined || aboutOf(head) === undefined) original(self, packet, to, now);
        else field<{ out(one: unknown): void }>(self, 'outlets').out(packet);
      }),
  },
  {
    name: 'rs-t-any-error',
    title: 'lets in ICMP errors whatever they are about, as from the peer',
    clause: 'RST-11',
    caughtBy: 'rs-t.icmp.foreign',
    patch: () =>
      replace(
        Lent.prototype,
        'admits',
        (original) => (self, path, head, from, now) =>
          aboutOf(head as Head) !== undefined || original(self, path, head, from, now),
      ),
  },
  {
    name: 'rs-t-errors-of-peers',
    title: 'where no peer is named lets in errors only of those whom the node has sent to',
    clause: 'RST-11',
    caughtBy: 'rs-t.icmp.without-peer',
    patch: () =>
      replace(Lent.prototype, 'admits', (original) => (self, path, head, from, now) => {
        const { peer } = path as { peer: Ip | undefined };
        if (peer !== undefined) return original(self, path, head, from, now);
        return call(self, 'isLetIn', path, from, now);
      }),
  },
  {
    name: 'rs-t-one-pool',
    title: 'lends each DC what any of them has given it',
    clause: 'RST-09',
    caughtBy: 'rs-t.pool.each',
    patch: () =>
      replace(Leases.prototype, 'take', (original) => (self, node, owner, version, now) => {
        const [first = owner] = field<Map<Association, readonly Ip[]>>(self, 'pools').keys();
        return original(self, node, first, version, now);
      }),
  },
  {
    name: 'rs-t-any-family',
    title: 'lends an address of IPv4 for a peer of IPv6',
    clause: 'RST-09',
    caughtBy: 'rs-t.pool.family',
    patch: () =>
      replace(
        Leases.prototype,
        'take',
        (original) => (self, node, owner, _, now) => original(self, node, owner, undefined, now),
      ),
  },
  {
    name: 'rs-t-ends-with-pool',
    title: 'ends the leases of addresses that its DC has taken out of the pool',
    clause: 'RST-05',
    caughtBy: 'rs-t.pool.latest',
    patch: () =>
      replace(Leases.prototype, 'pool', (original) => (self, owner, addresses) => {
        original(self, owner, addresses);
        const leases = field<Map<Ip, Lease>>(self, 'leases');
        const kept = new Set(addresses as readonly Ip[]);
        for (const [ip, { end }] of leases) if (end?.owner === owner && !kept.has(ip)) leases.delete(ip);
      }),
  },
  {
    name: 'rs-t-keeps-old-address',
    title: 'lets a path take over an address that its DC has taken out of the pool',
    clause: 'RST-05',
    caughtBy: 'rs-t.pool.latest',
    patch: () => replace(Leases.prototype, 'isInPool', () => () => true),
  },
  {
    name: 'rs-t-inherits-peers',
    title: 'lets in whom an earlier node with the same address has sent to',
    clause: 'RST-05',
    caughtBy: 'rs-t.lease.anew',
    patch: () => {
      const known = new Map<Ip, Peers>();
      replace(Leases.prototype, 'take', (original) => (self, ...args) => {
        const lease = original(self, ...args) as Lease | undefined;
        if (lease === undefined) return undefined;
        const peers = known.get(lease.address) ?? lease.peers;
        known.set(lease.address, peers);
        const inherited = Object.assign(lease, { peers });
        return inherited;
      });
    },
  },
  {
    name: 'rs-t-quarantine-if-withdrawn',
    title: 'lends the address of a path that its node has closed anew at once',
    clause: 'RST-05',
    caughtBy: 'rs-t.lease.anew',
    patch: () =>
      replace(Leases.prototype, 'release', (original) => (self, address, end, now) => {
        original(self, address, end, now);
        const returned = field<Map<Ip, { until: Instant }>>(self, 'returned');
        if ((end as End).tunnel.isClosing) returned.delete(address as Ip);
      }),
  },
];
