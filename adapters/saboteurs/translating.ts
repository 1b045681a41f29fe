/** Faults of the translator of an RS-N. */

import { pseudoChecksum } from '../../reference/packet/checksum.ts';
import { destinationOf, readHead, sourceOf } from '../../reference/packet/head.ts';
import { setHeaderChecksum } from '../../reference/packet/ip.ts';
import { isFragment } from '../../reference/packet/reassembly.ts';
import { Incoming } from '../../reference/roles/rs-n/napt/incoming.ts';
import type { Wanted } from '../../reference/roles/rs-n/napt/mappings.ts';
import { Mappings } from '../../reference/roles/rs-n/napt/mappings.ts';
import { Napt } from '../../reference/roles/rs-n/napt/napt.ts';
import { Outgoing } from '../../reference/roles/rs-n/napt/outgoing.ts';
import type { Kind, Mapping, Path } from '../../reference/roles/rs-n/napt/records.ts';
import type { NaptConfig } from '../../reference/roles/rs-n/napt/types.ts';
import { Translated } from '../../reference/roles/rs-n/translated.ts';
import type { RelayDirectionEnd } from '../../reference/wire/messages.ts';
import { Status } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';
import { outgoing } from './general-side.ts';

const TCP = 6;
const UDP = 17;
const IPV4_HEADER = 20;
const ICMP_HEADER = 8;
/** When ports of a path that is gone belong to nobody any more, with their mappings; milliseconds. [RSN-16] */
const RELEASED = 125_000;

/** A translator with other settings than it was given. */
export function withSettings(change: (config: NaptConfig) => NaptConfig): void {
  replace(Napt.prototype, 'bind', (original) => (self, ...args) => {
    const world = field<object>(self, 'world');
    const config = change(field<NaptConfig>(world, 'config'));
    for (const part of [world, field<object>(world, 'mappings')]) setField(part, 'config', config);
    return original(self, ...args);
  });
}

/** Whether a packet is no UDP, or its checksum is right or left out. (RFC 768) */
function isSound(packet: Uint8Array): boolean {
  const head = readHead(packet);
  if (head?.protocol !== UDP) return true;
  const udp = packet.slice(head.payload);
  const [high = 0, low = 0] = udp.subarray(6, 8);
  if (high + low === 0) return true;
  return pseudoChecksum(sourceOf(head), destinationOf(head), UDP, udp) === 0;
}

/** An ICMP error about IPv4 with the two ports that it names in each other's place: checksums stay right. */
function swapped(error: Uint8Array): Uint8Array {
  const changed = error.slice();
  const ports = (readHead(error)?.payload ?? 0) + ICMP_HEADER + IPV4_HEADER;
  changed.set(error.subarray(ports, ports + 2), ports + 2);
  changed.set(error.subarray(ports + 2, ports + 4), ports);
  return changed;
}

/** Lets one node have all mappings of a kind. */
function unbounded(kind: Kind): void {
  replace(Mappings.prototype, 'make', (original) => (self, wanted) => {
    const config = field<NaptConfig>(self, 'config');
    const { bounds } = config;
    const isIt = (wanted as Wanted).kind === kind;
    const changed = { ...config, bounds: { ...bounds, mappingsPerNode: bounds.mappings } };
    setField(self, 'config', isIt ? changed : config);
    const made = original(self, wanted);
    setField(self, 'config', config);
    return made;
  });
}

