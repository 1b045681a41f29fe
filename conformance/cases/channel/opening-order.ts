/** Section 5.4: order numbers on legs, and repeats. */
import fc from 'fast-check';
import { sameBytes } from '../../../reference/bytes.ts';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { Attempt, PlayedChannel } from '../../played/channel.ts';
import type { Peer } from '../../played/peer.ts';
import type { RsUnderTest } from '../../target/target.ts';
import type { World } from '../../world.ts';
import { checkNotProbed, takeProbe } from '../nodes.ts';
import { associated, newLeg, opens, RS_S, RS_S_CONFIGURED } from '../steps.ts';

const MAX_U64 = (1n << 64n) - 1n;

/** KEY-22, and how many sources there are. */
const REMEMBERED = 4;
const SOURCES = 6;

/** More than any limit of KEY-12 lets through. */
const REPEATS = 12;
/** Repeats of one repeat, where datagrams are lost, and milliseconds from one to the next. */
const LOST = 3;
const SOON = 250;

async function nextMessage2(world: World, peer: Peer, attempt: Attempt): Promise<Received> {
  return world.came(await peer.take((mail) => mail.attempt === attempt), 'message 2');
}

/** Repeats message 1 and waits for message 2; of many repeats some are lost where any are, and then come once more. */
async function repeated(
  world: World,
  peer: Peer,
  channel: PlayedChannel,
  attempt: Attempt,
): Promise<Received> {
  for (let left = world.impaired ? LOST : 0; ; left--) {
    peer.send(attempt.message1, undefined, { channel });
    const again = await peer.take((mail) => mail.attempt === attempt, left > 0 ? SOON : undefined);
    if (again !== undefined || left === 0) return world.came(again, 'message 2');
  }
}

