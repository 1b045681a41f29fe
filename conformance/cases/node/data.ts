/** Section 10.1: inner packets. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { concat, toHex } from '../../../reference/bytes.ts';
import { MessageType } from '../../../reference/wire/registry.ts';
import { udpPacket } from '../../application/packets.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { withChecksums } from '../../twin/index.ts';
import type { World } from '../../world.ts';
import { shownAs } from '../shown.ts';
import type { OnPath } from './steps.ts';
import {
  addressOf,
  checkDelivers,
  checkNotDelivered,
  checkSends,
  delivered,
  isPacket,
  NODE_USED,
  OWN,
  openPath,
  packetFrom,
  packetTo,
} from './steps.ts';

const FAMILIES = [4, 6] as const;

/** A byte changed, without a care for checksums. */
function set(packet: Uint8Array, at: number, ...values: readonly number[]): Uint8Array {
  const changed = Uint8Array.from(packet);
  changed.set(values, at);
  return changed;
}

interface Change {
  readonly name: string;
  readonly version: 4 | 6;
  readonly of: (packet: Uint8Array) => Uint8Array;
}

/** Payloads that are no whole inner packet. [TUN-11] */
export const NOT_WHOLE = shownAs<Change>(
  ({ name }) => name,
  [
    { name: 'nothing', version: 4, of: () => new Uint8Array(0) },
    { name: 'one zero byte', version: 4, of: () => new Uint8Array(1) },
    { name: 'zeros', version: 4, of: () => new Uint8Array(60) },
    { name: 'version 5', version: 4, of: (packet) => set(packet, 0, 0x55) },
    { name: 'version 0', version: 6, of: (packet) => set(packet, 0, 0x00) },
    { name: 'a header of 16 bytes', version: 4, of: (packet) => set(packet, 0, 0x44) },
    { name: 'a header beyond the length', version: 4, of: (packet) => set(packet, 2, 0, 20 - 1) },
    { name: 'less than a header', version: 4, of: (packet) => packet.slice(0, 19) },
    { name: 'less than an IPv6 header', version: 6, of: (packet) => packet.slice(0, 39) },
    { name: 'one byte less', version: 4, of: (packet) => packet.slice(0, -1) },
    { name: 'one byte less, IPv6', version: 6, of: (packet) => packet.slice(0, -1) },
    {
      name: 'a byte after it that is not zero',
      version: 4,
      of: (packet) => concat(packet, Uint8Array.of(1)),
    },
    {
      name: 'zeros after it and then one',
      version: 6,
      of: (packet) => concat(packet, new Uint8Array(30), Uint8Array.of(1)),
    },
    { name: 'options beyond what came', version: 4, of: (packet) => set(packet.slice(0, 40), 0, 0x4f) },
  ],
);

/** What is for who gets the packet. [TUN-20] */
const ODD = shownAs<Change>(
  ({ name }) => name,
  [
    { name: 'a wrong header checksum', version: 4, of: (packet) => set(packet, 10, 0, 0) },
    { name: 'a wrong UDP checksum', version: 4, of: (packet) => set(packet, 26, 1, 1) },
    { name: 'hop limit 0', version: 4, of: (packet) => withChecksums(set(packet, 8, 0)) },
    { name: 'hop limit 1', version: 6, of: (packet) => set(packet, 7, 1) },
    { name: 'hop limit 0, IPv6', version: 6, of: (packet) => set(packet, 7, 0) },
    { name: 'a fragment', version: 4, of: (packet) => withChecksums(set(packet, 6, 0x20, 0x01)) },
    { name: 'protocol 253', version: 4, of: (packet) => withChecksums(set(packet, 9, 253)) },
    { name: 'no next header', version: 6, of: (packet) => set(packet, 6, 59) },
    { name: 'a hop-by-hop header that is none', version: 6, of: (packet) => set(packet, 6, 0) },
    {
      name: 'a traffic class and flow label',
      version: 6,
      of: (packet) => set(packet, 0, 0x6f, 0xff, 0xff, 0xff),
    },
    {
      name: 'options',
      version: 4,
      of: (packet) => {
        const long = concat(packet.slice(0, 20), Uint8Array.of(1, 1, 1, 0), packet.slice(20));
        return withChecksums(set(long, 0, 0x46, 0, 0, long.length));
      },
    },
    {
      name: 'Payload Length 0',
      version: 6,
      of: (packet) => set(packet.slice(0, 40), 4, 0, 0, 59),
    },
  ],
);

