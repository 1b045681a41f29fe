/** Section 9.11: how an RS-N says ICMP errors to the other side, and which ones are its own. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import { icmpError } from '../../application/icmp.ts';
import { readIcmp, udpPacket } from '../../application/packets.ts';
import type { ReadUdp } from '../../application/udp.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import { GENERAL_SIDE } from '../../target/end-under-test.ts';
import type { World } from '../../world.ts';
import { isProbeOf, PROBE_1400 } from '../node/sizes.ts';
import { delivered } from '../node/steps.ts';
import { exactNetwork } from '../steps.ts';
import { FAMILIES } from './data.ts';
import type { OnPath } from './steps.ts';
import {
  carries,
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
const ROUTERS = { 4: '203.0.113.77', 6: '2001:db8:80::77' } as const;
const UNREACHABLE = { 4: [3, 3, 0], 6: [1, 4, 0] } as const;

/** Type, code, and the four bytes after the checksum. */
type Word = readonly [type: number, code: number, rest: number];
type Side = '44' | '46' | '64' | '66';
type Row = readonly [from: Word, to: Word | undefined];

const unreachable4 = (code: number): Word => [3, code, 0];
/** A pointer over IPv4 is the first of the four bytes, over IPv6 all of them. */
const problem4 = (pointer: number): Word => [12, 0, pointer * 0x1000000];

const SAME4: readonly Word[] = [[3, 1, 0], [3, 4, 1270], [3, 13, 0], [11, 0, 0], [11, 1, 0], problem4(8)];
const SAME6: readonly Word[] = [
  [1, 0, 0],
  [1, 3, 0],
  [2, 0, 1290],
  [3, 0, 0],
  [3, 1, 0],
  [4, 0, 7],
  [4, 1, 40],
];

/** RFC 7915, 4.2 and 5.2; a word for which there is none is dropped. */
const ROWS: Readonly<Record<Side, readonly Row[]>> = {
  44: SAME4.map((word) => [word, word] as const),
  66: SAME6.map((word) => [word, word] as const),
  46: [
    ...[0, 1, 5, 6, 7, 8, 11, 12].map((code): Row => [unreachable4(code), [1, 0, 0]]),
    ...[9, 10, 13, 15].map((code): Row => [unreachable4(code), [1, 1, 0]]),
    [unreachable4(2), [4, 1, 6]],
    [unreachable4(3), [1, 4, 0]],
    [unreachable4(14), undefined],
    [
      [3, 4, 1270],
      [2, 0, 1290],
    ],
    [
      [3, 4, 1000],
      [2, 0, 1280],
    ],
    [unreachable4(4), [2, 0, 1280]],
    [
      [11, 0, 0],
      [3, 0, 0],
    ],
    [
      [11, 1, 0],
      [3, 1, 0],
    ],
    ...(
      [
        [0, 0],
        [1, 1],
        [2, 4],
        [8, 7],
        [9, 6],
        [12, 8],
        [19, 24],
      ] as const
    ).map(([is, becomes]): Row => [problem4(is), [4, 0, becomes]]),
    ...[4, 7, 10, 20].map((pointer): Row => [problem4(pointer), undefined]),
    [[12, 1, 0], undefined],
  ],
  64: [
    ...[0, 2, 3].map((code): Row => [[1, code, 0], unreachable4(1)]),
    [[1, 1, 0], unreachable4(10)],
    [[1, 4, 0], unreachable4(3)],
    [[1, 7, 0], undefined],
    [
      [2, 0, 1290],
      [3, 4, 1270],
    ],
    [
      [2, 0, 1280],
      [3, 4, 1260],
    ],
    [
      [3, 0, 0],
      [11, 0, 0],
    ],
    [
      [3, 1, 0],
      [11, 1, 0],
    ],
    ...(
      [
        [0, 0],
        [1, 1],
        [4, 2],
        [5, 2],
        [6, 9],
        [7, 8],
        [8, 12],
        [23, 12],
        [24, 16],
        [39, 16],
      ] as const
    ).map(([is, becomes]): Row => [[4, 0, is], problem4(becomes)]),
    ...[2, 3, 40].map((pointer): Row => [[4, 0, pointer], undefined]),
    [[4, 1, 6], unreachable4(2)],
    [[4, 2, 40], undefined],
  ],
};

const WAYS = (['in', 'out'] as const).flatMap((way) =>
  FAMILIES.flatMap((inner) => FAMILIES.map((real) => ({ way, pair: [inner, real] as const }))),
);

function isData({ type }: Received): boolean {
  return type === MessageType.data;
}

/** A packet of the peer's comes to the node. @returns it as the node gets it */
async function packetFor(
  world: World,
  on: OnPath,
  { from, to, ports: [own, its] }: ReadUdp,
  payload: Uint8Array,
) {
  await on.end.packet(udpPacket({ from: to, to: from, ports: [its, own], payload }));
  const is = ({ type, plaintext }: Received) => type === MessageType.data && carries(plaintext, payload);
  return packetIn(world.came(await on.node.peer.take(is), 'the packet in Data', 'RSN-03.'));
}

