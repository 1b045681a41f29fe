/** Section 9.11: mappings of an RS-N, whom they let in, how long they live and how many there are. */
import type { Ip } from '../../../reference/address.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import { udpPacket } from '../../application/packets.ts';
import { readSegment, TCP_FLAG, tcpSegment } from '../../application/tcp.ts';
import type { ReadUdp } from '../../application/udp.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { body } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import { GENERAL_SIDE } from '../../target/end-under-test.ts';
import type { World } from '../../world.ts';
import { delivered } from '../node/steps.ts';
import { exactNetwork } from '../steps.ts';
import type { OnPath, PathOptions } from './steps.ts';
import {
  checkBack,
  checkCounted,
  checkFlows,
  checkNotIn,
  checkOut,
  checkTold,
  directAs,
  endCommon,
  opened,
  outOf,
  packetTo,
} from './steps.ts';

const N = endCommon('rs-n');
/** RSN-06: seconds that a UDP mapping lives at least, and a TCP connection. */
const UDP = 120;
const TCP = 7440;
const FEW = 4;
/** Connections that a peer begins by one port of a node. */
const FLOOD = 600;
/** Seconds, in which nothing that it keeps alive is missed. */
const STEP = 200;

/** Another path of the same node, to another peer if nothing else is said, which it has not opened yet. */
async function besideOf(world: World, on: OnPath, options: PathOptions = {}): Promise<OnPath> {
  const { end, dc, plan } = on;
  const base = dc.plan(options.plan);
  const [, relay] = base.legs;
  const next = { ...base, own: plan.own, legs: [plan.legs[0], relay] as const };
  return await directAs(world, end, dc, next, { node: { name: 'A, again' }, ...options });
}

/** The same once it is open. */
async function toAnother(world: World, on: OnPath, options: PathOptions = {}): Promise<OnPath> {
  const made = await besideOf(world, on, options);
  await made.node.openLeg();
  return made;
}

export function way({ from, ports: [port] }: ReadUdp): string {
  return `${from} port ${port}`;
}

/** Moves the relay's clock; what it asks for meanwhile is answered. */
export async function forward(world: World, on: OnPath, seconds: number): Promise<void> {
  const { path, peer } = on.node;
  for (let left = seconds; left > 0; left -= STEP) {
    await on.end.forward(1000 * Math.min(STEP, left));
    await world.sleep(20);
  }
  path.current = undefined;
  const isOpen = () => path.current?.confirmed || undefined;
  if ((await world.stage.until(isOpen, 1000)) === undefined) await peer.open(path);
  world.status(await peer.probe(path), Status.ok);
}

function isData({ type }: Received): boolean {
  return type === MessageType.data;
}