export const TRANSLATING: readonly Saboteur[] = [
  {
    name: 'rs-n-private-peers',
    title: 'leads nodes to any address, its own network and host among them',
    clause: 'RSN-08',
    caughtBy: 'rs-n.direction.peer',
    patch: () =>
      replace(Translated.prototype, 'judge', () => (_, direction) => {
        const { peerAddress, peerVirtualAddress } = direction as RelayDirectionEnd;
        return peerAddress === undefined || peerVirtualAddress === undefined ? Status.malformed : Status.ok;
      }),
  },
  {
    name: 'rs-n-peer-missing',
    title: 'answers refused to a direction without a general peer',
    clause: 'RSN-13',
    caughtBy: 'rs-n.direction.peer-missing',
    patch: () =>
      replace(Translated.prototype, 'judge', (original) => (self, direction) => {
        const status = original(self, direction);
        return status === Status.malformed ? Status.refused : status;
      }),
  },
  {
    name: 'rs-n-port-for-each-peer',
    title: 'has another port for each peer of a node',
    clause: 'RSN-05',
    caughtBy: 'rs-n.mapping.endpoint-independent',
    patch: () =>
      replace(Outgoing.prototype, 'find', (original) => (self, path, ...args) => {
        const mapping = original(self, path, ...args) as Mapping | undefined;
        return mapping?.uses.some(({ relation }) => relation === (path as Path).relation)
          ? mapping
          : undefined;
      }),
  },
  {
    name: 'rs-n-open-ports',
    title: 'lets anybody in by a port that is mapped',
    clause: 'RSN-09',
    caughtBy: 'rs-n.mapping.filtered',
    patch() {
      replace(Incoming.prototype, 'admit', (original) => (self, ...args) => {
        const admitted = original(self, ...args);
        if (admitted !== undefined) return admitted;
        const [, , outside, { kind }, port] = args as [unknown, unknown, unknown, { kind: string }, number];
        const { mappings } = field<{ mappings: { at(...of: unknown[]): Mapping | undefined } }>(
          self,
          'world',
        );
        const mapping = mappings.at(outside, kind, port);
        const use = mapping?.uses[0];
        const path = use?.relation.paths.at(-1);
        return mapping && use && path && { mapping, use, path };
      });
    },
  },
  {
    name: 'rs-n-short-memory',
    title: 'forgets UDP mappings after half a minute',
    clause: 'RSN-06',
    caughtBy: 'rs-n.mapping.udp-life',
    patch: () => withSettings((config) => ({ ...config, timers: { ...config.timers, udp: 30_000 } })),
  },
  {
    name: 'rs-n-short-connections',
    title: 'forgets TCP connections after an hour',
    clause: 'RSN-06',
    caughtBy: 'rs-n.mapping.tcp-life',
    patch: () =>
      withSettings((config) => ({ ...config, timers: { ...config.timers, established: 3_600_000 } })),
  },
  {
    name: 'rs-n-greedy-node',
    title: 'lets one node have all mappings',
    clause: 'RSN-14',
    caughtBy: 'rs-n.mapping.bound',
    patch: () =>
      withSettings((config) => ({
        ...config,
        bounds: { ...config.bounds, mappingsPerNode: config.bounds.mappings },
      })),
  },
  {
    name: 'rs-n-greedy-connections',
    title: 'lets one node have all mappings, if they are for TCP',
    clause: 'RSN-14',
    caughtBy: 'rs-n.mapping.bound-tcp',
    patch: () => unbounded('tcp'),
  },
  {
    name: 'rs-n-greedy-echoes',
    title: 'lets one node have all mappings, if they are for ICMP echoes',
    clause: 'RSN-14',
    caughtBy: 'rs-n.mapping.bound-echo',
    patch: () => unbounded('echo'),
  },
  {
    name: 'rs-n-full-in-silence',
    title: 'drops what it has no room for without a word to the node',
    clause: 'RSN-14',
    caughtBy: 'rs-n.mapping.bound',
    patch: () =>
      replace(Outgoing.prototype, 'take', (original) => (self, ...args) => {
        const done = original(self, ...args) as { readonly refused?: string };
        return done.refused === 'mapping-room' ? { ...done, back: [] } : done;
      }),
  },
  {
    name: 'rs-n-full-of-anything',
    title: 'tells a node that there is no room, and not for which packet',
    clause: 'RSN-14',
    caughtBy: 'rs-n.mapping.bound-tcp',
    patch: () =>
      replace(Outgoing.prototype, 'take', (original) => (self, ...args) => {
        const done = original(self, ...args) as { readonly refused?: string; readonly back: Uint8Array[] };
        if (done.refused !== 'mapping-room') return done;
        return { ...done, back: done.back.map((packet) => swapped(packet)) };
      }),
  },
  {
    name: 'rs-n-six-fragments',
    title: 'drops fragments of IPv6, and counts none',
    clause: 'RSN-11',
    caughtBy: 'rs-n.fragments',
    patch: () =>
      replace(Outgoing.prototype, 'take', (original) => (self, packet, ...args) => {
        const head = readHead(packet as Uint8Array);
        if (head === undefined || head.version === 4 || !isFragment(head))
          return original(self, packet, ...args);
        return { packets: [], back: [] };
      }),
  },
  {
    name: 'rs-n-strict-checksums',
    title: 'drops UDP packets of nodes with a wrong checksum',
    clause: 'TUN-20',
    caughtBy: 'rs-n.data.odd',
    wrap: (created, config) =>
      outgoing(created, config, 'rs-n', (packet) => (isSound(packet) ? packet : undefined)),
  },
  {
    name: 'rs-n-ports-at-once',
    title: 'gives the port of a path that is gone to whoever wants it next',
    clause: 'RSN-16',
    caughtBy: 'rs-n.mapping.gone',
    patch: () =>
      replace(Napt.prototype, 'release', (original) => (self, pathId, now) => {
        original(self, pathId, now);
        (self as Napt).expire((now as number) + RELEASED);
      }),
  },
  {
    name: 'rs-n-loses-errors',
    title: 'drops ICMP errors about packets of nodes',
    clause: 'RSN-07',
    caughtBy: 'rs-n.icmp.in',
    patch: () => replace(Incoming.prototype, 'error', () => () => ({ reply: [], refused: 'translation' })),
  },
  {
    name: 'rs-n-loses-errors-of-nodes',
    title: 'drops ICMP errors of nodes',
    clause: 'RSN-07',
    caughtBy: 'rs-n.icmp.out',
    patch: () =>
      replace(Outgoing.prototype, 'error', () => () => ({ packets: [], back: [], refused: 'translation' })),
  },
  {
    name: 'rs-n-hops-as-they-are',
    title: 'does not count hops down',
    clause: 'RSN-15',
    caughtBy: 'rs-n.translate.udp',
    wrap: (created, config) =>
      outgoing(created, config, 'rs-n', (packet) => {
        const is4 = readHead(packet)?.version === 4;
        const at = is4 ? 8 : 7;
        const changed = packet.slice();
        changed[at] = (changed[at] ?? 0) + 1;
        return is4 ? setHeaderChecksum(changed) : changed;
      }),
  },
  {
    name: 'rs-n-tcp-checksum',
    title: 'leaves the checksum of TCP as one more than it is',
    clause: 'RSN-02',
    caughtBy: 'rs-n.translate.tcp',
    wrap: (created, config) =>
      outgoing(created, config, 'rs-n', (packet) => {
        const head = readHead(packet);
        if (head?.protocol !== TCP) return packet;
        const changed = packet.slice();
        const at = head.payload + 17;
        changed[at] = (changed[at] ?? 0) + 1;
        return changed;
      }),
  },
];
