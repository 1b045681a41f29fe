/** Section 9.12: what an RS-T lends, to whom, and what it changes of packets: hops alone. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { ipToBytes } from '../../../reference/address.ts';
import { concat, sameBytes, toHex } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import { cut, echo, icmpError } from '../../application/icmp.ts';
import { readIcmp, udpPacket } from '../../application/packets.ts';
import { TCP_FLAG, tcpSegment } from '../../application/tcp.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import { checksumsAreRight } from '../../twin/index.ts';
import type { World } from '../../world.ts';
import { delivered, isPacket } from '../node/steps.ts';
import { FAMILIES } from './data.ts';
import type { OnPath } from './steps.ts';
import {
  checkCounted,
  checkFlows,
  checkNotIn,
  checkOut,
  directAs,
  endCommon,
  opened,
  packetIn,
  packetTo,
} from './steps.ts';

const T = endCommon('rs-t');
const KINDS = [
  'udp',
  'tcp',
  'echo',
  'unknown',
  'no checksum',
  'options',
  'first piece',
  'last piece',
] as const;
/** No peers of any plan. */
const FOREIGN = {
  4: ['203.0.113.252', '10.0.0.1', '127.0.0.1'],
  6: ['2001:db8:80::ffff', 'fd00::1', '::1'],
} as const;

/** A packet of a kind, of which no byte after its header is anybody's business but its ends'. */
function packetOf(world: World, kind: (typeof KINDS)[number], from: Ip, to: Ip): Uint8Array {
  const payload = world.fresh(48);
  const udp = udpPacket({ from, to, payload });
  switch (kind) {
    case 'udp':
      return udp;
    case 'tcp':
      return tcpSegment({ from, to, ports: [5060, 5060], flags: TCP_FLAG.ACK, sequence: 7, data: payload });
    case 'echo':
      return echo(from, to, to.includes(':') ? 128 : 8, 7, payload);
    case 'unknown':
      return withProtocol(udp, 253);
    case 'no checksum':
      return spoiled(udp);
    case 'options':
      return withOptions(udp);
    case 'first piece':
    case 'last piece': {
      const [first, last] = cut(udpPacket({ from, to, payload: world.fresh(600) }));
      return kind === 'first piece' ? first : last;
    }
  }
}

/** Experimental protocol numbers, RFC 3692. */
function withProtocol(packet: Uint8Array, protocol: number): Uint8Array {
  const changed = Uint8Array.from(packet);
  changed[packet[0] === 0x45 ? 9 : 6] = protocol;
  return headerChecked(changed);
}

/** A wrong UDP checksum: it is for who gets the packet. [TUN-20] */
export function spoiled(packet: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(packet);
  const at = (packet[0] === 0x45 ? 20 : 40) + 6;
  changed[at] = (changed[at] ?? 0) ^ 0x55;
  return changed;
}

/** IPv4 with four NOPs, IPv6 with an empty hop-by-hop header. */
export function withOptions(packet: Uint8Array): Uint8Array {
  if (packet[0] !== 0x45) {
    const changed = concat(packet.slice(0, 40), Uint8Array.of(17, 0, 1, 4, 0, 0, 0, 0), packet.slice(40));
    changed[6] = 0;
    new DataView(changed.buffer).setUint16(4, changed.length - 40);
    return changed;
  }
  const changed = concat(packet.slice(0, 20), Uint8Array.of(1, 1, 1, 1), packet.slice(20));
  changed[0] = 0x46;
  new DataView(changed.buffer).setUint16(2, changed.length);
  return headerChecked(changed);
}

/** The same with the right header checksum of IPv4, and nothing else changed. (RFC 791, 3.1) */
function headerChecked(packet: Uint8Array): Uint8Array {
  if ((packet[0] ?? 0) >> 4 !== 4) return packet;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  view.setUint16(10, 0);
  let sum = 0;
  for (let at = 0; at < 4 * ((packet[0] ?? 0) & 15); at += 2) sum += view.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(10, ~sum & 0xffff);
  return packet;
}

/** The same packet, one hop further. */
export function onward(packet: Uint8Array): Uint8Array {
  const moved = Uint8Array.from(packet);
  const at = (packet[0] ?? 0) >> 4 === 4 ? 8 : 7;
  moved[at] = (moved[at] ?? 0) - 1;
  return headerChecked(moved);
}

export function isData({ type }: Received): boolean {
  return type === MessageType.data;
}

async function checkUnchangedOut(world: World, on: OnPath, packet: Uint8Array): Promise<void> {
  on.node.sendData(packet);
  const expected = onward(packet);
  const out = await delivered(world, on.end, isPacket(expected));
  if (out !== undefined) return;
  const last = (await on.end.events()).findLast((event) => event.packet !== undefined)?.packet;
  const actual = last === undefined ? 'nothing came out' : toHex(last);
  world.stage.violated(toHex(expected), actual, { requirement: 'RST-01, RST-07.', timedOut: true });
}

