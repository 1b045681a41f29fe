/** Section 9.11: what becomes of the headers of a packet that an RS-N translates. */
import fc from 'fast-check';
import { ipToBytes } from '../../../reference/address.ts';
import { concat, sameBytes, toHex } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { PacketParts } from '../../application/packets.ts';
import { readIcmp, udpPacket } from '../../application/packets.ts';
import type { ReadUdp } from '../../application/udp.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import { checksumsAreRight, withChecksums } from '../../twin/index.ts';
import type { World } from '../../world.ts';
import { delivered } from '../node/steps.ts';
import { shownAs } from '../shown.ts';
import { exactNetwork } from '../steps.ts';
import { FAMILIES } from './data.ts';
import type { OnPath } from './steps.ts';
import { checkCounted, checkFlows, checkNotOut, endCommon, opened, packetIn } from './steps.ts';

const N = endCommon('rs-n');
type Way = 'in' | 'out';
type Family = 4 | 6;

const WAYS = (['out', 'in'] as const).flatMap((way) =>
  FAMILIES.flatMap((from) => FAMILIES.map((to) => ({ way, from, to }))),
);

/** DSCP 46 and ECT(0); a flow label. */
const [CLASS, LABEL] = [0xba, 0xabcde];
const UDP = 17;
const HEADER = { 4: 20, 6: 40 } as const;
/** RFC 7915, 5.1: what has more bytes than that over IPv4 has DF. */
const WITHOUT_DF = 1260;

/** Whom a packet of one side is from and for. */
function endsOf(way: Way, { inside, far }: OnPath, flow: ReadUdp): Omit<PacketParts, 'payload'> {
  const { from, to, ports } = flow;
  return way === 'out'
    ? { from: inside, to: far, ports: [5060, 7] }
    : { from: to, to: from, ports: [ports[1], ports[0]] };
}

/** Sends a packet to one side. @returns what comes out of the other, known by its end */
async function through(world: World, on: OnPath, way: Way, packet: Uint8Array, tail: Uint8Array) {
  const isIt = (one: Uint8Array) => sameBytes(one.slice(-tail.length), tail);
  if (way === 'in') {
    await on.end.packet(packet);
    const is = (mail: Received) => mail.type === MessageType.data && isIt(packetIn(mail));
    return packetIn(world.came(await on.node.peer.take(is), 'the packet in Data', 'RSN-03.'));
  }
  on.node.sendData(packet);
  const event = await delivered(world, on.end, ({ packet: out }) => out !== undefined && isIt(out));
  return world.came(event?.packet, 'the packet out of the general side', 'RSN-02.');
}

async function onPath(world: World, way: Way, from: Family, to: Family) {
  const on = await opened(world, { plan: { families: way === 'out' ? [from, to] : [to, from] } });
  return { on, flow: await checkFlows(world, on, 'The path works.') };
}

/** The same packet with a class, and a flow label or DF. */
function marked(packet: Uint8Array, dontFragment: boolean): Uint8Array {
  const changed = Uint8Array.from(packet);
  if (packet[0] === 0x45) {
    changed[1] = CLASS;
    changed[6] = dontFragment ? 0x40 : 0;
  } else new DataView(changed.buffer).setUint32(0, 0x60000000 + CLASS * 0x100000 + LABEL);
  return withChecksums(changed);
}

/** What of a header is neither address nor hop count nor checksum. */
function shown(packet: Uint8Array): string {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const word = view.getUint32(0);
  if (word >>> 28 === 4) {
    const dontFragment = (view.getUint8(6) & 0x40) !== 0;
    return `IPv4, header ${4 * (view.getUint8(0) & 15)}, class ${view.getUint8(1)}, length ${view.getUint16(2)}, DF ${dontFragment}, protocol ${view.getUint8(9)}`;
  }
  return `IPv6, class ${(word >>> 20) & 0xff}, label ${word & 0xfffff}, length ${40 + view.getUint16(4)}, next ${view.getUint8(6)}`;
}

function wanted(from: Family, to: Family, length: number, dontFragment: boolean): string {
  const isMarked = from === to ? dontFragment : length > WITHOUT_DF;
  return to === 4
    ? `IPv4, header 20, class ${CLASS}, length ${length}, DF ${isMarked}, protocol ${UDP}`
    : `IPv6, class ${CLASS}, label ${from === 6 ? LABEL : 0}, length ${length}, next ${UDP}`;
}

