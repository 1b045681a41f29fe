/** Section 4.3: what is discarded before any cryptography, and leaves nothing behind. */
import fc from 'fast-check';
import { MessageType } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import { body } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import { associated, current, hex, RS_S } from '../steps.ts';

/** GEN-05 */
const SMALLEST = 44;
const LARGEST_CONTROL = 1500;
/** Header, tag, the map's head, the transaction, and key and head of a padding of 256 bytes or more. */
const PROBE_BESIDE_PADDING = 44 + 1 + 10 + 4;
/** Types 0x01 to 0x11 are assigned. [16.1] */
const LAST_TYPE = 0x11;

export const DISCARDED_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.datagram.short',
    title: 'A datagram of less than 44 bytes gets no answer and is not forwarded; one of 44 is.',
    clauses: ['GEN-05', 'RSS-10', 'DOS-05'],
    catches: 'Reading beyond the end of a short datagram; forwarding what has no room for a tag.',
    arbitrary: fc.record({
      length: fc.integer({ min: 0, max: SMALLEST - 1 }),
      relayed: fc.boolean(),
    }),
    boundaries: [
      { length: 43, relayed: true },
      { length: 43, relayed: false },
      { length: 28, relayed: true },
      { length: 27, relayed: false },
      { length: 20, relayed: true },
      { length: 4, relayed: false },
      { length: 1, relayed: false },
      { length: 0, relayed: false },
    ],
    async script(world, { length, relayed }) {
      const intent = silentFault(`cut after ${length} bytes`, 'length');
      if (!relayed) {
        const { peer, association } = await associated(world);
        const content = body({ transaction: world.fresh(8) });
        await world.silence({
          bad: () => {
            const whole = association.seal(MessageType.probeRequest, content);
            peer.send(whole.slice(0, length), peer.target, { channel: association, intent });
          },
          fence: () => peer.probe(association),
        });
        return;
      }
      const { a, b } = await world.relayed();
      await world.silence({
        bad: () => {
          const whole = a.path.seal(MessageType.data, new Uint8Array(0));
          a.peer.send(whole.slice(0, length), a.peer.target, { channel: a.path, intent });
        },
        fence: () => b.takeRelayed(a.sendData(new Uint8Array(0))),
      });
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.datagram.type-unknown',
    title: 'A message of a type that is not assigned gets no answer, and its sequence number stays free.',
    clauses: ['GEN-04', 'GEN-20'],
    catches: 'Only some bits of the type are looked at, or it is looked at after the replay window moved.',
    arbitrary: fc.integer({ min: 0, max: 255 }).filter((type) => type === 0 || type > LAST_TYPE),
    // 0x0d, the probing request, with each of the bits that no assigned type has.
    boundaries: [0x2d, 0x4d, 0x8d, 0x00, 0x12, 0x1d, 0xff],
    async script(world, type) {
      const { peer, association } = await associated(world);
      const sequence = current(association).next;
      await world.silence({
        bad: () => {
          const intent = silentFault(`type ${hex(type)}`, 'type');
          const content = body({ transaction: world.fresh(8) });
          peer.sendSealed(association, type, content, { sequence, intent });
        },
        fence: () => peer.probe(association),
        requirement: 'The type is checked before anything of the datagram is noted.',
      });
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.datagram.oversize-control',
    title: 'A probing request of more than 1500 bytes gets no answer, one of 1500 does.',
    clauses: ['GEN-05', 'GEN-20'],
    catches: 'No bound on what is opened, or one that is off by a few bytes.',
    arbitrary: fc.integer({ min: LARGEST_CONTROL + 1, max: 4096 }),
    boundaries: [LARGEST_CONTROL + 1, LARGEST_CONTROL + 2, 2048, 4096],
    async script(world, size) {
      const { peer, association } = await associated(world);
      const sequence = current(association).next;
      await world.silence({
        bad: () => {
          const padding = new Uint8Array(size - PROBE_BESIDE_PADDING);
          const content = body({ transaction: world.fresh(8), padding });
          const intent = silentFault(`${size} bytes`, 'length');
          peer.sendSealed(association, MessageType.probeRequest, content, { sequence, intent });
        },
        fence: () => peer.probe(association, { padding: LARGEST_CONTROL - PROBE_BESIDE_PADDING }),
      });
    },
  }),
];
