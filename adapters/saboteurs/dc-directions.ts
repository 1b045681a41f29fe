/** Faults of a DC in what it directs. */
import { Association } from '../../reference/roles/association/association.ts';
import { Nodes } from '../../reference/roles/dc/nodes.ts';
import type { Registered } from '../../reference/roles/dc/parts.ts';
import type { Message } from '../../reference/wire/messages.ts';
import { encodeBody } from '../../reference/wire/messages.ts';
import { Key, MessageType, Part, Status } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { replace } from '../reference/variant.ts';

const RELAY_ONLY = 2;
/** 10.0.0.1:4500 */
const PRIVATE = { ip: '10.0.0.1', port: 4500 };

type Fields = Readonly<Record<string, unknown>>;

export const DC_DIRECTIONS: readonly Saboteur[] = [
  {
    name: 'dc-tells-the-relay',
    title: 'tells an RS-S the secret of a path',
    clause: 'KEY-04',
    caughtBy: 'dc.relay.direction',
    patch: () =>
      replace(Association.prototype, 'encode', (original) => (self, message, ...rest) => {
        const isForRelay =
          (message as Message).type === MessageType.relayDirection && 'legs' in (message as object);
        if (!isForRelay) return original(self, message, ...rest);
        return encodeBody(message as Message, new Map([[Key.pathSecret, new Uint8Array(32).fill(7)]]));
      }),
  },
  {
    name: 'dc-wrong-part',
    title: 'has the end that is not behind a NAT initiate',
    clause: 'DC-12',
    caughtBy: 'dc.route.pairs',
    patch: () =>
      directing((route) => {
        if (route.part === Part.both) return route;
        return { ...route, part: route.part === Part.initiate ? Part.await : Part.initiate };
      }),
  },
  {
    name: 'dc-one-secret',
    title: 'gives every path the same secret',
    clause: 'DC-23',
    caughtBy: 'dc.route.fresh',
    patch: () => directing((route) => ({ ...route, pathSecret: new Uint8Array(32).fill(7) })),
  },
  {
    name: 'dc-private-candidates',
    title: 'directs nodes to private endpoints',
    clause: 'DC-35',
    caughtBy: 'dc.route.candidates',
    patch: () =>
      directing((route) => ({
        ...route,
        candidates: [...((route.candidates as readonly unknown[] | undefined) ?? []), PRIVATE],
      })),
  },
  {
    name: 'dc-any-candidate-first',
    title: 'gives candidates in the reverse order',
    clause: 'DC-35',
    caughtBy: 'dc.route.candidates',
    patch: () =>
      directing((route) => ({
        ...route,
        candidates: [...((route.candidates as readonly unknown[] | undefined) ?? [])].reverse(),
      })),
  },
  {
    name: 'dc-forgets-the-name',
    title: 'tells another DC of a path without the name of its node',
    clause: 'FED-06',
    caughtBy: 'dc.route.pairs-abroad',
    patch: () => directing(({ forFqdn: _, ...route }) => route),
  },
  {
    name: 'dc-ignores-relay-only',
    title: 'takes no notice of the feature relay-only',
    clause: 'DC-27',
    caughtBy: 'dc.route.relay-wanted',
    patch: () =>
      replace(Nodes.prototype, 'registered', (original) => (self, ...args) => {
        const registered = original(self, ...args) as Registered | undefined;
        if (registered === undefined) return undefined;
        return { ...registered, features: registered.features.filter((feature) => feature !== RELAY_ONLY) };
      }),
  },
  {
    name: 'dc-never-withdraws',
    title: 'leaves at the relay what came to nothing',
    clause: 'DC-37',
    caughtBy: 'dc.relay.withdrawn',
    patch: () =>
      replace(Association.prototype, 'request', (original) => (self, message, ...rest) => {
        const isWithdrawal = (message as Fields).withdraw === true;
        return isWithdrawal ? [] : original(self, message, ...rest);
      }),
  },
  {
    name: 'dc-silent-on-strangers',
    title: 'says nothing when a node asks for a name that nobody has',
    clause: 'DC-09',
    caughtBy: 'dc.direction.failures',
    patch: () =>
      replace(Association.prototype, 'answer', (original) => (self, message, ...rest) => {
        const { type, status } = message as { readonly type: number; readonly status?: number };
        const isUnknown = type === MessageType.routeDirection && status === Status.unknownName;
        return isUnknown ? [] : original(self, message, ...rest);
      }),
  },
  {
    name: 'dc-any-reason-is-no-route',
    title: 'answers no-route when CN refuses',
    clause: 'DC-32',
    caughtBy: 'dc.direction.cn-refuses',
    patch: () =>
      replace(Association.prototype, 'answer', (original) => (self, message, ...rest) => {
        const { type, status } = message as { readonly type: number; readonly status?: number };
        const isRefusal = type === MessageType.routeDirection && status === Status.refused;
        return original(
          self,
          isRefusal ? { ...(message as object), status: Status.noRoute } : message,
          ...rest,
        );
      }),
  },
];

/** Changes each Route Direction that is no error, to whomever it goes. */
function directing(change: (route: Fields) => Fields): void {
  replace(Association.prototype, 'encode', (original) => (self, message, ...rest) => {
    const { type, status } = message as { readonly type: number; readonly status?: number };
    const isRoute = type === MessageType.routeDirection && (status === undefined || status === Status.ok);
    return original(self, isRoute ? change(message as Fields) : message, ...rest);
  });
}
