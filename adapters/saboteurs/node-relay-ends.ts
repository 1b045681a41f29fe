/** Faults of a node on paths to an RS-N or RS-T. */
import { toHex } from '../../reference/bytes.ts';
import type { Instant } from '../../reference/core.ts';
import { readInner } from '../../reference/packet/inner.ts';
import { Refusal } from '../../reference/refusal.ts';
import { Connections } from '../../reference/roles/node/connections.ts';
import { Directions } from '../../reference/roles/node/directions.ts';
import { Flows } from '../../reference/roles/node/flows.ts';
import { General } from '../../reference/roles/node/general.ts';
import type { Goal } from '../../reference/roles/node/goal.ts';
import { translatedGoal } from '../../reference/roles/node/goal.ts';
import { Path } from '../../reference/roles/node/path.ts';
import { Paths } from '../../reference/roles/node/paths.ts';
import { PathCarrier } from '../../reference/roles/tunnel/data.ts';
import { Life } from '../../reference/roles/tunnel/life.ts';
import type { Link } from '../../reference/roles/tunnel/link.ts';
import { Packets } from '../../reference/roles/tunnel/packets.ts';
import type { TunnelConfig } from '../../reference/roles/tunnel/types.ts';
import type { RouteDirection } from '../../reference/wire/messages.ts';
import { Reason, RelayKind, Status } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, replaceProperty, setField } from '../reference/variant.ts';

const ANY = { includes: () => true };