/** A header between that of IP and UDP: IPv6 extension headers, RFC 8200, 4.3 to 4.6; IPv4 options. */
function inserted(packet: Uint8Array, next: number, bytes: readonly number[]): Uint8Array {
  const version = packet[0] === 0x45 ? 4 : 6;
  const at = HEADER[version];
  const changed = concat(packet.slice(0, at), Uint8Array.from(bytes), packet.slice(at));
  const view = new DataView(changed.buffer);
  if (version === 4) {
    changed[0] = 0x45 + bytes.length / 4;
    view.setUint16(2, changed.length);
    return withChecksums(changed);
  }
  changed[6] = next;
  view.setUint16(4, changed.length - at);
  return changed;
}

const zeros = new Array<number>(16).fill(0);

interface Odd {
  readonly name: string;
  readonly from: Family;
  readonly of: (packet: Uint8Array) => Uint8Array;
}

/** What the other family has no place for, and is left out. [RSN-10] */
const LEFT_OUT: readonly Odd[] = [
  {
    name: 'no UDP checksum',
    from: 4,
    of: (packet) => packet.map((byte, at) => (at === 26 || at === 27 ? 0 : byte)),
  },
  { name: 'IPv4 options', from: 4, of: (packet) => inserted(packet, 0, [1, 1, 1, 1]) },
  {
    name: 'a source route that is at its end',
    from: 4,
    of: (packet) => inserted(packet, 0, [131, 7, 8, 203, 0, 113, 77, 0]),
  },
  { name: 'hop-by-hop options', from: 6, of: (packet) => inserted(packet, 0, [UDP, 0, 1, 4, 0, 0, 0, 0]) },
  { name: 'destination options', from: 6, of: (packet) => inserted(packet, 60, [UDP, 0, 1, 4, 0, 0, 0, 0]) },
  {
    name: 'a routing header at its end',
    from: 6,
    of: (packet) => inserted(packet, 43, [UDP, 2, 4, 0, 0, 0, 0, 0, ...zeros]),
  },
  {
    name: 'two extension headers',
    from: 6,
    of: (packet) => inserted(inserted(packet, 60, [UDP, 0, 1, 4, 0, 0, 0, 0]), 0, [60, 0, 1, 4, 0, 0, 0, 0]),
  },
];

/** What is not translated. [RSN-10, section 16.11] */
const REFUSED: readonly Odd[] = [
  { name: 'a source route', from: 4, of: (packet) => inserted(packet, 0, [131, 7, 4, 203, 0, 113, 77, 0]) },
  {
    name: 'a strict source route',
    from: 4,
    of: (packet) => inserted(packet, 0, [137, 7, 4, 203, 0, 113, 77, 0]),
  },
  {
    name: 'a routing header',
    from: 6,
    of: (packet) => inserted(packet, 43, [UDP, 2, 4, 1, 0, 0, 0, 0, ...zeros]),
  },
  ...FAMILIES.flatMap((from): Odd[] => [
    { name: `IPv${from}, half a UDP header`, from, of: (packet) => shortened(packet, 4) },
    { name: `IPv${from}, half a TCP header`, from, of: (packet) => shortened(packet, 12, 6) },
    { name: `IPv${from}, an unknown protocol`, from, of: (packet) => shortened(packet, 30, 253) },
  ]),
];

/** As much of a packet behind its header, and under another protocol. */
function shortened(packet: Uint8Array, length: number, protocol = UDP): Uint8Array {
  const version = packet[0] === 0x45 ? 4 : 6;
  const changed = packet.slice(0, HEADER[version] + length);
  changed[version === 4 ? 9 : 6] = protocol;
  new DataView(changed.buffer).setUint16(version === 4 ? 2 : 4, version === 4 ? changed.length : length);
  return withChecksums(changed);
}

const nameOf = ({ name, way }: Odd & { readonly way?: Way }) =>
  way === undefined ? name : `${name}, ${way}`;
const LEFT_OUT_WAYS = shownAs(
  nameOf,
  LEFT_OUT.flatMap((odd) => (['out', 'in'] as const).map((way) => ({ ...odd, way }))),
);
const REFUSED_ROWS = shownAs(nameOf, REFUSED);