interface Addressed {
  readonly name: string;
  readonly version: 4 | 6;
  readonly address: (on: OnPath) => Ip;
}

const FOREIGN = shownAs<Addressed>(
  ({ name }) => name,
  [
    { name: 'a real address', version: 4, address: () => '127.0.0.1' as Ip },
    { name: 'another virtual address', version: 4, address: () => '198.19.200.1' as Ip },
    { name: 'another virtual IPv6 address', version: 6, address: () => 'fd00:19::dead' as Ip },
    { name: 'one bit less', version: 4, address: ({ plan }) => neighbour(addressOf(plan, 4)) },
    { name: 'multicast', version: 4, address: () => '224.0.0.1' as Ip },
    { name: 'unspecified', version: 6, address: () => '::' as Ip },
  ],
);

/** The next address up. */
function neighbour(ip: Ip): Ip {
  const parts = ip.split('.').map(Number);
  return [...parts.slice(0, 3), (parts[3] ?? 0) ^ 1].join('.') as Ip;
}

/** Judges that a counter rises by one, where counters can be counted on. */
async function checkCounted(world: World, { node }: OnPath, name: string, act: () => Promise<void>) {
  const before = (await node.counters())[name] ?? 0;
  await act();
  if (world.impaired) return;
  const rose = ((await node.counters())[name] ?? 0) - before;
  world.check(rose === 1, `${name} by 1`, `by ${rose}`, 'GEN-19: counted once, by its layer.');
}

