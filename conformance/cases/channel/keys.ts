/** Section 5.5: which keys an RS-S sends under, and under which it still opens. */
import fc from 'fast-check';
import { MessageType } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { silentFault } from '../../intent.ts';
import type { PlayedChannel } from '../../played/channel.ts';
import type { PlayedKeys } from '../../played/keys.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';
import {
  associated,
  current,
  gone,
  halfOpen,
  newLeg,
  openLeg,
  opens,
  RS_S,
  RS_S_CONFIGURED,
} from '../steps.ts';

/** Openings of a leg, and the order in which they are confirmed; the fifth would replace one. [KEY-22] */
const ORDERS = [1n, 2n, 3n, 4n] as const;

/** Probes under one handshake's keys and judges under which the answer comes. */
async function answersUnder(
  world: World,
  peer: Peer,
  channel: PlayedChannel,
  under: PlayedKeys,
  expected: PlayedKeys,
  requirement: string,
): Promise<void> {
  const answer = world.status(await peer.probe(channel, { keys: under }), 0, requirement);
  const name = (keys: PlayedKeys | undefined) => (keys === undefined ? 'none' : `order ${keys.order}`);
  const wanted = `an answer under the keys of ${name(expected)}`;
  world.check(answer.keys === expected, wanted, `one under ${name(answer.keys)}`, requirement);
}

export const KEY_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S,
    id: 'rs-s.keys.silent-before-confirmation',
    title: 'Under the keys of an opening that is not confirmed an RS-S sends nothing; what is open goes on.',
    clauses: ['KEY-47', 'KEY-20', 'KEY-21'],
    catches: 'Keys that are used as soon as message 2 has gone, when nobody may hold the other half.',
    async script(world) {
      const { dc, nodePeer, leg } = await openLeg(world);
      const before = current(leg);
      const after = await halfOpen(nodePeer, leg);
      const requirement = 'KEY-47, KEY-20: an opening alone does not change which keys are sent under.';
      await answersUnder(world, nodePeer, leg, before, before, requirement);
      await answersUnder(
        world,
        nodePeer,
        leg,
        after,
        after,
        'KEY-21: from its confirmation on it is in use.',
      );

      const plan = await dc.relay();
      const fresh = await world.node((await associated(world)).rs, plan, 0);
      const unconfirmed = await halfOpen(fresh.peer, fresh.leg);
      world.status(await dc.peer.probe(dc.association), 0);
      const early = fresh.peer.inbox.find(({ keys }) => keys === unconfirmed);
      const expected = 'nothing under keys that are not confirmed';
      world.check(early === undefined, expected, 'a message under them', requirement);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.keys.old-receive',
    title: 'Keys that were replaced still open messages; the answer comes under the keys in use.',
    clauses: ['KEY-07', 'KEY-21', 'GEN-26'],
    catches: 'Old keys erased at once, so that what is under way is lost; answers under keys of the past.',
    async script(world) {
      const { nodePeer, leg } = await openLeg(world);
      const before = current(leg);
      const after = await halfOpen(nodePeer, leg);
      world.status(await nodePeer.probe(leg, { keys: after }), 0);
      await answersUnder(world, nodePeer, leg, before, after, 'KEY-07: replaced keys receive for 10 s.');
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.keys.rank',
    title:
      'Of openings of a leg that are confirmed in any order the one of the highest number is in use; lower ones are gone.',
    clauses: ['KEY-21', 'KEY-37', 'KEY-07'],
    catches: 'The latest confirmation wins, whatever its number; lower handshakes can still be confirmed.',
    arbitrary: fc.record({
      opened: fc.shuffledSubarray([...ORDERS], { minLength: 4 }),
      confirmed: fc.shuffledSubarray([...ORDERS], { minLength: 2 }),
    }),
    boundaries: [
      { opened: [1n, 2n, 3n, 4n], confirmed: [2n, 1n] },
      { opened: [1n, 2n, 3n, 4n], confirmed: [1n, 2n, 3n, 4n] },
      { opened: [4n, 3n, 2n, 1n], confirmed: [1n, 4n, 2n, 3n] },
      { opened: [2n, 1n, 4n, 3n], confirmed: [3n, 4n, 1n] },
    ],
    async script(world, { opened, confirmed }) {
      const { nodePeer, leg } = await newLeg(world);
      const keys = new Map<bigint, PlayedKeys>();
      for (const order of opened) keys.set(order, await halfOpen(nodePeer, leg, { order }));
      let inUse: PlayedKeys | undefined;
      for (const order of confirmed) {
        const next = keys.get(order);
        if (next === undefined) continue;
        if (inUse === undefined || order > inUse.order) {
          const old = inUse;
          inUse = next;
          await answersUnder(world, nodePeer, leg, next, next, 'KEY-21: the highest number ranks highest.');
          if (old === undefined) continue;
          await answersUnder(world, nodePeer, leg, old, next, 'KEY-21: an end never goes back.');
          continue;
        }
        const used = inUse;
        await gone(
          world,
          nodePeer,
          leg,
          next,
          `of order ${order} after order ${used.order} was confirmed`,
          () => nodePeer.probe(leg, { keys: used }),
        );
      }
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.keys.association-rank',
    title:
      'Of two openings of one DC the one that came later is in use once both are confirmed, in either order.',
    clauses: ['KEY-49', 'KEY-37', 'KEY-21'],
    catches: 'The latest confirmation wins although the handshakes crossed; ends with other keys in use.',
    async script(world) {
      const { peer, association } = await associated(world);
      const requirement = 'KEY-49: of two that one end opened the later one ranks higher.';
      for (const laterFirst of [true, false]) {
        const earlier = await halfOpen(peer, association);
        const later = await halfOpen(peer, association);
        const [first, second] = laterFirst ? [later, earlier] : [earlier, later];
        await answersUnder(world, peer, association, first, first, 'KEY-49: it was confirmed.');
        await answersUnder(world, peer, association, second, later, requirement);
        await answersUnder(world, peer, association, first, later, requirement);
      }
      const alone = await halfOpen(peer, association);
      const after = 'KEY-49: without crossing the one confirmed later ranks higher.';
      await answersUnder(world, peer, association, alone, alone, after);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.keys.direction',
    title: "The RS-S's own message, sent back to it, gets no answer.",
    clauses: ['KEY-15', 'TUN-05'],
    catches: 'One key for both directions, so that messages can be reflected.',
    async script(world) {
      const { nodePeer, leg, node } = await newLeg(world);
      // So far above what the RS-S has sent that its window has seen none of it.
      const keys = await halfOpen(nodePeer, leg);
      keys.next = 1000n;
      world.status(await nodePeer.probe(leg), 0);
      const probe = await nodePeer.take(
        ({ channel, type }) => channel === node.leg && type === MessageType.probeRequest,
      );
      const own = world.came(probe, 'a probing request of the target');
      await world.silence({
        bad: () => {
          const intent = silentFault("the target's own probing request", 'tag');
          nodePeer.send(own.bytes, undefined, { channel: leg, intent });
        },
        fence: () => nodePeer.probe(leg),
      });
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.keys.restart',
    title: 'After a restart keys of before are unknown, and the association opens with the same secret.',
    clauses: ['KEY-09', 'KEY-08'],
    catches: 'Keys or counters that are stored and read back.',
    async script(world) {
      const { rs, peer, association } = await associated(world, { habits: { answerOpenings: false } });
      const before = current(association);
      await rs.restart({ hard: true });
      await gone(world, peer, association, before, 'of before the restart', () => opens(peer, association));
    },
  }),
];
