/** Section 4.1: the header, read and written. */
import fc from 'fast-check';
import { concat } from '../../../reference/bytes.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import { twin } from '../../twin/index.ts';
import { CODEC_CASE, call, expectResult } from './call.ts';

const MAX_U64 = (1n << 64n) - 1n;
const context = fc.uint8Array({ minLength: 16, maxLength: 16 });

/** A datagram that is mostly right, so that each check is reached. */
const datagram = fc
  .record({
    magic: fc.oneof({ weight: 6, arbitrary: fc.constant(0x05) }, fc.integer({ min: 0, max: 255 })),
    type: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 0x11 }) },
      fc.integer({ min: 0, max: 255 }),
    ),
    keyId: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })),
    context,
    sequence: fc.bigInt({ min: 0n, max: MAX_U64 }),
    rest: fc.oneof(fc.constantFrom(0, 15, 16, 17, 47, 48, 49, 1472, 1473), fc.integer({ min: 0, max: 1600 })),
  })
  .map(({ magic, type, keyId, context: id, sequence, rest }) =>
    concat(literalHeader(magic, type, keyId, id, sequence), new Uint8Array(rest)),
  );

/** Section 4.1, byte by byte. */
function literalHeader(
  magic: number,
  type: number,
  keyId: number,
  id: Uint8Array,
  sequence: bigint,
): Uint8Array {
  const bytes = new Uint8Array(28);
  bytes.set([magic, type, keyId >> 8, keyId & 0xff]);
  bytes.set(id, 4);
  for (let i = 0; i < 8; i++) bytes[20 + i] = Number((sequence >> BigInt(8 * (7 - i))) & 0xffn);
  return bytes;
}

function headerOf(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    type: bytes[1] ?? 0,
    keyId: view.getUint16(2),
    context: bytes.slice(4, 20),
    sequence: view.getBigUint64(20),
  };
}

export const CODEC_HEADER_CASES: readonly Case[] = [
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.header.decode',
    title: 'The fields of any datagram are read from their places, or it is refused by the right layer.',
    clauses: ['GEN-02', 'GEN-14'],
    catches: 'A field at another offset, little-endian or signed; a check left out or in another place.',
    arbitrary: datagram,
    boundaries: [
      concat(
        literalHeader(5, 0x0d, 0x1234, new Uint8Array(16).fill(0xa5), 0x0102030405060708n),
        new Uint8Array(16),
      ),
      concat(literalHeader(5, 0x10, 0xffff, new Uint8Array(16).fill(0xff), MAX_U64), new Uint8Array(16)),
      concat(literalHeader(5, 0x0b, 0, new Uint8Array(16), 1n << 63n), new Uint8Array(48)),
      concat(literalHeader(5, 0x0b, 0, new Uint8Array(16), 1n), new Uint8Array(47)),
      concat(literalHeader(5, 0x0d, 0, new Uint8Array(16), 1n), new Uint8Array(16)),
      concat(literalHeader(4, 0x12, 0, new Uint8Array(16), 1n), new Uint8Array(16)),
      literalHeader(5, 0x0d, 1, new Uint8Array(16), 1n),
      new Uint8Array(0),
    ],
    async script(world, bytes) {
      const finding = twin.judge(bytes, []);
      const layer = finding.kind === 'refused' && finding.layer !== 'context' ? finding.layer : undefined;
      const result = await call(world, { call: 'decode-header', datagram: bytes });
      expectResult(
        world,
        result,
        layer === undefined ? headerOf(bytes) : { layer },
        'GEN-02: the header of section 4.1.',
      );
    },
  }),
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.header.encode',
    title: 'Any header is written as the 28 bytes that its fields make.',
    clauses: ['GEN-02', 'GEN-14'],
    catches: 'A field at another offset, little-endian, or cut to 32 bits.',
    arbitrary: fc.record({
      type: fc.integer({ min: 1, max: 0x11 }).filter((type) => type !== 0x0b && type !== 0x0c),
      keyId: fc.integer({ min: 1, max: 0xffff }),
      context,
      sequence: fc.bigInt({ min: 0n, max: MAX_U64 }),
    }),
    boundaries: [
      { type: 0x10, keyId: 0x0102, context: new Uint8Array(16).fill(0xee), sequence: 0x0102030405060708n },
      { type: 0x01, keyId: 0x8000, context: new Uint8Array(16), sequence: 1n << 63n },
      { type: 0x11, keyId: 0xffff, context: new Uint8Array(16), sequence: MAX_U64 },
      { type: 0x0d, keyId: 1, context: new Uint8Array(16), sequence: 0n },
    ],
    async script(world, header) {
      const result = await call(world, { call: 'encode-header', ...header });
      const expected = literalHeader(5, header.type, header.keyId, header.context, header.sequence);
      expectResult(world, result, { header: expected }, 'GEN-02: the header of section 4.1.');
    },
  }),
];
