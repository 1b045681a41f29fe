/** Sections 5.1 and 5.2: keys and openings, step by step. */
import fc from 'fast-check';
import { concat } from '../../../reference/bytes.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import type { Kind, Message2, Opening } from '../../twin/index.ts';
import {
  buildHeader,
  finish,
  isUsable,
  keyId,
  message1,
  message2,
  psk,
  readMessage1,
  trafficKeys,
  twin,
} from '../../twin/index.ts';
import { withBitFlipped } from '../steps.ts';
import { CODEC_CASE, call, expectResult } from './call.ts';

const MAX_U64 = (1n << 64n) - 1n;
const MESSAGE_BITS = 76 * 8;
const id = fc.uint8Array({ minLength: 16, maxLength: 16 });
const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });
const kind = fc.constantFrom<Kind>('association', 'path', 'leg');

/** Associations and legs have suite 1. [KEY-45] */
const suited = fc
  .record({ kind, suite: fc.constantFrom(1, 2) })
  .map(({ kind: of, suite }) => ({ kind: of, suite: of === 'path' ? suite : 1 }));

const opening = fc
  .record({ suited, id, secret, initiator: id, responder: id, alias: fc.option(id, { nil: undefined }) })
  .map(({ suited: { kind: of, suite }, alias, ...rest }) => ({
    ...rest,
    kind: of,
    suite,
    context: of === 'association' ? (alias ?? rest.id) : rest.id,
  }));

const order = fc.bigInt({ min: 0n, max: MAX_U64 });
const handshake = fc.record({ opening, order, e: secret, r: secret });
const broken = fc.record({ of: handshake, bit: fc.integer({ min: 0, max: MESSAGE_BITS - 1 }) });

type Given = Opening & { readonly context: Uint8Array };

function header1({ context }: Given, sequence: bigint): Uint8Array {
  return buildHeader({ type: 0x0b, keyId: 0, context, sequence });
}

/** What the contract calls the same. */
function asInput({ kind: of, suite, id: channel, secret: shared, initiator, responder }: Opening) {
  return { kind: of, suite, channel, secret: shared, initiator, responder };
}

function asResult(made: Message2) {
  return {
    hash: made.handshakeHash,
    k1: made.k1,
    k2: made.k2,
    initiatorKey: made.forward,
    responderKey: made.back,
    keyId: made.keyId,
  };
}

/** The layer of a datagram that fails as an opening: one that needs no key, or `handshake`. */
function layerOf(bytes: Uint8Array): string {
  const finding = twin.judge(bytes, []);
  return finding.kind === 'refused' && finding.layer !== 'context' ? finding.layer : 'handshake';
}

/** One in 65536 handshakes has a key ID that no end may use. */
function usable(made: Message2 | undefined): made is Message2 {
  return made !== undefined && isUsable(made.keyId, []);
}

