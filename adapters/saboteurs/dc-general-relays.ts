/** Faults of a DC with relays that end tunnels: which it asks, what it takes from them, and what it refuses. */
import type { Endpoint, Ip } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import { Association } from '../../reference/roles/association/association.ts';
import { Directions } from '../../reference/roles/dc/direction/directions.ts';
import type { Known } from '../../reference/roles/dc/direction/paths.ts';
import { Paths } from '../../reference/roles/dc/direction/paths.ts';
import type { LiveRelayDirection, RegisteredRelay } from '../../reference/roles/dc/parts.ts';
import { RelayDirections } from '../../reference/roles/dc/relay-directions.ts';
import { Relays } from '../../reference/roles/dc/relays.ts';
import { MessageType, RelayKind, Status } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, replaceProperty, setField } from '../reference/variant.ts';

/** [2001:db8::1]:4330 */
const SIX: Endpoint = { ip: '2001:db8::1' as Ip, port: 4330 };

/** A pool that has every address. */
class AnyAddress extends Array<Ip> {
  override includes(): boolean {
    return true;
  }
  override filter(): never {
    return this as never;
  }
}

export const DC_GENERAL_RELAYS: readonly Saboteur[] = [
  {
    name: 'dc-general-any-lease',
    title: 'gives a node whatever address an RS-T says that it lends',
    clause: 'DC-44',
    caughtBy: 'dc.general.none',
    patch: () =>
      choosing((relays) =>
        relays.map((relay) => {
          const { peer } = relay;
          if (!(peer.lent instanceof AnyAddress)) setField(peer, 'lent', AnyAddress.from(peer.lent));
          return relay;
        }),
      ),
  },
  {
    name: 'dc-general-keeps-lost-leases',
    title: 'leaves a path at an RS-T that lends another address for it since its restart',
    clause: 'DC-44',
    caughtBy: 'dc.general.repeated',
    patch: () =>
      replace(RelayDirections.prototype, 'add', (original) => (self, live, now) => {
        const { lent: _, ...rest } = live as LiveRelayDirection;
        return original(self, rest, now);
      }),
  },
  {
    name: 'dc-general-not-repeated',
    title: 'tells a relay that comes anew of paths between nodes alone',
    clause: 'DC-39',
    caughtBy: 'dc.general.repeated',
    patch: () =>
      replace(RelayDirections.prototype, 'repeat', (original) => (self, ...args) => {
        const live = original(self, ...args) as readonly LiveRelayDirection[];
        return live.filter(({ direction }) => 'legs' in direction);
      }),
  },
  {
    name: 'dc-general-any-family',
    title: 'has an RS-N without IPv6 reach peers of IPv6',
    clause: 'DC-16',
    caughtBy: 'dc.general.no-relay',
    patch: () =>
      choosing((relays) => relays.map((relay) => ({ ...relay, endpoints: [...relay.endpoints, SIX] }))),
  },
  {
    name: 'dc-general-is-poor',
    title: 'answers no-relay when no address is left',
    clause: 'DC-32',
    caughtBy: 'dc.general.none',
    patch: () =>
      replace(Association.prototype, 'answer', (original) => (self, message, ...rest) => {
        const { type, status } = message as { readonly type: number; readonly status?: number };
        const isEmpty = type === MessageType.routeDirection && status === Status.poolEmpty;
        return original(
          self,
          isEmpty ? { ...(message as object), status: Status.noRelay } : message,
          ...rest,
        );
      }),
  },
  {
    name: 'dc-general-offers-all',
    title: 'says that it has no relay where it offers none',
    clause: 'DC-16',
    caughtBy: 'dc.general.refused',
    patch: () =>
      replace(Directions.prototype, 'asked', (original) => (self, peer, ...rest) => {
        setField(peer as object, 'offered', Object.values(RelayKind));
        return original(self, peer, ...rest);
      }),
  },
  {
    name: 'dc-general-moves-mappings',
    title: 'does not prefer the relay that has the mappings of the path that is replaced',
    clause: 'DC-38',
    caughtBy: 'dc.general.replaced',
    patch: () =>
      replace(Paths.prototype, 'relayOf', (original) => (self, pathId) => {
        const known = field<Map<string, Known>>(self, 'known').get(toHex(pathId as Uint8Array));
        return known?.names.length === 1 ? undefined : original(self, pathId);
      }),
  },
  {
    name: 'dc-general-drops-replaces',
    title: 'does not tell an RS-N or RS-T which path is replaced',
    clause: 'DC-38',
    caughtBy: 'dc.general.replaced',
    patch: () =>
      replace(Association.prototype, 'encode', (original) => (self, message, ...rest) => {
        const { replaces: _, ...others } = message as { readonly type: number; readonly replaces?: unknown };
        return original(self, others.type === MessageType.relayDirection ? others : message, ...rest);
      }),
  },
  {
    name: 'dc-general-anyones',
    title: 'replaces the path of another node to a general peer',
    clause: 'DC-32',
    caughtBy: 'dc.general.not-theirs',
    patch: () =>
      replace(Paths.prototype, 'mayReplace', (original) => (self, pathId, ends) => {
        return (ends as readonly string[]).length === 1 || original(self, pathId, ends);
      }),
  },
  {
    name: 'dc-general-uncounted',
    title: 'does not count paths to general peers',
    clause: 'DC-32',
    caughtBy: 'dc.general.room',
    patch: () => {
      const isCounted = ({ live }: { readonly live: LiveRelayDirection }): boolean =>
        'legs' in live.direction;
      replaceProperty(RelayDirections.prototype, 'size', (self) => {
        const paths = field<Map<string, { live: LiveRelayDirection }>>(self, 'paths');
        return [...paths.values()].filter(isCounted).length;
      });
    },
  },
];

function choosing(change: (relays: readonly RegisteredRelay[]) => readonly RegisteredRelay[]): void {
  replace(
    Relays.prototype,
    'choose',
    (original) =>
      (self, ...args) =>
        change(original(self, ...args) as readonly RegisteredRelay[]),
  );
}
