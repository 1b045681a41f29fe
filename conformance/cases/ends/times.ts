/** Section 9.11: how long an RS-N minds a connection, an echo, a port that is held, a fragment. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import { cut, echo, piece } from '../../application/icmp.ts';
import { readIcmp, udpPacketOf } from '../../application/packets.ts';
import { readSegment, TCP_FLAG, tcpSegment } from '../../application/tcp.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import { GENERAL_SIDE } from '../../target/end-under-test.ts';
import type { World } from '../../world.ts';
import { delivered } from '../node/steps.ts';
import { exactNetwork } from '../steps.ts';
import { FAMILIES } from './data.ts';
import { forward, way } from './mappings.ts';
import type { OnPath } from './steps.ts';
import { checkFlows, checkNotIn, checkNotOut, checkOut, endCommon, opened, packetBack } from './steps.ts';

const N = endCommon('rs-n');
const { SYN, ACK, FIN, RST } = TCP_FLAG;
/** RSN-06, less what the relay may need; seconds. */
const [ECHO, TRANSITORY] = [55, 235];
/** RSN-16, RSN-11; seconds. */
const [HELD, WAITING] = [100, 65];

function isData({ type }: Received): boolean {
  return type === MessageType.data;
}

/** A connection of the node's: segments either way, each seen where it has to come. */
class Connection {
  readonly #world: World;
  readonly #on: OnPath;
  #port: number | undefined;
  #sequence: number;

  constructor(world: World, on: OnPath) {
    this.#world = world;
    this.#on = on;
    // Of this connection alone.
    const [a = 0, b = 0, c = 0] = world.fresh(3);
    this.#sequence = 0x7000_0000 + (a << 16) + (b << 8) + c;
  }

  async out(flags: number, requirement: string): Promise<void> {
    const { inside: from, far: to, node, end } = this.#on;
    const sequence = this.#sequence++;
    node.sendData(tcpSegment({ from, to, ports: [40_000, 80], flags, sequence, acknowledgement: 9 }));
    const event = await delivered(
      this.#world,
      end,
      ({ packet }) => packet !== undefined && readSegment(packet)?.sequence === sequence,
    );
    const packet = this.#world.came(event?.packet, 'the segment out of the general side', requirement);
    const [port] = readSegment(packet)?.ports ?? [0];
    const before = this.#port ?? port;
    this.#world.check(port === before, `port ${before}`, `port ${port}`, requirement);
    this.#port = port;
  }

