/** Faults of the translator of an RS-N in the headers that it makes. */

import type { Head } from '../../reference/packet/head.ts';
import { readHead } from '../../reference/packet/head.ts';
import { setHeaderChecksum } from '../../reference/packet/ip.ts';
import { Incoming } from '../../reference/roles/rs-n/napt/incoming.ts';
import { Outgoing } from '../../reference/roles/rs-n/napt/outgoing.ts';
import type { Saboteur } from '../reference/variant.ts';
import { replace } from '../reference/variant.ts';

const UDP = 17;
const DF = 0x40;
const UDP_CHECKSUM = 6;

/** Changes what a packet became. @param change of the result, and of the packet that it was */
function becoming(change: (packet: Uint8Array, head: Head) => Uint8Array | undefined): void {
  for (const one of [Incoming, Outgoing])
    replace(one.prototype, 'translated', (original) => (self, head, ...args) => {
      const packet = original(self, head, ...args) as Uint8Array | undefined;
      return packet && change(packet, head as Head);
    });
}

function isIpv4(packet: Uint8Array): boolean {
  return (packet[0] ?? 0) >> 4 === 4;
}

/** Where a UDP packet has its checksum. */
function checksumAt(packet: Uint8Array): number | undefined {
  const head = readHead(packet);
  return head?.protocol === UDP ? head.payload + UDP_CHECKSUM : undefined;
}

export const NAPT_HEADERS: readonly Saboteur[] = [
  {
    name: 'rs-n-no-class',
    title: 'makes packets of the other family without a class',
    clause: 'RSN-10',
    caughtBy: 'rs-n.translate.header',
    patch: () =>
      becoming((packet, { version }) => {
        if (isIpv4(packet) === (version === 4)) return packet;
        if (isIpv4(packet)) {
          packet[1] = 0;
          return setHeaderChecksum(packet);
        }
        packet.set([0x60, 0], 0);
        return packet;
      }),
  },
  {
    name: 'rs-n-always-df',
    title: 'sets DF in all that it makes of IPv6 packets',
    clause: 'RSN-10',
    caughtBy: 'rs-n.translate.header',
    patch: () =>
      becoming((packet, { version }) => {
        if (!isIpv4(packet) || version === 4) return packet;
        packet[6] = DF;
        return setHeaderChecksum(packet);
      }),
  },
  {
    name: 'rs-n-takes-df-away',
    title: 'takes DF out of IPv4 packets',
    clause: 'RSN-02',
    caughtBy: 'rs-n.translate.header',
    patch: () =>
      becoming((packet) => {
        if (!isIpv4(packet)) return packet;
        packet[6] = 0;
        return setHeaderChecksum(packet);
      }),
  },
  {
    name: 'rs-n-no-checksum-over-six',
    title: 'leaves UDP without a checksum as it is when it becomes IPv6',
    clause: 'RSN-10',
    caughtBy: 'rs-n.translate.left-out',
    patch: () =>
      becoming((packet, { version, bytes, payload }) => {
        const at = checksumAt(packet);
        const had = bytes.subarray(payload + UDP_CHECKSUM, payload + UDP_CHECKSUM + 2);
        if (at !== undefined && version === 4 && had.every((byte) => byte === 0)) packet.set([0, 0], at);
        return packet;
      }),
  },
  {
    name: 'rs-n-loses-options',
    title: 'drops a packet with options that would change its family',
    clause: 'RSN-10',
    caughtBy: 'rs-n.translate.left-out',
    patch: () =>
      becoming((packet, { version, payload }) =>
        isIpv4(packet) !== (version === 4) && payload > (version === 4 ? 20 : 40) ? undefined : packet,
      ),
  },
  {
    name: 'rs-n-obeys-routes',
    title: 'passes over a source route, and translates what has one',
    clause: 'RSN-10',
    caughtBy: 'rs-n.translate.refused',
    patch: () =>
      replace(
        Outgoing.prototype,
        'whole',
        (original) =>
          (self, head, ...args) =>
            original(self, { ...(head as Head), sourceRoute: undefined }, ...args),
      ),
  },
  {
    name: 'rs-n-zero-sum',
    title: 'sends a UDP checksum that comes out as 0 as it is',
    clause: 'RSN-02',
    caughtBy: 'rs-n.translate.zero-sum',
    patch: () =>
      becoming((packet) => {
        const at = checksumAt(packet);
        const isFull = at !== undefined && packet[at] === 0xff && packet[at + 1] === 0xff;
        if (isFull) packet.set([0, 0], at);
        return packet;
      }),
  },
];
