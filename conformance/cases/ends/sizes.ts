/** Sections 9.4 and 10.3 at an RS-N and an RS-T: sizes and rates of what goes by a path. */

import { ipToBytes } from '../../../reference/address.ts';
import { sameBytes } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import { readIcmp, udpPacket, udpPacketOf } from '../../application/packets.ts';
import type { ReadUdp } from '../../application/udp.ts';
import { readUdp } from '../../application/udp.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { bytesField } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { EndKind } from '../../played/end-dc.ts';
import type { World } from '../../world.ts';
import { isProbeOf, PROBE_1280, PROBE_1400, upTo } from '../node/sizes.ts';
import { delivered } from '../node/steps.ts';
import { exactNetwork } from '../steps.ts';
import type { OnPath, PathOptions } from './steps.ts';
import {
  checkBack,
  checkCounted,
  checkFlows,
  checkOut,
  directed,
  endCommon,
  NAMES,
  opened,
  outOf,
  packetTo,
} from './steps.ts';

/** Packet too big, by the family of the peer. [TUN-07] */
const TOO_BIG = { 4: { type: 3, code: 4 }, 6: { type: 2, code: 0 } } as const;
const PACKETS = 20;
/** TUN-16, and how far the clock is moved at a time; milliseconds. */
const AGAIN = 665_000;
const STEP = 2000;
/** HO-10, with more for the way and the host; milliseconds. */
const SILENCE = 3000;
const SIZE = 200;
/** What the UDP payload has more than the inner packet. */
const OVERHEAD = 44;

/** A packet of the peer to the node, of so many bytes. */
function fromPeer(out: ReadUdp, size: number, dontFragment = true): Uint8Array {
  const ports = [out.ports[1], out.ports[0]] as const;
  return udpPacketOf(size, { from: out.to, to: out.from, ports, dontFragment });
}

function isDataOf(size: number, { node }: OnPath): (mail: Received) => boolean {
  return ({ type, channel, plaintext }) =>
    type === MessageType.data &&
    channel === node.path &&
    plaintext !== undefined &&
    readUdp(plaintext)?.payload.length === size - (plaintext[0] === 0x45 ? 28 : 48);
}

/** Judges that an error about a packet comes out of the general side, with the size that fits. */
async function checkTooBig(
  world: World,
  on: OnPath,
  packet: Uint8Array,
  version: 4 | 6,
  fits = 1280,
): Promise<void> {
  await on.end.packet(packet);
  const isError = ({ packet: out }: { packet?: Uint8Array | undefined }) => {
    const icmp = out && readIcmp(out);
    const { type, code } = TOO_BIG[version];
    // RFC 792, RFC 4443: the header and 8 bytes or more of it.
    return (
      icmp?.type === type && icmp.code === code && sameBytes(icmp.about.slice(12, 28), packet.slice(12, 28))
    );
  };
  const event = await delivered(world, on.end, isError);
  const icmp = event?.packet && readIcmp(event.packet);
  const requirement = 'TUN-07, TUN-15: its sender gets packet too big.';
  if (icmp === undefined)
    return world.stage.violated('packet too big out of the general side', 'none', {
      requirement,
      timedOut: true,
    });
  const mtu = version === 4 ? icmp.rest & 0xffff : icmp.rest;
  world.check(mtu === fits, `MTU ${fits}`, `MTU ${mtu}`, requirement);
  world.check(icmp.isSound, 'right checksums', 'wrong ones', requirement);
  const peer = ipToBytes(on.plan.real);
  world.check(sameBytes(icmp.to, peer), 'to the peer', 'to another', requirement);
}

