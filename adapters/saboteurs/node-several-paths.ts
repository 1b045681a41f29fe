/** Faults of a node with several paths to one peer, and in when it asks for another one. */
import type { Endpoint } from '../../reference/address.ts';
import type { Instant } from '../../reference/core.ts';
import type { ConnectionsParts } from '../../reference/roles/node/connections.ts';
import { Connections } from '../../reference/roles/node/connections.ts';
import type { Path } from '../../reference/roles/node/path.ts';
import { Paths } from '../../reference/roles/node/paths.ts';
import { sentBy } from '../../reference/roles/tunnel/route.ts';
import type { Routes } from '../../reference/roles/tunnel/routes.ts';
import type { TunnelEvent } from '../../reference/roles/tunnel/tunnel.ts';
import { Tunnel } from '../../reference/roles/tunnel/tunnel.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

export const NODE_SEVERAL_PATHS: readonly Saboteur[] = [
  {
    name: 'node-waits-after-tunnel-responses',
    title: 'waits to hear something after it has answered a probe',
    clause: 'HO-10',
    caughtBy: 'node.route.heard',
    patch: () => waitingAfter(MessageType.probeResponse),
  },
  {
    name: 'node-waits-after-acknowledgements',
    title: 'waits to hear something after it has acknowledged a Path Update',
    clause: 'HO-10',
    caughtBy: 'node.route.heard',
    patch: () => waitingAfter(MessageType.acknowledgement),
  },
  {
    name: 'node-leaves-its-paths',
    title: 'deregisters when it stops, without a word on its paths',
    clause: 'NODE-14',
    caughtBy: 'node.registration.stop',
    patch: () => replace(Paths.prototype, 'closeAll', () => () => []),
  },
  {
    name: 'node-closes-beside-the-silent',
    title: 'closes a second path though nothing was heard on the lowest lately',
    clause: 'HO-11',
    caughtBy: 'node.paths.lowest-unheard',
    patch: () =>
      replace(Paths.prototype, 'thinOut', (original) => (self, ...rest) => {
        setField(self, 'timers', { ...field<object>(self, 'timers'), heard: Number.POSITIVE_INFINITY });
        original(self, ...rest);
      }),
  },
  {
    name: 'node-replaces-one-of-two',
    title: 'asks for a replacement of a path that died though there is another one to the peer',
    clause: 'HO-11',
    caughtBy: 'node.paths.one-dies',
    patch: () =>
      replace(Connections.prototype, 'recover', () => (self, path, now) => {
        Reflect.get(self, 'replace').call(self, [path], now);
      }),
  },
  {
    name: 'node-replaces-what-is-named',
    title: 'has a path replace the one that it names and no other',
    clause: 'HO-11',
    caughtBy: 'node.paths.all-replaced',
    patch: () => replacing((other, by) => other.id === by.directed.replaces),
  },
  {
    name: 'node-replaces-newer-paths',
    title: 'has a path replace those, too, that were confirmed after its direction',
    clause: 'HO-11',
    caughtBy: 'node.paths.all-replaced',
    patch: () => replacing(() => true),
  },
  {
    name: 'node-keeps-the-dead',
    title: 'goes on with the path of an earlier instance of its peer',
    clause: 'HO-12',
    caughtBy: 'node.path.instance',
    patch: () =>
      replace(Paths.prototype, 'succeed', (original) => (self, by, now) => {
        const { party, directed } = by as Path;
        const isOther = (self as Paths)
          .to(party)
          .some((other) => other.directed.instance !== directed.instance);
        if (isOther) Reflect.get(self, 'arrange').call(self, party, now);
        else original(self, by, now);
      }),
  },
  {
    name: 'node-asks-for-a-path-without-data',
    title: 'asks for a replacement of a path that it awaited, has no route and nothing to send',
    clause: 'HO-19',
    caughtBy: 'node.path.never-valid',
    patch: askingAlways,
  },
  {
    name: 'node-asks-each-second',
    title: 'repeats a request for replacement that failed after a second',
    clause: 'HO-17',
    caughtBy: 'node.replace.repeated',
    patch: () =>
      replace(Connections.prototype, 'replace', (original) => (self, ...rest) => {
        const parts = field<ConnectionsParts>(self, 'parts');
        setField(self, 'parts', { ...parts, timers: { ...parts.timers, replaceRepeat: 1000 } });
        original(self, ...rest);
      }),
  },
  {
    name: 'node-asks-without-packets',
    title: 'goes on asking for a replacement when no packets come any more',
    clause: 'HO-17',
    caughtBy: 'node.replace.repeated',
    patch: () => {
      replace(Connections.prototype, 'tick', (original) => (self, now) => {
        original(self, now);
        for (const path of lostOf(self)) Reflect.get(self, 'replace').call(self, [path], now);
      });
      replace(Connections.prototype, 'wakeAt', (original) => (self) => {
        const { timers } = field<ConnectionsParts>(self, 'parts');
        const due = lostOf(self).map(({ replacedAt }) => replacedAt + timers.replaceRepeat);
        return Math.min(original(self) as Instant, ...due);
      });
    },
  },
  {
    name: 'node-asks-for-what-it-does-not-need',
    title: 'asks for a replacement of a path that it awaited in vain with nothing to send',
    clause: 'HO-19',
    caughtBy: 'node.path.awaited-in-vain',
    patch: askingAlways,
  },
];

function askingAlways(): void {
  replace(Connections.prototype, 'recover', (original) => (self, path, now) => {
    original(self, path, now);
    Reflect.get(self, 'replace').call(self, [path], now);
  });
}

/** Paths without a route for which a replacement was asked for before. */
function lostOf(self: object): Path[] {
  const { paths } = field<ConnectionsParts>(self, 'parts');
  return [...paths.all.values()].filter(
    ({ isLive, isLost, replacedAt }) => isLive && isLost && replacedAt !== Number.NEGATIVE_INFINITY,
  );
}

/** What goes by a route as such an answer begins the wait for something to be heard by it. */
function waitingAfter(type: number): void {
  replace(Tunnel.prototype, 'receive', (original) => (self, ...rest) => {
    const events = original(self, ...rest) as TunnelEvent[];
    for (const event of events) {
      if (event.kind !== 'send' || event.bytes[1] !== type) continue;
      const route = field<Routes>(self, 'routes').find(event.to as Endpoint);
      if (route !== undefined) sentBy(route, rest.at(-1) as Instant);
    }
    return events;
  });
}

/** A path that replaces another one closes those that this says, once it is up. */
function replacing(isReplaced: (other: Path, by: Path) => boolean): void {
  replace(Paths.prototype, 'succeed', (original) => (self, by, now) => {
    const path = by as Path;
    if (path.directed.replaces === undefined) {
      original(self, by, now);
      return;
    }
    for (const other of (self as Paths).to(path.party))
      if (other !== path && isReplaced(other, path)) (self as Paths).close(other, now as Instant);
    Reflect.get(self, 'arrange').call(self, path.party, now);
  });
}
