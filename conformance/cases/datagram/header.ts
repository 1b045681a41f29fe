/** Section 4: what every datagram begins with. */
import fc from 'fast-check';
import { MessageType } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import { body } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import { EMITTED_CASE } from './emitted.ts';

const MAGIC = 0x05;

export const HEADER_CASES: readonly Case[] = [
  propertyCase({
    id: 'rs-s.header.magic',
    title: 'A datagram with another first byte gets no answer, however good the rest of it is.',
    clauses: ['GEN-03'],
    level: 'MUST',
    roles: ['rs-s'],
    adapterLevel: 0,
    features: [],
    needs: [],
    isolation: 'shared',
    catches: 'The first byte is not looked at, or only some of its bits are.',
    arbitrary: fc.integer({ min: 0, max: 255 }).filter((magic) => magic !== MAGIC),
    boundaries: [0x00, 0x04, 0x06, 0x0d, 0x15, 0x85, 0xff],
    async script(world, magic) {
      const { dc } = await world.rs();
      const { peer, association } = dc;
      await world.silence({
        bad: () => {
          const content = body({ transaction: world.fresh(8) });
          const bytes = association.seal(MessageType.probeRequest, content);
          bytes[0] = magic;
          const intent = silentFault(`first byte 0x${magic.toString(16).padStart(2, '0')}`, 'magic');
          peer.send(bytes, peer.target, { channel: association, content, intent });
        },
        fence: () => peer.probe(association),
      });
    },
  }),
  EMITTED_CASE,
];
