/** Chapter 6: bodies, read and written; the twin decides what is right. */
import fc from 'fast-check';
import { concat, toHex } from '../../../reference/bytes.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import { cbor, checkBody, encodeCbor } from '../../twin/index.ts';
import type { World } from '../../world.ts';
import type { Sample } from './bodies.ts';
import { ignored, sample, withEntries } from './bodies.ts';
import { CODEC_CASE, call, expectResult } from './call.ts';

/** What can be done to the bytes of a body; `at` is a part of its length. */
const mutation = fc.record({
  what: fc.constantFrom('flip', 'set', 'insert', 'delete', 'cut', 'append'),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  value: fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    // Heads that mean much: long forms, indefinite lengths, tags, floats, simple values.
    fc.constantFrom(
      0x18,
      0x19,
      0x1b,
      0x1c,
      0x3f,
      0x5f,
      0x7f,
      0x9f,
      0xa0,
      0xbf,
      0xc0,
      0xd8,
      0xe0,
      0xf4,
      0xf7,
      0xf8,
      0xf9,
      0xfb,
      0xff,
    ),
  ),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutated(body: Uint8Array, { what, at, value }: Mutation): Uint8Array {
  const place = Math.floor(at * body.length);
  const [before, after] = [body.slice(0, place), body.slice(place)];
  switch (what) {
    case 'flip':
      return concat(before, Uint8Array.of((after[0] ?? 0) ^ (1 << (value & 7))), after.slice(1));
    case 'set':
      return concat(before, Uint8Array.of(value), after.slice(1));
    case 'insert':
      return concat(before, Uint8Array.of(value), after);
    case 'delete':
      return concat(before, after.slice(1));
    case 'cut':
      return before;
    default:
      return concat(body, Uint8Array.of(value));
  }
}

/** What a body has to decode to. */
function expected(type: number, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const found = checkBody(type, bytes);
  if ('layer' in found) {
    const { layer, status } = found;
    return status === undefined ? { layer } : { layer, status };
  }
  return { body: encodeCbor(cbor.map(...found)) };
}

async function judge(world: World, type: number, bytes: Uint8Array, about: string): Promise<void> {
  const result = await call(world, { call: 'decode-body', type, body: bytes });
  expectResult(world, result, expected(type, bytes), `${about}: ${toHex(bytes)}`);
}

const { bytes, int, map } = cbor;
const TRANSACTION = bytes(new Uint8Array(8).fill(7));
const PEER = map([4, bytes(new Uint8Array(16).fill(4))], [0x0a0a, int(1)], [9, int(1)]);
const LAST_FIRST = Array.from({ length: 12 }, (_, i) => 12 - i);

/** Fields of which some are not the message's own, and such as no message may have. */
const GIVEN: readonly Sample[] = [
  { type: 0x11, body: map([0, TRANSACTION], [1, int(0)], [2, bytes(new Uint8Array(3))], [45, int(1)]) },
  {
    type: 0x04,
    body: map(
      [0, TRANSACTION],
      [9, int(60)],
      [19, bytes(new Uint8Array(16).fill(1))],
      [20, bytes(new Uint8Array(32).fill(2))],
      [21, int(1)],
      [22, int(1)],
      [23, PEER],
    ),
  },
  { type: 0x0d, body: map([0, TRANSACTION], [2, int(0)]) },
  { type: 0x0d, body: map([0, TRANSACTION], [0x8000, int(0)]) },
  { type: 0x0d, body: map([2, bytes(new Uint8Array(3))]) },
];

export const CODEC_BODY_CASES: readonly Case[] = [
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.body.decode',
    title: 'A right body of any type is read, and written again without what is to be ignored.',
    clauses: ['GEN-08', 'GEN-07', 'GEN-22', 'GEN-13', 'GEN-14'],
    catches:
      'A body that is right and refused; a field that is lost, or one that should be ignored and is not.',
    arbitrary: fc.record({ sample, ignored }),
    script: (world, { sample: { type, body }, ignored: extra }) =>
      judge(world, type, encodeCbor(withEntries(body, extra)), 'Chapter 6'),
  }),
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.body.encode',
    title: 'A body is written with its keys in ascending order, whatever order its fields were given in.',
    clauses: ['GEN-08', 'GEN-14'],
    catches:
      'Keys in the order in which they were set, or sorted as text; keys of other messages, or what fails its schema.',
    boundaries: GIVEN.map((given) => ({ sample: given, seed: LAST_FIRST })),
    arbitrary: fc
      .record({ sample, seed: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }) })
      .filter(({ sample: { type, body } }) => !('layer' in checkBody(type, encodeCbor(body)))),
    async script(world, { sample: { type, body }, seed }) {
      if (body.kind !== 'map') return;
      const fields = body.entries
        .map(([key, value], i): [number, Uint8Array, number] => [
          Number(key.kind === 'uint' ? key.value : 0n),
          encodeCbor(value),
          seed[i % seed.length] ?? 0,
        ])
        .sort(([, , a], [, , b]) => a - b)
        .map(([key, value]): [number, Uint8Array] => [key, value]);
      const result = await call(world, { call: 'encode-body', type, fields });
      expectResult(world, result, expected(type, encodeCbor(body)), 'GEN-08: deterministic encoding.');
    },
  }),
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.body.mutated',
    title:
      'A body with a byte changed, added or taken away is refused by the layer, and with the status, that is due.',
    clauses: ['GEN-08', 'GEN-30', 'GEN-13', 'GEN-31', 'GEN-22', 'GEN-07'],
    catches: 'A decoder that is more lenient or stricter than the specification, at any place of any body.',
    arbitrary: fc.record({ sample, ignored, mutation }),
    async script(world, { sample: { type, body }, ignored: extra, mutation: how }) {
      const bytes = mutated(encodeCbor(withEntries(body, extra)), how);
      await judge(world, type, bytes, `Chapter 6, ${how.what}`);
    },
  }),
];
