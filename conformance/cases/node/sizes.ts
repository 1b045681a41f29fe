/** Section 10.3: how large inner packets may be. */
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import { udpPacketOf } from '../../application/packets.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { bytesField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedNode } from '../../played/node.ts';
import { probeAnswer } from '../../played/probe-answer.ts';
import type { World } from '../../world.ts';
import { probeOn } from '../nodes.ts';
import { exactNetwork } from '../steps.ts';
import { checkIcmp } from './held.ts';
import type { OnPath } from './steps.ts';
import {
  addressOf,
  checkDelivers,
  checkSends,
  directedPath,
  isData,
  NODE_USED,
  OWN,
  openPath,
  packetTo,
  sendLoosely,
} from './steps.ts';

/** TUN-06: bytes of UDP payload. */
export const PROBE_1280 = 1324;
export const PROBE_1400 = 1444;
/** HO-10, and the tries of a probe after it, each with more for the way and the host; milliseconds. */
const SILENCE = 3000;
const LOST = 6000;
/** Packet too big, by inner family. [TUN-07] */
const TOO_BIG = { 4: { type: 3, code: 4 }, 6: { type: 2, code: 0 } } as const;

/** Where the far end is, and the path. */
interface Way {
  readonly far: Pick<PlayedNode, 'peer' | 'path'>;
}

/** A path over a way that drops larger datagrams from the first one on: sizes may be probed before there is Data. */
async function openNarrow(world: World, limit: number): Promise<OnPath> {
  const on = await directedPath(world);
  upTo(world, on, limit);
  await on.far.openLeg();
  return on;
}

/** Has the far end answer probes up to a size, as if the way dropped larger ones. */
export function upTo(world: World, { far }: Way, limit: number | (() => number)): void {
  const { peer, path } = far;
  peer.habits.answerProbes = false;
  world.stage.transcript.onReceived((mail) => {
    const isProbe =
      mail.peer === peer.name && mail.channel === path && mail.type === MessageType.probeRequest;
    const largest = typeof limit === 'number' ? limit : limit();
    if (!isProbe || mail.keys === undefined || mail.bytes.length > largest) return;
    const to = mail.from;
    const keys = mail.keys.confirmed ? mail.keys : undefined;
    peer.sendSealed(path, MessageType.probeResponse, probeAnswer(mail), {
      auto: true,
      to,
      ...(keys && { keys }),
    });
  });
}

export function isProbeOf(size: number, { far }: Pick<OnPath, 'far'>): (mail: Received) => boolean {
  return ({ type, channel, bytes }) =>
    type === MessageType.probeRequest && channel === far.path && bytes.length === size;
}

function packetOf(on: OnPath, size: number, version: 4 | 6, dontFragment = true): Uint8Array {
  return udpPacketOf(size, { from: OWN[version], to: addressOf(on.plan, version), dontFragment });
}

