/** Sections 4.3 and 5.3: a datagram that names a channel or keys that are not there. */
import fc from 'fast-check';
import { MessageType } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import { body } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { World } from '../../world.ts';
import { associated, current, newLeg, openLeg, opens, RS_S, withBitFlipped } from '../steps.ts';

const CONTEXT_BITS = 128;
const KEY_ID_BITS = 16;

type Where = 'association' | 'leg';

async function openChannel(world: World, where: Where) {
  if (where === 'leg') {
    const { nodePeer, leg } = await openLeg(world);
    return { peer: nodePeer, channel: leg };
  }
  const { peer, association } = await associated(world);
  return { peer, channel: association };
}

export const NAMED_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.context.unknown',
    title: 'A context that differs in one bit from the ID of a channel names no channel: no answer.',
    clauses: ['GEN-20'],
    catches: 'A table that compares only a part of the ID; trying the keys of other channels.',
    arbitrary: fc.record({
      bit: fc.integer({ min: 0, max: CONTEXT_BITS - 1 }),
      what: fc.constantFrom('opening', 'probe'),
    }),
    parameters: { values: { bit: [0, 31, 32, 63, 64, 127], what: ['opening', 'probe'] } },
    boundaries: [
      { bit: 127, what: 'probe' },
      { bit: 0, what: 'probe' },
      { bit: 64, what: 'opening' },
      { bit: 32, what: 'probe' },
      { bit: 31, what: 'opening' },
    ],
    async script(world, { bit, what }) {
      const intent = silentFault(`bit ${bit} of the context`, 'context');
      if (what === 'opening') {
        const { nodePeer: peer, leg } = await newLeg(world);
        await world.silence({
          bad: () => peer.sendOpening(leg, { context: withBitFlipped(leg.id, bit), intent }),
          fence: () => opens(peer, leg),
        });
        return;
      }
      const { peer, association } = await associated(world);
      const context = withBitFlipped(association.id, bit);
      const sequence = current(association).next;
      await world.silence({
        bad: () => {
          const content = body({ transaction: world.fresh(8) });
          peer.sendSealed(association, MessageType.probeRequest, content, { context, sequence, intent });
        },
        fence: () => peer.probe(association),
      });
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.sealed.key-id-zero',
    title: 'A sealed message with key ID 0 gets no answer, whatever keys sealed it.',
    clauses: ['GEN-05', 'GEN-20'],
    catches: 'Key ID 0 taken for the keys in use.',
    arbitrary: fc.constantFrom<Where>('association', 'leg'),
    boundaries: ['association', 'leg'],
    async script(world, where) {
      const { peer, channel } = await openChannel(world, where);
      const sequence = current(channel).next;
      await world.silence({
        bad: () => {
          const intent = silentFault('key ID 0', 'key-id-zero');
          const content = body({ transaction: world.fresh(8) });
          peer.sendSealed(channel, MessageType.probeRequest, content, { keyId: 0, sequence, intent });
        },
        fence: () => peer.probe(channel),
      });
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.sealed.key-id-unknown',
    title: 'A message whose key ID is none of the channel gets no answer, even if keys of it sealed it.',
    clauses: ['GEN-20', 'KEY-17'],
    catches: 'The key ID is ignored and keys are tried one after the other; half of it is compared.',
    arbitrary: fc.record({
      bit: fc.integer({ min: 0, max: KEY_ID_BITS - 1 }),
      where: fc.constantFrom<Where>('association', 'leg'),
    }),
    boundaries: [
      { bit: 0, where: 'association' },
      { bit: 15, where: 'association' },
      { bit: 7, where: 'leg' },
      { bit: 8, where: 'leg' },
    ],
    async script(world, { bit, where }) {
      const { peer, channel } = await openChannel(world, where);
      const keys = current(channel);
      const keyId = keys.keyId ^ (1 << (KEY_ID_BITS - 1 - bit));
      // One key ID in 65536 has no such neighbour that is wrong.
      if (keyId === 0 || channel.keys.some((other) => other.keyId === keyId)) return;
      await world.silence({
        bad: () => {
          const intent = silentFault(`bit ${bit} of the key ID`, 'key-id');
          const content = body({ transaction: world.fresh(8) });
          const { next: sequence } = keys;
          peer.sendSealed(channel, MessageType.probeRequest, content, { keyId, sequence, intent });
        },
        fence: () => peer.probe(channel),
      });
    },
  }),
];
