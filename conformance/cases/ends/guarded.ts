/** Section 9.12: whom an RS-T lets in, between nodes of its own too. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { ipToBytes } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { icmpError } from '../../application/icmp.ts';
import { readIcmp, udpPacket, udpPacketOf } from '../../application/packets.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { PROBE_1280, upTo } from '../node/sizes.ts';
import { exactNetwork } from '../steps.ts';
import { FAMILIES } from './data.ts';
import { checkUnchangedIn, isData, onward } from './lent.ts';
import { checkFlows, checkNotIn, checkOut, endCommon, opened, packetIn, packetTo } from './steps.ts';

const T = endCommon('rs-t');
/** Of Relay Directions that name no peer. */
const ANY_PEER = { peerAddress: undefined };
const ROUTER = { 4: '203.0.113.77', 6: '2001:db8:80::77' } as const;
const STRANGER = { 4: '203.0.113.252', 6: '2001:db8:80::ffff' } as const;
/** What may be lent. */
const POOL = { 4: ['192.0.2.1', '192.0.2.2'], 6: ['2001:db8:31::1', '2001:db8:31::2'] } as const;
/** A link carries so many bytes, a router says. */
const TOO_BIG = { 4: [3, 4, 1300], 6: [2, 0, 1300] } as const;
export const RS_T_GUARD_CASES: readonly Case[] = [
  scriptCase({
    ...T,
    id: 'rs-t.between-nodes',
    title: 'Two nodes that have lent addresses reach each other by them, one hop apart.',
    clauses: ['RST-10', 'RST-04'],
    catches:
      'Packets between two nodes of one relay that are sent out, where nobody brings them back; two hops for one router.',
    async script(world) {
      const on = await opened(world, { fields: ANY_PEER });
      const other = await opened(world, { fields: ANY_PEER, node: { name: 'B' } });
      const packet = packetTo(world, on, { to: other.inside });
      on.node.sendData(packet);
      const mail = world.came(await other.node.peer.take(isData), 'the packet in Data', 'RST-10.');
      const [expected, actual] = [onward(packet), packetIn(mail)].map((bytes) => toHex(bytes));
      world.check(actual === expected, `${expected}`, `${actual}`, 'RST-10, RST-07: one hop further.');
    },
  }),
  scriptCase({
    ...T,
    id: 'rs-t.between-nodes.bound',
    title: 'A node whose path is for one general peer gets nothing from another node of the relay.',
    clauses: ['RST-10', 'RST-08'],
    catches: 'Packets between two nodes of one relay that only the first of their paths is asked about.',
    async script(world) {
      const on = await opened(world);
      const flow = await checkFlows(world, on, 'The path works.');
      const other = await opened(world, { fields: ANY_PEER, node: { name: 'B' } });
      other.node.sendData(packetTo(world, other, { to: on.inside }));
      world.status(await other.node.peer.probe(other.node.path), 0);
      await checkNotIn(world, on, [], flow, 'RST-10, RST-08: what both paths ask of it applies.');
    },
  }),
  scriptCase({
    ...T,
    id: 'rs-t.between-nodes.too-big',
    title: 'What is too large for the path of another node of the relay is told to the node that sent it.',
    clauses: ['TUN-07', 'RST-10'],
    catches: 'An error that is sent out, where nobody brings it back: connections between nodes that hang.',
    async script(world) {
      exactNetwork(world);
      const on = await opened(world, { fields: ANY_PEER });
      const other = await opened(world, { fields: ANY_PEER, node: { name: 'B' } });
      upTo(world, { far: other.node }, PROBE_1280);
      const packet = udpPacketOf(1281, { from: on.inside, to: other.inside, dontFragment: true });
      on.node.sendData(packet);
      const mail = world.came(await on.node.peer.take(isData), 'an ICMP error in Data', 'TUN-07.');
      const icmp = readIcmp(packetIn(mail));
      const actual = `${icmp?.type} ${icmp?.code}, MTU ${(icmp?.rest ?? 0) & 0xffff}`;
      world.check(actual === '3 4, MTU 1280', '3 4, MTU 1280', actual, 'TUN-07: its sender gets it.');
    },
  }),
  propertyCase({
    ...T,
    id: 'rs-t.inbound.forged',
    title: 'What comes from outside as from a lent address is let in nowhere.',
    clauses: ['RST-10'],
    catches: 'Somebody outside who speaks to nodes as one of them.',
    arbitrary: fc.constantFrom(...FAMILIES),
    boundaries: FAMILIES,
    async script(world, version) {
      const plan = { families: [version, version] } as const;
      const other = await opened(world, { plan, node: { name: 'B' } });
      const fields = { peerAddress: ipToBytes(other.inside) };
      const on = await opened(world, { plan: { ...plan, real: other.inside }, fields });
      const there = packetTo(world, on);
      on.node.sendData(there);
      const ports = [7, 5060] as const;
      const forged = [on.far, on.inside].map((from) =>
        udpPacket({ from, to: on.inside, ports, payload: world.fresh(16) }),
      );
      for (const packet of forged) await on.end.packet(packet);
      await checkFlows(world, other, 'The relay goes on.');
      world.status(await on.node.peer.probe(on.node.path), 0);
      const came = on.node.peer.inbox.filter(isData);
      world.check(came.length === 0, 'nothing into the path', `${came.length} packets`, 'RST-10.');
    },
  }),
  propertyCase({
    ...T,
    id: 'rs-t.icmp.without-peer',
    title: "Where a direction names no peer a router's error goes in as it is, about whom the node sent to.",
    clauses: ['RST-11', 'RST-08', 'RST-03'],
    catches:
      'Errors that a policy of answers loses, so that no path MTU is found; a router with the wrong name.',
    arbitrary: fc.constantFrom(...FAMILIES),
    boundaries: FAMILIES,
    async script(world, version) {
      const end = { pool: POOL[version], general: { inbound: 'answers' } } as const;
      const on = await opened(world, { end, fields: ANY_PEER, plan: { families: [version, version] } });
      const sent = packetTo(world, on);
      const flow = await checkOut(world, on, 'The path works.', sent);
      const router = ROUTER[version] as Ip;
      await checkUnchangedIn(world, on, icmpError(router, on.inside, TOO_BIG[version], onward(sent)));
      const unsent = packetTo(world, on, { to: STRANGER[version] as Ip });
      const error = icmpError(router, on.inside, TOO_BIG[version], unsent);
      await checkNotIn(world, on, [error], flow, 'RST-08: the node has not sent there.');
    },
  }),
];