async function checkRates(
  world: World,
  limits: Readonly<Record<string, number>>,
  rate: number,
): Promise<void> {
  exactNetwork(world);
  const on = await opened(world, { end: { limits } });
  const other = await opened(world, { end: { limits }, node: { name: 'B' } });
  const began = world.net.now();
  const inner = SIZE - OVERHEAD;
  const make = () => packetTo(world, on, { size: inner - 28 });
  const sent = Array.from({ length: 3 * rate }, make);
  for (const packet of sent) on.node.sendData(packet);
  await checkFlows(world, other, 'RS-14: other paths lose nothing by it.');
  world.status(await on.node.peer.probe(on.node.path), Status.ok);
  let came = 0;
  for (const packet of sent)
    if ((await outOf(world, on.end, readUdp(packet)?.payload ?? packet, 0)) !== undefined) came++;
  const seconds = (world.net.now() - began) / 1000;
  const most = Math.ceil(rate * (seconds + 1));
  world.check(came <= most, `at most ${most} packets in ${seconds.toFixed(2)} s`, `${came} came`, 'RS-14.');
  world.check(came >= rate, `${rate} packets or more`, `${came}`, 'GEN-29: so many are within the rate.');
  const refused = (await on.end.counters())['refused.relay-rate'] ?? 0;
  const lost = sent.length - came;
  world.check(refused === lost, `refused.relay-rate ${lost}`, `${refused}`, 'RS-14: discarded and counted.');
}

/** A path over a way that drops larger datagrams from the first one on: sizes may be probed before there is Data. */
async function openedNarrow(world: World, limit: number, options: PathOptions = {}): Promise<OnPath> {
  const on = await directed(world, options);
  upTo(world, { far: on.node }, limit);
  await on.node.openLeg();
  return on;
}

