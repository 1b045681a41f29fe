/** Section 9.12: an RS-T as the router that it is, and what it says when it may not pass a packet on. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { ipFromBytes } from '../../../reference/address.ts';
import { concat, toHex } from '../../../reference/bytes.ts';
import { icmpError, piece } from '../../application/icmp.ts';
import type { IcmpError } from '../../application/packets.ts';
import { readIcmp, udpPacket } from '../../application/packets.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { GENERAL_SIDE } from '../../target/end-under-test.ts';
import type { World } from '../../world.ts';
import { delivered } from '../node/steps.ts';
import { exactNetwork } from '../steps.ts';
import { FAMILIES } from './data.ts';
import { onward } from './lent.ts';
import type { OnPath } from './steps.ts';
import {
  checkCounted,
  checkFlows,
  checkNotIn,
  endCommon,
  opened,
  outs,
  packetIn,
  packetTo,
} from './steps.ts';

const T = endCommon('rs-t');
/** Of the general side, and of a packet that is too large for it. */
const [MTU, TOO_LARGE] = [1280, 1300];
/** Time exceeded; too large, which ICMP has as a kind of unreachable. (RFC 792, RFC 1191, RFC 4443) */
const WORDS = { hops: { 4: [11, 0], 6: [3, 0] }, size: { 4: [3, 4], 6: [2, 0] } } as const;
const UNREACHABLE = { 4: [3, 1], 6: [1, 3] } as const;

interface Row {
  readonly side: 'node' | 'peer';
  readonly why: keyof typeof WORDS;
  readonly version: 4 | 6;
  /** The direction names no peer. */
  readonly isForAny?: boolean;
}

const ROWS: readonly Row[] = [
  ...FAMILIES.map((version) => ({ side: 'node', why: 'hops', version }) as const),
  ...FAMILIES.map((version) => ({ side: 'peer', why: 'hops', version }) as const),
  ...FAMILIES.map((version) => ({ side: 'node', why: 'size', version }) as const),
  ...FAMILIES.map((version) => ({ side: 'node', why: 'hops', version, isForAny: true }) as const),
];
/** What may be lent, where no peer tells the family. */
const POOL = { 4: ['192.0.2.1', '192.0.2.2'], 6: ['2001:db8:31::1', '2001:db8:31::2'] } as const;

/** Addresses and ports of the packet that an error is about, and its checksum; hops may be counted down already. */
function namedBy(bytes: Uint8Array): string {
  return toHex((bytes[0] ?? 0) >> 4 === 4 ? bytes.slice(12, 28) : bytes.slice(8, 48));
}

/** What is said of a packet to who sent it, on either side. */
async function toldOf(
  world: World,
  on: OnPath,
  side: 'node' | 'peer',
  packet: Uint8Array,
): Promise<IcmpError | undefined> {
  const errorIn = (bytes: Uint8Array | undefined) => {
    const error = bytes && readIcmp(bytes);
    return error !== undefined && namedBy(error.about) === namedBy(packet) ? error : undefined;
  };
  if (side === 'node') {
    on.node.sendData(packet);
    const mail = await on.node.peer.take(({ plaintext }) => errorIn(plaintext) !== undefined);
    return mail && errorIn(packetIn(mail));
  }
  await on.end.packet(packet);
  const event = await delivered(world, on.end, (one) => errorIn(one.packet) !== undefined);
  return errorIn(event?.packet);
}

