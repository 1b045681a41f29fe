/** Faults of a DC in paths to general peers: what it directs, and what stands for the peer. */
import { Association } from '../../reference/roles/association/association.ts';
import { Directions } from '../../reference/roles/dc/direction/directions.ts';
import { GeneralDirection } from '../../reference/roles/dc/direction/general.ts';
import type { Dc } from '../../reference/roles/dc/parts.ts';
import { Pools } from '../../reference/roles/dc/pools.ts';
import { StandIns } from '../../reference/roles/dc/stand-ins.ts';
import type { DirectionRequest, Message } from '../../reference/wire/messages.ts';
import { MessageType, Part, RelayKind } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

type Fields = Readonly<Record<string, unknown>>;

export const DC_GENERAL: readonly Saboteur[] = [
  {
    name: 'dc-general-awaits',
    title: 'has the node wait for the relay’s opening',
    clause: 'DC-10',
    caughtBy: 'dc.general.directed',
    patch: () => routes((route) => ({ ...route, part: Part.await })),
  },
  {
    name: 'dc-general-short',
    title: 'gives a path to a relay that ends it the lifetime of one between nodes',
    clause: 'DC-33',
    caughtBy: 'dc.general.directed',
    patch: () => routes((route) => ({ ...route, lifetime: 300 })),
  },
  {
    name: 'dc-general-other-secret',
    title: 'tells the relay another secret than the node',
    clause: 'DC-23',
    caughtBy: 'dc.general.directed',
    patch: () => entries((entry) => ({ ...entry, pathSecret: new Uint8Array(32).fill(7) })),
  },
  {
    name: 'dc-general-hides-the-peer',
    title: 'does not tell an RS-T whom the node wants to reach',
    clause: 'DC-22',
    caughtBy: 'dc.general.directed',
    patch: () =>
      entries(({ peerAddress, ...entry }) =>
        entry.kind === RelayKind.t ? entry : { ...entry, peerAddress },
      ),
  },
  {
    name: 'dc-general-node-first',
    title: 'directs the node while the relay is still being asked',
    clause: 'DC-18',
    caughtBy: 'dc.general.order',
    patch: () =>
      replace(GeneralDirection.prototype, 'prepare', (original) => (self, relays, sofar, end, now) => {
        const dc = field<Dc>(self, 'dc');
        const request: Dc['request'] = (peer, message, schedule, at, then) => {
          dc.request(peer, message, schedule, at, () => {});
          const endpoints = peer.association.channel.knownAddresses();
          then(
            { type: MessageType.directionResponse, transaction: message.transaction, status: 0, endpoints },
            at,
          );
        };
        const isN = (end as Fields).kind === RelayKind.n;
        if (isN) setField(self, 'dc', Object.setPrototypeOf({ request }, dc));
        return original(self, relays, sofar, end, now);
      }),
  },
  {
    name: 'dc-general-version-4',
    title: 'lets an address of IPv4 stand for every general peer',
    clause: 'DC-22',
    caughtBy: 'dc.general.family',
    patch: () =>
      replace(
        StandIns.prototype,
        'hold',
        (original) =>
          (self, real, _version, ...rest) =>
            original(self, real, 4, ...rest),
      ),
  },
  {
    name: 'dc-general-each-path',
    title: 'takes another address for the same peer each time',
    clause: 'DC-36',
    caughtBy: 'dc.general.address',
    patch: () =>
      replace(StandIns.prototype, 'hold', (original) => (self, ...args) => {
        field<Map<string, unknown>>(self, 'byReal').clear();
        return original(self, ...args);
      }),
  },
  {
    name: 'dc-general-forgets',
    title: 'knows after a restart no more what stands for whom',
    clause: 'DC-25',
    caughtBy: 'dc.general.kept',
    patch: () =>
      replace(
        StandIns.prototype,
        'restore',
        (original) =>
          (self, _stored, ...rest) =>
            original(self, new Map(), ...rest),
      ),
  },
  {
    name: 'dc-general-frees-at-once',
    title: 'gives an address away as soon as no direction with it is live',
    clause: 'DC-36',
    caughtBy: 'dc.general.kept',
    patch: () =>
      replace(StandIns.prototype, 'release', (original) => (self, ip, now) => {
        original(self, ip, now);
        const standIn = field<Map<unknown, { holders: number }>>(self, 'byIp').get(ip);
        if (standIn?.holders === 0) Reflect.apply(Reflect.get(self, 'drop'), self, [standIn]);
      }),
  },
  {
    name: 'dc-general-any-address',
    title: 'takes an address that somebody has when no other is left',
    clause: 'DC-36',
    caughtBy: 'dc.general.pool-empty',
    patch: () =>
      replace(Pools.prototype, 'takeOne', (original) => (self, ...args) => {
        const [taken] = field<Map<unknown, unknown>>(self, 'owners').keys();
        return original(self, ...args) ?? taken;
      }),
  },
  {
    name: 'dc-general-one-path',
    title: 'tells each relay that it tries of the same path',
    clause: 'DC-23',
    caughtBy: 'dc.general.second',
    patch: () =>
      replace(GeneralDirection.prototype, 'prepare', (original) => (self, ...args) => {
        const dc = field<Dc>(self, 'dc');
        const drawn = new Map<number, Uint8Array>();
        const random = (length: number): Uint8Array => {
          // Transactions are drawn as ever.
          if (length === 8) return dc.random(length);
          const bytes = drawn.get(length) ?? dc.random(length);
          drawn.set(length, bytes);
          return bytes;
        };
        if (!Object.hasOwn(dc, 'isOnePath'))
          setField(self, 'dc', Object.setPrototypeOf({ random, isOnePath: true }, dc));
        return original(self, ...args);
      }),
  },
  {
    name: 'dc-general-leases',
    title: 'takes a general peer without a kind for one that wants a lease',
    clause: 'DC-42',
    caughtBy: 'dc.general.want',
    patch: () =>
      replace(Directions.prototype, 'asked', (original) => (self, peer, request, ...rest) => {
        const { peerAddress, want } = request as DirectionRequest;
        const isOpen = peerAddress !== undefined && want === undefined;
        return original(
          self,
          peer,
          isOpen ? { ...(request as object), want: RelayKind.t } : request,
          ...rest,
        );
      }),
  },
];

/** Changes each Route Direction of kind N or T that is no error. */
function routes(change: (route: Fields) => Fields): void {
  replace(Association.prototype, 'encode', (original) => (self, message, ...rest) => {
    const { type, relay } = message as { readonly type: number; readonly relay?: Fields };
    const isOurs = type === MessageType.routeDirection && relay !== undefined && relay.kind !== RelayKind.s;
    return original(self, isOurs ? change(message as unknown as Fields) : message, ...rest);
  });
}

/** Changes each Relay Direction of kind N or T. */
function entries(change: (entry: Fields) => Fields): void {
  replace(Association.prototype, 'encode', (original) => (self, message, ...rest) => {
    const isOurs =
      (message as Message).type === MessageType.relayDirection && 'pathSecret' in (message as object);
    return original(self, isOurs ? change(message as Fields) : message, ...rest);
  });
}