export const RS_N_HEADER_CASES: readonly Case[] = [
  propertyCase({
    ...N,
    id: 'rs-n.translate.header',
    title:
      'Class, DF and lengths are those of RFC 7915 in the other family, and within one stay as they were.',
    clauses: ['RSN-02', 'RSN-03', 'RSN-10'],
    catches: 'Marks that are lost, DF that is made up or taken away, lengths that count the other header.',
    arbitrary: fc.record({
      row: fc.constantFrom(...WAYS),
      size: fc.integer({ min: 16, max: 1100 }),
      dontFragment: fc.boolean(),
    }),
    boundaries: WAYS.flatMap((row) => [
      { row, size: 33, dontFragment: true },
      { row, size: row.way === 'out' && row.from === 6 ? 1300 : 32, dontFragment: false },
    ]),
    async script(world, { row: { way, from, to }, size, dontFragment }) {
      const { on, flow } = await onPath(world, way, from, to);
      const payload = world.fresh(size);
      const packet = marked(udpPacket({ ...endsOf(way, on, flow), payload }), dontFragment);
      const out = await through(world, on, way, packet, payload);
      const expected = wanted(from, to, HEADER[to] + 8 + size, dontFragment);
      world.check(shown(out) === expected, expected, shown(out), 'RSN-02, RSN-10, RFC 7915.');
      world.check(checksumsAreRight(out), 'right checksums', 'wrong ones', 'RSN-02.');
    },
  }),
  propertyCase({
    ...N,
    id: 'rs-n.translate.left-out',
    title:
      'What the other family has no place for is left out of a packet, and a checksum put in that it needs.',
    clauses: ['RSN-10', 'TUN-20'],
    catches: 'Packets that are lost for an option; options among the data; UDP over IPv6 without a checksum.',
    arbitrary: fc.constantFrom(...LEFT_OUT_WAYS),
    boundaries: LEFT_OUT_WAYS,
    async script(world, { way, from, of }) {
      const to = from === 4 ? 6 : 4;
      const { on, flow } = await onPath(world, way, from, to);
      const payload = world.fresh(32);
      const packet = of(udpPacket({ ...endsOf(way, on, flow), payload }));
      const out = await through(world, on, way, packet, payload);
      const expected = `${HEADER[to] + 8 + 32} bytes, protocol ${UDP}, right checksums true`;
      const actual = `${out.length} bytes, protocol ${out[to === 4 ? 9 : 6]}, right checksums ${checksumsAreRight(out)}`;
      world.check(actual === expected, expected, actual, 'RSN-10.');
    },
  }),
  propertyCase({
    ...N,
    id: 'rs-n.translate.refused',
    title: 'A packet that chose its way, or has no ports, is not translated but dropped and counted.',
    clauses: ['RSN-10', 'RSN-02', 'GEN-19'],
    catches:
      'Routes through the relay that its node chooses; ports that are read behind the end of a packet.',
    arbitrary: fc.constantFrom(...REFUSED_ROWS),
    boundaries: REFUSED_ROWS,
    async script(world, { from, of }) {
      exactNetwork(world);
      const { on, flow } = await onPath(world, 'out', from, from === 4 ? 6 : 4);
      const packet = of(udpPacket({ ...endsOf('out', on, flow), payload: world.fresh(32) }));
      await checkCounted(world, on.end, 'refused.translation', 1, () =>
        checkNotOut(world, on, () => on.node.sendData(packet), 'RSN-10, RSN-02.'),
      );
      // By the time of this answer it has said so, if it does.
      const { peer, path } = on.node;
      world.status(await peer.probe(path), Status.ok);
      const told = peer.takeNow(({ type }) => type === MessageType.data);
      if (told === undefined) return;
      const error = readIcmp(packetIn(told));
      const source = error && toHex(error.from);
      const expected = `an ICMP error from ${toHex(ipToBytes(on.far))}`;
      world.check(source === toHex(ipToBytes(on.far)), expected, `from ${source}`, 'RSN-15.');
    },
  }),
  propertyCase({
    ...N,
    id: 'rs-n.translate.zero-sum',
    title: 'A UDP checksum that comes out as 0 is sent as ffff, for 0 would say that there is none.',
    clauses: ['RSN-02', 'RSN-10'],
    catches: 'One packet in 65536 that is lost over IPv6, or goes unprotected.',
    arbitrary: fc.constantFrom(...WAYS),
    boundaries: WAYS,
    async script(world, { way, from, to }) {
      const { on, flow } = await onPath(world, way, from, to);
      const other = way === 'out' ? { from: flow.from, to: flow.to, ports: flow.ports } : undefined;
      const ends = other ?? { from: on.far, to: on.inside, ports: [7, 5060] as const };
      const payload = concat(world.fresh(30), new Uint8Array(2));
      const at = HEADER[to] + 6;
      // What the sum lacks, so that its complement is 0.
      payload.set(udpPacket({ ...ends, payload }).slice(at, at + 2), 30);
      const packet = udpPacket({ ...endsOf(way, on, flow), payload });
      const out = await through(world, on, way, packet, payload);
      const actual = toHex(out.slice(at, at + 2));
      const [source, width] = to === 4 ? [12, 4] : [8, 16];
      const isTo = sameBytes(out.slice(source + width, source + 2 * width), ipToBytes(ends.to));
      world.check(actual === 'ffff' && isTo, 'ffff', actual, 'RSN-02, RFC 768.');
    },
  }),
];
