/** Faults of a node with paths that are lost and replaced. */
import type { Instant } from '../../reference/core.ts';
import type { InnerPacket } from '../../reference/packet/inner.ts';
import { readInner } from '../../reference/packet/inner.ts';
import { Refusal } from '../../reference/refusal.ts';
import { Connections } from '../../reference/roles/node/connections.ts';
import type { Goal } from '../../reference/roles/node/goal.ts';
import type { Judging } from '../../reference/roles/node/judge.ts';
import type { Path } from '../../reference/roles/node/path.ts';
import { Paths } from '../../reference/roles/node/paths.ts';
import { Leg } from '../../reference/roles/tunnel/leg.ts';
import type { Routes } from '../../reference/roles/tunnel/routes.ts';
import type { StandingParts } from '../../reference/roles/tunnel/standing.ts';
import { Standing } from '../../reference/roles/tunnel/standing.ts';
import type { TunnelConfig } from '../../reference/roles/tunnel/types.ts';
import { Upkeep } from '../../reference/roles/tunnel/upkeep.ts';
import type { RouteDirection } from '../../reference/wire/messages.ts';
import { Reason, RelayKind, Status } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

export const NODE_REPLACING: readonly Saboteur[] = [
  {
    name: 'node-asks-without-network',
    title: 'takes its paths for lost as soon as it has no network',
    clause: 'HO-20',
    caughtBy: 'node.move.without-network',
    patch: () =>
      replace(Standing.prototype, 'settle', (original) => (self, now) => {
        const parts = field<StandingParts>(self, 'parts');
        setField(self, 'parts', { ...parts, isAttached: () => true });
        original(self, now);
      }),
  },
  {
    name: 'node-waits-without-network',
    title: 'finds its routes dead while it has no network to hear anything by',
    clause: 'HO-20',
    caughtBy: 'node.move.without-network',
    patch: () =>
      replace(Upkeep.prototype, 'move', (original) => (self, now) => {
        const before = field<Routes>(self, 'routes').all.map((route) => ({ route, ...route }));
        original(self, now);
        if (field<TunnelConfig>(self, 'config').families().length > 0) return;
        for (const { route, waitsSince, watchedSince } of before)
          Object.assign(route, { waitsSince, watchedSince });
      }),
  },
  {
    name: 'node-always-moved',
    title: 'says that it has moved itself whatever its path was lost by',
    clause: 'HO-19',
    caughtBy: 'node.replace.far-moved',
    patch: () => replace(Connections.prototype, 'reason', () => () => Reason.moved),
  },
  {
    name: 'node-drops-between-paths',
    title: 'holds nothing for a peer to which it has a path, be it dead',
    clause: 'NODE-10',
    caughtBy: 'node.replace.far-moved',
    patch: () =>
      replace(Connections.prototype, 'follow', (original) => (self, events, now) => {
        const connections = self as Connections;
        for (const { kind, path } of events as readonly { kind: string; path: Path }[])
          if (kind === 'up' && path.directed.replaces !== undefined)
            for (const address of path.addresses) connections.held.take(address);
        original(self, events, now);
      }),
  },
  {
    name: 'node-gives-up-with-its-request',
    title: 'closes all paths to a peer for which its own request was refused',
    clause: 'HO-17',
    caughtBy: 'node.replace.far-asks',
    patch: () =>
      replace(Connections.prototype, 'fail', (original) => (self, goal, ...rest) => {
        original(self, goal, ...rest);
        const { paths } = field<{ paths: Paths }>(self, 'parts');
        for (const path of paths.all.values())
          if (path.directed.goal?.key === (goal as Goal).key && path.isLive)
            paths.close(path, rest.at(-1) as Instant);
      }),
  },
  {
    name: 'node-waits-for-a-lent-address',
    title: 'refuses what does not come from the address that an RS-T lent, though that RS-T is lost',
    clause: 'HO-21',
    caughtBy: 'node.lent.asked-from-own',
    patch: () =>
      replace(Connections.prototype, 'isInVain', (original) => (self, goal, known, destination) => {
        const { paths } = field<{ paths: Paths }>(self, 'parts');
        const path = paths.forGoal(goal as Goal);
        const isLent = (goal as Goal).general?.kind === RelayKind.t && path?.confirmedAt !== undefined;
        return isLent || original(self, goal, known, destination);
      }),
  },
  {
    name: 'node-wants-virtual-sources',
    title:
      'drops what comes from an address of the host that is neither virtual nor lent, though it asks for a path',
    clause: 'HO-21',
    caughtBy: 'node.lent.asked-from-own',
    patch: () =>
      replace(Connections.prototype, 'packet', (original) => (self, bytes, now) => {
        const inner = readInner(bytes as Uint8Array);
        const { paths, judging } = field<{ paths: Paths; judging: () => Judging }>(self, 'parts');
        const isOwn = ({ source }: InnerPacket): boolean =>
          judging().addresses.includes(source) || [...paths.all.values()].some(({ lent }) => lent === source);
        return inner instanceof Refusal || isOwn(inner) ? original(self, bytes, now) : undefined;
      }),
  },
  {
    name: 'node-insists-on-its-request',
    title: 'refuses a path that replaces one that it has asked to have replaced',
    clause: 'HO-07',
    caughtBy: 'node.move.both-own-lower',
    patch: () =>
      replace(Connections.prototype, 'judge', (original) => (self, direction, asked) => {
        const { replaces } = direction as RouteDirection;
        const { paths } = field<{ paths: Paths }>(self, 'parts');
        const isOpened = (path: Path): boolean =>
          path.directed.replaces !== undefined && path.directed.isInitiator && path.isLive;
        const isDouble = replaces !== undefined && [...paths.all.values()].some(isOpened);
        return isDouble ? Status.refused : original(self, direction, asked);
      }),
  },
  {
    name: 'node-prefers-its-own-path',
    title: 'of two paths takes the one that it has opened, not the lowest',
    clause: 'HO-11',
    caughtBy: 'node.move.both-far-lower',
    patch: () =>
      replace(Paths.prototype, 'forAddress', (original) => (self, address) => {
        const paths = original(self, address) as readonly Path[];
        const own = paths.filter(({ directed, isUp }) => directed.isInitiator && isUp);
        return own.length > 0 ? own : paths;
      }),
  },
  {
    name: 'node-asks-beside-a-live-path',
    title: 'asks for a replacement of a path though another one to the peer is up',
    clause: 'HO-11',
    caughtBy: 'node.replace.moved-told',
    patch() {
      replace(Paths.prototype, 'succeed', () => (self, path, now) => {
        Reflect.get(self, 'arrange').call(self, (path as Path).party, now);
      });
      replace(Connections.prototype, 'recover', () => (self, path, now) => {
        Reflect.get(self, 'replace').call(self, [path], now);
      });
    },
  },
  {
    name: 'node-one-leg-for-all',
    title: 'opens no leg at a relay that takes the place of another one',
    clause: 'HO-09',
    caughtBy: 'node.replace.relay',
    patch() {
      let legs = 0;
      replace(Leg.prototype, 'open', (original) => (self, now) => (++legs > 1 ? [] : original(self, now)));
    },
  },
  {
    name: 'node-deaf-after-replacing',
    title: 'delivers nothing any more that comes by a path that was replaced',
    clause: 'TUN-17',
    caughtBy: 'node.replace.both-live',
    patch: () =>
      replace(Paths.prototype, 'closeNow', (original) => (self, path, now) => {
        original(self, path, now);
        Reflect.get(self, 'erase').call(self, path);
      }),
  },
];
