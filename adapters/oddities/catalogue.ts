/** Variants of roles that do what the specification leaves open otherwise than the reference does. */

import { Channel } from '../../reference/channel/channel.ts';
import type { Handshake } from '../../reference/channel/handshake.ts';
import { OpeningLimit } from '../../reference/channel/limit.ts';
import { Outgoing } from '../../reference/channel/outgoing.ts';
import { DataPath } from '../../reference/channel/sealing.ts';
import type { Effect, Instant } from '../../reference/core.ts';
import { Association } from '../../reference/roles/association/association.ts';
import { Aliases } from '../../reference/roles/dc/aliases.ts';
import { Pools } from '../../reference/roles/dc/pools.ts';
import type { ResolverParts } from '../../reference/roles/node/resolver.ts';
import { Resolver } from '../../reference/roles/node/resolver.ts';
import { Entries } from '../../reference/roles/rs-s/entries.ts';
import type { Message } from '../../reference/wire/messages.ts';
import { encodeBody } from '../../reference/wire/messages.ts';
import { GREASE_KEYS, MessageType, Status } from '../../reference/wire/registry.ts';
import type { Created } from '../reference/created.ts';
import type { Oddity } from '../reference/variant.ts';
import { field, replace, setField, withHandle } from '../reference/variant.ts';
import { DNS_ODDITIES } from './dns.ts';
import { NAPT_ODDITIES } from './napt.ts';
import { RESOLVER_ODDITIES } from './resolver.ts';
import { ROUTE_ODDITIES } from './routes.ts';

