/** Faults of an NTMA, between its tunnels and the system inside. */
import type { Endpoint } from '../../reference/address.ts';
import { sameEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import { readHead } from '../../reference/packet/head.ts';
import { setHeaderChecksum } from '../../reference/packet/ip.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import type { Created } from '../reference/created.ts';
import type { Saboteur } from '../reference/variant.ts';
import { withEffects, withHandle } from '../reference/variant.ts';
import { delivering } from './node.ts';

/** Where a packet has its hop limit, and the last byte of its source. */
const HOPS = { 4: 8, 6: 7 } as const;
const SOURCE = { 4: 15, 6: 23 } as const;

export const NTMA: readonly Saboteur[] = [
  {
    name: 'ntma-counts-hops',
    title: 'takes one off the hop limit of what it delivers, as a router does',
    clause: 'NTMA-02',
    caughtBy: 'ntma.inside.unchanged',
    wrap: (created) =>
      withInside(created, (packet) => changed(packet, HOPS, (hops) => Math.max(0, hops - 1))),
  },
  {
    name: 'ntma-counts-hops-back',
    title: 'takes one off the hop limit of what the system inside sends',
    clause: 'NTMA-05',
    caughtBy: 'ntma.inside.back',
    wrap: (created) =>
      fromInside(created, (packet) => changed(packet, HOPS, (hops) => Math.max(0, hops - 1))),
  },
  {
    name: 'ntma-loses-fragments',
    title: 'sends no fragments of the system inside',
    clause: 'NTMA-05',
    caughtBy: 'ntma.inside.back',
    wrap: (created) =>
      fromInside(created, (packet) => {
        const head = readHead(packet);
        return head !== undefined && (head.offset > 0 || head.hasMore) ? undefined : packet;
      }),
  },
  {
    name: 'ntma-one-source',
    title: 'has all clients come from one address inside',
    clause: 'NTMA-04',
    caughtBy: 'ntma.inside.answers',
    wrap: (created) => withInside(created, (packet) => changed(packet, SOURCE, () => 200)),
  },
  {
    name: 'ntma-source-by-place',
    title: 'gives a client that moved another address inside',
    clause: 'NTMA-03',
    caughtBy: 'ntma.client.moves',
    wrap(created) {
      const first = new Map<string, Endpoint>();
      return withInside(created, (packet, bytes, from) => {
        const context = toHex(bytes.subarray(4, 20));
        const home = first.get(context) ?? from;
        first.set(context, home);
        return sameEndpoint(home, from) ? packet : changed(packet, SOURCE, (last) => last ^ 1);
      });
    },
  },
  {
    name: 'ntma-only-called',
    title: 'opens no path itself',
    clause: 'NTMA-01',
    caughtBy: 'ntma.service.reached',
    wrap: (created, config) =>
      withEffects(created, (effect) => {
        if (effect.kind !== 'send' || effect.bytes[1] !== MessageType.openingRequest) return [effect];
        const isHome =
          config.role !== 'ntma' || toHex(effect.bytes.subarray(4, 20)) === config.association.id;
        return isHome ? [effect] : [];
      }),
  },
  {
    name: 'ntma-waits-for-clients',
    title: 'drops answers for a client without a live path',
    clause: 'NTMA-05',
    caughtBy: 'ntma.inside.asks',
    wrap: (created) =>
      withHandle(created, (input, now) => (input.kind === 'packet' ? [] : created.role.handle(input, now))),
  },
  {
    name: 'ntma-drops-uncounted',
    title: 'drops what comes from the inside with a wrong source without counting it',
    clause: 'NTMA-09',
    caughtBy: 'ntma.inside.source',
    wrap(created) {
      const { role } = created;
      const counters = () => ({ ...role.counters(), 'dropped.source': 0 });
      return {
        ...created,
        role: { handle: (input, now) => role.handle(input, now), wakeAt: () => role.wakeAt(), counters },
      };
    },
  },
  {
    name: 'ntma-routes',
    title: 'hands inside whatever a client sends, for whomever it is',
    clause: 'NTMA-09',
    caughtBy: 'ntma.inside.real',
    patch: () => delivering(({ peerAddresses }, source) => peerAddresses.includes(source)),
  },
];

type Change = (packet: Uint8Array, bytes: Uint8Array, from: Endpoint) => Uint8Array;

/** What comes out of tunnels, changed on its way inside. @param change is given the datagram that it came in, too */
function withInside(created: Created, change: Change): Created {
  const { tunnels } = created;
  const inside = withEffects(created, (effect, input) =>
    effect.kind === 'deliver' && input.kind === 'datagram'
      ? [{ ...effect, packet: change(effect.packet, input.bytes, input.from) }]
      : [effect],
  );
  if (tunnels === undefined) return inside;
  return {
    ...inside,
    tunnels: {
      seal: (packet, now) => tunnels.seal(packet, now),
      open(bytes, from, now) {
        const packet = tunnels.open(bytes, from, now);
        return packet && change(packet, bytes, from);
      },
      apply: (effect) => tunnels.apply(effect),
    },
  };
}

/** @param change gives undefined for what is to be lost. */
function fromInside(created: Created, change: (packet: Uint8Array) => Uint8Array | undefined): Created {
  const { role, tunnels } = created;
  const changed = withHandle(created, (input, now) => {
    if (input.kind !== 'packet') return role.handle(input, now);
    const packet = change(input.packet);
    return packet === undefined ? [] : role.handle({ ...input, packet }, now);
  });
  if (tunnels === undefined) return changed;
  return {
    ...changed,
    tunnels: {
      seal(packet, now) {
        const other = change(packet);
        return other && tunnels.seal(other, now);
      },
      open: (bytes, from, now) => tunnels.open(bytes, from, now),
      apply: (effect) => tunnels.apply(effect),
    },
  };
}

/** A packet with another byte; its IPv4 header is sound, its UDP checksum is not. */
function changed(
  packet: Uint8Array,
  places: Readonly<Record<4 | 6, number>>,
  change: (byte: number) => number,
): Uint8Array {
  const isVersion4 = (packet[0] ?? 0) >> 4 === 4;
  const at = places[isVersion4 ? 4 : 6];
  const other = packet.slice();
  other[at] = change(other[at] ?? 0);
  return isVersion4 ? setHeaderChecksum(other) : other;
}
