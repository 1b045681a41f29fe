/** Faults of a node towards general peers: their names, and what it asks for. */
import type { Ip } from '../../reference/address.ts';
import { decodeMessage } from '../../reference/dns/query.ts';
import { Directions } from '../../reference/roles/node/directions.ts';
import { General } from '../../reference/roles/node/general.ts';
import type { Goal } from '../../reference/roles/node/goal.ts';
import { translatedGoal } from '../../reference/roles/node/goal.ts';
import { Names } from '../../reference/roles/node/names.ts';
import { Paths } from '../../reference/roles/node/paths.ts';
import { Resolver } from '../../reference/roles/node/resolver.ts';
import type { Asking, WaitingQuery } from '../../reference/roles/node/waiting.ts';
import { WaitingQueries } from '../../reference/roles/node/waiting.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

type Parts = Partial<Pick<WaitingQuery, 'links' | 'response'>>;

export const NODE_GENERAL: readonly Saboteur[] = [
  {
    name: 'node-tells-real-peers',
    title: 'gives an application the real address of a general peer that is to be reached by an RS-N',
    clause: 'DNS-16',
    caughtBy: 'node.general.name',
    patch: () =>
      replace(Resolver.prototype, 'hold', (original) => (self, asking, goal, parts, now) => {
        const { response } = parts as Parts;
        if ((goal as Goal).general !== undefined) call(self, 'answer', asking, response);
        return original(self, asking, goal, parts, now);
      }),
  },
  {
    name: 'node-asks-for-last-address',
    title: 'asks for the last address of a general name, not for the first one',
    clause: 'DNS-16',
    caughtBy: 'node.general.name',
    patch: () =>
      replace(
        General.prototype,
        'resolved',
        (original) => (self, name, addresses, now) =>
          original(self, name, [...(addresses as readonly Ip[])].reverse(), now),
      ),
  },
  {
    name: 'node-one-policy-for-all',
    title: 'has one policy for all general peers, whatever was set for a destination',
    clause: 'NODE-20',
    caughtBy: 'node.general.policy',
    patch: () =>
      replace(General.prototype, 'resolved', (original) => (self, ...args) => {
        const parts = field<{ config: object }>(self, 'parts');
        setField(self, 'parts', { ...parts, config: { ...parts.config, destinations: [] } });
        return original(self, ...args);
      }),
  },
  {
    name: 'node-relays-to-neighbours',
    title: 'reaches hosts of the links that it is attached to by an RS-N',
    clause: 'NODE-20',
    caughtBy: 'node.general.policy',
    patch: () =>
      replace(General.prototype, 'resolved', (original) => (self, ...args) => {
        setField(self, 'parts', { ...field<object>(self, 'parts'), links: () => [] });
        return original(self, ...args);
      }),
  },
  {
    name: 'node-believes-failures',
    title: 'takes an answer with an error for one that tells of a general peer',
    clause: 'DNS-15',
    caughtBy: 'node.general.no-proof',
    patch: () =>
      replace(Resolver.prototype, 'act', (original) => (self, asking, response, now) => {
        const whole = (response as Uint8Array | undefined)?.slice();
        const isAddressed = whole !== undefined && (decodeMessage(whole)?.answers?.length ?? 0) > 0;
        if (isAddressed) whole[3] = (whole[3] ?? 0) & 0xf0;
        return original(self, asking, whole, now);
      }),
  },
  {
    name: 'node-takes-nodes-for-general',
    title:
      'asks for the real address of an NTM node as a general peer where the direction for its name fails',
    clause: 'DNS-15',
    caughtBy: 'node.general.not-a-node',
    patch() {
      const responses = new WeakMap<Asking, Uint8Array>();
      replace(Resolver.prototype, 'hold', (original) => (self, asking, goal, parts, now) => {
        const { response } = parts as Parts;
        if (response && (goal as Goal).general === undefined) responses.set(asking as Asking, response);
        return original(self, asking, goal, parts, now);
      });
      replace(Resolver.prototype, 'fail', (original) => (self, asking, ...rest) => {
        const response = responses.get(asking as Asking);
        responses.delete(asking as Asking);
        const found = response && decodeMessage(response)?.answers?.find(({ type }) => type === 'A');
        if (found?.type !== 'A') return original(self, asking, ...rest);
        return call(self, 'hold', asking, translatedGoal(found.data as Ip), { response }, 0);
      });
    },
  },
  {
    name: 'node-path-for-each-general-query',
    title: 'asks for a general peer though a request for it is outstanding',
    clause: 'DNS-16',
    caughtBy: 'node.general.concurrent',
    patch: () =>
      replace(
        Directions.prototype,
        'isUnderWay',
        (original) => (self, goal) => (goal as Goal).general === undefined && original(self, goal),
      ),
  },
  {
    name: 'node-forgets-live-general-paths',
    title: 'asks for a general peer though there is a live path to it',
    clause: 'DNS-14',
    caughtBy: 'node.general.live-path',
    patch: () =>
      replace(
        Paths.prototype,
        'forGoal',
        (original) => (self, goal) =>
          (goal as Goal).general === undefined ? original(self, goal) : undefined,
      ),
  },
  {
    name: 'node-falls-back-for-general',
    title: 'gives an application the real address of a general peer where the direction fails, unasked',
    clause: 'DNS-11',
    caughtBy: 'node.general.failed',
    patch() {
      const responses = new WeakMap<Asking, Uint8Array>();
      replace(Resolver.prototype, 'hold', (original) => (self, asking, goal, parts, now) => {
        const { response } = parts as Parts;
        if (response && (goal as Goal).general !== undefined) responses.set(asking as Asking, response);
        return original(self, asking, goal, parts, now);
      });
      replace(Resolver.prototype, 'fail', (original) => (self, asking, ...rest) => {
        const response = responses.get(asking as Asking);
        return response ? call(self, 'answer', asking, response) : original(self, asking, ...rest);
      });
    },
  },
  {
    name: 'node-waits-on-for-general',
    title: 'lets a query for a general name wait for as long as its direction takes',
    clause: 'DNS-07',
    caughtBy: 'node.general.no-answer',
    patch: () =>
      replace(WaitingQueries.prototype, 'add', (original) => (self, key, waiting) => {
        const isGeneral = (key as string).includes(' ');
        const until = isGeneral ? Number.POSITIVE_INFINITY : (waiting as WaitingQuery).until;
        return original(self, key, { ...(waiting as WaitingQuery), until });
      }),
  },
  {
    name: 'node-forgets-general-peers',
    title: 'knows nothing of whom an address stood for once its path is gone',
    clause: 'NODE-10',
    caughtBy: 'node.general.memory',
    patch: () =>
      replace(
        Names.prototype,
        'note',
        (original) => (self, addresses, goal, usedAt) =>
          (goal as Goal).asked.want === 2 ? undefined : original(self, addresses, goal, usedAt),
      ),
  },
  {
    name: 'node-forgets-named-policies',
    title: 'knows a policy by name only until DNS has answered',
    clause: 'NODE-20',
    caughtBy: 'node.lent.told-by-name',
    patch: () =>
      replace(General.prototype, 'goalTo', (original) => (self, ...args) => {
        const told = new Names(1, 1);
        setField(self, 'told', told);
        return original(self, ...args);
      }),
  },
];

function call(self: object, method: string, ...args: readonly unknown[]): unknown {
  return Reflect.apply(Reflect.get(self, method) as (...args: readonly unknown[]) => unknown, self, args);
}
