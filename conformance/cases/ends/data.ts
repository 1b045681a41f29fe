/** Sections 9.11, 9.12 and 10.1: what an RS-N and an RS-T alike do with inner packets. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { ipFromBytes, ipToBytes } from '../../../reference/address.ts';
import { concat } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import { cut, icmpError } from '../../application/icmp.ts';
import { udpPacket, udpPacketOf } from '../../application/packets.ts';
import { readUdp } from '../../application/udp.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { silentFault } from '../../intent.ts';
import type { EndKind } from '../../played/end-dc.ts';
import { NOT_WHOLE } from '../node/data.ts';
import { shownAs } from '../shown.ts';
import type { OnPath } from './steps.ts';
import {
  checkBack,
  checkCounted,
  checkFlows,
  checkNotIn,
  checkNotOut,
  checkOut,
  endCommon,
  NAMES,
  opened,
  outOf,
  packetTo,
} from './steps.ts';

export const FAMILIES = [4, 6] as const;

interface Wrong {
  readonly name: string;
  readonly counter: 'refused.inner-source' | 'refused.inner-destination';
  /** Of the path; 4 if not given. */
  readonly version?: 4 | 6;
  readonly from?: (on: OnPath) => Ip;
  readonly to?: (on: OnPath) => Ip;
  /** Another packet than one of UDP. */
  readonly packet?: (from: Ip, to: Ip) => Uint8Array;
}

type Parts = Pick<Wrong, 'version' | 'packet'>;

const from = (name: string, of: (on: OnPath) => Ip, parts: Parts = {}): Wrong => ({
  ...parts,
  name: `from ${name}`,
  from: of,
  counter: 'refused.inner-source',
});
const to = (name: string, of: (on: OnPath) => Ip, parts: Parts = {}): Wrong => ({
  ...parts,
  name: `to ${name}`,
  to: of,
  counter: 'refused.inner-destination',
});

/** An address that differs in one bit of one byte. */
function beside(ip: Ip, at: number): Ip {
  const bytes = ipToBytes(ip).slice();
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return ipFromBytes(bytes) ?? ip;
}

/** Whoever's it is, the node has it not. */
const STOLEN: readonly Wrong[] = ([4, 6] as const).flatMap((version) => [
  from(`all but the last bit of its own, IPv${version}`, ({ inside }) => beside(inside, -1), { version }),
  from(`all but a bit in the middle of its own, IPv${version}`, ({ inside }) => beside(inside, 2), {
    version,
  }),
  from(`another one, with its last hop, IPv${version}`, ({ inside }) => beside(inside, -1), {
    version,
    packet: (source, destination) =>
      udpPacket({ from: source, to: destination, payload: new Uint8Array(8), hopLimit: 1 }),
  }),
  from(`another one, a later fragment, IPv${version}`, ({ inside }) => beside(inside, -1), {
    version,
    packet: (source, destination) => cut(udpPacketOf(1000, { from: source, to: destination }))[1],
  }),
]);

/** What a node may not send. [RSN-12, RST-02, TUN-19] */
const WRONG: Readonly<Record<EndKind, readonly Wrong[]>> = {
  'rs-n': [
    from("another node's address", () => '198.18.200.1' as Ip),
    from('a real address', () => '203.0.113.200' as Ip),
    from('what stands for the peer', ({ far }) => far),
    ...STOLEN,
    from('another one, an ICMP error', ({ inside }) => beside(inside, -1), {
      packet: (source, destination) =>
        icmpError(source, destination, [3, 3, 0], udpPacketOf(60, { from: destination, to: source })),
    }),
    to("the peer's real address", ({ plan }) => plan.real),
    to('what stands for nobody', () => '198.19.200.1' as Ip),
    to('another general host', () => '203.0.113.200' as Ip),
    to('the node itself', ({ inside }) => inside),
    to("the peer's real address, IPv6", ({ plan }) => plan.real, { version: 6 }),
    to('all but the last bit of what stands for the peer, IPv6', ({ far }) => beside(far, -1), {
      version: 6,
    }),
    to('all but a bit in the middle of it, IPv6', ({ far }) => beside(far, 7), { version: 6 }),
  ],
  'rs-t': [
    from("the node's virtual address", ({ plan }) => plan.own[0] ?? plan.real),
    from('an address that is not lent', () => '192.0.2.99' as Ip),
    from('the general peer', ({ plan }) => plan.real),
    ...STOLEN,
    to('another general host', () => '203.0.113.200' as Ip),
    to('the node itself', ({ inside }) => inside),
    to('all but the last bit of the general peer, IPv6', ({ plan }) => beside(plan.real, -1), { version: 6 }),
    from("the node's virtual address, IPv6", ({ plan }) => plan.own[1] ?? plan.real, { version: 6 }),
    from('the general peer, IPv6', ({ plan }) => plan.real, { version: 6 }),
    {
      ...from('an address that is not lent, to another general host', () => '192.0.2.99' as Ip),
      to: () => '203.0.113.200' as Ip,
    },
  ],
};

