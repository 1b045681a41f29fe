/** Section 8.5: packets for a peer to which there is no path yet. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { ipToBytes } from '../../../reference/address.ts';
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import { MessageType, Part, Status } from '../../../reference/wire/registry.ts';
import type { IcmpError } from '../../application/packets.ts';
import { readIcmp } from '../../application/packets.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import type { NodeEvent, NodeUnderTest } from '../../target/node-under-test.ts';
import type { World } from '../../world.ts';
import { exactNetwork } from '../steps.ts';
import type { OnPath } from './steps.ts';
import {
  checkSends,
  close,
  delivered,
  directByName,
  directionRequest,
  farEnd,
  isData,
  LATE,
  NODE_USED,
  OWN,
  packetTo,
  pathByName,
  registered,
  whenOpen,
} from './steps.ts';

/** NODE-10; the memory of names here shorter, in seconds. */
const MOST = 64;
const MEMORY = 3;

const FROM = 'NODE-10: an ICMP error has the destination of the packet that it is about as its source.';

/** The type and code of "address unreachable" by inner family. [NODE-10] */
const UNREACHABLE = { 4: { type: 3, code: 1 }, 6: { type: 1, code: 3 } } as const;

/** A path that the node has asked for and opens in vain: the far end answers nothing yet. */
async function unanswered(world: World): Promise<OnPath> {
  // Many packets, one after the other: on a slow host they may take longer than a try to open a path.
  const { node, dc } = await registered(world, { timers: { 'opening-over': 30 } });
  const plan = dc.plan();
  const far = await farEnd(world, node, plan);
  far.peer.habits.answerOpenings = false;
  const on = { node, dc, plan, far };
  await directByName(world, on, { part: Part.initiate, candidates: [far.peer.local] });
  return on;
}

function icmpOf({ what, packet }: NodeEvent): IcmpError | undefined {
  return what === 'packet' && packet !== undefined ? readIcmp(packet) : undefined;
}

/** Judges that the application gets an ICMP error about a packet of its own. @returns it @param to from where it sent, if not from a virtual address */
export async function checkIcmp(
  world: World,
  node: NodeUnderTest,
  about: Uint8Array,
  wanted: { readonly type: number; readonly code: number },
  requirement: string,
  { timeout, to }: { readonly timeout?: number; readonly to?: Ip } = {},
): Promise<IcmpError> {
  const isAbout = (event: NodeEvent) => {
    const { about: quoted } = icmpOf(event) ?? {};
    // At least the header and 8 bytes of it (RFC 792).
    const least = (about[0] ?? 0) >> 4 === 6 ? 48 : 28;
    return quoted !== undefined && quoted.length >= least && sameBytes(quoted, about.slice(0, quoted.length));
  };
  const event = await delivered(world, node, isAbout, timeout);
  const icmp = event && icmpOf(event);
  const expected = `an ICMP error of type ${wanted.type} code ${wanted.code} about the packet`;
  if (icmp === undefined)
    return world.stage.violated(expected, 'none came out of the interface', { requirement, timedOut: true });
  const isRight = icmp.type === wanted.type && icmp.code === wanted.code;
  world.check(isRight, expected, `type ${icmp.type} code ${icmp.code}`, requirement);
  world.check(icmp.isSound, 'right checksums', 'wrong ones', requirement);
  const version = (about[0] ?? 0) >> 4 === 6 ? 6 : 4;
  const sender = to ?? OWN[version];
  const isHere = sameBytes(icmp.to, ipToBytes(sender));
  world.check(isHere, `to ${sender}`, `to ${toHex(icmp.to)}`, requirement);
  const destination = version === 6 ? about.slice(24, 40) : about.slice(16, 20);
  const isFromThere = sameBytes(icmp.from, destination);
  world.check(isFromThere, `from ${toHex(destination)}`, `from ${toHex(icmp.from)}`, FROM);
  return icmp;
}