export const NODE_RELAY_ENDS: readonly Saboteur[] = [
  {
    name: 'node-trusts-relays',
    title: 'delivers whatever comes from an RS-N or RS-T for an address that is lent, or an own one',
    clause: 'NODE-11',
    caughtBy: 'node.general.wrong-packet',
    patch: () => fromRelays(({ own }) => ({ own, peerAddresses: ANY })),
  },
  {
    name: 'node-lent-reaches-all',
    title: 'delivers what comes from the general peer of a path whomever it is for',
    clause: 'TUN-13',
    caughtBy: 'node.lent.wrong-packet',
    patch: () => fromRelays(({ peerAddresses }) => ({ own: ANY, peerAddresses })),
  },
  {
    name: 'node-real-into-tunnel',
    title: 'sends packets for the real address of a general peer to its RS-N',
    clause: 'TUN-18',
    caughtBy: 'node.general.own-packets',
    patch() {
      replace(Paths.prototype, 'forAddress', (original) => (self, address) => {
        const found = original(self, address) as Path[];
        const all = [...(self as Paths).all.values()];
        const real = all.filter(
          ({ isLive, directed }) => isLive && directed.goal?.general?.address === address,
        );
        return found.length > 0 ? found : real;
      });
      toRelays((config) => ({ ...config, peerAddresses: ANY }));
    },
  },
  {
    name: 'node-one-peer-a-relay',
    title: 'takes all general peers behind one relay for one peer',
    clause: 'HO-11',
    caughtBy: 'node.general.two-peers',
    patch: () =>
      replaceProperty(Path.prototype, 'party', (self) => toHex((self as Path).directed.end.nodeId)),
  },
  {
    name: 'node-new-relay-path-for-a-move',
    title: 'closes its paths to relays when it moves',
    clause: 'HO-01',
    caughtBy: 'node.general.moved',
    patch: () =>
      replace(Paths.prototype, 'move', (original) => (self, now) => {
        for (const path of (self as Paths).all.values())
          if (path.directed.goal?.general) (self as Paths).close(path, now as Instant);
        return original(self, now);
      }),
  },
  {
    name: 'node-loses-directly',
    title: 'says that a direct route failed where an RS-N or RS-T does not answer',
    clause: 'HO-19',
    caughtBy: 'node.general.replaced',
    patch: () =>
      replace(Connections.prototype, 'reason', (original) => (self, path) => {
        const reason = original(self, path);
        const isGeneral = (path as Path).directed.goal?.general !== undefined;
        return isGeneral && reason === Reason.relayLost ? Reason.directFailed : reason;
      }),
  },
  {
    name: 'node-usual-lifetime',
    title: 'keeps a path to a relay for 7440 s, whatever its direction says',
    clause: 'TUN-08',
    caughtBy: 'node.general.lifetime',
    patch: () =>
      replace(
        Life.prototype,
        'idleAt',
        (original) => (self) =>
          (original(self) as number) +
          (field<TunnelConfig>(self, 'config').peerRole === 'rs' ? 7_440_000 : 0),
      ),
  },
  {
    name: 'node-relays-ipv4-alone',
    title: 'sends no inner IPv6 packet to an RS-N or RS-T',
    clause: 'TUN-01',
    caughtBy: 'node.general.path',
    patch() {
      replace(PathCarrier.prototype, 'seal', () => () => undefined);
      replace(Packets.prototype, 'send', (original) => (self, packet, ...rest) => {
        const isIpv6 = ((packet as Uint8Array)[0] ?? 0) >> 4 === 6;
        if (!isIpv6 || field<TunnelConfig>(self, 'config').peerRole === 'node')
          original(self, packet, ...rest);
      });
    },
  },
  {
    name: 'node-translates-all',
    title: 'asks for an RS-N where the policy is rs-t',
    clause: 'NODE-20',
    caughtBy: 'node.lent.path',
    patch: () =>
      replace(General.prototype, 'goalTo', (original) => (self, ...args) => {
        const goal = original(self, ...args) as Goal | undefined;
        const address = goal?.general?.address;
        return address === undefined ? goal : translatedGoal(address);
      }),
  },
  {
    name: 'node-sends-unlent',
    title: 'sends packets to a general peer from its ordinary address by an RS-T',
    clause: 'TUN-18',
    caughtBy: 'node.lent.source',
    patch() {
      replace(Paths.prototype, 'between', (original) => (self, source, destination) => {
        const found = original(self, source, destination) as Path[];
        return found.length > 0 ? found : (self as Paths).forAddress(destination as never);
      });
      toRelays((config) => ({ ...config, own: ANY }));
    },
  },
  {
    name: 'node-takes-any-lease',
    title: 'takes a path by an RS-T to another peer than it asked for',
    clause: 'NODE-25',
    caughtBy: 'node.lent.mismatched',
    patch: () =>
      replace(Connections.prototype, 'answered', (original) => (self, answer, now) => {
        const { peerAddress, ...rest } = answer as RouteDirection;
        return original(self, rest.relay?.kind === RelayKind.t ? rest : answer, now);
      }),
  },
  {
    name: 'node-leaves-general-packets',
    title: 'says nothing to applications whose packets for a general peer go nowhere',
    clause: 'NODE-10',
    caughtBy: 'node.lent.refused',
    patch: () =>
      replace(
        Connections.prototype,
        'drop',
        (original) =>
          (self, goal, ...rest) =>
            (goal as Goal).general === undefined ? original(self, goal, ...rest) : undefined,
      ),
  },
  {
    name: 'node-one-lease-a-peer',
    title: 'asks for a general peer by an RS-T once and never again',
    clause: 'NODE-10',
    caughtBy: 'node.lent.again',
    patch() {
      const asked = new Set<string>();
      replace(Directions.prototype, 'ask', (original) => (self, goal, replacing, now) => {
        const { key, general } = goal as Goal;
        if (general?.kind !== RelayKind.t || replacing !== undefined)
          return original(self, goal, replacing, now);
        if (asked.has(key)) return 'refused';
        asked.add(key);
        return original(self, goal, replacing, now);
      });
    },
  },
  {
    name: 'node-gives-leases-up',
    title: 'asks for a path by another lease where an RS-T is lost',
    clause: 'HO-06',
    caughtBy: 'node.lent.replaced',
    patch: () =>
      replace(
        Connections.prototype,
        'want',
        (original) => (self, goal, replacing, now) =>
          original(self, goal, (goal as Goal).general?.kind === RelayKind.t ? undefined : replacing, now),
      ),
  },
  {
    name: 'node-asks-beside-its-lease',
    title: 'asks for a path to each general peer though it holds an address without a peer',
    clause: 'NODE-20',
    caughtBy: 'node.lent.alone',
    patch: () => replace(General.prototype, 'isServed', () => () => false),
  },
  {
    name: 'node-one-lease-for-all-time',
    title: 'asks for an address without a peer once, and has none when that is over',
    clause: 'NODE-20',
    caughtBy: 'node.lent.alone-again',
    patch() {
      let hasAsked = false;
      replace(General.prototype, 'missing', (original) => (self) => {
        const goal = hasAsked ? undefined : original(self);
        hasAsked ||= goal !== undefined;
        return goal;
      });
    },
  },
  {
    name: 'node-lease-for-anybody',
    title: 'takes packets from any address where the direction named no peer',
    clause: 'NODE-11',
    caughtBy: 'node.lent.never-a-peer',
    patch: () =>
      fromRelays(({ own, peerAddresses }) => ({
        own,
        peerAddresses: Array.isArray(peerAddresses) ? peerAddresses : ANY,
      })),
  },
  {
    name: 'node-only-lent',
    title: 'has no other address than the lent one for as long as it has that',
    clause: 'RST-06',
    caughtBy: 'node.lent.ordinary',
    patch: () =>
      replace(Paths.prototype, 'between', (original) => (self, ...args) => {
        const found = original(self, ...args) as Path[];
        const hasLent = [...(self as Paths).all.values()].some(
          ({ lent, isUp }) => lent !== undefined && isUp,
        );
        return hasLent ? found.filter(({ lent }) => lent !== undefined) : found;
      }),
  },
  {
    name: 'node-lets-flows-hang',
    title: 'leaves the flows of a lost RS-N or RS-T to their own time-outs',
    clause: 'HO-09',
    caughtBy: 'node.general.flows-ended',
    patch: () => replace(Flows.prototype, 'up', () => () => []),
  },
  {
    name: 'node-ends-all-flows',
    title: 'ends the flows of each path that is replaced, by the same relay too',
    clause: 'HO-06',
    caughtBy: 'node.general.flows-kept',
    patch: () =>
      replace(Flows.prototype, 'up', (original) => (self, path) => {
        const { directed } = path as Path;
        const lonely = Object.create(path as Path, {
          directed: { value: { ...directed, replaces: undefined } },
        });
        return original(self, lonely);
      }),
  },
  {
    name: 'node-forgets-old-leases',
    title: 'takes flows from an address that is no longer lent for those of the new lease',
    clause: 'HO-09',
    caughtBy: 'node.lent.flows-ended',
    patch: () =>
      replace(
        Flows.prototype,
        'up',
        (original) => (self, path) =>
          original(self, Object.create(path as Path, { lent: { value: undefined } })),
      ),
  },
  {
    name: 'node-one-relay-a-peer',
    title: 'refuses a path that replaces one by another relay',
    clause: 'NODE-22',
    caughtBy: 'node.general.replaced-elsewhere',
    patch: () =>
      replace(Connections.prototype, 'judge', (original) => (self, direction, asked) => {
        const { replaces, relay } = direction as RouteDirection;
        const { paths } = field<{ paths: Paths }>(self, 'parts');
        const old = replaces && paths.all.get(toHex(replaces));
        const isMoved = old && relay && toHex(old.directed.end.nodeId) !== toHex(relay.nodeId);
        return isMoved && relay.kind === RelayKind.n ? Status.refused : original(self, direction, asked);
      }),
  },
];