export const CODEC_OPENING_CASES: readonly Case[] = [
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.key.psk',
    title: 'The psk of any channel follows from its kind, ID and secret.',
    clauses: ['KEY-01'],
    catches: 'Salt and secret exchanged, another label, a terminator after the label.',
    arbitrary: fc.record({ kind, channel: id, secret }),
    async script(world, input) {
      const expected = { psk: psk(input.kind, input.channel, input.secret) };
      expectResult(world, await call(world, { call: 'psk', ...input }), expected, 'KEY-01: psk.');
    },
  }),
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.key.schedule',
    title: 'Both keys and the key ID follow from what Split() gave, the kind and the suite.',
    clauses: ['KEY-15', 'KEY-17'],
    catches:
      'Extract before Expand, keys exchanged, the suite left out of the label, a little-endian key ID.',
    arbitrary: fc.record({ suited, k1: secret, k2: secret, hash: secret }),
    async script(world, { suited: { kind: of, suite }, k1, k2, hash }) {
      const result = await call(world, { call: 'keys', kind: of, suite, k1, k2, hash });
      const { forward, back } = trafficKeys(k1, k2, of, suite);
      const expected = { initiatorKey: forward, responderKey: back, keyId: keyId(hash) };
      expectResult(world, result, expected, 'KEY-15, KEY-17: keys and key ID.');
    },
  }),
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.opening.initiate',
    title: 'Message 1 has the bytes that header, psk, prologue and ephemeral key make.',
    clauses: ['KEY-01', 'KEY-02', 'KEY-03'],
    catches: 'Another prologue, psk or tag; the alias as salt; a public key that is not the ephemeral one.',
    arbitrary: fc.record({ opening, order, ephemeral: secret }),
    async script(world, { opening: of, order: sequence, ephemeral }) {
      const { context } = of;
      const input = { ...asInput(of), context, order: sequence, ephemeral };
      const result = await call(world, { call: 'open-initiate', ...input });
      const expected = { datagram: message1(of, header1(of, sequence), ephemeral).datagram };
      expectResult(world, result, expected, 'KEY-01 to KEY-03: message 1.');
    },
  }),
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.opening.respond',
    title:
      'Message 2 and all that follows from it have the bytes that both ends make, with a key ID that is free.',
    clauses: ['KEY-01', 'KEY-02', 'KEY-03', 'KEY-15', 'KEY-17'],
    catches: 'Another order of mixing, keys exchanged; a key ID that is 0 or held already.',
    arbitrary: fc.record({ of: handshake, again: secret, isHeld: fc.boolean() }),
    async script(world, { of: { opening: of, order: sequence, e, r }, again, isHeld }) {
      const request = message1(of, header1(of, sequence), e).datagram;
      const [first, second] = [message2(of, request, r), message2(of, request, again)];
      if (!usable(first) || !usable(second) || first.keyId === second.keyId) return;
      const held = isHeld ? [first.keyId] : [];
      const input = { ...asInput(of), request, ephemerals: [r, again], held };
      const made = isHeld ? second : first;
      const expected = { datagram: made.datagram, ...asResult(made) };
      expectResult(world, await call(world, { call: 'open-respond', ...input }), expected, 'Section 5.2.');
    },
  }),
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.opening.respond-broken',
    title: 'A message 1 with one bit changed gets no message 2.',
    clauses: ['KEY-01', 'KEY-02', 'KEY-03'],
    catches: 'A part of message 1 that is not under its tag.',
    arbitrary: broken,
    async script(world, { of: { opening: of, order: sequence, e, r }, bit }) {
      const good = message1(of, header1(of, sequence), e).datagram;
      const request = withBitFlipped(good, bit);
      if (readMessage1(of, request) !== undefined) return;
      const input = { ...asInput(of), request, ephemerals: [r], held: [] };
      const expected = { layer: layerOf(request) };
      const about = `Bit ${bit} of message 1 is the other way.`;
      expectResult(world, await call(world, { call: 'open-respond', ...input }), expected, about);
    },
  }),
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.opening.finish',
    title: 'The initiator makes of message 2 the same keys, hash and key ID as the responder.',
    clauses: ['KEY-01', 'KEY-02', 'KEY-15', 'KEY-17'],
    catches: 'Keys of the initiator in the direction of the responder; a Diffie-Hellman of the wrong keys.',
    arbitrary: handshake,
    async script(world, { opening: of, order: sequence, e: ephemeral, r }) {
      const request = message1(of, header1(of, sequence), ephemeral).datagram;
      const made = message2(of, request, r);
      if (!usable(made)) return;
      const input = { ...asInput(of), request, ephemeral, response: made.datagram, held: [] };
      expectResult(
        world,
        await call(world, { call: 'open-finish', ...input }),
        asResult(made),
        'Section 5.2.',
      );
    },
  }),
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.opening.unusable',
    title: 'An opening that verifies with a key ID that is held is refused by no layer: it is unusable.',
    clauses: ['KEY-17'],
    catches: 'A handshake refused for its key ID; keys of one ID twice on a channel.',
    arbitrary: fc.record({
      of: handshake,
      others: fc.array(fc.integer({ min: 1, max: 0xffff }), { maxLength: 3 }),
    }),
    async script(world, { of: { opening: of, order: sequence, e: ephemeral, r }, others }) {
      const request = message1(of, header1(of, sequence), ephemeral).datagram;
      const made = message2(of, request, r);
      if (made === undefined) return;
      const input = { ...asInput(of), request, held: [...others, made.keyId] };
      const expected = { unusable: made.keyId };
      const respond = { ...input, ephemerals: [r] };
      expectResult(
        world,
        await call(world, { call: 'open-respond', ...respond }),
        expected,
        'The responder.',
      );
      const end = { ...input, ephemeral, response: made.datagram };
      expectResult(world, await call(world, { call: 'open-finish', ...end }), expected, 'The initiator.');
    },
  }),
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.opening.finish-broken',
    title: 'A message 2 with one bit changed, or cut or lengthened by a byte, is refused.',
    clauses: ['KEY-02', 'KEY-03'],
    catches: 'A header of message 2 that is not compared with that of message 1; a tag that is not verified.',
    arbitrary: fc.record({ broken, what: fc.constantFrom('a bit', 'cut', 'longer') }),
    async script(
      world,
      {
        broken: {
          of: { opening: of, order: sequence, e, r },
          bit,
        },
        what,
      },
    ) {
      const request = message1(of, header1(of, sequence), e).datagram;
      const made = message2(of, request, r);
      if (!usable(made)) return;
      const spoiled = {
        'a bit': withBitFlipped(made.datagram, bit),
        cut: made.datagram.slice(0, -1),
        longer: concat(made.datagram, new Uint8Array(1)),
      };
      const response = spoiled[what as keyof typeof spoiled];
      if (finish(of, request, e, response) !== undefined) return;
      const input = { ...asInput(of), request, ephemeral: e, response, held: [] };
      const about = what === 'a bit' ? `Bit ${bit} of message 2 is the other way.` : `Message 2 is ${what}.`;
      expectResult(
        world,
        await call(world, { call: 'open-finish', ...input }),
        { layer: layerOf(response) },
        about,
      );
    },
  }),
];