export const NODE_HELD_CASES: readonly Case[] = [
  scriptCase({
    ...NODE_USED,
    id: 'node.held.order',
    title: 'Packets for a path that is not open yet are held, 64 of them, and sent in order when it is.',
    clauses: ['NODE-10', 'NODE-08'],
    catches: 'The first packets of a flow lost or in another order; a queue without a bound.',
    async script(world) {
      exactNetwork(world);
      const { node, plan, far } = await unanswered(world);
      const sent = Array.from({ length: MOST + 6 }, (_, number) =>
        packetTo(world, plan, { size: 8 + number }),
      );
      for (const packet of sent) await node.packet(packet);
      far.peer.habits.answerOpenings = true;
      await whenOpen(world, far);
      const last = await checkSends(world, { node, far }, packetTo(world, plan, { size: 200 }));
      const came: Received[] = [];
      const isHeld = ({ type, at }: Received) => type === MessageType.data && at <= last.at;
      for (;;) {
        const mail = far.peer.takeNow(isHeld);
        if (mail === undefined) break;
        came.push(mail);
      }
      const order = came.map(({ plaintext }) =>
        sent.findIndex(
          (packet) => plaintext !== undefined && sameBytes(plaintext.slice(0, packet.length), packet),
        ),
      );
      const isRight = order.length === MOST && order.every((index, i) => index === i);
      const actual = `${order.length} of them: ${order.join(' ')}`;
      world.check(isRight, `the first ${MOST} of them in order, and none of the others`, actual);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.held.expiry',
    title: 'A packet that was held for its time is not sent any more when the path opens.',
    clauses: ['NODE-10', 'GEN-38'],
    catches: 'Packets of long ago that come when nobody waits for them any more.',
    waits: 3500,
    async script(world) {
      const timers = { 'packet-hold-time': 1 };
      const { node, dc } = await registered(world, { timers });
      const plan = dc.plan();
      const far = await farEnd(world, node, plan);
      await directByName(world, { node, dc, plan, far }, { part: Part.await });
      const old = packetTo(world, plan);
      await node.packet(old);
      // 1 s, and the second that GEN-38 allows.
      await world.sleep(2100);
      const young = packetTo(world, plan);
      await node.packet(young);
      await far.openLeg();
      world.came(await far.peer.take(isData(young, far)), 'the packet that is young enough');
      const late = far.peer.takeNow(isData(old, far));
      world.check(late === undefined, 'the old packet dropped', 'it was sent');
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.held.asks',
    title:
      'A packet for a peer whose path is gone makes the node ask for its name, and is sent on the new path.',
    clauses: ['NODE-10', 'NODE-06'],
    catches: 'Flows that end with a path; an address that is forgotten with it.',
    arbitrary: fc.constantFrom<4 | 6>(4, 6),
    boundaries: [4, 6],
    async script(world, version) {
      const { node, dc, plan, far } = await pathByName(world);
      await close(world, { far });
      const packet = packetTo(world, plan, { version });
      await node.packet(packet);
      const requirement = 'NODE-10: a direction is asked for the name last known for that destination.';
      const request = await directionRequest(world, dc, requirement);
      const name = request.body?.get(14);
      world.check(name === plan.far.fqdn, plan.far.fqdn, `${name}`, requirement);
      const next = { ...dc.plan(), far: plan.far, legs: plan.legs };
      const again = await farEnd(world, node, next, { name: 'B again' });
      const candidates = [again.peer.local];
      dc.answer(request, dc.routeDirection(next, { part: Part.initiate, candidates }));
      world.came(await again.peer.take(isData(packet, again)), 'the packet that was held', requirement);
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.held.failed',
    title: 'When the direction that packets are held for fails, each is answered by an ICMP error.',
    clauses: ['NODE-10', 'ERR-06'],
    catches: 'An application that waits for what the node knows already not to come.',
    arbitrary: fc.constantFrom<4 | 6>(4, 6),
    boundaries: [4, 6],
    async script(world, version) {
      const { node, dc, plan, far } = await pathByName(world);
      await close(world, { far });
      const sent = [packetTo(world, plan, { version }), packetTo(world, plan, { version, size: 300 })];
      for (const packet of sent) await node.packet(packet);
      dc.answer(await directionRequest(world, dc), Status.refused);
      for (const packet of sent)
        await checkIcmp(world, node, packet, UNREACHABLE[version], 'NODE-10, ERR-06: at once, with ICMP.');
      const other = dc.peer.inbox.find(
        (mail) => mail.type === MessageType.directionRequest && mail.explained === undefined,
      );
      world.check(other === undefined, 'one Direction Request', 'another one');
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.held.no-name',
    title: 'A packet for a virtual address of which no name is known is answered by an ICMP error at once.',
    clauses: ['NODE-10', 'TUN-18'],
    catches: 'A packet that vanishes; a question to the DC for an address that nobody named.',
    arbitrary: fc.constantFrom<4 | 6>(4, 6),
    boundaries: [4, 6],
    async script(world, version) {
      const { node, dc } = await registered(world);
      const packet = packetTo(world, dc.plan(), { version });
      await node.packet(packet);
      await checkIcmp(world, node, packet, UNREACHABLE[version], 'NODE-10: at once where no name is known.');
      const asked = dc.peer.inbox.find(({ type }) => type === MessageType.directionRequest);
      world.check(asked === undefined, 'no Direction Request', 'one');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.held.name-memory',
    title: 'The name of an address is known for its time after the last packet, and no longer.',
    clauses: ['NODE-10'],
    catches: 'A name that is forgotten while its flow goes on; names that are kept for ever.',
    waits: 9500,
    async script(world) {
      exactNetwork(world);
      const { node, dc, plan, far } = await pathByName(world, {
        node: { timers: { 'name-memory': MEMORY } },
      });
      const memory = 1000 * MEMORY;
      await world.sleep(memory * 0.7);
      const used = await checkSends(world, { node, far }, packetTo(world, plan));
      await close(world, { far });
      await world.sleep(used.at + memory * 0.6 - world.net.now());
      const held = packetTo(world, plan);
      await node.packet(held);
      const kept = 'NODE-10: the name is kept for its time after the last inner packet.';
      dc.answer(await directionRequest(world, dc, kept), Status.refused);
      await checkIcmp(world, node, held, UNREACHABLE[4], 'NODE-10, ERR-06: at once, with ICMP.');
      // The second is what GEN-38 allows.
      await world.sleep(memory + 1000 + LATE);
      const late = packetTo(world, plan);
      await node.packet(late);
      const forgotten = 'NODE-10: at once where no name is known any more.';
      await checkIcmp(world, node, late, UNREACHABLE[4], forgotten);
      const asked = await dc.takeDirectionRequest(LATE);
      world.check(asked === undefined, 'no Direction Request', 'one', forgotten);
    },
  }),
];
