/** Faults of the translator of an RS-N in whom it believes and lets in. */

import type { Ip } from '../../reference/address.ts';
import { ipFromBytes, ipToBytes } from '../../reference/address.ts';
import type { Instant } from '../../reference/core.ts';
import { timeExceeded, unreachable } from '../../reference/packet/errors.ts';
import type { Head } from '../../reference/packet/head.ts';
import { readHead, sourceOf } from '../../reference/packet/head.ts';
import type { Made } from '../../reference/roles/relay/ends.ts';
import { Incoming } from '../../reference/roles/rs-n/napt/incoming.ts';
import { Mappings } from '../../reference/roles/rs-n/napt/mappings.ts';
import { Outgoing } from '../../reference/roles/rs-n/napt/outgoing.ts';
import { Peerings } from '../../reference/roles/rs-n/napt/peerings.ts';
import type { Kind, Mapping, Outside, Path } from '../../reference/roles/rs-n/napt/records.ts';
import { addressOf } from '../../reference/roles/rs-n/napt/records.ts';
import type { InOutcome, Outcome } from '../../reference/roles/rs-n/napt/types.ts';
import { Translated } from '../../reference/roles/rs-n/translated.ts';
import type { RelayDirectionEnd } from '../../reference/wire/messages.ts';
import { Status } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace } from '../reference/variant.ts';

const KINDS: readonly Kind[] = ['udp', 'tcp', 'echo'];

/** Takes some sources that are none of the node's as if they were. */
function believing(isBelieved: (source: Uint8Array, own: readonly Ip[]) => boolean): void {
  replace(Translated.prototype, 'make', (original) => (self, direction) => {
    const made = original(self, direction) as Made;
    const own = (direction as RelayDirectionEnd).virtualAddresses as readonly Ip[];
    const includes = (ip: Ip) => own.includes(ip) || isBelieved(ipToBytes(ip), own);
    return { ...made, node: { includes } };
  });
  for (const method of ['quick', 'take'])
    replace(Outgoing.prototype, method, (original) => (self, packet, path, now) => {
      const head = readHead(packet as Uint8Array);
      const source = head && sourceOf(head);
      const ip = source && ipFromBytes(source);
      const isTaken = ip && isBelieved(source, (path as Path).peering.own);
      return original(self, packet, isTaken ? { ...(path as Path), own: [addressOf(ip)] } : path, now);
    });
}

/** Whether a source is of the network of an address of the node's. */
function isBeside(source: Uint8Array, own: readonly Ip[]): boolean {
  return own
    .map(ipToBytes)
    .some(
      (bytes) =>
        bytes.length === source.length && bytes.subarray(0, -1).every((byte, at) => byte === source[at]),
    );
}

/** Lets anybody in by a mapping of a kind. */
function open(only: Kind): void {
  replace(Incoming.prototype, 'admit', (original) => (self, ...args) => {
    const admitted = original(self, ...args);
    const [, , outside, { kind }, port] = args as [unknown, unknown, Outside, { kind: Kind }, number];
    if (admitted !== undefined || kind !== only) return admitted;
    const mapping = field<{ mappings: Mappings }>(self, 'world').mappings.at(outside, kind, port);
    const use = mapping?.uses[0];
    const path = use?.relation.paths.at(-1);
    return mapping && use && path && { mapping, use, path };
  });
}

/** Answers what it takes in no further, before it has looked for a mapping or after that. */
function answering(answer: (head: Head, self: Ip, done: InOutcome) => Uint8Array | undefined): void {
  replace(Incoming.prototype, 'take', (original) => (self, packet, now) => {
    const done = original(self, packet, now as Instant) as InOutcome;
    const head = readHead(packet as Uint8Array);
    const outside =
      head && (Reflect.apply(Reflect.get(self, 'outsideAt'), self, [head]) as Outside | undefined);
    if (head === undefined || outside === undefined || done.refused !== 'mapping') return done;
    const reply = answer(head, outside.ip, done);
    return reply === undefined ? done : { ...done, reply: [reply] };
  });
}

const IPV6 = 16;
/** 64:ff9b::/96 */
const NAT64 = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];