export async function checkUnchangedIn(world: World, on: OnPath, packet: Uint8Array): Promise<void> {
  await on.end.packet(packet);
  const mail = world.came(await on.node.peer.take(isData), 'the packet in Data', 'RST-03.');
  const expected = toHex(onward(packet));
  const actual = toHex(packetIn(mail));
  world.check(actual === expected, expected, actual, 'RST-03, RST-07: unchanged but for hops.');
}

export const RS_T_CASES: readonly Case[] = [
  propertyCase({
    ...T,
    id: 'rs-t.unchanged',
    title:
      'Whatever a packet is, it goes through an RS-T with all its bytes but TTL or hop limit, which is one less.',
    clauses: ['RST-01', 'RST-03', 'RST-07', 'TUN-20', 'TUN-12'],
    catches:
      'A checksum that is mended, an option or protocol that is not known and dropped, a fragment that waits for its rest.',
    arbitrary: fc.record({ kind: fc.constantFrom(...KINDS), version: fc.constantFrom(...FAMILIES) }),
    boundaries: KINDS.flatMap((kind) => FAMILIES.map((version) => ({ kind, version }))),
    async script(world, { kind, version }) {
      const on = await opened(world, { plan: { families: [version, version] } });
      await checkUnchangedOut(world, on, packetOf(world, kind, on.inside, on.far));
      await checkUnchangedIn(world, on, packetOf(world, kind, on.far, on.inside));
    },
  }),
  propertyCase({
    ...T,
    id: 'rs-t.hops',
    title: 'A packet whose hops are used up goes nowhere, either way.',
    clauses: ['RST-03', 'RST-01', 'GEN-19'],
    catches: 'Packets that go round for ever between two routers.',
    arbitrary: fc.record({ version: fc.constantFrom(...FAMILIES), hopLimit: fc.constantFrom(0, 1) }),
    boundaries: FAMILIES.flatMap((version) => ([0, 1] as const).map((hopLimit) => ({ version, hopLimit }))),
    async script(world, { version, hopLimit }) {
      const on = await opened(world, { plan: { families: [version, version] } });
      const payload = world.fresh(16);
      await checkCounted(world, on.end, 'refused.translation', 2, async () => {
        on.node.sendData(packetTo(world, on, { payload, hopLimit }));
        await on.end.packet(udpPacket({ from: on.far, to: on.inside, payload, hopLimit }));
        await checkOut(world, on, 'A good packet.');
      });
      const is = (packet: Uint8Array | undefined) =>
        packet !== undefined && readIcmp(packet) === undefined && sameBytes(packet.slice(-16), payload);
      const out = (await on.end.events()).find(({ packet }) => is(packet));
      world.check(out === undefined, 'nothing out', 'the packet', 'RST-01: as in forwarding.');
      world.status(await on.node.peer.probe(on.node.path), Status.ok);
      for (let mail = on.node.peer.takeNow(isData); mail; mail = on.node.peer.takeNow(isData))
        world.check(!is(packetIn(mail)), 'nothing into the path', 'the packet', 'RST-03: as in forwarding.');
    },
  }),
  propertyCase({
    ...T,
    id: 'rs-t.icmp',
    title: "A router's error about a packet of the node comes to it as from the general peer.",
    clauses: ['RST-11', 'RST-07'],
    catches: 'Errors that the node drops as from nobody it knows, so that no path MTU is ever found.',
    arbitrary: fc.constantFrom(...FAMILIES),
    boundaries: FAMILIES,
    async script(world, version) {
      const on = await opened(world, { plan: { families: [version, version] } });
      const sent = packetTo(world, on);
      await checkOut(world, on, 'The path works.', sent);
      const router = (version === 4 ? '203.0.113.77' : '2001:db8:80::77') as Ip;
      const tooBig = version === 4 ? [3, 4, 1300] : [2, 0, 1300];
      await on.end.packet(icmpError(router, on.inside, tooBig, onward(sent)));
      const mail = world.came(await on.node.peer.take(isData), 'the error in Data', 'RST-11.');
      const came = packetIn(mail);
      const source = toHex(version === 4 ? came.slice(12, 16) : came.slice(8, 24));
      const peer = toHex(ipToBytes(on.plan.real));
      world.check(source === peer, peer, source, 'RST-11, NODE-11.');
      const icmp = readIcmp(came);
      const actual = `${icmp?.type} ${icmp?.code} ${icmp?.rest} ${checksumsAreRight(came)}`;
      const wanted = `${tooBig.join(' ')} true`;
      world.check(actual === wanted, wanted, actual, 'RST-11.');
      const about = toHex(icmp?.about ?? came);
      world.check(about === toHex(onward(sent)), toHex(onward(sent)), about, 'RST-07.');
    },
  }),
  propertyCase({
    ...T,
    id: 'rs-t.inbound.all',
    title:
      'Where nothing else is configured the peer of a path is let in though the node has not sent to it, and nobody else.',
    clauses: ['RST-08', 'RST-03', 'GEN-19'],
    catches:
      'A node that can be called only after it called; a lease that is open to hosts that no direction names.',
    arbitrary: fc.constantFrom(...FAMILIES),
    boundaries: FAMILIES,
    async script(world, version) {
      const on = await opened(world, { plan: { families: [version, version] } });
      await checkUnchangedIn(world, on, udpPacket({ from: on.far, to: on.inside, payload: world.fresh(16) }));
      const flow = await checkOut(world, on, 'The path works.');
      const foreign = FOREIGN[version].map((from) =>
        udpPacket({ from: from as Ip, to: on.inside, payload: world.fresh(16) }),
      );
      await checkCounted(world, on.end, 'refused.mapping', foreign.length, () =>
        checkNotIn(world, on, foreign, flow, 'RST-08, RST-10: its peer and nobody else.'),
      );
    },
  }),
  scriptCase({
    ...T,
    id: 'rs-t.inbound.answers',
    title: 'Where the policy says so, a peer is let in only once the node has sent to it.',
    clauses: ['RST-08'],
    catches: 'A policy that is read and not obeyed.',
    async script(world) {
      const on = await opened(world, { end: { general: { inbound: 'answers' } } });
      await on.end.packet(udpPacket({ from: on.far, to: on.inside, payload: world.fresh(16) }));
      world.status(await on.node.peer.probe(on.node.path), Status.ok);
      const early = on.node.peer.inbox.find(isData);
      world.check(early === undefined, 'nothing into the path', 'Data', 'RST-08.');
      await checkFlows(world, on, 'RST-08: it has sent now.');
    },
  }),
  scriptCase({
    ...T,
    id: 'rs-t.inbound.replaced',
    title: 'Whom the node has sent to is let in on a path that replaced its path, too, and nobody else.',
    clauses: ['RST-08', 'HO-06', 'RST-05'],
    catches:
      'A call that stands still after a move, until the node says something; a policy that a move undoes.',
    async script(world) {
      const end = { general: { inbound: 'answers' } } as const;
      const fields = { peerAddress: undefined };
      const on = await opened(world, { end, fields });
      const flow = await checkFlows(world, on, 'RST-08: it has sent.');
      const { pathId, pathSecret } = on.dc.plan();
      const plan = { ...on.plan, pathId, pathSecret };
      const options = { fields: { ...fields, replaces: on.plan.pathId }, node: { name: 'A, again' } };
      const next = await directAs(world, on.end, on.dc, plan, options);
      await next.node.openLeg();
      const other = udpPacket({ from: '203.0.113.252' as Ip, to: next.inside, payload: world.fresh(16) });
      await checkNotIn(world, next, [other], flow, 'RST-08: it has sent to one peer alone.');
      await on.node.peer.take(({ type }) => type === MessageType.pathUpdate);
    },
  }),
  scriptCase({
    ...T,
    id: 'rs-t.without-peer',
    title: 'By a path whose direction names no peer a node reaches all general peers, and they reach it.',
    clauses: ['RST-01', 'RST-08', 'RST-10'],
    catches: 'A lease that leads nowhere, or everywhere.',
    async script(world) {
      const on = await opened(world, { fields: { peerAddress: undefined } });
      for (const peer of ['203.0.113.7', '203.0.113.8'] as Ip[]) {
        await checkUnchangedOut(world, on, packetTo(world, on, { to: peer }));
        await checkUnchangedIn(world, on, udpPacket({ from: peer, to: on.inside, payload: world.fresh(16) }));
      }
      const before = (await on.end.events()).length;
      for (const no of ['10.0.0.1', '127.0.0.1', '224.0.0.1', '169.254.169.254'] as Ip[]) {
        on.node.sendData(packetTo(world, on, { to: no }));
        await on.end.packet(udpPacket({ from: no, to: on.inside, payload: world.fresh(16) }));
      }
      await checkFlows(world, on, 'RST-10.');
      const more = (await on.end.events()).slice(before).filter(({ packet }) => packet !== undefined);
      world.check(more.length === 1, 'nothing but the good packet', `${more.length} packets`, 'RST-10.');
      const data = on.node.peer.inbox.filter(isData);
      world.check(data.length === 0, 'nothing but the good packet', `${data.length} more`, 'RST-10.');
    },
  }),
];
