/** Section 9.11: the room that an RS-N has for mappings, of TCP and of echoes, and for all nodes together. */
import { sameBytes } from '../../../reference/bytes.ts';
import { Status } from '../../../reference/wire/registry.ts';
import { echo } from '../../application/icmp.ts';
import { readIcmp } from '../../application/packets.ts';
import { readSegment, TCP_FLAG, tcpSegment } from '../../application/tcp.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { World } from '../../world.ts';
import { delivered } from '../node/steps.ts';
import { exactNetwork } from '../steps.ts';
import type { OnPath } from './steps.ts';
import { checkCounted, checkTold, endCommon, opened } from './steps.ts';

const FEW = 4;
const WORDS = { tcp: 'TCP connections', echo: 'ICMP echoes' } as const;

interface Beginning {
  readonly packet: Uint8Array;
  /** The port, or what an echo has in its place, with which it came out; undefined for another packet. */
  readonly portOf: (out: Uint8Array) => number | undefined;
}

/** What begins something that needs a mapping of its own. @param port or identifier of the node's */
function beginning(world: World, { inside, far }: OnPath, kind: 'tcp' | 'echo', port: number): Beginning {
  const mark = world.fresh(24);
  const isMarked = (out: Uint8Array) => sameBytes(out.slice(-mark.length), mark);
  if (kind === 'echo') {
    const portOf = (out: Uint8Array) => (isMarked(out) ? (readIcmp(out)?.rest ?? 0) >>> 16 : undefined);
    return { packet: echo(inside, far, 8, port, mark), portOf };
  }
  const parts = { from: inside, to: far, ports: [port, 80], flags: TCP_FLAG.SYN, sequence: 7 } as const;
  const portOf = (out: Uint8Array) => (isMarked(out) ? readSegment(out)?.ports[0] : undefined);
  return { packet: tcpSegment({ ...parts, data: mark }), portOf };
}

/** @returns the port with which it came out. */
async function begin(world: World, on: OnPath, kind: 'tcp' | 'echo', port: number): Promise<number> {
  const { packet, portOf } = beginning(world, on, kind, port);
  on.node.sendData(packet);
  const event = await delivered(
    world,
    on.end,
    ({ packet: out }) => out !== undefined && portOf(out) !== undefined,
  );
  const came = event?.packet === undefined ? undefined : portOf(event.packet);
  return world.came(came, 'the packet out of the general side', 'RSN-14: there is room.');
}

/** Judges that there is no room for another one, and that the node is told so. */
async function checkFull(world: World, on: OnPath, kind: 'tcp' | 'echo', port: number): Promise<void> {
  await checkCounted(world, on.end, 'refused.mapping-room', 1, async () => {
    const { packet, portOf } = beginning(world, on, kind, port);
    on.node.sendData(packet);
    // By the time of this answer the relay has had it.
    world.status(await on.node.peer.probe(on.node.path), Status.ok);
    const out = (await on.end.events()).find(
      ({ packet: one }) => one !== undefined && portOf(one) !== undefined,
    );
    world.check(out === undefined, 'nothing out', 'the packet', 'RSN-14: there is no room.');
    await checkTold(world, on, packet);
  });
}

export const RS_N_ROOM_CASES: readonly Case[] = (['tcp', 'echo'] as const).map((kind) =>
  scriptCase({
    ...endCommon('rs-n'),
    id: `rs-n.mapping.bound-${kind}`,
    title: `Mappings for ${WORDS[kind]} are bounded for each node and for all; no port is of two, and who gets none is told.`,
    clauses: ['RSN-14', 'DOS-04', 'RSN-05'],
    catches: 'A bound on UDP alone, or on each node alone; two nodes with one port or identifier.',
    async script(world) {
      exactNetwork(world);
      const end = { general: { mappings: FEW + 1, mappingsPerNode: FEW } };
      const on = await opened(world, { end });
      const ways = new Set<number>();
      for (let port = 1; port <= FEW; port++) ways.add(await begin(world, on, kind, port));
      await checkFull(world, on, kind, FEW + 1);
      const other = await opened(world, { end, node: { name: 'B' } });
      ways.add(await begin(world, other, kind, 1));
      world.check(ways.size === FEW + 1, `${FEW + 1} ports`, `${ways.size}`, 'RSN-14: none is of two.');
      await checkFull(world, other, kind, 2);
      const again = await begin(world, on, kind, 1);
      world.check(ways.has(again), 'the port that it had', `${again}`, 'RSN-14: what has a mapping goes on.');
    },
  }),
);
