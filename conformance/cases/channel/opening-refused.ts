/** Sections 4.3, 5.2 and 5.4: openings that get no answer. */
import fc from 'fast-check';
import { fromHex } from '../../../reference/bytes.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import { silentFault } from '../../intent.ts';
import type { Message1Options } from '../../played/channel.ts';
import { hex, newLeg, opens, RS_S, withBitFlipped } from '../steps.ts';

/** GEN-05: header, public key, tag. */
const OPENING = 76;
const SMALLEST = 44;
const SECRET_BITS = 256;

/** Parts of psk and prologue that can be wrong one by one, as an opening of a leg is made with them. [KEY-01, KEY-02] */
const WRONG_PARTS = [
  'the label of associations',
  'the label of another kind',
  'another channel ID as salt',
  'another initiator',
  'another responder',
  'the Node IDs exchanged',
  'suite 2',
  'the order number in the header changed afterwards',
  'a header of zeros',
] as const;
type WrongPart = (typeof WRONG_PARTS)[number];

/** Encodings of the points of low order on Curve25519 and its twist: any secret makes 32 zero bytes of them. */
const LOW_ORDER: readonly string[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  // The highest bit is ignored (RFC 7748).
  '0000000000000000000000000000000000000000000000000000000000000080',
  '0100000000000000000000000000000000000000000000000000000000000080',
];

export const OPENING_REFUSED_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.opening.size',
    title: 'An opening of other than 76 bytes gets no answer, even if its tag verifies.',
    clauses: ['GEN-05', 'KEY-03'],
    catches: 'A payload in message 1 is accepted; bytes after it are ignored.',
    arbitrary: fc.oneof(
      fc.integer({ min: SMALLEST, max: OPENING - 1 }),
      fc.integer({ min: OPENING + 1, max: 1200 }),
    ),
    boundaries: [OPENING + 1, OPENING - 1, OPENING + 16, 60, SMALLEST, 1200],
    async script(world, size) {
      const { nodePeer, leg } = await newLeg(world);
      await world.silence({
        bad: () => {
          const payload = new Uint8Array(Math.max(0, size - OPENING));
          const { message1 } = leg.message1(world.stage.fresh, { payload });
          const intent = silentFault(`${size} bytes`, 'length');
          nodePeer.send(message1.slice(0, size), undefined, { channel: leg, intent });
        },
        fence: () => opens(nodePeer, leg),
      });
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.opening.key-id',
    title: 'An opening with a key ID other than 0 gets no answer, even if its tag verifies.',
    clauses: ['GEN-05'],
    catches: 'The key ID of openings is not looked at, or only one byte of it is.',
    arbitrary: fc.integer({ min: 1, max: 0xffff }),
    boundaries: [0x0001, 0x0100, 0x8000, 0xffff],
    async script(world, keyId) {
      const { nodePeer, leg } = await newLeg(world);
      const intent = silentFault(`key ID ${hex(keyId)}`, 'key-id-zero');
      await world.silence({
        bad: () => nodePeer.sendOpening(leg, { keyId, intent }),
        fence: () => opens(nodePeer, leg),
      });
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.opening.wrong-secret',
    title: 'A message 1 made with a secret that differs in one bit gets no answer.',
    clauses: ['DOS-01', 'KEY-01'],
    catches: 'The tag of message 1 is not verified, or only a part of the secret is used.',
    arbitrary: fc.integer({ min: 0, max: SECRET_BITS - 1 }),
    boundaries: [0, 127, 128, 255],
    async script(world, bit) {
      const { nodePeer, leg } = await newLeg(world);
      const intent = silentFault(`bit ${bit} of the secret`, 'handshake');
      await world.silence({
        bad: () => nodePeer.sendOpening(leg, { secret: withBitFlipped(leg.secret, bit), intent }),
        fence: () => opens(nodePeer, leg),
      });
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.opening.prologue',
    title: 'A message 1 with one part of psk or prologue wrong gets no answer.',
    clauses: ['KEY-01', 'KEY-02', 'DOS-01'],
    catches: 'A part that is left out of the prologue: the kind, the header, a Node ID, the suite.',
    arbitrary: fc.constantFrom(...WRONG_PARTS),
    boundaries: WRONG_PARTS,
    async script(world, part) {
      const { nodePeer, leg } = await newLeg(world);
      const initiator = leg.own.nodeId;
      const responder = leg.peer.nodeId;
      const options: { readonly [Part in WrongPart]?: Message1Options } = {
        'the label of associations': { kind: 'association' },
        'the label of another kind': { kind: leg.kind === 'leg' ? 'path' : 'leg' },
        'another channel ID as salt': { id: withBitFlipped(leg.id, 127) },
        'another initiator': { initiator: withBitFlipped(initiator, 127) },
        'another responder': { responder: withBitFlipped(responder, 127) },
        'the Node IDs exchanged': { initiator: responder, responder: initiator },
        'suite 2': { suite: 2 },
        'a header of zeros': { order: 0n, context: new Uint8Array(16) },
      };
      await world.silence({
        bad: () => {
          const { message1 } = leg.message1(world.stage.fresh, options[part]);
          const sent = Uint8Array.from(message1);
          // The prologue has another header than the one that is sent.
          sent.set(leg.id, 4);
          sent[27] = part === 'the order number in the header changed afterwards' ? 2 : 1;
          nodePeer.send(sent, undefined, { channel: leg, intent: silentFault(part, 'handshake') });
        },
        fence: () => opens(nodePeer, leg),
      });
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.opening.low-order-point',
    title: 'A message 1 whose public key makes the shared secret all zero gets no answer.',
    clauses: ['KEY-19'],
    catches: 'The result of X25519 is not compared with zero: keys that anybody could compute.',
    arbitrary: fc.constantFrom(...LOW_ORDER),
    boundaries: LOW_ORDER,
    async script(world, point) {
      const { nodePeer, leg } = await newLeg(world);
      const intent = silentFault(`the public key ${point}`, 'handshake');
      await world.silence({
        bad: () => nodePeer.sendOpening(leg, { publicKey: fromHex(point), intent }),
        fence: () => opens(nodePeer, leg),
      });
    },
  }),
];