export const NODE_SIZE_CASES: readonly Case[] = [
  scriptCase({
    ...NODE_USED,
    id: 'node.size.probes',
    title: 'A node measures a route that it sends data by, with probes for 1280 and then 1400 bytes inside.',
    clauses: ['TUN-06', 'GEN-36', 'GEN-33'],
    catches: 'A size that is taken for granted; padding in another message; the answer padded, too.',
    async script(world) {
      const on = await openPath(world);
      await checkSends(world, on, packetTo(world, on.plan));
      const probes: Received[] = [];
      for (const size of [PROBE_1280, PROBE_1400]) {
        const probe = await on.far.peer.take(isProbeOf(size, on));
        probes.push(world.came(probe, `a probing request of ${size} bytes`, 'TUN-06.'));
      }
      const zeros = probes.every(({ body }) => bytesField(body, 'padding')?.every((byte) => byte === 0));
      world.check(zeros, 'padding of zeros', 'other bytes');
      const most = packetOf(on, 1400, 4);
      world.status(await on.far.peer.probe(on.far.path), Status.ok);
      await checkSends(world, on, most, 'TUN-06: 1400 once a probe of that size was answered.');
      const six = packetOf(on, 1400, 6);
      await checkSends(world, on, six, 'TUN-06: 1400 once a probe of that size was answered.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.size.too-big',
    title:
      'What does not fit is not sent but answered by packet too big with the size; IPv4 without DF is cut.',
    clauses: ['TUN-07', 'TUN-06'],
    catches: 'Large packets that vanish; an MTU that the way does not carry; fragments that are too large.',
    waits: 3500,
    async script(world) {
      exactNetwork(world);
      const on = await openNarrow(world, PROBE_1280);
      await checkSends(world, on, packetTo(world, on.plan));
      world.came(await on.far.peer.take(isProbeOf(PROBE_1400, on)), 'a probing request for 1400 bytes');
      await world.sleep(1500);
      world.status(await on.far.peer.probe(on.far.path), Status.ok);
      await world.sleep(1500);
      for (const version of [4, 6] as const) {
        const packet = packetOf(on, 1281, version);
        await on.node.packet(packet);
        const requirement = 'TUN-07: its sender gets packet too big.';
        const { rest } = await checkIcmp(world, on.node, packet, TOO_BIG[version], requirement);
        const mtu = version === 4 ? rest & 0xffff : rest;
        world.check(mtu === 1280, 'MTU 1280', `MTU ${mtu}`, requirement);
        const sent = on.far.peer.takeNow(isData(packet, on.far));
        world.check(sent === undefined, 'the packet not sent', 'Data', requirement);
        await checkSends(world, on, packetOf(on, 1280, version), 'TUN-06: 1280 bytes fit.');
      }
      await checkFragments(world, on, packetOf(on, 1400, 4, false), 1280);
      await checkDelivers(
        world,
        on,
        udpPacketOf(1400, { from: addressOf(on.plan), to: OWN[4], dontFragment: true }),
        'GEN-36: each end measures its own direction.',
      );
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.size.small',
    title: 'Where not even 1280 bytes inside get through, IPv4 goes up to 1152 bytes, and IPv6 all the same.',
    clauses: ['TUN-15', 'TUN-07'],
    catches: 'A way that carries small datagrams alone and looks open, but hangs at the first large one.',
    waits: 3500,
    async script(world) {
      exactNetwork(world);
      const on = await openNarrow(world, PROBE_1280 - 1);
      await checkSends(world, on, packetTo(world, on.plan));
      world.came(await on.far.peer.take(isProbeOf(PROBE_1280, on)), 'a probing request for 1280 bytes');
      await world.sleep(1000);
      // Small datagrams get through: it is not the way that is dead.
      world.status(await on.far.peer.probe(on.far.path), Status.ok);
      await world.sleep(2000);
      await checkSends(world, on, packetOf(on, 1152, 4), 'TUN-15: inner IPv4 of up to 1152 bytes.');
      const packet = packetOf(on, 1153, 4);
      await on.node.packet(packet);
      const requirement = 'TUN-15: larger ones are answered by packet too big with MTU 1152.';
      const { rest } = await checkIcmp(world, on.node, packet, TOO_BIG[4], requirement);
      world.check((rest & 0xffff) === 1152, 'MTU 1152', `MTU ${rest & 0xffff}`, requirement);
      await checkSends(world, on, packetOf(on, 1280, 6), 'TUN-15: inner IPv6 of 1153 to 1280 bytes goes.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.size.narrow-last',
    title:
      'A route that carries small datagrams alone is left for another one, though the far end was there last.',
    clauses: ['TUN-15', 'HO-14', 'HO-04'],
    catches: 'A connection that hangs on a narrow way while there is a wide one.',
    waits: 4000,
    async script(world) {
      exactNetwork(world);
      const on = await openPath(world);
      const { node, plan, far } = on;
      await checkSends(world, on, packetTo(world, plan));
      const narrow = await world.peer('B, by a narrow way', node.endpoint());
      narrow.hold(far.path);
      upTo(world, { far: { peer: narrow, path: far.path } }, PROBE_1280 - 1);
      world.status(await narrow.probe(far.path), Status.ok);
      world.came(await narrow.take(probeOn(far.path)), 'a probe there', 'KEY-31: it is nominated.');
      world.status(await narrow.probe(far.path), Status.ok);
      await world.arrived();
      await checkSends(world, on, packetTo(world, plan), 'HO-14: the one that was nominated last.', narrow);
      const probe = await narrow.take(isProbeOf(PROBE_1280, on));
      world.came(probe, 'a probing request for 1280 bytes', 'TUN-06: each route that it sends data by.');
      await world.sleep(1000);
      // Small datagrams get through: it is not the way that is dead.
      world.status(await narrow.probe(far.path), Status.ok);
      await world.sleep(2000);
      const requirement = 'TUN-15: a narrow route is not chosen over another valid one.';
      await checkSends(world, on, packetTo(world, plan), requirement);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.size.came-back',
    title:
      'A way that was dead for all tries of a size probe, and then lives, is not taken for a narrow one.',
    clauses: ['TUN-15', 'TUN-06'],
    catches:
      'A NAT that restarts while sizes are measured, and a connection that then hangs for ten minutes.',
    waits: 5000,
    async script(world) {
      exactNetwork(world);
      const on = await openPath(world);
      let largest = 0;
      upTo(world, on, () => largest);
      await checkSends(world, on, packetTo(world, on.plan));
      const first = await on.far.peer.take(isProbeOf(PROBE_1280, on));
      world.came(first, 'a probing request for 1280 bytes');
      // The last try goes 1.5 s after the first one, ±10 %, and the probe is over at 2.5 s.
      await world.sleep(1900);
      largest = PROBE_1400;
      world.status(await on.far.peer.probe(on.far.path), Status.ok);
      await world.sleep(1500);
      const requirement =
        'TUN-15: what came only after the last try says nothing about sizes: 1280 bytes go.';
      await checkSends(world, on, packetOf(on, 1280, 4), requirement);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.size.lost',
    title: 'When nothing comes back on large packets a node measures its route at once.',
    clauses: ['TUN-21', 'TUN-16', 'TUN-07'],
    level: 'SHOULD',
    catches: 'A connection that hangs for minutes because the way has become narrower.',
    waits: LOST,
    async script(world) {
      exactNetwork(world);
      const on = await openPath(world);
      await checkSends(world, on, packetTo(world, on.plan));
      world.came(await on.far.peer.take(isProbeOf(PROBE_1400, on)), 'a probing request for 1400 bytes');
      world.status(await on.far.peer.probe(on.far.path), Status.ok);
      await checkSends(world, on, packetOf(on, 1400, 4));
      upTo(world, on, PROBE_1280);
      const again = await on.far.peer.take(isProbeOf(PROBE_1400, on), SILENCE);
      world.came(again, 'the probing request for 1400 bytes again', 'TUN-21.');
      await world.sleep(LOST - SILENCE);
      const packet = packetOf(on, 1400, 4);
      await on.node.packet(packet);
      const requirement = 'TUN-16: a size that is no longer answered counts as never answered.';
      await checkIcmp(world, on.node, packet, TOO_BIG[4], requirement);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.size.again',
    title: 'While packets flow a node measures its route again after ten minutes.',
    clauses: ['TUN-16'],
    level: 'SHOULD',
    adapterLevel: 3,
    catches: 'A size that is believed for good, on a way that has become narrower.',
    async script(world) {
      exactNetwork(world);
      const on = await openPath(world);
      const { far, node, plan } = on;
      await checkSends(world, on, packetTo(world, plan));
      world.came(await far.peer.take(isProbeOf(PROBE_1400, on)), 'a probing request for 1400 bytes');
      for (let ms = 0; ms < AGAIN; ms += STEP) {
        await node.forward(STEP);
        const packet = packetTo(world, plan);
        const [answer] = await Promise.all([far.peer.probe(far.path), sendLoosely(node, [far], packet)]);
        world.status(answer, Status.ok);
        while (far.peer.takeNow(({ type }) => type === MessageType.data) !== undefined);
      }
      const again = far.peer.takeNow(isProbeOf(PROBE_1400, on));
      world.came(again, 'the same probing request again', 'TUN-16: every 600 s, 10 % more at most.');
    },
  }),
];

/** TUN-16: 600 s and 10 %, in steps that leave no message unanswered for long; milliseconds. */
const AGAIN = 664_000;
const STEP = 2000;

/** Judges that a packet comes in fragments that fit, whole in all. [TUN-07] */
async function checkFragments(world: World, on: OnPath, packet: Uint8Array, largest: number): Promise<void> {
  await on.node.packet(packet);
  const requirement = 'TUN-07: inner IPv4 without DF is fragmented inside.';
  const whole = new Uint8Array(packet.length - 20);
  let have = 0;
  while (have < whole.length) {
    const isFragment = ({ type, channel, plaintext = new Uint8Array() }: Received) =>
      type === MessageType.data && channel === on.far.path && plaintext[9] === 17 && isCut(plaintext);
    const mail = world.came(await on.far.peer.take(isFragment), 'a fragment in Data', requirement);
    const { plaintext = new Uint8Array() } = mail;
    const view = new DataView(plaintext.buffer, plaintext.byteOffset);
    const length = view.getUint16(2);
    world.check(length <= largest, `${largest} bytes at most`, `${length} bytes`, requirement);
    const content = plaintext.slice(20, length);
    whole.set(content, 8 * (view.getUint16(6) & 0x1fff));
    have += content.length;
  }
  const isSame = whole.every((byte, i) => byte === packet[20 + i]);
  world.check(isSame, 'fragments that make the packet', 'other bytes', requirement);
}

function isCut(packet: Uint8Array): boolean {
  return (((packet[6] ?? 0) << 8) | (packet[7] ?? 0)) % 0x4000 !== 0;
}
