/** Faults of a DC in what it knows: registrations, virtual addresses, aliases, what outlives a restart. */
import type { Endpoint, Ip } from '../../reference/address.ts';
import { family } from '../../reference/address.ts';
import type { Effect, Input, Instant } from '../../reference/core.ts';
import { Aliases } from '../../reference/roles/dc/aliases.ts';
import type { NodesOf } from '../../reference/roles/dc/nodes.ts';
import { Nodes } from '../../reference/roles/dc/nodes.ts';
import type { NodePeer, Registered } from '../../reference/roles/dc/parts.ts';
import { Pools } from '../../reference/roles/dc/pools.ts';
import type { NodeRecord } from '../../reference/roles/dc/record.ts';
import { RelayDirections } from '../../reference/roles/dc/relay-directions.ts';
import type { RegistrationRequest } from '../../reference/wire/messages.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, withHandle } from '../reference/variant.ts';

type Observed = Registered['observed'];

export const DC: readonly Saboteur[] = [
  {
    name: 'dc-same-address-twice',
    title: 'gives every node the first address of a pool',
    clause: 'DC-01',
    caughtBy: 'dc.addresses.unique',
    patch: () => {
      const given = new WeakMap<object, Map<unknown, unknown>>();
      replace(Pools.prototype, 'next', (original) => (self, version) => {
        const first = given.get(self) ?? new Map<unknown, unknown>();
        given.set(self, first);
        if (!first.has(version)) first.set(version, original(self, version));
        return first.get(version);
      });
    },
  },
  {
    name: 'dc-address-each-time',
    title: 'gives a node other virtual addresses each time that it registers',
    clause: 'DC-03',
    caughtBy: 'dc.addresses.same',
    patch: () =>
      replace(
        Pools.prototype,
        'take',
        (original) =>
          (self, owner, _has, ...rest) =>
            original(self, owner, [], ...rest),
      ),
  },
  {
    name: 'dc-forgets-promises',
    title: 'begins with nothing after a restart',
    clause: 'DC-25',
    caughtBy: 'dc.restart.promises',
    patch: () =>
      replace(
        Nodes.prototype,
        'restore',
        (original) =>
          (self, _stored, ...rest) =>
            original(self, new Map(), ...rest),
      ),
  },
  {
    name: 'dc-promises-first',
    title: 'answers first and makes durable what it promised 1.5 s later',
    clause: 'DC-25',
    caughtBy: 'dc.restart.promises',
    wrap: (created) => {
      const late: { readonly at: Instant; readonly effect: Effect }[] = [];
      const { role } = created;
      const handle = (input: Input, now: Instant): Effect[] => {
        const due = late.filter(({ at }) => at <= now).map(({ effect }) => effect);
        late.splice(0, due.length);
        // What was told to be stored is not told again.
        if (input.kind === 'done' && input.outcome.what === 'stored') return due;
        return [
          ...due,
          ...role.handle(input, now).flatMap((effect): Effect[] => {
            if (effect.kind !== 'persist') return [effect];
            late.push({ at: now + 1500, effect });
            return role.handle({ kind: 'done', ref: effect.ref, outcome: { what: 'stored', ok: true } }, now);
          }),
        ];
      };
      return withHandle(created, handle, () => {
        const next = Math.min(
          role.wakeAt() ?? Number.POSITIVE_INFINITY,
          late[0]?.at ?? Number.POSITIVE_INFINITY,
        );
        return next === Number.POSITIVE_INFINITY ? undefined : next;
      });
    },
  },
  {
    name: 'dc-any-lifetime',
    title: 'grants whatever lifetime is asked for',
    clause: 'DC-29',
    caughtBy: 'dc.registration.lifetime',
    patch: () => replace(Nodes.prototype, 'lifetimeFor', () => (_self, asked) => asked),
  },
  {
    name: 'dc-any-name',
    title: 'registers a node under whatever name it says',
    clause: 'DC-07',
    caughtBy: 'dc.registration.not-its-own',
    patch: () =>
      replace(Nodes.prototype, 'take', (original) => (self, node, peer, request, ...rest) => {
        const { name: fqdn } = peer as NodePeer;
        return original(self, node, peer, { ...(request as RegistrationRequest), fqdn }, ...rest);
      }),
  },
  {
    name: 'dc-observes-the-body',
    title: 'takes a node to be where its Registration Request says',
    clause: 'DC-05',
    caughtBy: 'dc.registration.observed',
    patch: () =>
      observing(({ observed, locals }) => ({
        ...observed,
        ...Object.fromEntries(locals.map((endpoint) => [family(endpoint.ip), endpoint])),
      })),
  },
  {
    name: 'dc-one-family',
    title: 'knows a node over one family only',
    clause: 'DC-05',
    caughtBy: 'dc.registration.families',
    patch: () => observing(({ observed }) => (observed[4] === undefined ? observed : { 4: observed[4] })),
  },
  {
    name: 'dc-keeps-families',
    title: 'takes a node to have a family that it has not got any more',
    clause: 'DC-05',
    caughtBy: 'dc.registration.family-lost',
    patch: () => {
      const seen = new Map<string, { readonly [Family in 4 | 6]?: Endpoint }>();
      observing(({ observed, virtualAddresses }) => {
        const node = virtualAddresses.join();
        const all = { ...seen.get(node), ...observed };
        seen.set(node, all);
        return all;
      });
    },
  },
  {
    name: 'dc-families-for-ever',
    title: 'takes a node to have a family as long as it is registered over any',
    clause: 'DC-05',
    caughtBy: 'dc.registration.family-expiry',
    patch: () =>
      replace(Nodes.prototype, 'registered', (original) => (self, ...args) => {
        const registered = original(self, ...args) as Registered | undefined;
        if (registered === undefined) return undefined;
        const nodes = field<Map<string, { readonly record?: NodeRecord }>>(self, 'nodes');
        const seen = nodes.get(registered.peer.nodeId)?.record?.location?.seen;
        return { ...registered, observed: { 4: seen?.[4]?.observed, 6: seen?.[6]?.observed } };
      }),
  },
  {
    name: 'dc-believes-sources',
    title: 'takes a node to be where a Registration Request came from, without a probe',
    clause: 'DC-05',
    caughtBy: 'dc.registration.validated',
    patch: () =>
      replace(Nodes.prototype, 'take', (original) => (self, node, peer, request, from, ...rest) => {
        const valid = field<{ [Family in 4 | 6]?: Endpoint }>(node as object, 'valid');
        const { ip } = from as { readonly ip: Ip };
        valid[family(ip)] = from as Endpoint;
        return original(self, node, peer, request, from, ...rest);
      }),
  },
  {
    name: 'dc-never-ends',
    title: 'goes by registrations that have run out',
    clause: 'DC-29',
    caughtBy: 'dc.registration.expiry',
    patch: () =>
      replace(
        Nodes.prototype,
        'registered',
        (original) =>
          (self, peer, _now, ...rest) =>
            original(self, peer, 0, ...rest),
      ),
  },
  {
    name: 'dc-aliases-of-nobody',
    title: 'gives out aliases under which it knows nobody',
    clause: 'KEY-14',
    caughtBy: 'dc.alias.used',
    patch: () =>
      replace(Aliases.prototype, 'give', (original) => (self, context, random, _admit, end) => {
        const admit = () => true;
        return original(self, context, random, admit, end);
      }),
  },
  {
    name: 'dc-relay-told-once',
    title: 'tells a relay that was started again nothing',
    clause: 'DC-39',
    caughtBy: 'dc.relay.repeated',
    patch: () => replace(RelayDirections.prototype, 'repeat', () => () => []),
  },
  {
    name: 'dc-paths-for-ever',
    title: 'counts paths as live whose node has left',
    clause: 'DC-39',
    caughtBy: 'dc.relay.not-repeated',
    patch: () => replace(RelayDirections.prototype, 'takeOf', () => () => []),
  },
  {
    name: 'dc-withdraws-what-ran-out',
    title: 'withdraws the paths of a node whose registration ran out',
    clause: 'DC-39',
    caughtBy: 'dc.relay.ran-out',
    patch: () =>
      replace(Nodes.prototype, 'tick', (original) => (self, ...args) => {
        const dc = field<NodesOf>(self, 'dc');
        const left: NodesOf['left'] = (peer, _how, now) => dc.left(peer, 'deregistered', now);
        return original(Object.assign(Object.create(self), { dc: { ...dc, left } }), ...args);
      }),
  },
  {
    name: 'dc-repeats-what-ran-out',
    title: 'counts paths as live though the registration of their node ran out',
    clause: 'DC-39',
    caughtBy: 'dc.relay.ran-out',
    patch: () =>
      replace(Nodes.prototype, 'tick', (original) => (self, ...args) => {
        const dc = { ...field<NodesOf>(self, 'dc'), left: () => {} };
        return original(Object.assign(Object.create(self), { dc }), ...args);
      }),
  },
];

/** Where the rest of the DC takes a node to be. */
function observing(change: (registered: Registered) => Observed): void {
  replace(Nodes.prototype, 'registered', (original) => (self, ...args) => {
    const registered = original(self, ...args) as Registered | undefined;
    return registered && { ...registered, observed: change(registered) };
  });
}