export function dataCases(role: EndKind): readonly Case[] {
  const name = NAMES[role];
  const used = endCommon(role);
  const isN = role === 'rs-n';
  const wrong = shownAs<Wrong>((one) => one.name, WRONG[role]);
  return [
    propertyCase({
      ...used,
      id: `${role}.data.path`,
      title: `What a node sends by its path comes out of the general side of the ${name}, and answers come back.`,
      clauses: ['TUN-01', 'RS-06', ...(isN ? ['RSN-01', 'RSN-02', 'RSN-03'] : ['RST-01', 'RST-03'])],
      catches: 'Addresses, ports or payload that are others; checksums that are not those of the packet.',
      arbitrary: fc.record({
        version: fc.constantFrom(...FAMILIES),
        size: fc.integer({ min: 8, max: 1200 }),
        ports: fc.tuple(fc.integer({ min: 1, max: 0xffff }), fc.integer({ min: 1, max: 0xffff })),
      }),
      boundaries: [
        { version: 4, size: 8, ports: [1, 0xffff] },
        { version: 6, size: 8, ports: [0xffff, 1] },
        { version: 4, size: 1200, ports: [5060, 5060] },
        { version: 6, size: 1199, ports: [5060, 5060] },
      ],
      async script(world, { version, size, ports }) {
        const on = await opened(world, { plan: { families: [version, version] } });
        const packet = packetTo(world, on, { size, ports });
        const out = await checkOut(world, on, 'RSN-01, RSN-02, RST-01.', packet);
        const back = await checkBack(world, on, out, 'RSN-03, RST-03.');
        world.check(back.ports[1] === ports[0], `port ${ports[0]}`, `port ${back.ports[1]}`, 'RSN-03.');
      },
    }),
    propertyCase({
      ...used,
      id: `${role}.data.padding`,
      title: 'Zeros after an inner packet are removed.',
      clauses: ['TUN-09', 'TUN-11'],
      catches: 'Padding that comes out behind the packet, or makes it be dropped.',
      arbitrary: fc.integer({ min: 1, max: 200 }),
      boundaries: [1, 200],
      async script(world, zeros) {
        const on = await opened(world);
        const packet = packetTo(world, on);
        on.node.sendData(concat(packet, new Uint8Array(zeros)));
        const { payload = new Uint8Array(0) } = readUdp(packet) ?? {};
        const out = world.came(await outOf(world, on.end, payload), 'the packet out', 'TUN-09.');
        const { length } = out.packet;
        world.check(length === packet.length, `${packet.length} bytes out`, `${length}`, 'TUN-09.');
      },
    }),
    propertyCase({
      ...used,
      id: `${role}.data.not-whole`,
      title: 'A payload that is no whole IPv4 or IPv6 packet with zeros after it is dropped and counted.',
      clauses: ['TUN-11', 'GEN-19'],
      catches:
        'Bytes beyond the payload read; a length taken from the datagram; what hides behind the packet.',
      arbitrary: fc.constantFrom(...NOT_WHOLE),
      boundaries: NOT_WHOLE,
      async script(world, { version, of }) {
        const on = await opened(world, { plan: { families: [version, version] } });
        const payload = of(packetTo(world, on));
        await checkCounted(world, on.end, 'refused.inner-length', 1, () =>
          checkNotOut(world, on, () => on.node.sendData(payload), 'TUN-11.'),
        );
      },
    }),
    propertyCase({
      ...used,
      id: `${role}.data.wrong`,
      title:
        'An inner packet with a source or destination that its path does not have is dropped without a word and counted.',
      clauses: ['GEN-19', ...(isN ? ['RSN-12', 'TUN-19'] : ['RST-02'])],
      catches: 'A node that speaks for another one, or reaches more by a path than its DC directed.',
      arbitrary: fc.constantFrom(...wrong),
      boundaries: wrong,
      async script(world, one) {
        const { version = 4 } = one;
        const on = await opened(world, { plan: { families: [version, version] } });
        const [source, destination] = [one.from?.(on) ?? on.inside, one.to?.(on) ?? on.far];
        const packet =
          one.packet?.(source, destination) ??
          udpPacket({ from: source, to: destination, payload: world.fresh(16) });
        const requirement = isN ? 'RSN-12, TUN-19.' : 'RST-02.';
        await checkCounted(world, on.end, one.counter, 1, () =>
          checkNotOut(world, on, () => on.node.sendData(packet), requirement),
        );
        const told = on.node.peer.inbox.find(({ type }) => type === MessageType.data);
        world.check(told === undefined, 'nothing comes back', 'Data', requirement);
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.data.of-another-path`,
      title: 'The addresses of one node are none on the path of another.',
      clauses: isN ? ['RSN-12', 'RSN-03'] : ['RST-02', 'RST-04'],
      catches: 'Sources checked against those of all nodes together; answers to the wrong node.',
      async script(world) {
        const on = await opened(world);
        const other = await opened(world, { node: { name: 'B' } });
        const stolen = packetTo(world, on, { from: other.inside });
        await checkNotOut(world, on, () => on.node.sendData(stolen), isN ? 'RSN-12.' : 'RST-02.');
        const first = await checkFlows(world, on, 'Each its own.');
        const second = await checkFlows(world, other, 'Each its own.');
        const ways = [first, second].map((one) => `${one.from} ${one.ports[0]}`);
        world.check(
          ways[0] !== ways[1],
          'another source for each node',
          `${ways[0]} twice`,
          'RSN-14, RST-04.',
        );
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.data.unknown-path`,
      title: 'Data with a Path ID that is unknown is discarded silently and counted.',
      clauses: ['RS-06', 'RS-07', 'GEN-03'],
      catches: 'Packets forwarded for paths that nobody directed; an answer that tells which there are.',
      async script(world) {
        const on = await opened(world);
        const bytes = Uint8Array.from(on.node.path.seal(0x10, packetTo(world, on)));
        bytes.set(world.fresh(16), 4);
        await checkCounted(world, on.end, 'refused.context', 1, () =>
          checkNotOut(
            world,
            on,
            () =>
              on.node.peer.send(bytes, undefined, {
                intent: silentFault('a path that nobody directed', 'context'),
                content: new Uint8Array(0),
              }),
            'RS-07.',
          ),
        );
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.data.replay`,
      title: 'Data that comes again does not come out again.',
      clauses: ['TUN-04', 'TUN-02', 'TUN-03'],
      catches: 'A window for control messages alone, so that whoever listens can send packets anew.',
      async script(world) {
        const on = await opened(world);
        const packet = packetTo(world, on);
        const bytes = on.node.sendData(packet);
        const { payload = new Uint8Array(0) } = readUdp(packet) ?? {};
        const out = await outOf(world, on.end, payload);
        world.came(out, 'the packet out of the general side');
        const again = {
          channel: on.node.path,
          content: new Uint8Array(0),
          intent: silentFault('the same datagram again', 'replay'),
        };
        await checkNotOut(world, on, () => on.node.peer.send(bytes, undefined, again), 'TUN-04.');
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.data.stranger`,
      title: 'Packets of the general side for nobody come into no path.',
      clauses: isN ? ['RSN-09'] : ['RST-03'],
      catches: 'A relay that lets in what is not for an address or port of its nodes.',
      async script(world) {
        const on = await opened(world);
        const out = await checkFlows(world, on, 'The path works.');
        const packet = (parts: { from?: Ip; to?: Ip; ports?: readonly [number, number] }) =>
          udpPacket({
            from: on.plan.real,
            to: out.from,
            ports: [out.ports[1], out.ports[0]],
            payload: world.fresh(16),
            ...parts,
          });
        const foreign = [
          packet({ to: '203.0.113.253' as Ip }),
          packet({ to: on.plan.own[0] ?? on.inside }),
          ...(isN ? [packet({ ports: [7, out.ports[0] ^ 1] }), packet({ from: '203.0.113.200' as Ip })] : []),
        ];
        await checkNotIn(world, on, foreign, out, 'RSN-09, RST-03.');
        world.status(await on.dc.peer.probe(on.dc.association), Status.ok);
      },
    }),
  ];
}
