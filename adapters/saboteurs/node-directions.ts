/** Faults of a node towards its DC and its applications: registration, directions, names, packets that wait. */
import type { Ip } from '../../reference/address.ts';
import type { Instant } from '../../reference/core.ts';
import { readQuery } from '../../reference/dns/query.ts';
import { Connections } from '../../reference/roles/node/connections.ts';
import { Directions } from '../../reference/roles/node/directions.ts';
import { HeldPackets } from '../../reference/roles/node/held.ts';
import type { HomeParts } from '../../reference/roles/node/home.ts';
import { Home } from '../../reference/roles/node/home.ts';
import { KeepAlive } from '../../reference/roles/node/keep-alive.ts';
import { Names } from '../../reference/roles/node/names.ts';
import { RegistrationPlan } from '../../reference/roles/node/plan.ts';
import type { ResolverParts } from '../../reference/roles/node/resolver.ts';
import { Resolver } from '../../reference/roles/node/resolver.ts';
import { Opening } from '../../reference/roles/tunnel/opening.ts';
import { Standing } from '../../reference/roles/tunnel/standing.ts';
import type { RouteDirection } from '../../reference/wire/messages.ts';
import { Part, Status } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

/** Stands for what DNS says that the peer's real address is. */
const REAL = '127.0.0.1' as Ip;

