/** Faults of a node in which way it goes: by a relay that is not ready, by a narrow route, past its relay, by a leg that is gone. */
import type { Endpoint } from '../../reference/address.ts';
import type { Instant } from '../../reference/core.ts';
import type { Path } from '../../reference/roles/node/path.ts';
import { Paths } from '../../reference/roles/node/paths.ts';
import { Leg } from '../../reference/roles/tunnel/leg.ts';
import type { Life } from '../../reference/roles/tunnel/life.ts';
import { Routes } from '../../reference/roles/tunnel/routes.ts';
import { Tunnel } from '../../reference/roles/tunnel/tunnel.ts';
import type { TunnelConfig } from '../../reference/roles/tunnel/types.ts';
import type { Header } from '../../reference/wire/header.ts';
import { isOpening } from '../../reference/wire/header.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

export const NODE_WAYS: readonly Saboteur[] = [
  {
    name: 'node-hurries-by-its-relay',
    title: 'opens a path by the relay as soon as the probe of its leg is answered',
    clause: 'NODE-24',
    caughtBy: 'node.opening.relay-unprobed',
    patch: () =>
      replace(Leg.prototype, 'ready', (original) => (self, now) => {
        setField(self, 'hasProbed', true);
        return original(self, now);
      }),
  },
  {
    name: 'node-opens-past-its-relay',
    title: 'is relay-only, and answers a message 1 that comes directly all the same',
    clause: 'OPT-05',
    caughtBy: 'node.opening.relay-only',
    patch: () =>
      replace(Tunnel.prototype, 'receive', (original) => (self, which, header, ...rest) => {
        const config = field<TunnelConfig>(self, 'config');
        if (isOpening((header as Header).type)) setField(self, 'config', { ...config, isRelayOnly: false });
        const events = original(self, which, header, ...rest);
        setField(self, 'config', config);
        return events;
      }),
  },
  {
    name: 'node-drops-its-leg',
    title: 'forgets the leg of a path as soon as that is closed',
    clause: 'TUN-17',
    caughtBy: 'node.close.leg',
    patch: () =>
      replace(Tunnel.prototype, 'receive', (original) => (self, which, ...rest) => {
        const { state } = field<Life>(self, 'life');
        return which === 'leg' && state === 'closed' ? [] : original(self, which, ...rest);
      }),
  },
  {
    name: 'node-keeps-closed-legs',
    title: 'goes on answering on the leg of a path that is gone',
    clause: 'TUN-17',
    caughtBy: 'node.close.leg',
    patch() {
      replace(Paths.prototype, 'erase', (original) => (self, path) => {
        const { leg } = (path as Path).tunnel.contexts;
        original(self, path);
        if (leg !== undefined) field<Map<string, Path>>(self, 'legs').set(leg, path as Path);
      });
      replace(Tunnel.prototype, 'receive', (original) => (self, which, ...rest) => {
        const life = field<Life>(self, 'life');
        if (which !== 'leg' || life.state !== 'gone') return original(self, which, ...rest);
        life.state = 'closed';
        const events = original(self, which, ...rest);
        life.state = 'gone';
        return events;
      });
    },
  },
  {
    name: 'node-loves-narrow-ways',
    title: 'sends where the far end was last, be it by a route that carries small datagrams alone',
    clause: 'TUN-15',
    caughtBy: 'node.size.narrow-last',
    patch: () =>
      replace(Routes.prototype, 'best', (original) => (self) => {
        const sizes = (self as Routes).all.map(({ size }) => size);
        for (const size of sizes)
          Object.defineProperty(size, 'isNarrow', { value: false, configurable: true });
        const best = original(self);
        for (const size of sizes) Reflect.deleteProperty(size, 'isNarrow');
        return best;
      }),
  },
  {
    name: 'node-regular-keep-alives',
    title: 'probes each direct route after 22 s, each time',
    clause: 'TUN-08',
    caughtBy: 'node.keep-alive.drawn',
    patch: () =>
      replace(Routes.prototype, 'validated', (original) => (self, endpoint, valid, now) => {
        const isNew = (self as Routes).find(endpoint as Endpoint) === undefined;
        original(self, endpoint, valid, now);
        const route = (self as Routes).find(endpoint as Endpoint);
        if (isNew && route !== undefined && !route.isRelay) route.keepAliveAt = (now as Instant) + 22_000;
      }),
  },
];