export const OPENING_ORDER_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.opening.order',
    title:
      'On a leg a new message 1 whose order number is not above the highest confirmed one gets no answer.',
    clauses: ['KEY-23'],
    catches: 'No check of the order number, one that allows equality, or one of 32 bits.',
    arbitrary: fc
      .bigInt({ min: 0n, max: MAX_U64 - 1n })
      .chain((confirmed) =>
        fc.record({ confirmed: fc.constant(confirmed), order: fc.bigInt({ min: 0n, max: confirmed }) }),
      ),
    boundaries: [
      { confirmed: 0n, order: 0n },
      { confirmed: 1n, order: 1n },
      { confirmed: 1n, order: 0n },
      { confirmed: 256n, order: 255n },
      { confirmed: 0x1_0000_0000n, order: 1n },
      { confirmed: (1n << 53n) + 1n, order: 1n << 53n },
      { confirmed: 1n << 63n, order: (1n << 63n) - 1n },
    ],
    async script(world, { confirmed, order }) {
      const { nodePeer, leg } = await newLeg(world);
      if (confirmed > 0n) {
        const failed = await nodePeer.open(leg, { order: confirmed });
        world.check(
          failed === undefined,
          `an opening with order number ${confirmed} that confirms`,
          `no ${failed}`,
        );
      }
      await world.silence({
        bad: () => {
          const intent = silentFault(`order number ${order}, confirmed is ${confirmed}`, 'order');
          nodePeer.sendOpening(leg, { order, intent });
        },
        fence: () => nodePeer.message2(nodePeer.sendOpening(leg, { order: confirmed + 1n })),
      });
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.opening.replayed',
    title: 'On a leg the message 1 of a confirmed handshake gets no answer when it comes again.',
    clauses: ['KEY-23', 'KEY-13'],
    catches: 'A recorded opening that makes the RS-S do a Diffie-Hellman, or answer, for anybody.',
    async script(world) {
      const { rs, nodePeer, leg } = await newLeg(world);
      const attempt = nodePeer.sendOpening(leg);
      const { keys } = await nextMessage2(world, nodePeer, attempt);
      world.status(await nodePeer.probe(leg, keys && { keys }), 0);
      const stranger = await world.stranger(rs);
      const intent = silentFault('message 1 of a confirmed handshake', 'order');
      await world.silence({
        bad: () => {
          nodePeer.send(attempt.message1, undefined, { channel: leg, intent });
          stranger.send(attempt.message1, undefined, { channel: leg, intent });
        },
        fence: () => opens(nodePeer, leg),
      });
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.opening.repeat',
    title: 'Each repeat of an unconfirmed message 1 gets the same message 2 again, byte for byte.',
    clauses: ['KEY-13', 'GEN-40'],
    catches: 'A new handshake for each repeat; repeats that a limit on openings refuses.',
    async script(world) {
      const { nodePeer, leg } = await newLeg(world);
      const attempt = nodePeer.sendOpening(leg);
      const first = await nextMessage2(world, nodePeer, attempt);
      for (let repeat = 1; repeat <= REPEATS; repeat++) {
        const again = await repeated(world, nodePeer, leg, attempt);
        world.check(
          sameBytes(again.bytes, first.bytes),
          'the same message 2',
          `another one, for repeat ${repeat}`,
        );
      }
      world.status(await nodePeer.probe(leg, first.keys && { keys: first.keys }), 0);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.opening.repeat-elsewhere',
    title: 'A repeat of message 1 from another source gets the same message 2 there.',
    clauses: ['KEY-13'],
    catches: 'The answer goes to the first source, or a repeat is known by its source.',
    async script(world) {
      const { rs, nodePeer, leg } = await newLeg(world);
      const elsewhere = await world.peer('A elsewhere', rs.endpoint());
      elsewhere.channels.push(leg);
      const attempt = nodePeer.sendOpening(leg);
      const first = await nextMessage2(world, nodePeer, attempt);
      elsewhere.send(attempt.message1, undefined, { channel: leg });
      const again = await nextMessage2(world, elsewhere, attempt);
      world.check(sameBytes(again.bytes, first.bytes), 'the same message 2', 'another one');
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.opening.sources',
    title:
      'Once the handshake of an association is confirmed, the first 4 sources to which its message 2 went are probed, and no others.',
    clauses: ['KEY-29', 'KEY-22'],
    catches:
      'Only the source of the confirming message is probed, or none is; a list of sources without an end.',
    async script(world) {
      const { rs, peer, association } = await associated(world);
      const peers = await openFromSources(world, rs, peer, association);
      for (const each of peers.slice(0, REMEMBERED)) await takeProbe(world, each, association);
      world.status(await peer.probe(association), Status.ok);
      const requirement = `KEY-22: the first ${REMEMBERED} sources are remembered.`;
      for (const each of peers.slice(REMEMBERED)) checkNotProbed(world, each, association, requirement);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.opening.leg-sources',
    title:
      'Once the handshake of a leg is confirmed, the source of the confirming message is probed, and no other one to which message 2 went.',
    clauses: ['KEY-29', 'KEY-34'],
    catches:
      'A leg whose address goes from one endpoint to the other right after its opening, while the path is in use already.',
    async script(world) {
      const { rs, nodePeer, leg } = await newLeg(world);
      const [confirming, ...others] = await openFromSources(world, rs, nodePeer, leg);
      if (confirming === undefined) throw new Error('an opening from nowhere');
      await takeProbe(world, confirming, leg);
      world.status(await confirming.probe(leg), Status.ok);
      for (const other of others) checkNotProbed(world, other, leg, 'KEY-29.');
    },
  }),
];

/**
 * One message 1 from several sources, confirmed from the first.
 * @returns them in their order.
 */
async function openFromSources(
  world: World,
  rs: RsUnderTest,
  peer: Peer,
  channel: PlayedChannel,
): Promise<Peer[]> {
  const attempt = peer.sendOpening(channel);
  const { keys } = await nextMessage2(world, peer, attempt);
  const peers = [peer];
  for (let number = 2; number <= SOURCES; number++) {
    const other = await world.peer(`source ${number}`, rs.endpoint());
    other.channels.push(channel);
    await repeated(world, other, channel, attempt);
    peers.push(other);
  }
  world.status(await peer.probe(channel, keys && { keys }), Status.ok);
  return peers;
}
