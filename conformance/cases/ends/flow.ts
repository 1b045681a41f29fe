/** Section 10.5 at an RS-N and an RS-T: a TCP connection whose node moves amid it. */
import type { Ip } from '../../../reference/address.ts';
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import { MessageType } from '../../../reference/wire/registry.ts';
import type { TcpParts } from '../../application/tcp.ts';
import { readSegment, TCP_FLAG, tcpSegment } from '../../application/tcp.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import type { EndKind } from '../../played/end-dc.ts';
import type { World } from '../../world.ts';
import { delivered } from '../node/steps.ts';
import { move, socketOf } from '../nodes.ts';
import type { OnPath } from './steps.ts';
import { endCommon, NAMES, opened, packetIn } from './steps.ts';

const { SYN, ACK, FIN } = TCP_FLAG;
/** Of the node's application and of the peer's. */
const [CLIENT, SERVER] = [40_000, 80] as const;
/** Bytes of a segment in the middle of a connection. */
const SIZE = 700;

type Segment = Pick<TcpParts, 'flags' | 'sequence' | 'acknowledgement' | 'data'>;

function shown(packet: Uint8Array, port: number): string {
  const read = readSegment(packet);
  if (read === undefined) return `no TCP segment: ${toHex(packet)}`;
  const { ports, flags, sequence, acknowledgement, isSound } = read;
  const wrong = isSound ? '' : ', wrong checksums';
  return `port ${ports[port]}, flags ${flags}, sequence ${sequence}, acknowledgement ${acknowledgement}${wrong}`;
}

/** What a segment is to look like at the other end: all but addresses and the hop count. */
function wanted({ flags, sequence, acknowledgement = 0 }: Segment, port: number): string {
  return `port ${port}, flags ${flags}, sequence ${sequence}, acknowledgement ${acknowledgement}`;
}

function isAt(packet: Uint8Array | undefined, { flags, sequence }: Segment): packet is Uint8Array {
  const read = packet && readSegment(packet);
  return read?.sequence === sequence && read.flags === flags;
}

function checkData(world: World, packet: Uint8Array, { data }: Segment): void {
  if (data === undefined) return;
  const isSame = sameBytes(packet.slice(-data.length), data);
  world.check(isSame, `its ${data.length} bytes`, 'others', 'TUN-12: segments unchanged.');
}

/** A segment of the node's application comes out of the general side. @returns where it came from */
async function goesOut(world: World, on: OnPath, segment: Segment): Promise<{ from: Ip; port: number }> {
  on.node.sendData(tcpSegment({ from: on.inside, to: on.far, ports: [CLIENT, SERVER], ...segment }));
  const event = await delivered(world, on.end, ({ packet }) => isAt(packet, segment));
  const requirement = 'TUN-12: a TCP flow goes on unharmed.';
  if (event?.packet === undefined) {
    const expected = 'the segment out of the general side';
    return world.stage.violated(expected, 'nothing came out', { requirement, timedOut: true });
  }
  const { packet } = event;
  const [expected, actual] = [wanted(segment, SERVER), shown(packet, 1)];
  world.check(actual === expected, expected, actual, requirement);
  checkData(world, packet, segment);
  const source = packet.slice(12, 16).join('.') as Ip;
  return { from: source, port: readSegment(packet)?.ports[0] ?? 0 };
}

/** A segment of the peer comes to where the node is. */
async function comesIn(
  world: World,
  on: OnPath,
  to: { readonly from: Ip; readonly port: number },
  segment: Segment,
): Promise<void> {
  const ports = [SERVER, to.port] as const;
  await on.end.packet(tcpSegment({ from: on.plan.real, to: to.from, ports, ...segment }));
  const is = ({ type, plaintext }: Received) => type === MessageType.data && isAt(plaintext, segment);
  const requirement = 'TUN-12: a TCP flow goes on unharmed.';
  const packet = packetIn(world.came(await on.node.peer.take(is), 'the segment in Data', requirement));
  const [expected, actual] = [wanted(segment, CLIENT), shown(packet, 1)];
  world.check(actual === expected, expected, actual, requirement);
  checkData(world, packet, segment);
}

export function flowCases(role: EndKind): readonly Case[] {
  const name = NAMES[role];
  return [
    scriptCase({
      ...endCommon(role),
      id: `${role}.flow.tcp-moved`,
      title: `A TCP connection by an ${name} goes on in mid-stream, each segment as it was, after its node has moved.`,
      clauses: ['TUN-12', 'HO-01', ...(role === 'rs-n' ? ['RSN-04', 'RSN-06'] : ['RST-03', 'RST-07'])],
      catches: 'A relay that minds the state of TCP by where the node is, as firewalls on the way do.',
      async script(world) {
        const on = await opened(world);
        const { end, node } = on;
        const out = await goesOut(world, on, { flags: SYN, sequence: 1000 });
        await comesIn(world, on, out, { flags: SYN | ACK, sequence: 9000, acknowledgement: 1001 });
        const data = world.fresh(SIZE);
        await goesOut(world, on, { flags: ACK, sequence: 1001, acknowledgement: 9001, data });
        const after = await socketOf(world, end, node, 'A, moved');
        await move(world, node, after);
        await comesIn(world, on, out, { flags: ACK, sequence: 9001, acknowledgement: 1701, data });
        const again = await goesOut(world, on, { flags: ACK, sequence: 1701, acknowledgement: 9701, data });
        const [was, is] = [out, again].map(({ from, port }) => `${from} port ${port}`);
        world.check(was === is, `${was} towards the peer`, `${is}`, 'HO-01, TUN-12.');
        await comesIn(world, on, out, { flags: FIN | ACK, sequence: 9701, acknowledgement: 2401 });
        await goesOut(world, on, { flags: FIN | ACK, sequence: 2401, acknowledgement: 9702 });
      },
    }),
  ];
}
