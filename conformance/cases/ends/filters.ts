/** Section 9.11: whom mappings of TCP and of echoes let in, and that nobody else hears anything. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { ipToBytes } from '../../../reference/address.ts';
import { concat, sameBytes, toHex } from '../../../reference/bytes.ts';
import { echo } from '../../application/icmp.ts';
import { readIcmp, udpPacket, udpPacketOf } from '../../application/packets.ts';
import { readSegment, TCP_FLAG, tcpSegment } from '../../application/tcp.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import { GENERAL_SIDE } from '../../target/end-under-test.ts';
import { withChecksums } from '../../twin/index.ts';
import type { World } from '../../world.ts';
import { delivered } from '../node/steps.ts';
import { FAMILIES } from './data.ts';
import type { OnPath } from './steps.ts';
import { checkCounted, checkFlows, checkNotIn, endCommon, opened, outs } from './steps.ts';

const N = endCommon('rs-n');
const STRANGERS = { 4: '203.0.113.200', 6: '2001:db8:80::200' } as const;
const ECHO = { 4: [8, 0], 6: [128, 129] } as const;
const { SYN, ACK, RST } = TCP_FLAG;

const KINDS = (['tcp', 'echo'] as const).flatMap((kind) => FAMILIES.map((version) => ({ kind, version })));

/** Has the node begin a connection, or an echo. @returns the port, or what an echo has in its place, outside */
async function begin(world: World, on: OnPath, kind: 'tcp' | 'echo', version: 4 | 6): Promise<number> {
  const { inside: from, far: to, node, end } = on;
  const mark = world.fresh(24);
  const packet =
    kind === 'echo'
      ? echo(from, to, ECHO[version][0], 0x4242, mark)
      : tcpSegment({ from, to, ports: [40_000, 80], flags: SYN, sequence: 7, data: mark });
  node.sendData(packet);
  const event = await delivered(world, end, ({ packet: out }) =>
    sameBytes(out?.slice(-mark.length) ?? mark.slice(1), mark),
  );
  const out = world.came(event?.packet, 'the packet out of the general side', 'RSN-02.');
  const port = kind === 'echo' ? (readIcmp(out)?.rest ?? 0) >>> 16 : readSegment(out)?.ports[0];
  return port ?? 0;
}

/** Judges that packets come into no path, that nobody hears of it, and that each is counted as what nothing admits. */
async function checkSilent(
  world: World,
  on: OnPath,
  bad: readonly Uint8Array[],
  flow: Awaited<ReturnType<typeof checkFlows>>,
): Promise<void> {
  const before = (await outs(on.end)).length;
  await checkCounted(world, on.end, 'refused.mapping', bad.length, () =>
    checkNotIn(world, on, bad, flow, 'RSN-05, RSN-09.'),
  );
  const more = (await outs(on.end)).slice(before);
  const actual = more.map((packet) => toHex(packet)).join(', ');
  world.check(more.length === 0, 'nothing out of the general side', actual, 'RSN-09: silently.');
}

const ODDITIES = ['nothing', 'its last hop', 'too large', 'a source route', 'a SYN', 'an echo'] as const;
const SILENT = ODDITIES.flatMap((what) => FAMILIES.map((version) => ({ what, version })))
  // What IPv6 has for that is in another header.
  .filter(({ what, version }) => version === 4 || what !== 'a source route');

/** A packet that nothing admits, and that a translator has something to say about. */
function oddPacket(
  world: World,
  { what, version }: (typeof SILENT)[number],
  { from, to, port }: { readonly from: Ip; readonly to: Ip; readonly port: number },
): Uint8Array {
  const ports = [7, port] as const;
  const parts = { from, to, ports };
  switch (what) {
    case 'its last hop':
      return udpPacket({ ...parts, payload: world.fresh(8), hopLimit: 1 });
    case 'too large':
      return udpPacketOf(1500, { ...parts, dontFragment: true });
    case 'a source route':
      return withSourceRoute(udpPacket({ ...parts, payload: world.fresh(8) }), from);
    case 'a SYN':
      return tcpSegment({ ...parts, flags: SYN, sequence: 1 });
    case 'an echo':
      return echo(from, to, ECHO[version][0], port, world.fresh(8));
    case 'nothing':
      return udpPacket({ ...parts, payload: world.fresh(8) });
  }
}

/** Loose source routing by one more address, RFC 791, 3.1. */
function withSourceRoute(packet: Uint8Array, by: Ip): Uint8Array {
  const option = concat(Uint8Array.of(131, 7, 4), ipToBytes(by), Uint8Array.of(0));
  const changed = concat(packet.slice(0, 20), option, packet.slice(20));
  changed[0] = 0x47;
  new DataView(changed.buffer).setUint16(2, changed.length);
  return withChecksums(changed);
}

export const RS_N_FILTER_CASES: readonly Case[] = [
  propertyCase({
    ...N,
    id: 'rs-n.mapping.filtered-kinds',
    title:
      'A mapping of TCP or of an echo lets in nobody but its peer, and what is of its own protocol alone.',
    clauses: ['RSN-05', 'RSN-09'],
    catches:
      'A filter for UDP alone; one table of ports for all protocols; resets by whoever finds the port.',
    arbitrary: fc.constantFrom(...KINDS),
    boundaries: KINDS,
    async script(world, { kind, version }) {
      const on = await opened(world, { plan: { families: [version, version] } });
      const flow = await checkFlows(world, on, 'The path works.');
      const port = await begin(world, on, kind, version);
      const to = GENERAL_SIDE[version] as Ip;
      const segment = (from: Ip, flags: number, destination = port) =>
        tcpSegment({ from, to, ports: [80, destination], flags, sequence: 1, acknowledgement: 8 });
      const echoes = (from: Ip) => ECHO[version].map((type) => echo(from, to, type, port, world.fresh(8)));
      const stranger = STRANGERS[version] as Ip;
      const peer = on.plan.real;
      const bad =
        kind === 'tcp'
          ? [SYN, SYN | ACK, ACK, RST].map((flags) => segment(stranger, flags))
          : echoes(stranger);
      // Of another protocol, or for another port.
      const others = kind === 'tcp' ? [...echoes(peer), segment(peer, SYN, port ^ 1)] : [segment(peer, SYN)];
      if (port !== flow.ports[0])
        others.push(udpPacket({ from: peer, to, ports: [7, port], payload: world.fresh(8) }));
      await checkSilent(world, on, [...bad, ...others], flow);
    },
  }),
  propertyCase({
    ...N,
    id: 'rs-n.mapping.silent',
    title: 'Who is let in by no mapping hears nothing, whatever else there is to say about the packet.',
    clauses: ['RSN-09', 'RSN-15'],
    catches:
      'Errors to whoever tries, by which ports of nodes can be told apart; hops or sizes that are looked at first.',
    arbitrary: fc.constantFrom(...SILENT),
    boundaries: SILENT,
    async script(world, row) {
      const { version } = row;
      const on = await opened(world, { plan: { families: [version, version] } });
      const flow = await checkFlows(world, on, 'The path works.');
      const to = GENERAL_SIDE[version] as Ip;
      const [port] = flow.ports;
      const stranger = STRANGERS[version] as Ip;
      const bad = [
        oddPacket(world, row, { from: stranger, to, port }),
        oddPacket(world, row, { from: on.plan.real, to, port: port ^ 1 }),
      ];
      await checkSilent(world, on, bad, flow);
    },
  }),
];
