/** Faults of a node in its paths: what it sends and delivers there, and how long it keeps them. */
import type { Endpoint, Ip } from '../../reference/address.ts';
import type { Attempt } from '../../reference/channel/attempt.ts';
import { FarEnd } from '../../reference/channel/far-end.ts';
import type { Handshake } from '../../reference/channel/handshake.ts';
import type { Instant } from '../../reference/core.ts';
import { readInner } from '../../reference/packet/inner.ts';
import { Refusal } from '../../reference/refusal.ts';
import { PathCarrier } from '../../reference/roles/tunnel/data.ts';
import { Leg } from '../../reference/roles/tunnel/leg.ts';
import { Life } from '../../reference/roles/tunnel/life.ts';
import type { Link } from '../../reference/roles/tunnel/link.ts';
import { Sizing } from '../../reference/roles/tunnel/outgoing.ts';
import { Packets } from '../../reference/roles/tunnel/packets.ts';
import type { Route } from '../../reference/roles/tunnel/route.ts';
import type { Routes } from '../../reference/roles/tunnel/routes.ts';
import { RouteSize } from '../../reference/roles/tunnel/size.ts';
import type { TunnelEvent } from '../../reference/roles/tunnel/tunnel.ts';
import { Tunnel } from '../../reference/roles/tunnel/tunnel.ts';
import type { TunnelConfig } from '../../reference/roles/tunnel/types.ts';
import { Updates } from '../../reference/roles/tunnel/updates.ts';
import { Upkeep } from '../../reference/roles/tunnel/upkeep.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

export const NODE: readonly Saboteur[] = [
  {
    name: 'node-any-source',
    title: 'delivers packets of a path whoever they say they are from',
    clause: 'NODE-11',
    caughtBy: 'node.data.source',
    patch: () => delivering(({ own }, _, to) => own.includes(to)),
  },
  {
    name: 'node-any-destination',
    title: 'delivers packets that are for somebody else',
    clause: 'TUN-13',
    caughtBy: 'node.data.destination',
    patch: () => delivering(({ peerAddresses }, source) => peerAddresses.includes(source)),
  },
  {
    name: 'node-probes-whole-relay',
    title: 'probes all endpoints of a relay that it opened its leg at',
    clause: 'KEY-11',
    caughtBy: 'node.leg.one-endpoint',
    patch: () =>
      replace(FarEnd.prototype, 'opened', (original) => (self, handshake, from, attempt, now) => {
        original(self, handshake, from, attempt, now);
        for (const to of (attempt as Attempt).destinations()) {
          if (to !== from) (self as FarEnd).probe(to, handshake as Handshake, now as Instant);
        }
      }),
  },
  {
    name: 'node-hasty-keep-alive',
    title: 'probes a leg for the first time 6 s early',
    clause: 'TUN-08',
    caughtBy: 'node.keep-alive.leg',
    patch: () =>
      replace(Leg.prototype, 'open', (original) => (self, now) => {
        setField(self, 'keepAliveAt', field<Instant>(self, 'keepAliveAt') - 6000);
        return original(self, now);
      }),
  },
  {
    name: 'node-no-keep-alive',
    title: 'keeps no mapping of a path alive',
    clause: 'TUN-08',
    caughtBy: 'node.keep-alive.path',
    patch: () =>
      replace(Upkeep.prototype, 'keepAlive', () => (_self, route) => {
        Object.assign(route as object, { keepAliveAt: Number.POSITIVE_INFINITY });
      }),
  },
  {
    name: 'node-follows-sources',
    title: 'sends to wherever the last message of a path came from, without a probe',
    clause: 'KEY-32',
    caughtBy: 'node.data.moves',
    patch: () =>
      replace(Tunnel.prototype, 'receive', (original) => (self, which, header, bytes, from, now) => {
        const events = original(self, which, header, bytes, from, now) as TunnelEvent[];
        const routes = field<Routes>(self, 'routes');
        const { isUp } = self as Tunnel;
        if (which !== 'path' || !isUp || events.some(({ kind }) => kind === 'refused')) return events;
        if (routes.find(from as Endpoint) !== undefined) return events;
        const known = routes.all.map(({ endpoint }) => endpoint);
        routes.validated(from as Endpoint, [from as Endpoint, ...known], now as Instant);
        routes.current = routes.best();
        return events;
      }),
  },
  {
    name: 'node-sends-after-close',
    title: 'goes on sending on a path that the peer has closed',
    clause: 'TUN-17',
    caughtBy: 'node.close.received',
    patch: () => replace(Life.prototype, 'fallSilent', () => () => []),
  },
  {
    name: 'node-keeps-closed-paths',
    title: 'never erases a path that was closed',
    clause: 'TUN-17',
    caughtBy: 'node.close.erased',
    patch: () =>
      replace(
        Life.prototype,
        'endsAt',
        (original) => (self) =>
          (self as Life).confirmedAt === undefined ? original(self) : Number.POSITIVE_INFINITY,
      ),
  },
  {
    name: 'node-never-idle',
    title: 'keeps a path that carries nothing for ever',
    clause: 'TUN-08',
    caughtBy: 'node.close.idle',
    patch: () => {
      replace(Life.prototype, 'isIdle', () => () => false);
      replace(Life.prototype, 'idleAt', () => () => Number.POSITIVE_INFINITY);
    },
  },
  {
    name: 'node-drops-large-packets',
    title: 'says nothing of packets that are too large for a route',
    clause: 'TUN-07',
    caughtBy: 'node.size.too-big',
    patch: () => replace(Sizing.prototype, 'error', () => () => undefined),
  },
  {
    name: 'node-believes-in-sizes',
    title: 'measures a route every ten minutes, whatever becomes of large packets',
    clause: 'TUN-21',
    caughtBy: 'node.size.lost',
    patch: () => replace(RouteSize.prototype, 'suspect', () => () => undefined),
  },
  {
    name: 'node-never-gives-up',
    title: 'probes a route on which nothing is heard, and sends on by it all the same',
    clause: 'HO-10',
    caughtBy: 'node.route.dead',
    patch: () =>
      replace(Upkeep.prototype, 'watch', (original) => (self, route, ...rest) => {
        original(self, route, ...rest);
        const watched = route as Route;
        if (watched.isDead)
          Object.assign(watched, { isDead: false, waitsSince: undefined, watchedSince: undefined });
      }),
  },
  {
    name: 'node-takes-old-updates',
    title: 'takes a Path Update that is older than the last one',
    clause: 'GEN-32',
    caughtBy: 'node.update.stale',
    patch: () =>
      replace(Updates.prototype, 'judge', (original) => (self, ...args) => {
        setField(self, 'latest', undefined);
        return original(self, ...args);
      }),
  },
];

/** Has a node deliver what `may` says, and have all of it judged that way. */
export function delivering(may: (config: TunnelConfig, source: Ip, destination: Ip) => boolean): void {
  replace(PathCarrier.prototype, 'open', () => () => undefined);
  replace(Packets.prototype, 'receive', (original) => (self, payload, ...rest) => {
    const inner = readInner(payload as Uint8Array);
    const config = field<TunnelConfig>(self, 'config');
    if (inner instanceof Refusal || !may(config, inner.source, inner.destination))
      return original(self, payload, ...rest);
    return field<Link>(self, 'link').emit({ kind: 'deliver', packet: inner.packet });
  });
}