  async back(flags: number, requirement: string): Promise<void> {
    const { plan, end, node } = this.#on;
    const sequence = this.#sequence++;
    const to = GENERAL_SIDE[4] as Ip;
    const ports = [80, this.#port ?? 0] as const;
    await end.packet(tcpSegment({ from: plan.real, to, ports, flags, sequence, acknowledgement: 9 }));
    const isIt = ({ type, plaintext }: Received) =>
      type === MessageType.data && plaintext !== undefined && readSegment(plaintext)?.sequence === sequence;
    this.#world.came(await node.peer.take(isIt), 'the segment in Data', requirement);
  }

  async establish(): Promise<void> {
    await this.out(SYN, 'RSN-02.');
    await this.back(SYN | ACK, 'RSN-03.');
    await this.out(ACK, 'RSN-02.');
  }
}

export const RS_N_TIME_CASES: readonly Case[] = [
  scriptCase({
    ...N,
    adapterLevel: 3,
    id: 'rs-n.mapping.reset',
    title: 'An RST of either side passes, and the mapping is there for four minutes more.',
    clauses: ['RSN-06', 'RSN-05'],
    catches:
      'A connection that whoever guesses its ports ends for good; a last segment that comes to nobody.',
    waits: 3000,
    async script(world) {
      exactNetwork(world);
      for (const by of ['peer', 'node'] as const) {
        const on = await opened(world, { node: { name: by === 'peer' ? 'A' : 'B' } });
        const connection = new Connection(world, on);
        await connection.establish();
        if (by === 'peer') await connection.back(RST, 'RSN-03.');
        else await connection.out(RST, 'RSN-02.');
        const requirement = `RSN-06: the RST of the ${by} ends no mapping at once.`;
        await connection.back(ACK, requirement);
        await connection.out(ACK, requirement);
        if (by === 'peer') await connection.back(RST, 'RSN-03.');
        else await connection.out(RST, 'RSN-02.');
        await forward(world, on, TRANSITORY);
        await connection.back(ACK, requirement);
        await connection.out(ACK, requirement);
      }
    },
  }),
  scriptCase({
    ...N,
    adapterLevel: 3,
    id: 'rs-n.mapping.transitory',
    title: 'An echo has a minute for its answer, a connection that opens or closes four.',
    clauses: ['RSN-06'],
    catches: 'Answers of far or slow peers that come to nobody; the time of one protocol taken for all.',
    waits: 4000,
    async script(world) {
      exactNetwork(world);
      const on = await opened(world);
      const { inside, far, node, end, plan } = on;
      node.sendData(echo(inside, far, 8, 0x4242, world.fresh(24)));
      const event = await delivered(world, end, ({ packet }) => packet !== undefined && !!readIcmp(packet));
      const out = world.came(event?.packet, 'the echo out of the general side', 'RSN-02.');
      await forward(world, on, ECHO);
      const id = (readIcmp(out)?.rest ?? 0) >>> 16;
      await end.packet(echo(plan.real, GENERAL_SIDE[4] as Ip, 0, id, world.fresh(24)));
      world.came(await node.peer.take(isData), 'the answer in Data', 'RSN-06: 60 s or longer.');
      const connection = new Connection(world, on);
      await connection.out(SYN, 'RSN-02.');
      await forward(world, on, TRANSITORY);
      await connection.back(SYN | ACK, 'RSN-06: one that opens 240 s or longer.');
      await connection.out(ACK, 'RSN-06: the same mapping.');
      await connection.out(FIN | ACK, 'RSN-02.');
      await connection.back(FIN | ACK, 'RSN-03.');
      await forward(world, on, TRANSITORY);
      await connection.back(FIN | ACK, 'RSN-06: one that closes 240 s or longer.');
      await connection.out(ACK, 'RSN-06: the same mapping.');
    },
  }),
  scriptCase({
    ...N,
    adapterLevel: 3,
    id: 'rs-n.mapping.held',
    title: 'The port of a path that is gone belongs to nobody else for two minutes.',
    clauses: ['RSN-16'],
    catches: 'A time that is shorter than that in which a peer still sends.',
    waits: 1500,
    async script(world) {
      exactNetwork(world);
      const on = await opened(world);
      const other = await opened(world, { node: { name: 'B' }, plan: { real: on.plan.real } });
      const flow = await checkFlows(world, on, 'The path works.');
      world.status(await on.dc.direct(on.dc.withdrawal(on.plan)), Status.ok);
      await forward(world, other, HELD);
      const its = await checkOut(world, other, 'RSN-02.');
      world.check(way(its) !== way(flow), 'another port', way(its), 'RSN-16: for 120 s.');
      await checkNotIn(world, other, [packetBack(world, flow)], its, 'RSN-16.');
    },
  }),
  scriptCase({
    ...N,
    adapterLevel: 3,
    id: 'rs-n.fragment.late',
    title: 'A fragment that comes a minute after the first one finds nothing of it; both are counted.',
    clauses: ['RSN-11', 'GEN-19'],
    catches: 'Fragments that are kept for ever, or joined with those of another packet of that number.',
    waits: 3000,
    async script(world) {
      exactNetwork(world);
      for (const version of FAMILIES) {
        const families = [version, version] as const;
        const node = { name: version === 4 ? 'A' : 'B' };
        const on = await opened(world, { plan: { families }, node });
        const flow = await checkFlows(world, on, 'The path works.');
        const refused = async () => (await on.end.counters())['refused.fragment'] ?? 0;
        const before = await refused();
        const ports = [flow.ports[1], flow.ports[0]] as const;
        const there = cut(udpPacketOf(1000, { from: on.inside, to: on.far, ports: [5060, 7] }));
        const back = cut(udpPacketOf(1000, { from: flow.to, to: flow.from, ports }));
        on.node.sendData(there[0]);
        await on.end.packet(back[0]);
        // What it answers tells that Data came in before.
        world.status(await on.node.peer.probe(on.node.path), Status.ok);
        await forward(world, on, WAITING);
        const rose = (await refused()) - before;
        world.check(rose >= 2, 'refused.fragment by 2 or more', `by ${rose}`, 'RSN-11: after 60 s.');
        await checkNotOut(world, on, () => on.node.sendData(there[1]), 'RSN-11: 60 s at most.');
        await checkNotIn(world, on, [back[1]], flow, 'RSN-11: 60 s at most.');
      }
    },
  }),
  propertyCase({
    ...N,
    id: 'rs-n.fragment.overlap',
    title: 'Fragments that overlap make no packet.',
    clauses: ['RSN-11', 'GEN-19'],
    catches: 'A packet that is one thing to who looks at it and another to who gets it.',
    arbitrary: fc.constantFrom(...FAMILIES),
    boundaries: FAMILIES,
    async script(world, version) {
      exactNetwork(world);
      const on = await opened(world, { plan: { families: [version, version] } });
      const flow = await checkFlows(world, on, 'The path works.');
      const refused = async () => (await on.end.counters())['refused.fragment'] ?? 0;
      const ports = [flow.ports[1], flow.ports[0]] as const;
      const overlapping = (packet: Uint8Array, other: Uint8Array) => [
        piece(packet, 0, 480),
        piece(other, 472, 488),
        piece(packet, 480),
      ];
      const [there, back] = [
        { from: on.inside, to: on.far, ports: [5060, 7] as const },
        { from: flow.to, to: flow.from, ports },
      ].map((parts) => {
        const packet = udpPacketOf(1000, parts);
        return overlapping(
          packet,
          packet.map((byte, at) => (at < 48 ? byte : byte ^ 1)),
        );
      });
      const before = await refused();
      const send = () => there?.forEach((one) => on.node.sendData(one));
      await checkNotOut(world, on, send, 'RSN-11: not those that overlap.');
      const between = await refused();
      await checkNotIn(world, on, back ?? [], flow, 'RSN-11: not those that overlap.');
      const counts = [between - before, (await refused()) - between];
      const isCounted = counts.every((count) => count > 0);
      world.check(isCounted, 'refused.fragment rises with each', counts.join(', '), 'RSN-11: counted.');
    },
  }),
];