export const NAPT: readonly Saboteur[] = [
  {
    name: 'rs-n-private-peers-behind-nat64',
    title: 'leads nodes to whatever its NAT64 reaches',
    clause: 'RSN-08',
    caughtBy: 'rs-n.direction.peer',
    patch: () =>
      replace(Translated.prototype, 'judge', (original) => (self, direction) => {
        const { peerAddress } = direction as RelayDirectionEnd;
        const bytes = peerAddress && ipToBytes(peerAddress);
        const isBehind = bytes?.length === IPV6 && NAT64.every((byte, at) => byte === bytes[at]);
        return isBehind ? Status.ok : original(self, direction);
      }),
  },
  {
    name: 'rs-n-any-six-source',
    title: 'takes whatever a node sends from an IPv6 address, whoever has it',
    clause: 'RSN-12',
    caughtBy: 'rs-n.data.wrong',
    patch: () => believing(({ length }) => length === IPV6),
  },
  {
    name: 'rs-n-source-of-network',
    title: 'takes a source for the node’s own that differs in its last byte',
    clause: 'RSN-12',
    caughtBy: 'rs-n.data.wrong',
    patch: () => believing(isBeside),
  },
  {
    name: 'rs-n-hops-before-source',
    title: 'tells that hops are used up before it looks whom a packet is from',
    clause: 'RSN-12',
    caughtBy: 'rs-n.data.wrong',
    patch() {
      replace(Translated.prototype, 'make', (original) => (self, direction) => ({
        ...(original(self, direction) as Made),
        node: { includes: () => true },
      }));
      replace(Outgoing.prototype, 'take', (original) => (self, packet, path, now) => {
        const done = original(self, packet, path, now) as Outcome;
        const head = readHead(packet as Uint8Array);
        if (head === undefined || head.hops > 1 || done.refused !== 'inner-source') return done;
        const error = timeExceeded(head.bytes, (path as Path).standsFor.ip);
        return { ...done, back: error === undefined ? [] : [error] };
      });
    },
  },
  {
    name: 'rs-n-open-connections',
    title: 'lets anybody in by a port of a TCP connection',
    clause: 'RSN-05',
    caughtBy: 'rs-n.mapping.filtered-kinds',
    patch: () => open('tcp'),
  },
  {
    name: 'rs-n-open-echoes',
    title: 'lets anybody in by the identifier of an echo',
    clause: 'RSN-05',
    caughtBy: 'rs-n.mapping.filtered-kinds',
    patch: () => open('echo'),
  },
  {
    name: 'rs-n-one-table-of-ports',
    title: 'finds mappings by their port, whatever protocol they are of',
    clause: 'RSN-09',
    caughtBy: 'rs-n.mapping.filtered-kinds',
    patch: () =>
      replace(
        Mappings.prototype,
        'at',
        (original) => (self, outside, kind, port) =>
          [kind as Kind, ...KINDS]
            .map((one) => original(self, outside, one, port) as Mapping | undefined)
            .find((mapping) => mapping !== undefined),
      ),
  },
  {
    name: 'rs-n-tells-strangers',
    title: 'tells who is let in by no mapping that there is none',
    clause: 'RSN-09',
    caughtBy: 'rs-n.mapping.silent',
    patch: () => answering((head, self) => unreachable(head.bytes, self)),
  },
  {
    name: 'rs-n-hops-before-mapping',
    title: 'tells anybody outside that hops are used up, before it looks for a mapping',
    clause: 'RSN-09',
    caughtBy: 'rs-n.mapping.silent',
    patch: () => answering((head, self) => (head.hops <= 1 ? timeExceeded(head.bytes, self) : undefined)),
  },
  {
    name: 'rs-n-answers-by-newest-path',
    title: 'sends answers by the path that was directed last, opened or not',
    clause: 'RSN-04',
    caughtBy: 'rs-n.path.second',
    patch() {
      for (const method of ['use', 'leave']) replace(Peerings.prototype, method, () => () => undefined);
    },
  },
  {
    name: 'rs-n-answers-by-closed-path',
    title: 'sends answers by a path that is closed though there is another',
    clause: 'RSN-04',
    caughtBy: 'rs-n.path.second',
    patch: () => replace(Peerings.prototype, 'leave', () => () => undefined),
  },
  {
    name: 'rs-n-sessions-of-peers',
    title: 'lets a peer have all connections of a port',
    clause: 'RSN-14',
    caughtBy: 'rs-n.mapping.peer-sessions',
    patch: () =>
      replace(
        Mappings.prototype,
        'begin',
        (original) => (self, mapping, relation, port, session) =>
          original(self, mapping, relation, port, session, 'node'),
      ),
  },
];