/** Sends an error about a new packet to one side. @returns what comes out of the other, if it is to come */
async function said(world: World, on: OnPath, way: 'in' | 'out', [from, to]: Row, flow: ReadUdp) {
  const payload = world.fresh(40);
  const requirement = 'RSN-07.';
  const family = on.plan.real.includes(':') ? 6 : 4;
  if (way === 'in') {
    await checkOut(world, on, 'The path works.', packetTo(world, on, { payload }));
    const about = (await outs(on.end)).find((packet) => carries(packet, payload)) ?? payload;
    const error = icmpError(ROUTERS[family] as Ip, GENERAL_SIDE[family] as Ip, from, about);
    if (to === undefined)
      return await checkCounted(world, on.end, 'refused.translation', 1, () =>
        checkNotIn(world, on, [error], flow, requirement),
      );
    await on.end.packet(error);
    return packetIn(world.came(await on.node.peer.take(isData), 'the error in Data', requirement));
  }
  const error = icmpError(on.inside, on.far, from, await packetFor(world, on, flow, payload));
  if (to === undefined)
    return await checkCounted(world, on.end, 'refused.translation', 1, () =>
      checkNotOut(world, on, () => on.node.sendData(error), requirement),
    );
  on.node.sendData(error);
  const isAbout = (packet: Uint8Array) =>
    toHex(readIcmp(packet)?.about ?? payload.slice(1)).includes(toHex(payload));
  const event = await delivered(world, on.end, ({ packet }) => packet !== undefined && isAbout(packet));
  return world.came(event?.packet, 'the error out of the general side', requirement);
}

function shown([type, code, rest]: Word): string {
  return `type ${type} code ${code}, then ${rest.toString(16)}`;
}

const SIDES = (['node', 'peer'] as const).flatMap((side) => FAMILIES.map((version) => ({ side, version })));

export const RS_N_WORD_CASES: readonly Case[] = [
  propertyCase({
    ...N,
    id: 'rs-n.icmp.words',
    title:
      'Type, code, pointer and MTU of an ICMP error are those of RFC 7915 on the other side, or as they were.',
    clauses: ['RSN-07', 'RSN-10'],
    catches:
      'A code of the other family; an MTU that is 20 off, or below what IPv6 needs; a pointer into another header.',
    arbitrary: fc.constantFrom(...WAYS),
    boundaries: WAYS,
    async script(world, { way, pair }) {
      exactNetwork(world);
      const on = await opened(world, { plan: { families: pair } });
      const flow = await checkFlows(world, on, 'The path works.');
      // The path's own size limits what is told.
      const is1400 = await on.node.peer.take(isProbeOf(PROBE_1400, { far: on.node }));
      world.came(is1400, 'a probing request for 1400 bytes', 'TUN-06.');
      world.status(await on.node.peer.probe(on.node.path), Status.ok);
      const [from, to] = way === 'in' ? pair.toReversed() : pair;
      for (const row of ROWS[`${from}${to}` as Side]) {
        const packet = await said(world, on, way, row, flow);
        const [is, becomes] = row;
        if (becomes === undefined || packet === undefined) continue;
        const icmp = readIcmp(packet);
        const actual = icmp === undefined ? toHex(packet) : shown([icmp.type, icmp.code, icmp.rest]);
        world.check(
          actual === shown(becomes),
          `${shown(becomes)} for ${shown(is)}`,
          actual,
          'RSN-07, RFC 7915.',
        );
        world.check(icmp?.isSound === true, 'right checksums', 'wrong ones', 'RSN-07.');
      }
    },
  }),
  propertyCase({
    ...N,
    id: 'rs-n.icmp.own',
    title: 'About an ICMP error an RS-N makes none of its own.',
    clauses: ['RSN-15'],
    catches: 'Two that tell each other errors for ever.',
    arbitrary: fc.constantFrom(...SIDES),
    boundaries: SIDES,
    async script(world, { side, version }) {
      exactNetwork(world);
      const on = await opened(world, { plan: { families: [version, version] } });
      const { node, end, far, inside } = on;
      const flow = await checkFlows(world, on, 'The path works.');
      const got = await packetFor(world, on, flow, world.fresh(40));
      const sent = (await outs(end)).find((packet) => carries(packet, flow.payload)) ?? got;
      const self = GENERAL_SIDE[version] as Ip;
      const about = {
        node: icmpError(inside, far, UNREACHABLE[version], got, 1),
        peer: icmpError(on.plan.real, self, UNREACHABLE[version], sent, 1),
      }[side];
      const before = (await outs(end)).length;
      const requirement = 'RSN-15: never about an ICMP error.';
      await checkCounted(world, end, 'refused.translation', 1, () =>
        side === 'node'
          ? checkNotOut(world, on, () => node.sendData(about), requirement)
          : checkNotIn(world, on, [about], flow, requirement),
      );
      const back = node.peer.takeNow(isData);
      world.check(back === undefined, 'nothing to the node', 'Data', requirement);
      const more = (await outs(end)).length - before - (side === 'node' ? 1 : 0);
      world.check(more === 0, 'nothing to the peer', `${more} packets`, requirement);
    },
  }),
];
