/** Section 9.11: what an RS-N makes of packets, with each expected one made by the twin's checksums. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { ipToBytes } from '../../../reference/address.ts';
import { concat, sameBytes, toHex } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import { cut, echo, icmpError } from '../../application/icmp.ts';
import { readIcmp, udpPacket, udpPacketOf } from '../../application/packets.ts';
import type { TcpParts } from '../../application/tcp.ts';
import { readSegment, TCP_FLAG, tcpSegment } from '../../application/tcp.ts';
import { readUdp } from '../../application/udp.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import { GENERAL_SIDE } from '../../target/end-under-test.ts';
import { checksumsAreRight } from '../../twin/index.ts';
import type { World } from '../../world.ts';
import { delivered } from '../node/steps.ts';
import { exactNetwork } from '../steps.ts';
import { FAMILIES } from './data.ts';
import type { OnPath } from './steps.ts';
import {
  carries,
  checkBack,
  checkCounted,
  checkFlows,
  checkNotIn,
  checkNotOut,
  checkOut,
  endCommon,
  opened,
  outs,
  packetIn,
  packetTo,
} from './steps.ts';

const N = endCommon('rs-n');
const PAIRS = FAMILIES.flatMap((inner) => FAMILIES.map((real) => [inner, real] as const));

function isData({ type }: Received): boolean {
  return type === MessageType.data;
}

/** The first packet out of the general side that fits. */
async function out(
  world: World,
  on: OnPath,
  what: string,
  match: (packet: Uint8Array) => boolean,
  requirement: string,
) {
  const event = await delivered(world, on.end, ({ packet }) => packet !== undefined && match(packet));
  if (event?.packet !== undefined) return event.packet;
  return world.stage.violated(what, 'nothing came out', { requirement, timedOut: true });
}

/** A TCP segment of the node, as it comes out of the general side. */
async function segmentOut(
  world: World,
  on: OnPath,
  parts: Pick<TcpParts, 'flags' | 'sequence' | 'data'> & { acknowledgement?: number },
) {
  const { inside: from, far: to } = on;
  on.node.sendData(tcpSegment({ from, to, ports: [40_000, 80], ...parts }));
  const packet = await out(
    world,
    on,
    'the segment out of the general side',
    (one) => {
      const read = readSegment(one);
      return read?.sequence === parts.sequence && read.flags === parts.flags;
    },
    'RSN-02.',
  );
  const read = readSegment(packet);
  if (read === undefined) throw new Error('no segment');
  world.check(read.isSound, 'right checksums', 'wrong ones', 'RSN-02.');
  const right = toHex(ipToBytes(on.plan.real));
  world.check(
    read.to === right && read.ports[1] === 80,
    `to ${right} port 80`,
    `${read.to} port ${read.ports[1]}`,
    'RSN-02.',
  );
  return { read, packet };
}