export const RS_T_ROUTER_CASES: readonly Case[] = [
  propertyCase({
    ...T,
    id: 'rs-t.icmp.own',
    title: 'Who sent a packet that an RS-T may not pass on is told why, the node as from its peer.',
    clauses: ['RST-03', 'GEN-19'],
    catches: 'A black hole: a node that never learns how large its packets may be, a traceroute with a gap.',
    arbitrary: fc.constantFrom(...ROWS),
    boundaries: ROWS,
    async script(world, { side, why, version, isForAny = false }) {
      const end = { general: { mtu: MTU }, ...(isForAny ? { pool: POOL[version] } : {}) };
      const fields = isForAny ? { peerAddress: undefined } : {};
      const on = await opened(world, { end, fields, plan: { families: [version, version] } });
      await checkFlows(world, on, 'The path works.');
      const [from, to] = side === 'node' ? [on.inside, on.far] : [on.far, on.inside];
      const payload = world.fresh(why === 'size' ? TOO_LARGE - (version === 4 ? 28 : 48) : 16);
      const hopLimit = why === 'hops' ? 1 : 64;
      const packet = udpPacket({ from, to, payload, hopLimit, dontFragment: true });
      let told: IcmpError | undefined;
      await checkCounted(world, on.end, 'refused.translation', 1, async () => {
        told = await toldOf(world, on, side, packet);
      });
      const { type, code, rest, ...ends } = world.came(told, 'an ICMP error about it', 'RST-03.');
      const self = side === 'node' ? on.far : GENERAL_SIDE[version];
      const size = why === 'size' ? `, MTU ${MTU}` : '';
      const expected = `${WORDS[why][version].join('/')} from ${self} to ${from}${size}`;
      const mtu = why === 'size' ? `, MTU ${rest & 0xffff}` : '';
      const actual = `${type}/${code} from ${ipFromBytes(ends.from)} to ${ipFromBytes(ends.to)}${mtu}`;
      world.check(actual === expected, expected, actual, 'RST-03, RSN-15.');
      world.check(ends.isSound, 'right checksums', 'wrong ones', 'RST-03.');
    },
  }),
  scriptCase({
    ...T,
    id: 'rs-t.size.cut',
    title: 'What is too large for the general side and may be cut goes out in fragments.',
    clauses: ['RST-03', 'RST-01'],
    catches: 'Packets that are lost on the next network, or refused though who sent them lets them be cut.',
    async script(world) {
      exactNetwork(world);
      const on = await opened(world, { end: { general: { mtu: MTU } } });
      await checkFlows(world, on, 'The path works.');
      const before = (await outs(on.end)).length;
      const packet = packetTo(world, on, { size: TOO_LARGE - 28 });
      on.node.sendData(packet);
      await checkFlows(world, on, 'What comes after it goes out, too.');
      const pieces = (await outs(on.end)).slice(before, -1);
      const sizes = pieces.map(({ length }) => length);
      const areSmall = pieces.length > 1 && sizes.every((size) => size <= MTU);
      world.check(areSmall, `fragments of ${MTU} bytes at most`, sizes.join(', '), 'RST-03.');
      const at = (piece: Uint8Array) => 8 * (256 * ((piece[6] ?? 0) & 0x1f) + (piece[7] ?? 0));
      const whole = concat(...pieces.toSorted((a, b) => at(a) - at(b)).map((piece) => piece.slice(20)));
      const wanted = toHex(packet.slice(20));
      world.check(toHex(whole) === wanted, wanted, toHex(whole), 'RST-07.');
    },
  }),
  propertyCase({
    ...T,
    id: 'rs-t.icmp.foreign',
    title:
      "Errors about packets that are not of the node to the path's peer stay outside; a fragment is no error.",
    clauses: ['RST-11', 'RST-08', 'RST-07'],
    catches: 'Forged errors that end a flow; bytes in the middle of a packet that are taken for a header.',
    arbitrary: fc.constantFrom(...FAMILIES),
    boundaries: FAMILIES,
    async script(world, version) {
      exactNetwork(world);
      const on = await opened(world, { plan: { families: [version, version] } });
      const flow = await checkFlows(world, on, 'The path works.');
      const other = (version === 4 ? '203.0.113.200' : '2001:db8:80:1::200') as Ip;
      const error = (about: Uint8Array) => icmpError(on.far, on.inside, UNREACHABLE[version], about);
      const { inside, far } = on;
      const payload = world.fresh(16);
      const bad = [
        error(udpPacket({ from: inside, to: other, payload })),
        icmpError(other, inside, UNREACHABLE[version], udpPacket({ from: inside, to: other, payload })),
        error(udpPacket({ from: other, to: far, payload })),
        error(udpPacket({ from: far, to: inside, payload })),
      ];
      await checkCounted(world, on.end, 'refused.mapping', bad.length, () =>
        checkNotIn(world, on, bad, flow, 'RST-11: about a packet to its peer.'),
      );
      // Within an echo that is cut: what looks like an error about a packet to somebody else.
      const looks = error(udpPacket({ from: inside, to: other, payload })).slice(version === 4 ? 20 : 40);
      const long = icmpError(far, inside, [version === 4 ? 8 : 128, 0], concat(new Uint8Array(480), looks));
      const fragment = piece(long, 488);
      await on.end.packet(fragment);
      const mail = await on.node.peer.take((one) => packetIn(one).length === fragment.length);
      const came = world.came(mail, 'the fragment in Data', 'RST-03.');
      const [actual, expected] = [packetIn(came), onward(fragment)].map((bytes) => toHex(bytes));
      world.check(actual === expected, `${expected}`, `${actual}`, 'RST-03, RST-07.');
    },
  }),
];