type Addresses = Pick<TunnelConfig, 'own' | 'peerAddresses'>;

/** Has a node deliver from relays what these addresses admit. */
function fromRelays(admitted: (config: TunnelConfig) => Addresses): void {
  replace(PathCarrier.prototype, 'open', () => () => undefined);
  replace(Packets.prototype, 'receive', (original) => (self, payload, ...rest) => {
    const inner = readInner(payload as Uint8Array);
    const config = field<TunnelConfig>(self, 'config');
    if (config.peerRole !== 'rs' || inner instanceof Refusal) return original(self, payload, ...rest);
    const { own, peerAddresses } = admitted(config);
    if (!peerAddresses.includes(inner.source) || !own.includes(inner.destination))
      return original(self, payload, ...rest);
    return field<Link>(self, 'link').emit({ kind: 'deliver', packet: inner.packet });
  });
}

/** Has a node send to relays what another configuration admits. */
function toRelays(change: (config: TunnelConfig) => TunnelConfig): void {
  replace(PathCarrier.prototype, 'seal', () => () => undefined);
  replace(Packets.prototype, 'send', (original) => (self, ...args) => {
    const config = field<TunnelConfig>(self, 'config');
    if (config.peerRole === 'rs') setField(self, 'config', change(config));
    original(self, ...args);
    setField(self, 'config', config);
  });
}
