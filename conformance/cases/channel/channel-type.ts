/** Section 4.3: types that a kind of channel does not carry, or that its other end may not send. */
import fc from 'fast-check';
import { MessageType } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import { body } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { PlayedChannel } from '../../played/channel.ts';
import type { PlayedKeys } from '../../played/keys.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';
import { associated, halfOpen, hex, newLeg, openLeg, RS_S } from '../steps.ts';

/** From a DC to an RS-S go 0x07, 0x0a, probing and openings. [16.1] */
const NOT_FROM_DC = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x08, 0x09, 0x0f, 0x10, 0x11] as const;
/** From a node to an RS-S, on a leg, go probing and openings. [16.1] */
const NOT_FROM_NODE = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0f, 0x10, 0x11] as const;

/** Seals and sends a body that has no more than a transaction, under a type that it may not have. */
function sendWrong(world: World, peer: Peer, channel: PlayedChannel, type: number, keys?: PlayedKeys): void {
  const content = body({ transaction: world.fresh(8) });
  const intent = silentFault(`type ${hex(type)} on the ${channel.kind}`, 'channel-type');
  peer.sendSealed(channel, type, content, { intent, ...(keys && { keys }) });
}

export const CHANNEL_TYPE_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.channel-type.association',
    title: 'A message that opens, but of a type that a DC does not send to an RS-S, gets no answer.',
    clauses: ['GEN-18'],
    catches:
      'Any type is taken on any channel: malformed for what should be silence, or worse a role reversed.',
    arbitrary: fc.constantFrom(...NOT_FROM_DC),
    boundaries: NOT_FROM_DC,
    async script(world, type) {
      const { peer, association } = await associated(world);
      await world.silence({
        bad: () => sendWrong(world, peer, association, type),
        fence: () => peer.probe(association),
      });
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.channel-type.leg',
    title: 'A message that opens on a leg, but of a type that a node does not send there, gets no answer.',
    clauses: ['GEN-18', 'RS-01'],
    catches: 'A node that can direct the relay by its leg.',
    arbitrary: fc.constantFrom(...NOT_FROM_NODE),
    boundaries: NOT_FROM_NODE,
    async script(world, type) {
      const { nodePeer, leg } = await openLeg(world);
      await world.silence({
        bad: () => sendWrong(world, nodePeer, leg, type),
        fence: () => nodePeer.probe(leg),
      });
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.channel-type.not-confirming',
    title: 'A message of a type that the leg does not carry confirms nothing.',
    clauses: ['GEN-37', 'GEN-18', 'KEY-29'],
    catches: 'Keys that count as confirmed by whatever opens first.',
    arbitrary: fc.constantFrom(...NOT_FROM_NODE),
    boundaries: [0x07, 0x10],
    async script(world, type) {
      const { dc, nodePeer, leg } = await newLeg(world);
      const keys = await halfOpen(nodePeer, leg);
      sendWrong(world, nodePeer, leg, type, keys);
      world.status(await dc.peer.probe(dc.association), 0);
      const early = nodePeer.inbox.find(
        (mail) => mail.keys === keys && mail.type !== MessageType.openingResponse,
      );
      world.check(early === undefined, 'nothing under keys that are not confirmed', 'a message under them');
      world.status(await nodePeer.probe(leg, { keys }), 0);
    },
  }),
];