export const NODE_DIRECTIONS: readonly Saboteur[] = [
  {
    name: 'node-takes-any-direction',
    title: 'takes directions that it has to refuse',
    clause: 'NODE-22',
    caughtBy: 'node.direction.refused',
    patch: () =>
      replace(Connections.prototype, 'judge', (original) => (self, ...args) => {
        const verdict = original(self, ...args);
        return verdict === Status.refused ? 'made' : verdict;
      }),
  },
  {
    name: 'node-directed-unregistered',
    title: 'takes directions though its DC has refused to register it',
    clause: 'NODE-16',
    caughtBy: 'node.direction.unregistered',
    patch: () =>
      replace(Connections.prototype, 'directed', (original) => (self, ...args) => {
        const parts = Object.assign(Object.create(field<object>(self, 'parts')), {
          isRegistered: () => true,
        });
        return original(Object.assign(Object.create(self), { parts }), ...args);
      }),
  },
  {
    name: 'node-opens-anyway',
    title: 'opens a path that it is to await',
    clause: 'NODE-07',
    caughtBy: 'node.direction.awaits',
    patch: () =>
      replace(Connections.prototype, 'directed', (original) => (self, direction, ...rest) => {
        const { part, ...others } = direction as RouteDirection;
        return original(self, { ...others, part: part === Part.await ? Part.both : part }, ...rest);
      }),
  },
  {
    name: 'node-never-renews',
    title: 'registers once and never again',
    clause: 'NODE-13',
    caughtBy: 'node.registration.same-addresses',
    patch: () =>
      replace(RegistrationPlan.prototype, 'granted', (original) => (self, ...args) => {
        original(self, ...args);
        for (const state of field<Map<number, { dueAt: number }>>(self, 'states').values())
          state.dueAt = Number.POSITIVE_INFINITY;
      }),
  },
  {
    name: 'node-renews-early',
    title: 'renews its registration after a fifth of the time',
    clause: 'NODE-13',
    caughtBy: 'node.registration.renew',
    patch: () =>
      replace(RegistrationPlan.prototype, 'granted', (original) => (self, version, sentAt, lifetime) => {
        original(self, version, sentAt, lifetime);
        for (const state of field<Map<number, { dueAt: number }>>(self, 'states').values())
          state.dueAt = (sentAt as number) + (state.dueAt - (sentAt as number)) / 5;
      }),
  },
  {
    name: 'node-retries-evenly',
    title: 'registers again after an error at intervals that do not grow',
    clause: 'NODE-18',
    caughtBy: 'node.registration.retry',
    patch: () =>
      replace(RegistrationPlan.prototype, 'failed', (original) => (self, ...args) => {
        original(self, ...args);
        const { retryMin } = field<{ readonly retryMin: number }>(self, 'timers');
        for (const state of field<Map<number, { retry: number }>>(self, 'states').values())
          state.retry = retryMin;
      }),
  },
  {
    name: 'node-renews-one-family',
    title: 'renews its registration over one family alone',
    clause: 'NODE-13',
    caughtBy: 'node.registration.renew-families',
    patch: () =>
      replace(RegistrationPlan.prototype, 'granted', (original) => (self, ...args) => {
        original(self, ...args);
        const [, ...others] = field<Map<number, { dueAt: number }>>(self, 'states').values();
        for (const state of others) state.dueAt = Number.POSITIVE_INFINITY;
      }),
  },
  {
    name: 'node-waits-after-moves',
    title: 'keeps the interval between its tries over a change of network',
    clause: 'NODE-18',
    caughtBy: 'node.registration.retry-moved',
    patch() {
      let last: number | undefined;
      replace(RegistrationPlan.prototype, 'failed', (original) => (self, version, now) => {
        original(self, version, now);
        last = field<Map<number, { retry: number }>>(self, 'states').get(version as number)?.retry;
      });
      replace(RegistrationPlan.prototype, 'restart', (original) => (self, ...args) => {
        original(self, ...args);
        for (const state of field<Map<number, { retry: number }>>(self, 'states').values())
          state.retry = last ?? state.retry;
      });
    },
  },
  {
    name: 'node-no-dc-keep-alive',
    title: 'keeps no mapping towards its DC alive',
    clause: 'TUN-08',
    caughtBy: 'node.keep-alive.association',
    patch: () => replace(KeepAlive.prototype, 'draw', () => () => undefined),
  },
  {
    name: 'node-one-context',
    title: 'knows its association by its ID alone, though it was given aliases',
    clause: 'KEY-14',
    caughtBy: 'node.alias.accepted',
    patch: () =>
      replace(
        Home.prototype,
        'isContext',
        () => (self, context) => context === field<HomeParts>(self, 'parts').config.association.id,
      ),
  },
  {
    name: 'node-drops-silently',
    title: 'drops packets that go nowhere without a word',
    clause: 'NODE-10',
    caughtBy: 'node.held.failed',
    patch: () => replace(Connections.prototype, 'refuse', () => () => undefined),
  },
  {
    name: 'node-holds-without-end',
    title: 'sends packets that it has held for too long',
    clause: 'NODE-10',
    caughtBy: 'node.held.expiry',
    patch: () => {
      replace(HeldPackets.prototype, 'takeExpired', () => () => []);
      replace(HeldPackets.prototype, 'wakeAt', () => () => Number.POSITIVE_INFINITY);
    },
  },
  {
    name: 'node-holds-last',
    title: 'sends held packets in the reverse order',
    clause: 'NODE-10',
    caughtBy: 'node.held.order',
    patch: () =>
      replace(
        HeldPackets.prototype,
        'take',
        (original) =>
          (self, ...args) =>
            (original(self, ...args) as Uint8Array[]).reverse(),
      ),
  },
  {
    name: 'node-forgets-names-in-use',
    title: 'forgets the name of an address its time after the direction, though packets went there since',
    clause: 'NODE-10',
    caughtBy: 'node.held.name-memory',
    patch() {
      const first = new Map<unknown, Instant>();
      replace(Names.prototype, 'note', (original) => (self, addresses, goal, usedAt) => {
        const [address] = addresses as readonly unknown[];
        if (!first.has(address)) first.set(address, usedAt as Instant);
        return original(self, addresses, goal, usedAt);
      });
      replace(Names.prototype, 'goalOf', (original) => (self, address, now) => {
        const { memory } = self as unknown as { readonly memory: number };
        const isOver = (now as Instant) >= (first.get(address) ?? (now as Instant)) + memory;
        return isOver ? undefined : original(self, address, now);
      });
    },
  },
  {
    name: 'node-never-forgets-names',
    title: 'knows the name of an address for ever',
    clause: 'NODE-10',
    caughtBy: 'node.held.name-memory',
    patch: () =>
      replace(
        Names.prototype,
        'goalOf',
        (original) => (self, address) => original(self, address, Number.NEGATIVE_INFINITY),
      ),
  },
  {
    name: 'node-hopes-on',
    title: 'waits for an end that opens nothing for as long as the path is there',
    clause: 'HO-19',
    caughtBy: 'node.path.awaited-in-vain',
    patch: () =>
      replace(Opening.prototype, 'start', (original) => (self, now) => {
        if (field<number>(self, 'awaitsUntil') > 0) setField(self, 'awaitsUntil', Number.POSITIVE_INFINITY);
        original(self, now);
      }),
  },
  {
    name: 'node-never-stranded',
    title: 'leaves a path as it is that was confirmed and has no valid address',
    clause: 'HO-10',
    caughtBy: 'node.path.never-valid',
    patch: () =>
      replace(Standing.prototype, 'unanswered', (original) => (self) => {
        if (field<{ confirmedAt?: number }>(field(self, 'parts'), 'life').confirmedAt === undefined)
          original(self);
      }),
  },
  {
    name: 'node-opens-once-more',
    title: 'opens a path without a route once more, and then waits',
    clause: 'HO-10',
    caughtBy: 'node.route.opens-again',
    patch() {
      const opened = new WeakSet<object>();
      replace(Opening.prototype, 'everywhere', (original) => (self, ...args) => {
        if (!opened.has(self)) original(self, ...args);
        opened.add(self);
      });
    },
  },
  {
    name: 'node-asks-again-at-once',
    title: 'asks again for a name that was refused a moment ago',
    clause: 'ERR-06',
    caughtBy: 'node.resolver.not-again-at-once',
    patch: () => replace(Directions.prototype, 'failed', () => () => undefined),
  },
  {
    name: 'node-tells-real-addresses',
    title: 'answers an application with a real address of the peer',
    clause: 'DNS-09',
    caughtBy: 'node.resolver.address',
    patch: () =>
      replace(Resolver.prototype, 'settle', (original) => (self, name, addresses) => {
        return original(self, name, addresses === undefined ? undefined : [REAL]);
      }),
  },
  {
    name: 'node-takes-any-name',
    title: 'takes every name for that of an NTM node',
    clause: 'DNS-18',
    caughtBy: 'node.resolver.ordinary',
    patch: () =>
      replace(Resolver.prototype, 'take', (original) => (self, number, message, ...rest) => {
        const parts = field<ResolverParts>(self, 'parts');
        const label = readQuery(message as Uint8Array)?.name?.split('.')[1];
        if (label !== undefined) setField(self, 'parts', { ...parts, marker: label });
        original(self, number, message, ...rest);
        setField(self, 'parts', parts);
      }),
  },
];