export const ODDITIES: readonly Oddity[] = [
  {
    name: 'greasy',
    title: 'puts every grease key into each body, and padding where it may stand',
    clause: 'GEN-21',
    patch: () =>
      replace(Association.prototype, 'encode', () => (_self, message) => {
        const extra = new Map<number, Uint8Array>(
          GREASE_KEYS.map((key) => [key, new Uint8Array(16).fill(key)]),
        );
        // An error has nothing beside transaction and status but grease. [ERR-07]
        const { status } = message as { status?: number };
        if (status === undefined || status === Status.ok) extra.set(2, new Uint8Array(40));
        return encodeBody(message as Message, extra);
      }),
  },
  {
    name: 'skips-sequences',
    title: 'leaves gaps of up to 300 between its sequence numbers',
    clause: 'TUN-03',
    patch: () =>
      replace(Outgoing.prototype, 'sendSealed', (original) => (self, keys, ...rest) => {
        const handshake = keys as Handshake | undefined;
        if (handshake !== undefined) handshake.sent += (handshake.sent * 7n) % 300n;
        return original(self, keys, ...rest);
      }),
  },
  {
    name: 'one-endpoint',
    title: 'names only the first of its endpoints for a path',
    clause: 'RS-21',
    patch: () =>
      replace(Association.prototype, 'encode', (original) => (self, message) => {
        const { type, endpoints } = message as { type: number; endpoints?: readonly unknown[] };
        const isAnswer = type === MessageType.directionResponse && endpoints !== undefined;
        return original(
          self,
          isAnswer ? { ...(message as object), endpoints: endpoints.slice(0, 1) } : message,
        );
      }),
  },
  {
    name: 'slow',
    title: 'does everything 80 ms late',
    clause: 'GEN-38',
    wrap: (created) => delayed(created, 80),
  },
  {
    name: 'token-buckets',
    title: 'limits openings by token buckets, which let up to twice the rate through in a second',
    clause: 'GEN-29',
    patch: () => {
      const buckets = new WeakMap<object, Map<string, { tokens: number; at: number }>>();
      replace(OpeningLimit.prototype, 'admit', () => (self, from, now) => {
        const own = buckets.get(self) ?? new Map<string, { tokens: number; at: number }>();
        buckets.set(self, own);
        const filled = (name: string, rate: number) => {
          const { tokens, at } = own.get(name) ?? { tokens: rate, at: now as number };
          const bucket = {
            tokens: Math.min(rate, tokens + (((now as number) - at) / 1000) * rate),
            at: now as number,
          };
          own.set(name, bucket);
          return bucket;
        };
        const both = [filled('all', 64), filled(JSON.stringify(from), 8)];
        if (both.some(({ tokens }) => tokens < 1)) return false;
        for (const bucket of both) bucket.tokens -= 1;
        return true;
      });
    },
  },
  {
    name: 'tardy-expiry',
    title: 'removes an idle entry 4 s after its time',
    clause: 'RS-08',
    patch: () =>
      replace(Entries.prototype, 'direct', (original) => (self, direction, owner, now) => {
        const status = original(self, direction, owner, now);
        for (const entry of (
          Reflect.get(self, 'paths') as Map<string, { refreshedAt: number; late?: true }>
        ).values()) {
          if (entry.late === undefined) entry.refreshedAt += 4000;
          entry.late = true;
        }
        return status;
      }),
  },
  {
    name: 'dc-no-aliases',
    title: 'gives its nodes no aliases',
    clause: 'KEY-14',
    patch: () => replace(Aliases.prototype, 'give', () => () => []),
  },
  {
    name: 'dc-one-family-addresses',
    title: 'gives its nodes virtual addresses of IPv4 alone, where it has them',
    clause: 'DC-02',
    patch: () =>
      replace(Pools.prototype, 'take', (original) => (self, ...args) => {
        if (field<readonly number[]>(self, 'families').includes(4)) setField(self, 'families', [4]);
        return original(self, ...args);
      }),
  },
  {
    name: 'node-pads-data',
    title: 'puts 24 zero bytes after each small inner packet',
    clause: 'TUN-09',
    patch: () => {
      const padded = (packet: Uint8Array): Uint8Array => {
        const longer = new Uint8Array(packet.length + (packet.length > SMALL ? 0 : 24));
        longer.set(packet);
        return longer;
      };
      replace(Channel.prototype, 'send', (original) => (self, type, body, ...rest) => {
        return original(self, type, type === MessageType.data ? padded(body as Uint8Array) : body, ...rest);
      });
      replace(DataPath.prototype, 'seal', (original) => (self, packet, ...rest) => {
        return original(self, padded(packet as Uint8Array), ...rest);
      });
    },
  },
  {
    name: 'node-short-answers',
    title: 'tells applications to forget the addresses of peers at once',
    clause: 'DNS-08',
    patch: () =>
      replace(Resolver.prototype, 'settle', (original) => (self, ...args) => {
        setField(self, 'parts', { ...field<ResolverParts>(self, 'parts'), ttl: 0 });
        return original(self, ...args);
      }),
  },
  ...DNS_ODDITIES,
  ...RESOLVER_ODDITIES,
  ...ROUTE_ODDITIES,
  ...NAPT_ODDITIES,
];

/** Bytes of an inner packet that has room for more. */
const SMALL = 500;
/** Handles each input in time, but lets its sends out later. */
function delayed(created: Created, delay: number): Created {
  const waiting: { readonly at: Instant; readonly effect: Effect }[] = [];
  const { role } = created;
  return withHandle(
    created,
    (input, now) => {
      const out: Effect[] = [];
      while ((waiting[0]?.at ?? Number.POSITIVE_INFINITY) <= now) {
        const next = waiting.shift();
        if (next !== undefined) out.push(next.effect);
      }
      // Nobody asks again after a stop.
      if (input.kind === 'stop') out.push(...waiting.splice(0).map(({ effect }) => effect));
      for (const effect of role.handle(input, now)) {
        if (effect.kind !== 'send' || input.kind === 'stop') out.push(effect);
        else waiting.push({ at: now + delay, effect: { ...effect, bytes: effect.bytes.slice() } });
      }
      return out;
    },
    () => {
      const next = Math.min(
        role.wakeAt() ?? Number.POSITIVE_INFINITY,
        waiting[0]?.at ?? Number.POSITIVE_INFINITY,
      );
      return next === Number.POSITIVE_INFINITY ? undefined : next;
    },
  );
}
