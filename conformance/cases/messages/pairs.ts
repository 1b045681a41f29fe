/** Section 6.1: bodies with so many keys that the head of their map has more than one byte. */
import fc from 'fast-check';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import { body } from '../../fields.ts';
import type { World } from '../../world.ts';
import { associated, openLeg, RS_S } from '../steps.ts';

/** Unassigned, not critical; all from here on are. */
const FIRST_UNKNOWN = 45;
/** A datagram of so many is within 1500 bytes. [GEN-05] */
const MOST = 300;
const CHANNELS = ['association', 'leg'] as const;

async function opened(world: World, on: (typeof CHANNELS)[number]) {
  if (on === 'leg') {
    const { nodePeer, leg } = await openLeg(world);
    return { peer: nodePeer, channel: leg };
  }
  const { peer, association } = await associated(world);
  return { peer, channel: association };
}

export const PAIRS_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.body.pairs',
    title: 'A request with 24 keys and more is answered with its transaction.',
    clauses: ['GEN-08', 'GEN-07', 'GEN-10'],
    catches: 'A transaction that is looked for at the second byte, whatever the head of the map.',
    arbitrary: fc.record({ pairs: fc.integer({ min: 20, max: MOST }), on: fc.constantFrom(...CHANNELS) }),
    boundaries: [
      { pairs: 23, on: 'association' },
      { pairs: 24, on: 'association' },
      { pairs: 24, on: 'leg' },
      { pairs: 256, on: 'association' },
    ],
    async script(world, { pairs, on }) {
      const transaction = world.fresh(8);
      const unknown = Array.from({ length: pairs - 1 }, (_, i) => [FIRST_UNKNOWN + i, i] as const);
      const content = new Map([...body({ transaction }), ...unknown]);
      const { peer, channel } = await opened(world, on);
      // The answer is taken by its transaction.
      world.status(await peer.request(channel, MessageType.probeRequest, content), Status.ok);
    },
  }),
];
