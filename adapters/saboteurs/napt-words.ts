/** Faults of the translator of an RS-N in the ICMP errors that it hands on or makes. */
import { icmpv6Checksum, internetChecksum } from '../../reference/packet/checksum.ts';
import { timeExceeded } from '../../reference/packet/errors.ts';
import type { Head } from '../../reference/packet/head.ts';
import { destinationOf, readHead, sourceOf } from '../../reference/packet/head.ts';
import { setHeaderChecksum } from '../../reference/packet/ip.ts';
import { ErrorRate } from '../../reference/roles/relay/error-rate.ts';
import { Incoming } from '../../reference/roles/rs-n/napt/incoming.ts';
import { Outgoing } from '../../reference/roles/rs-n/napt/outgoing.ts';
import type { Outside } from '../../reference/roles/rs-n/napt/records.ts';
import type { InOutcome, Outcome } from '../../reference/roles/rs-n/napt/types.ts';
import type { Saboteur } from '../reference/variant.ts';
import { replace } from '../reference/variant.ts';

/** Where an ICMP message has its code, its checksum and what follows that. */
const [CODE, CHECKSUM, REST] = [1, 2, 4];
const [UDP, IPV4_PROTOCOL, IPV6_NEXT] = [17, 9, 6];

type Change = (message: Uint8Array, was: Uint8Array, version: 4 | 6) => void;

/** An ICMP message with something changed, and the checksum that it needs. */
function changed(packet: Uint8Array, change: (message: Uint8Array, version: 4 | 6) => void): Uint8Array {
  const copy = packet.slice();
  const head = readHead(copy);
  if (head === undefined) return packet;
  const message = copy.subarray(head.payload, head.length);
  change(message, head.version);
  message.set([0, 0], CHECKSUM);
  const sum =
    head.version === 4
      ? internetChecksum(message)
      : icmpv6Checksum(sourceOf(head), destinationOf(head), message);
  message.set([sum >> 8, sum & 0xff], CHECKSUM);
  return copy;
}

/** Changes errors that go from one family to the other. */
function retelling(change: Change): void {
  const told = (packet: Uint8Array, { bytes, payload, version }: Head): Uint8Array =>
    packet[0] === undefined || packet[0] >> 4 === version
      ? packet
      : changed(packet, (message, to) => change(message, bytes.subarray(payload), to));
  replace(Incoming.prototype, 'error', (original) => (self, head, ...args) => {
    const done = original(self, head, ...args) as InOutcome;
    const packets = done.to?.packets.map((packet) => told(packet, head as Head));
    return { ...done, to: done.to && packets && { ...done.to, packets } };
  });
  replace(Outgoing.prototype, 'error', (original) => (self, head, ...args) => {
    const done = original(self, head, ...args) as Outcome;
    return { ...done, packets: done.packets.map((packet) => told(packet, head as Head)) };
  });
}

/** Where the MTU stands in an error that tells one. */
function mtuAt(message: Uint8Array, version: 4 | 6): number | undefined {
  const [type, code] = message;
  return (version === 4 ? type === 3 && code === 4 : type === 2) ? REST + 2 : undefined;
}

function add(message: Uint8Array, at: number, more: number): void {
  const view = new DataView(message.buffer, message.byteOffset);
  view.setUint16(at, view.getUint16(at) + more);
}

/** The same packet as one of UDP, about which there may be errors. */
function asUdp({ bytes, version }: Head): Uint8Array {
  const copy = bytes.slice();
  copy[version === 4 ? IPV4_PROTOCOL : IPV6_NEXT] = UDP;
  return version === 4 ? setHeaderChecksum(copy) : copy;
}

export const NAPT_WORDS: readonly Saboteur[] = [
  {
    name: 'rs-n-mtu-as-it-is',
    title: 'tells one family the MTU of the other',
    clause: 'RSN-07',
    caughtBy: 'rs-n.icmp.words',
    patch: () =>
      retelling((message, was, version) => {
        const at = mtuAt(message, version);
        if (at !== undefined) message.set(was.subarray(at, at + 2), at);
      }),
  },
  {
    name: 'rs-n-mtu-too-large',
    title: 'tells nodes and peers over IPv4 an MTU that is 20 too large',
    clause: 'RSN-07',
    caughtBy: 'rs-n.icmp.words',
    patch: () =>
      retelling((message, _, version) => {
        const at = version === 4 ? mtuAt(message, 4) : undefined;
        if (at !== undefined) add(message, at, 20);
      }),
  },
  {
    name: 'rs-n-codes-as-they-are',
    title: 'leaves the code of an error as it was in the other family',
    clause: 'RSN-07',
    caughtBy: 'rs-n.icmp.words',
    patch: () =>
      retelling((message, was, version) => {
        if (mtuAt(message, version) === undefined) message[CODE] = was[CODE] ?? 0;
      }),
  },
  {
    name: 'rs-n-pointers-as-they-are',
    title: 'leaves the pointer of a parameter problem as it was in the other family',
    clause: 'RSN-07',
    caughtBy: 'rs-n.icmp.words',
    patch: () =>
      retelling((message, was, version) => {
        const isProblem = message[0] === (version === 4 ? 12 : 4) && message[CODE] === 0;
        if (!isProblem) return;
        const pointer = (version === 4 ? was[REST + 3] : was[REST]) ?? 0;
        message.set(version === 4 ? [pointer, 0, 0, 0] : [0, 0, 0, pointer], REST);
      }),
  },
  {
    name: 'rs-n-words-for-all',
    title: 'hands an error on as unreachable that the other family has no word for',
    clause: 'RSN-07',
    caughtBy: 'rs-n.icmp.words',
    patch() {
      for (const one of [Incoming, Outgoing])
        replace(one.prototype, 'error', (original) => (self, head, ...args) => {
          const done = original(self, head, ...args) as { readonly refused?: string };
          const { bytes, version } = head as Head;
          if (done.refused !== 'translation') return done;
          const other = changed(bytes, (message) => message.set([version === 4 ? 3 : 1, 0]));
          return original(self, readHead(other), ...args);
        });
    },
  },
  {
    name: 'rs-n-many-errors',
    title: 'answers each packet that it may answer by an ICMP error',
    clause: 'RSN-15',
    caughtBy: 'rs-n.icmp.rate',
    patch: () => replace(ErrorRate.prototype, 'within', () => (_, errors) => errors),
  },
  {
    name: 'rs-n-errors-about-errors',
    title: 'tells that the hops of an ICMP error are used up',
    clause: 'RSN-15',
    caughtBy: 'rs-n.icmp.own',
    patch: () =>
      replace(Incoming.prototype, 'error', (original) => (self, head, outside, now) => {
        const done = original(self, head, outside, now) as InOutcome;
        const reply =
          (head as Head).hops > 1 ? undefined : timeExceeded(asUdp(head as Head), (outside as Outside).ip);
        return reply === undefined ? done : { ...done, reply: [reply] };
      }),
  },
];