export function sizeCases(role: EndKind): readonly Case[] {
  const name = NAMES[role];
  const used = endCommon(role);
  return [
    scriptCase({
      ...used,
      id: `${role}.size.probes`,
      title: `An ${name} measures a route that it sends data by, with probes for 1280 and then 1400 bytes inside.`,
      clauses: ['TUN-06', 'GEN-36'],
      catches: 'A size that is taken for granted; padding in another message; the answer padded, too.',
      async script(world) {
        const on = await opened(world);
        const out = await checkFlows(world, on, 'The path works.');
        const { peer } = on.node;
        const probes: Received[] = [];
        for (const size of [PROBE_1280, PROBE_1400]) {
          const probe = await peer.take(isProbeOf(size, { far: on.node }));
          probes.push(world.came(probe, `a probing request of ${size} bytes`, 'TUN-06.'));
        }
        const zeros = probes.every(({ body }) => bytesField(body, 'padding')?.every((byte) => byte === 0));
        world.check(zeros, 'padding of zeros', 'other bytes');
        world.status(await peer.probe(on.node.path), Status.ok);
        await on.end.packet(fromPeer(out, 1400));
        const requirement = 'TUN-06: 1400 once a probe of that size was answered.';
        world.came(await peer.take(isDataOf(1400, on)), 'a packet of 1400 bytes', requirement);
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.size.too-big`,
      title:
        'What does not fit is not sent but answered by packet too big with the size; IPv4 without DF is cut.',
      clauses: ['TUN-07', 'TUN-06'],
      catches: 'Large packets that vanish; an MTU that the way does not carry; an error that nobody gets.',
      waits: 3500,
      async script(world) {
        exactNetwork(world);
        for (const version of [4, 6] as const) {
          const node = { name: version === 4 ? 'A' : 'B' };
          const on = await openedNarrow(world, PROBE_1280, { plan: { families: [version, version] }, node });
          const { peer, path } = on.node;
          const out = await checkFlows(world, on, 'The path works.');
          const larger = await peer.take(isProbeOf(PROBE_1400, { far: on.node }));
          world.came(larger, 'a probing request for 1400 bytes');
          await world.sleep(1500);
          world.status(await peer.probe(path), Status.ok);
          await checkTooBig(world, on, fromPeer(out, 1281), version);
          const sent = peer.takeNow(isDataOf(1281, on));
          world.check(sent === undefined, 'the packet not sent', 'Data', 'TUN-07.');
          await on.end.packet(fromPeer(out, 1280));
          world.came(await peer.take(isDataOf(1280, on)), 'a packet of 1280 bytes', 'TUN-06: it fits.');
          if (version === 6) continue;
          await on.end.packet(fromPeer(out, 1400, false));
          const isData = ({ type, channel }: Received) => type === MessageType.data && channel === path;
          for (const part of ['first', 'second'])
            world.came(await peer.take(isData), `the ${part} fragment`, 'TUN-07: fragmented inside.');
        }
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.size.small`,
      title: 'Where not even 1280 bytes inside get through, IPv4 goes up to 1152 bytes, and IPv6 goes on.',
      clauses: ['TUN-15'],
      catches: 'A path that is dead to everything larger than a probe.',
      waits: 4000,
      async script(world) {
        exactNetwork(world);
        const on = await openedNarrow(world, 1000);
        const { peer } = on.node;
        const six = await openedNarrow(world, 1000, { plan: { families: [6, 6] }, node: { name: 'B' } });
        const flows: ReadUdp[] = [];
        for (const one of [on, six]) {
          flows.push(await checkFlows(world, one, 'The path works.'));
          const probe = await one.node.peer.take(isProbeOf(PROBE_1280, { far: one.node }));
          world.came(probe, 'a probe for 1280 bytes');
        }
        await world.sleep(1000);
        // Small datagrams get through: it is not the way that is dead.
        for (const { node } of [on, six]) world.status(await node.peer.probe(node.path), Status.ok);
        await world.sleep(2500);
        const [out, out6] = flows as [ReadUdp, ReadUdp];
        await on.end.packet(fromPeer(out, 1152));
        world.came(await peer.take(isDataOf(1152, on)), 'a packet of 1152 bytes', 'TUN-15.');
        await checkTooBig(world, on, fromPeer(out, 1153), 4, 1152);
        await checkBack(world, on, out, 'A packet that fits.');
        const sent = peer.takeNow(isDataOf(1153, on));
        world.check(sent === undefined, 'one of 1153 bytes not sent', 'Data', 'TUN-15.');
        await on.end.packet(fromPeer(out6, 1280));
        const whole = await six.node.peer.take(isDataOf(1280, six));
        world.came(whole, 'a packet of 1280 bytes of IPv6', 'TUN-15: in outer fragments, if need be.');
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.size.again`,
      title: `While packets flow an ${name} measures its route again after ten minutes.`,
      clauses: ['TUN-16'],
      level: 'SHOULD',
      adapterLevel: 3,
      catches: 'A size that is believed for good, on a way that has become narrower.',
      async script(world) {
        exactNetwork(world);
        const on = await opened(world);
        const { peer, path } = on.node;
        const out = await checkFlows(world, on, 'The path works.');
        const is1400 = isProbeOf(PROBE_1400, { far: on.node });
        world.came(await peer.take(is1400), 'a probing request for 1400 bytes');
        for (let ms = 0; ms < AGAIN; ms += STEP) {
          await on.end.forward(STEP);
          world.status(await peer.probe(path), Status.ok);
          await checkBack(world, on, out, 'The flow goes on.');
        }
        world.came(peer.takeNow(is1400), 'the same again', 'TUN-16: every 600 s, 10 % more at most.');
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.size.lost`,
      title: `When nothing comes back on large packets an ${name} measures its route at once.`,
      clauses: ['TUN-21'],
      level: 'SHOULD',
      catches: 'A connection that hangs for minutes because the way has become narrower.',
      waits: SILENCE,
      async script(world) {
        exactNetwork(world);
        const on = await opened(world);
        const { peer, path } = on.node;
        const out = await checkFlows(world, on, 'The path works.');
        const is1400 = isProbeOf(PROBE_1400, { far: on.node });
        world.came(await peer.take(is1400), 'a probing request for 1400 bytes');
        world.status(await peer.probe(path), Status.ok);
        upTo(world, { far: on.node }, PROBE_1280);
        await on.end.packet(fromPeer(out, 1400));
        world.came(await peer.take(isDataOf(1400, on)), 'the packet of 1400 bytes');
        const again = await peer.take(is1400, SILENCE);
        world.came(again, 'the probing request for 1400 bytes again', 'TUN-21.');
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.rates.packets`,
      title: 'A path gets as many datagrams a second as configured, and no more.',
      clauses: ['RS-14', 'GEN-29', 'GEN-17'],
      catches: 'No limit, one for all paths, or one that refuses what is within it.',
      script: (world) => checkRates(world, { packetsPerSecond: PACKETS }, PACKETS),
    }),
    scriptCase({
      ...used,
      id: `${role}.rates.bytes`,
      title: 'A path gets as many bytes a second as configured, and no more.',
      clauses: ['RS-14', 'GEN-29', 'GEN-17'],
      catches: 'A limit on datagrams alone, or bytes that are counted otherwise than by the UDP payload.',
      script: (world) => checkRates(world, { bytesPerSecond: PACKETS * SIZE }, PACKETS),
    }),
    scriptCase({
      ...used,
      id: `${role}.rates.unopened`,
      title: 'What does not open, or comes again, takes nothing of the rate of a path.',
      clauses: ['RS-14', 'GEN-19'],
      catches: 'Rates before tags: whoever has seen a Path ID can keep its node from sending.',
      async script(world) {
        exactNetwork(world);
        const on = await opened(world, { end: { limits: { packetsPerSecond: PACKETS } } });
        const { end, node } = on;
        const foe = await world.peer('foe', end.endpoint());
        const taken = packetTo(world, on);
        const again = node.sendData(taken);
        world.came(await outOf(world, end, readUdp(taken)?.payload ?? taken), 'the packet out');
        const forged = Uint8Array.from(again);
        forged.set([(forged.at(-1) ?? 0) ^ 1], forged.length - 1);
        const faults = [
          [forged, 'tag'],
          [again, 'replay'],
        ] as const;
        for (const [bytes, layer] of faults)
          await checkCounted(world, end, `refused.${layer}`, 2 * PACKETS, async () => {
            const intent = silentFault('what takes nothing', layer);
            const about = { channel: node.path, content: new Uint8Array(0), intent };
            for (let i = 0; i < 2 * PACKETS; i++) foe.send(bytes, undefined, about);
            await checkFlows(world, on, 'RS-14: what opened counts.');
          });
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.rates.both-ways`,
      title: 'Both directions of a path count together.',
      clauses: ['RS-14', 'GEN-29'],
      catches: 'Twice the rate for a flow that is answered.',
      async script(world) {
        exactNetwork(world);
        const on = await opened(world, { end: { limits: { packetsPerSecond: PACKETS } } });
        const began = world.net.now();
        const out = await checkOut(world, on, 'The path works.');
        const back = Array.from({ length: 2 * PACKETS }, () => world.fresh(24));
        const there = Array.from({ length: PACKETS }, () => packetTo(world, on));
        for (const packet of there) on.node.sendData(packet);
        const ports = [out.ports[1], out.ports[0]] as const;
        for (const payload of back)
          await on.end.packet(udpPacket({ from: out.to, to: out.from, ports, payload }));
        world.status(await on.node.peer.probe(on.node.path), Status.ok);
        const isData = ({ type }: Received) => type === MessageType.data;
        let came = 0;
        while (on.node.peer.takeNow(isData) !== undefined) came++;
        for (const packet of there)
          if ((await outOf(world, on.end, readUdp(packet)?.payload ?? packet, 0)) !== undefined) came++;
        const seconds = (world.net.now() - began) / 1000;
        const most = Math.ceil(PACKETS * (seconds + 1));
        world.check(came <= most, `at most ${most} packets in ${seconds.toFixed(2)} s`, `${came}`, 'RS-14.');
      },
    }),
  ];
}