export const RS_N_MAPPING_CASES: readonly Case[] = [
  scriptCase({
    ...N,
    id: 'rs-n.mapping.endpoint-independent',
    title: 'A port of a node is one port of the RS-N towards all ports of its peer, and towards all peers.',
    clauses: ['RSN-05'],
    catches: 'A mapping for each destination, by which no application finds out its own address.',
    async script(world) {
      const on = await opened(world);
      const first = await checkOut(world, on, 'The path works.');
      const second = await checkOut(world, on, 'RSN-05.', packetTo(world, on, { ports: [5060, 4000] }));
      const other = await toAnother(world, on);
      const third = await checkOut(world, other, 'RSN-05.');
      for (const one of [second, third])
        world.check(way(one) === way(first), way(first), way(one), 'RSN-05: endpoint-independent mapping.');
      const beside = await checkOut(world, on, 'RSN-05.', packetTo(world, on, { ports: [5061, 7] }));
      world.check(way(beside) !== way(first), 'another port for another one', way(beside), 'RSN-14.');
      await checkBack(world, on, first, 'RSN-03: each peer by its own path.');
      await checkBack(world, other, third, 'RSN-03: each peer by its own path.');
    },
  }),
  scriptCase({
    ...N,
    id: 'rs-n.mapping.filtered',
    title: 'A mapping lets in its peer alone: whom the node did not send to by it is dropped and counted.',
    clauses: ['RSN-05', 'RSN-09'],
    catches: 'A port that is open to all the Internet; a peer let in by a flow of another node.',
    async script(world) {
      const on = await opened(world);
      const flow = await checkFlows(world, on, 'The path works.');
      const ports = [7, flow.ports[0]] as const;
      const strangers = ['203.0.113.200', '198.51.100.1'].map((from) =>
        udpPacket({ from: from as Ip, to: flow.from, ports, payload: world.fresh(8) }),
      );
      const nobody = udpPacket({
        from: flow.to,
        to: flow.from,
        ports: [7, flow.ports[0] ^ 1],
        payload: world.fresh(8),
      });
      await checkCounted(world, on.end, 'refused.mapping', 3, () =>
        checkNotIn(world, on, [...strangers, nobody], flow, 'RSN-09.'),
      );
    },
  }),
  scriptCase({
    ...N,
    adapterLevel: 3,
    id: 'rs-n.mapping.udp-life',
    title: 'A UDP mapping is there after 120 s without packets, with the same port.',
    clauses: ['RSN-06', 'RSN-04'],
    catches: 'The half minute of cheap NATs, after which calls fall silent.',
    waits: 1500,
    async script(world) {
      exactNetwork(world);
      const on = await opened(world);
      const flow = await checkFlows(world, on, 'The path works.');
      await forward(world, on, UDP - 5);
      await checkBack(world, on, flow, 'RSN-06: 120 s or longer.');
      const again = await checkOut(world, on, 'RSN-06.');
      world.check(way(again) === way(flow), way(flow), way(again), 'RSN-06: the same mapping.');
    },
  }),
  scriptCase({
    ...N,
    adapterLevel: 3,
    id: 'rs-n.mapping.tcp-life',
    title: 'An established TCP connection is there after 7440 s without packets, and so is its path.',
    clauses: ['RSN-06', 'RS-25'],
    catches: 'Connections that are cut while nobody speaks; a time of UDP for TCP; a path that ends first.',
    waits: 5000,
    async script(world) {
      exactNetwork(world);
      const on = await opened(world, { fields: { lifetime: 86_400 } });
      const { inside: from, far: to, end, node } = on;
      const send = async (flags: number, sequence: number) => {
        node.sendData(tcpSegment({ from, to, ports: [40_000, 80], flags, sequence, acknowledgement: 10 }));
        const isIt = ({ packet }: { packet?: Uint8Array | undefined }) =>
          packet !== undefined && readSegment(packet)?.sequence === sequence;
        const event = await delivered(world, end, isIt);
        const read = event?.packet && readSegment(event.packet);
        if (read !== undefined) return read;
        return world.stage.violated('the segment out of the general side', 'nothing', { timedOut: true });
      };
      const { ports } = await send(TCP_FLAG.SYN, 100);
      const answer = async (flags: number, sequence: number, acknowledgement: number) => {
        const back = { from: on.plan.real, to: '203.0.113.254' as Ip, ports: [80, ports[0]] as const };
        await end.packet(tcpSegment({ ...back, flags, sequence, acknowledgement }));
        world.came(await node.peer.take(isData), 'the segment in Data', 'RSN-06.');
      };
      await answer(TCP_FLAG.SYN | TCP_FLAG.ACK, 9, 101);
      await send(TCP_FLAG.ACK, 101);
      await forward(world, on, TCP - 40);
      await answer(TCP_FLAG.ACK, 10, 101);
      const late = await send(TCP_FLAG.ACK, 102);
      world.check(late.ports[0] === ports[0], `port ${ports[0]}`, `port ${late.ports[0]}`, 'RSN-06.');
    },
  }),
  scriptCase({
    ...N,
    id: 'rs-n.mapping.bound',
    title:
      'A node gets as many mappings as it may have; one more is dropped, counted and told by ICMP, and others get theirs.',
    clauses: ['RSN-14', 'DOS-04'],
    catches: 'One node that takes all ports; a port of two nodes; an application that waits for nothing.',
    async script(world) {
      exactNetwork(world);
      const general = { mappings: 2 * FEW, mappingsPerNode: FEW };
      const on = await opened(world, { end: { general } });
      const ways = new Set<string>();
      for (let port = 1; port <= FEW; port++)
        ways.add(way(await checkOut(world, on, 'RSN-14.', packetTo(world, on, { ports: [port, 7] }))));
      world.check(ways.size === FEW, `${FEW} ports`, `${ways.size}`, 'RSN-14: none belongs to two mappings.');
      await checkCounted(world, on.end, 'refused.mapping-room', 1, async () => {
        const payload = world.fresh(16);
        const packet = packetTo(world, on, { ports: [FEW + 1, 7], payload });
        on.node.sendData(packet);
        // By the time of this answer the relay has had it.
        world.status(await on.node.peer.probe(on.node.path), Status.ok);
        const out = await outOf(world, on.end, payload, 0);
        world.check(out === undefined, 'nothing out', 'a packet', 'RSN-14.');
        await checkTold(world, on, packet);
      });
      await checkOut(world, on, 'What has a mapping goes on.', packetTo(world, on, { ports: [1, 7] }));
      const other = await opened(world, { end: { general }, node: { name: 'B' } });
      const its = await checkOut(world, other, 'RSN-14: another node gets its own.');
      world.check(!ways.has(way(its)), 'a port of its own', way(its), 'RSN-14.');
    },
  }),
  scriptCase({
    ...N,
    id: 'rs-n.mapping.gone',
    title:
      'When the last path of a node and peer has gone nothing comes in for it, and nobody gets its port meanwhile.',
    clauses: ['RSN-16'],
    catches: 'Packets of a flow that ended, at a node that happens to get the port.',
    async script(world) {
      exactNetwork(world);
      const on = await opened(world);
      const flow = await checkFlows(world, on, 'The path works.');
      world.status(await on.dc.direct(on.dc.withdrawal(on.plan)), Status.ok);
      const other = await opened(world, { node: { name: 'B' }, plan: { real: on.plan.real } });
      const its = await checkOut(world, other, 'RSN-02.');
      world.check(way(its) !== way(flow), 'another port', way(its), 'RSN-16: for 120 s.');
      const late = udpPacket({
        from: flow.to,
        to: flow.from,
        ports: [flow.ports[1], flow.ports[0]],
        payload: world.fresh(8),
      });
      await checkNotIn(world, other, [late], its, 'RSN-16.');
      const came = on.node.peer.inbox.find(isData);
      world.check(came === undefined, 'nothing on the path that is gone', 'Data', 'RSN-16.');
      const again = await toAnother(world, on, {
        plan: { real: on.plan.real, standsFor: on.plan.standsFor },
      });
      const kept = await checkOut(world, again, 'RSN-16.');
      world.check(way(kept) === way(flow), way(flow), way(kept), 'RSN-16: it takes the mappings over.');
    },
  }),
  scriptCase({
    ...N,
    id: 'rs-n.path.second',
    title:
      'Of two paths of a node to one peer answers go by that by which it sent last, and by none that is closed.',
    clauses: ['RSN-04', 'RSN-03', 'TUN-17'],
    catches: 'Answers by a path that nobody opened yet, or that is closed; another port for each path.',
    async script(world) {
      exactNetwork(world);
      const on = await opened(world);
      const flow = await checkFlows(world, on, 'The path works.');
      const plan = { real: on.plan.real, standsFor: on.plan.standsFor };
      const next = await besideOf(world, on, { plan });
      await checkBack(world, on, flow, 'RSN-04: its node has not sent by the new one.');
      await next.node.openLeg();
      await checkBack(world, on, flow, 'RSN-04: its node has not sent by the new one.');
      const again = await checkOut(world, next, 'RSN-04.');
      world.check(way(again) === way(flow), way(flow), way(again), 'RSN-05: one mapping for both.');
      await checkBack(world, next, flow, 'RSN-04: by that by which it sent last.');
      await checkOut(world, on, 'RSN-04.');
      await checkBack(world, on, flow, 'RSN-04: by that by which it sent last.');
      const { peer, path } = on.node;
      const content = body({ transaction: world.fresh(8), close: true });
      world.status(await peer.request(path, MessageType.pathUpdate, content), Status.ok);
      await checkBack(world, next, flow, 'RSN-04, TUN-17: nothing goes by the one that is closed.');
      await checkOut(world, on, 'TUN-17: it receives for 10 s more.');
      await checkBack(world, next, flow, 'RSN-04, TUN-17: nothing goes by the one that is closed.');
    },
  }),
  scriptCase({
    ...N,
    id: 'rs-n.mapping.peer-sessions',
    title: 'A peer that begins connections without end leaves room for those that the node begins.',
    clauses: ['RSN-14'],
    catches: 'A port of the node that its peer blocks for good; a table that whoever is outside fills.',
    async script(world) {
      exactNetwork(world);
      const on = await opened(world);
      const { inside: from, far: to, end, node, plan } = on;
      const begin = async (port: number, sequence: number) => {
        node.sendData(tcpSegment({ from, to, ports: [40_000, port], flags: TCP_FLAG.SYN, sequence }));
        const isIt = (packet?: Uint8Array) =>
          packet !== undefined && readSegment(packet)?.sequence === sequence;
        const event = await delivered(world, end, ({ packet }) => isIt(packet));
        return world.came(event?.packet, 'the SYN out of the general side', 'RSN-14: there is room.');
      };
      const own = readSegment(await begin(80, 100))?.ports[0] ?? 0;
      const back = { from: plan.real, to: GENERAL_SIDE[4] as Ip, flags: TCP_FLAG.SYN };
      for (let port = 2000; port < 2000 + FLOOD; port++)
        await end.packet(tcpSegment({ ...back, ports: [port, own], sequence: 1 }));
      const next = readSegment(await begin(81, 101))?.ports[0];
      world.check(next === own, `port ${own}`, `port ${next}`, 'RSN-05: the same mapping.');
      // Those that came in are nobody's to answer.
      world.status(await node.peer.probe(node.path), Status.ok);
      while (node.peer.takeNow(isData) !== undefined);
    },
  }),
];