export const RS_N_TRANSLATION_CASES: readonly Case[] = [
  propertyCase({
    ...N,
    id: 'rs-n.translate.udp',
    title:
      'UDP is translated there and back, within each family and between the two, and nothing else of it changes.',
    clauses: ['RSN-02', 'RSN-03', 'RSN-10', 'RSN-15'],
    catches: 'A checksum that is of the other family; hops that are not counted; a port of the wrong end.',
    arbitrary: fc.record({
      pair: fc.constantFrom(...PAIRS),
      size: fc.integer({ min: 8, max: 1100 }),
      hops: fc.integer({ min: 2, max: 255 }),
    }),
    boundaries: PAIRS.map((pair) => ({ pair, size: 33, hops: 64 })),
    async script(world, { pair, size, hops }) {
      const on = await opened(world, { plan: { families: pair } });
      const read = await checkOut(world, on, 'RSN-02.', packetTo(world, on, { size, hopLimit: hops }));
      world.check(read.hopLimit === hops - 1, `${hops - 1} hops left`, `${read.hopLimit}`, 'RSN-15.');
      const back = await checkBack(world, on, read, 'RSN-03.');
      world.check(back.hopLimit === 63, '63 hops left', `${back.hopLimit}`, 'RSN-15.');
    },
  }),
  propertyCase({
    ...N,
    id: 'rs-n.translate.tcp',
    title: 'A TCP connection is translated there and back, within each family and between the two.',
    clauses: ['RSN-02', 'RSN-03', 'RSN-10', 'RSN-06'],
    catches: 'Sequence numbers, flags or data that are others; a checksum without the pseudo header.',
    arbitrary: fc.constantFrom(...PAIRS),
    boundaries: PAIRS,
    async script(world, pair) {
      const on = await opened(world, { plan: { families: pair } });
      // Of this row alone.
      const [a = 0, b = 0] = world.fresh(2);
      const sequence = 0x7000_0000 + (a << 16) + (b << 8);
      const { read } = await segmentOut(world, on, { flags: TCP_FLAG.SYN, sequence });
      const self = GENERAL_SIDE[pair[1]] as Ip;
      const answer = { from: on.plan.real, to: self, ports: [80, read.ports[0]] as const };
      const flags = TCP_FLAG.SYN | TCP_FLAG.ACK;
      await on.end.packet(tcpSegment({ ...answer, flags, sequence: 9, acknowledgement: sequence + 1 }));
      const mail = world.came(await on.node.peer.take(isData), 'SYN and ACK in Data', 'RSN-03.');
      const came = mail.plaintext && readSegment(mail.plaintext);
      const wanted = `${toHex(ipToBytes(on.far))} 80,40000 9 ${sequence + 1} ${flags} true`;
      const actual = `${came?.from} ${came?.ports} ${came?.sequence} ${came?.acknowledgement} ${came?.flags} ${came?.isSound}`;
      world.check(actual === wanted, wanted, actual, 'RSN-03.');
      const data = world.fresh(100);
      const ack = { flags: TCP_FLAG.ACK, sequence: sequence + 1, acknowledgement: 10, data };
      const { packet, read: second } = await segmentOut(world, on, ack);
      world.check(
        second.ports[0] === read.ports[0],
        `port ${read.ports[0]}`,
        `${second.ports[0]}`,
        'RSN-05.',
      );
      world.check(sameBytes(packet.slice(-100), data), 'the data as it was', 'other bytes', 'RSN-02.');
    },
  }),
  propertyCase({
    ...N,
    id: 'rs-n.translate.echo',
    title: 'An echo goes out, and its answer back, within each family and between the two.',
    clauses: ['RSN-02', 'RSN-03', 'RSN-10'],
    catches: 'ICMP types of the other family; an identifier that is not translated back.',
    arbitrary: fc.constantFrom(...PAIRS),
    boundaries: PAIRS,
    async script(world, pair) {
      const on = await opened(world, { plan: { families: pair } });
      const [request, answer] = [
        { 4: 8, 6: 128 },
        { 4: 0, 6: 129 },
      ] as const;
      const data = world.fresh(24);
      on.node.sendData(echo(on.inside, on.far, request[pair[0]], 0x4242, data));
      const packet = await out(world, on, 'the echo', (one) => sameBytes(one.slice(-24), data), 'RSN-02.');
      const icmp = readIcmp(packet);
      const actual = `type ${icmp?.type}, sound ${icmp?.isSound}`;
      world.check(
        icmp?.type === request[pair[1]] && icmp.isSound,
        `type ${request[pair[1]]}, sound true`,
        actual,
        'RSN-02.',
      );
      const id = (icmp?.rest ?? 0) >>> 16;
      const reply = world.fresh(24);
      await on.end.packet(echo(on.plan.real, GENERAL_SIDE[pair[1]] as Ip, answer[pair[1]], id, reply));
      const mail = world.came(await on.node.peer.take(isData), 'the answer in Data', 'RSN-03.');
      const wanted = echo(on.far, on.inside, answer[pair[0]], 0x4242, reply, 63);
      const at = pair[0] === 4 ? 20 : 40;
      const came = packetIn(mail);
      world.check(
        sameBytes(came.slice(at), wanted.slice(at)),
        toHex(wanted.slice(at)),
        toHex(came.slice(at)),
        'RSN-03.',
      );
      world.check(checksumsAreRight(came), 'right checksums', 'wrong ones', 'RSN-03.');
    },
  }),
  propertyCase({
    ...N,
    id: 'rs-n.icmp.in',
    title:
      'An ICMP error about a packet of the node comes to it from what stands for the peer, with its own packet inside.',
    clauses: ['RSN-07', 'RSN-15', 'RSN-10'],
    catches: 'Errors that the node drops, as from a router, or about a packet that it never sent.',
    arbitrary: fc.constantFrom(...PAIRS),
    boundaries: PAIRS,
    async script(world, pair) {
      const on = await opened(world, { plan: { families: pair } });
      await checkOut(world, on, 'The path works.');
      const sent = (await outs(on.end)).at(-1) ?? new Uint8Array(0);
      const router = (pair[1] === 4 ? '203.0.113.77' : '2001:db8:80::77') as Ip;
      const unreachable = { 4: [3, 3, 0], 6: [1, 4, 0] } as const;
      await on.end.packet(icmpError(router, GENERAL_SIDE[pair[1]] as Ip, unreachable[pair[1]], sent));
      const mail = world.came(await on.node.peer.take(isData), 'the error in Data', 'RSN-07.');
      const came = packetIn(mail);
      const icmp = readIcmp(came);
      const [type, code] = unreachable[pair[0]];
      const actual = `type ${icmp?.type} code ${icmp?.code}, sound ${icmp?.isSound}`;
      world.check(
        actual === `type ${type} code ${code}, sound true`,
        `type ${type} code ${code}, sound true`,
        actual,
        'RSN-07.',
      );
      const source = pair[0] === 4 ? came.slice(12, 16) : came.slice(8, 24);
      world.check(sameBytes(source, ipToBytes(on.far)), on.far, toHex(source), 'RSN-15, NODE-11.');
      const about = icmp?.about ?? new Uint8Array(0);
      const [at, length] = pair[0] === 4 ? [12, 4] : [8, 16];
      const inner = toHex(about.slice(at, at + 2 * length));
      const own = toHex(concat(ipToBytes(on.inside), ipToBytes(on.far)));
      world.check(inner === own, own, inner, 'RSN-07: the packet inside of them too.');
    },
  }),
  propertyCase({
    ...N,
    id: 'rs-n.icmp.out',
    title:
      'An ICMP error of the node about a packet of the peer comes out from the RS-N, with the peer’s packet inside.',
    clauses: ['RSN-07', 'RSN-15'],
    catches: 'Errors of nodes that are lost, or that show the peer addresses it does not know.',
    arbitrary: fc.constantFrom(...PAIRS),
    boundaries: PAIRS,
    async script(world, pair) {
      const on = await opened(world, { plan: { families: pair } });
      const flow = await checkOut(world, on, 'The path works.');
      const payload = world.fresh(40);
      await on.end.packet(
        udpPacket({ from: flow.to, to: flow.from, ports: [flow.ports[1], flow.ports[0]], payload }),
      );
      const mail = world.came(await on.node.peer.take(isData), 'the packet in Data', 'RSN-03.');
      const unreachable = { 4: [3, 3, 0], 6: [1, 4, 0] } as const;
      on.node.sendData(icmpError(on.inside, on.far, unreachable[pair[0]], packetIn(mail)));
      const [type, code] = unreachable[pair[1]];
      const isAbout = (one: Uint8Array): boolean => {
        const read = readIcmp(one);
        return read?.type === type && toHex(read.about).includes(toHex(payload));
      };
      const packet = await out(world, on, 'the error', isAbout, 'RSN-07.');
      const icmp = readIcmp(packet);
      world.check(
        icmp?.code === code && icmp.isSound,
        `code ${code}, sound true`,
        `code ${icmp?.code}, sound ${icmp?.isSound}`,
        'RSN-07.',
      );
      const [at, length] = pair[1] === 4 ? [12, 4] : [8, 16];
      const about = toHex(icmp?.about.slice(at, at + 2 * length) ?? payload);
      const wanted = toHex(concat(ipToBytes(flow.to), ipToBytes(flow.from)));
      world.check(about === wanted, wanted, about, 'RSN-07: the packet inside of them too.');
      const source = toHex(pair[1] === 4 ? packet.slice(12, 16) : packet.slice(8, 24));
      const own = toHex(ipToBytes(GENERAL_SIDE[pair[1]] as Ip));
      world.check(source === own, own, source, 'RSN-15: its own address outside.');
    },
  }),
  propertyCase({
    ...N,
    id: 'rs-n.hops',
    title:
      'A packet whose hops are used up goes nowhere; the node is told by what stands for the peer, a peer by the RS-N.',
    clauses: ['RSN-15', 'TUN-20'],
    catches: 'Packets that go round for ever; a traceroute that ends at the relay.',
    arbitrary: fc.constantFrom(...PAIRS),
    boundaries: PAIRS,
    async script(world, pair) {
      const on = await opened(world, { plan: { families: pair } });
      const flow = await checkFlows(world, on, 'The path works.');
      const exceeded = { 4: 11, 6: 3 } as const;
      await checkNotOut(world, on, () => on.node.sendData(packetTo(world, on, { hopLimit: 1 })), 'RSN-15.');
      const mail = world.came(await on.node.peer.take(isData), 'an ICMP error in Data', 'RSN-15.');
      const came = packetIn(mail);
      const source = toHex(pair[0] === 4 ? came.slice(12, 16) : came.slice(8, 24));
      const actual = `type ${readIcmp(came)?.type} from ${source}`;
      const wanted = `type ${exceeded[pair[0]]} from ${toHex(ipToBytes(on.far))}`;
      world.check(actual === wanted, wanted, actual, 'RSN-15, NODE-11.');
      const ports = [flow.ports[1], flow.ports[0]] as const;
      await on.end.packet(
        udpPacket({ from: flow.to, to: flow.from, ports, payload: world.fresh(8), hopLimit: 1 }),
      );
      const isTold = (one: Uint8Array) => readIcmp(one)?.type === exceeded[pair[1]];
      const told = await out(world, on, 'an ICMP error to the peer', isTold, 'RSN-15.');
      const self = toHex(pair[1] === 4 ? told.slice(12, 16) : told.slice(8, 24));
      const own = toHex(ipToBytes(GENERAL_SIDE[pair[1]] as Ip));
      world.check(self === own, own, self, 'RSN-15: its own address outside.');
    },
  }),
  propertyCase({
    ...N,
    id: 'rs-n.fragments',
    title:
      'Fragments are put together before they are translated, or dropped and counted; never sent on as they are.',
    clauses: ['RSN-11'],
    catches:
      'A later fragment without ports that is sent on with addresses of the tunnel, or to whoever comes to mind.',
    arbitrary: fc.constantFrom(...FAMILIES),
    boundaries: FAMILIES,
    async script(world, version) {
      exactNetwork(world);
      const on = await opened(world, { plan: { families: [version, version] } });
      const length = version === 4 ? 972 : 952;
      const flow = await checkFlows(world, on, 'The path works.');
      const whole = udpPacketOf(1000, { from: on.inside, to: on.far, ports: [5060, 7] });
      const before = (await outs(on.end)).length;
      const refused = async () => (await on.end.counters())['refused.fragment'] ?? 0;
      const counted = await refused();
      for (const piece of cut(whole)) on.node.sendData(piece);
      const { payload } = await checkOut(world, on, 'The path works.');
      const between = await refused();
      const ports = [flow.ports[1], flow.ports[0]] as const;
      const back = udpPacketOf(1000, { from: flow.to, to: flow.from, ports });
      const [first = back, second = back] = cut(back);
      await on.end.packet(second);
      await on.end.packet(first);
      await checkBack(world, on, flow, 'The path works.');
      // What has to be put together may take longer than what comes whole.
      const isGone = (await refused()) > between;
      const data: Uint8Array[] = [];
      let mail = isGone ? on.node.peer.takeNow(isData) : await on.node.peer.take(isData);
      for (; mail; mail = on.node.peer.takeNow(isData)) data.push(packetIn(mail));
      const isWhole = data.length === 1 && readUdp(data[0] ?? back)?.payload.length === length;
      const expected = 'the packet whole, or nothing and counted';
      world.check(isWhole || (isGone && data.length === 0), expected, `${data.length} packets`, 'RSN-11.');
      const came = (await outs(on.end)).slice(before).filter((packet) => !carries(packet, payload));
      const right = came.length === 1 && readUdp(came[0] ?? whole)?.payload.length === length;
      const isDropped = came.length === 0 && between > counted;
      world.check(right || isDropped, expected, came.map((one) => toHex(one)).join(', '), 'RSN-11.');
      world.status(await on.dc.peer.probe(on.dc.association), Status.ok);
    },
  }),
  propertyCase({
    ...N,
    id: 'rs-n.fragment.alone',
    title: 'A later fragment alone goes nowhere.',
    clauses: ['RSN-11'],
    catches: 'Ports read out of the middle of a packet.',
    arbitrary: fc.constantFrom(...FAMILIES),
    boundaries: FAMILIES,
    async script(world, version) {
      const on = await opened(world, { plan: { families: [version, version] } });
      const [, second = new Uint8Array(0)] = cut(udpPacketOf(1000, { from: on.inside, to: on.far }));
      await checkNotOut(world, on, () => on.node.sendData(second), 'RSN-11.');
      const flow = await checkFlows(world, on, 'The path works.');
      const [, late = second] = cut(udpPacketOf(1000, { from: flow.to, to: flow.from }));
      await checkNotIn(world, on, [late], flow, 'RSN-11.');
    },
  }),
  scriptCase({
    ...N,
    id: 'rs-n.wrong-inside',
    title: 'What the peer sends about no flow of the node is dropped and counted.',
    clauses: ['RSN-09', 'RSN-07'],
    catches: 'Errors about packets that nobody sent, by which connections could be ended.',
    async script(world) {
      const on = await opened(world);
      const flow = await checkFlows(world, on, 'The path works.');
      const forged = udpPacket({
        from: flow.from,
        to: flow.to,
        ports: [flow.ports[0] ^ 1, 7],
        payload: world.fresh(8),
      });
      const error = icmpError(flow.to, flow.from, [3, 3, 0], forged);
      await checkCounted(world, on.end, 'refused.mapping', 1, () =>
        checkNotIn(world, on, [error], flow, 'RSN-09.'),
      );
    },
  }),
];