export const NODE_DATA_CASES: readonly Case[] = [
  propertyCase({
    ...NODE_USED,
    id: 'node.data.families',
    title: 'Inner packets of both families go over paths of both families and suites, unchanged, both ways.',
    clauses: ['TUN-01', 'TUN-02', 'KEY-45', 'NODE-05', 'TUN-12'],
    catches:
      'One inner family alone; a packet whose header is changed on the way; suite 2 sealed as suite 1.',
    arbitrary: fc.record({
      inner: fc.constantFrom(...FAMILIES),
      outer: fc.constantFrom(...FAMILIES),
      suite: fc.constantFrom(1, 2),
      size: fc.integer({ min: 0, max: 1000 }),
    }),
    parameters: { values: { inner: FAMILIES, outer: FAMILIES, suite: [1, 2], size: [0, 1, 1000] } },
    boundaries: [
      { inner: 4, outer: 4, suite: 1, size: 0 },
      { inner: 6, outer: 4, suite: 2, size: 1 },
      { inner: 4, outer: 6, suite: 2, size: 1000 },
      { inner: 6, outer: 6, suite: 1, size: 500 },
    ],
    async script(world, { inner: version, outer, suite: wanted, size }) {
      const family = world.target.claims('ipv6') ? outer : 4;
      const suite = world.target.claims('suite-2') ? wanted : 1;
      const on = await openPath(world, { plan: { suite }, far: { family } });
      await checkSends(world, on, packetTo(world, on.plan, { version, size }));
      await checkDelivers(world, on, packetFrom(world, on.plan, { version, size }));
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.data.padding',
    title: 'Zero bytes after the inner packet are removed.',
    clauses: ['TUN-09', 'TUN-11'],
    catches: 'Padding that reaches the application; packets that are refused for it.',
    arbitrary: fc.record({
      padding: fc.integer({ min: 0, max: 600 }),
      version: fc.constantFrom(...FAMILIES),
    }),
    boundaries: [
      { padding: 1, version: 4 },
      { padding: 600, version: 6 },
    ],
    async script(world, { padding, version }) {
      const on = await openPath(world);
      const packet = packetFrom(world, on.plan, { version });
      on.far.sendData(concat(packet, new Uint8Array(padding)));
      const out = await delivered(world, on.node, isPacket(packet));
      if (out === undefined) {
        const expected = 'the inner packet, and no more';
        world.stage.violated(expected, 'it did not come out', { timedOut: true });
      }
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.data.not-whole',
    title: 'A payload that is no whole IPv4 or IPv6 packet with zeros after it is dropped and counted.',
    clauses: ['TUN-11', 'GEN-19'],
    catches: 'Bytes beyond the payload read; a length taken from the datagram; what hides behind the packet.',
    arbitrary: fc.constantFrom(...NOT_WHOLE),
    boundaries: NOT_WHOLE,
    async script(world, { version, of }) {
      const on = await openPath(world);
      const payload = of(packetFrom(world, on.plan, { version }));
      await checkCounted(world, on, 'refused.inner-length', () =>
        checkNotDelivered(world, on, () => on.far.sendData(payload)),
      );
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.data.as-it-is',
    title: 'Whatever else is in an inner packet, it comes out as it is.',
    clauses: ['TUN-20', 'TUN-11', 'TUN-12'],
    catches: 'Packets dropped for a checksum, options or a hop limit, which are for who gets them.',
    arbitrary: fc.constantFrom(...ODD),
    boundaries: ODD,
    async script(world, { version, of }) {
      const on = await openPath(world);
      await checkDelivers(world, on, of(packetFrom(world, on.plan, { version })));
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.data.source',
    title: 'An inner packet from another address than one of the peer of its path is dropped and counted.',
    clauses: ['NODE-11', 'GEN-19'],
    catches: 'A peer that speaks for another one, or for the node itself.',
    arbitrary: fc.constantFrom(...FOREIGN),
    boundaries: FOREIGN,
    async script(world, { version, address }) {
      const on = await openPath(world);
      const packet = udpPacket({ from: address(on), to: OWN[version], payload: world.random(8) });
      await checkCounted(world, on, 'refused.inner-source', () =>
        checkNotDelivered(world, on, () => on.far.sendData(packet)),
      );
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.data.source-of-another-path',
    title: 'The address of one peer is no source on the path of another one.',
    clauses: ['NODE-11'],
    catches: 'Sources checked against all peers together.',
    async script(world) {
      const on = await openPath(world);
      const other = await openPath(world, { far: { name: 'C' } });
      const packet = packetFrom(world, other.plan);
      await checkNotDelivered(world, on, () => on.far.sendData(packet));
      await checkDelivers(world, other, packet);
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.data.destination',
    title: 'An inner packet for another address than an own one is dropped, counted, and not sent on.',
    clauses: ['TUN-13', 'GEN-19'],
    catches: 'A node that forwards between its paths; packets for others on the interface.',
    arbitrary: fc.constantFrom(...FOREIGN),
    boundaries: FOREIGN,
    async script(world, { version, address }) {
      const on = await openPath(world);
      const from = addressOf(on.plan, version);
      const packet = udpPacket({ from, to: address(on), payload: world.random(8) });
      await checkCounted(world, on, 'refused.inner-destination', () =>
        checkNotDelivered(world, on, () => on.far.sendData(packet)),
      );
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.data.no-transit',
    title: 'An inner packet from one peer to another is not sent on by the other’s path.',
    clauses: ['TUN-13', 'TUN-18'],
    catches: 'A node as a router between those that it has paths to.',
    async script(world) {
      const on = await openPath(world);
      const other = await openPath(world, { far: { name: 'C' } });
      const packet = udpPacket({
        from: addressOf(on.plan),
        to: addressOf(other.plan),
        payload: world.random(8),
      });
      await checkNotDelivered(world, on, () => on.far.sendData(packet));
      await checkSends(world, other, packetTo(world, other.plan));
      const others = other.far.peer.inbox.filter(({ type }) => type === MessageType.data);
      world.check(others.length === 0, 'nothing on the other path', 'Data');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.data.own-source',
    title: 'Only packets from an own address to one of the peer go out on a path.',
    clauses: ['TUN-18'],
    catches: 'Packets with a real or a foreign source sent into the tunnel; packets for nobody.',
    async script(world) {
      const on = await openPath(world);
      const payload = world.random(8);
      const to = addressOf(on.plan);
      await on.node.packet(udpPacket({ from: '127.0.0.1' as Ip, to, payload }));
      await on.node.packet(udpPacket({ from: '198.18.0.2' as Ip, to, payload }));
      await on.node.packet(udpPacket({ from: OWN[4], to: '198.19.250.1' as Ip, payload }));
      await checkSends(world, on, packetTo(world, on.plan));
      const others = on.far.peer.inbox.filter(({ type }) => type === MessageType.data);
      const actual = others.map(({ plaintext }) => toHex(plaintext ?? new Uint8Array())).join(', ');
      world.check(others.length === 0, 'none of them on the path', actual);
    },
  }),
];
