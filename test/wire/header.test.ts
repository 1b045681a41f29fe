import fc from 'fast-check';
import { concat, toHex } from '../../reference/bytes.ts';
import { Refusal } from '../../reference/refusal.ts';
import type { Header } from '../../reference/wire/header.ts';
import { readHeader, writeHeader } from '../../reference/wire/header.ts';
import type { MessageType } from '../../reference/wire/registry.ts';
import { holds } from '../property.ts';
import t from '../tap.ts';

const OPENINGS = [0x0b, 0x0c];
const SEALED = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0x0d, 0x0e, 0x0f, 0x10, 0x11];
const context = Uint8Array.from({ length: 16 }, (_, i) => 0xa0 + i);

/** A datagram with a good header but for what is given. */
function datagram(fields: { magic?: number; type?: number; keyId?: number; length?: number }): Uint8Array {
  const { magic = 5, type = 0x0d, keyId = 0x1234, length = 44 } = fields;
  const bytes = new Uint8Array(Math.max(length, 28));
  bytes.set([magic, type, keyId >> 8, keyId & 0xff, ...context, 1, 2, 3, 4, 5, 6, 7, 8]);
  return bytes.subarray(0, length);
}

function layer(bytes: Uint8Array): string {
  const header = readHeader(bytes);
  return header instanceof Refusal ? header.layer : 'none';
}

t.test('GEN-02: the 28 bytes of a header', (t) => {
  const header: Header = { type: 0x10, keyId: 0xbeef, context, sequence: 0x0102030405060708n };
  const bytes = writeHeader(header);
  t.equal(toHex(bytes), '0510beefa0a1a2a3a4a5a6a7a8a9aaabacadaeaf0102030405060708');
  t.same(readHeader(concat(bytes, new Uint8Array(16))), header);
});

t.test('every header comes back', (t) => {
  const types = fc.constantFrom(...OPENINGS, ...SEALED) as fc.Arbitrary<MessageType>;
  const back = fc.property(
    types,
    fc.integer({ min: 1, max: 0xffff }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    (type, keyId, id, sequence) => {
      const opening = OPENINGS.includes(type);
      const header: Header = { type, keyId: opening ? 0 : keyId, context: id, sequence };
      const bytes = concat(writeHeader(header), new Uint8Array(opening ? 48 : 16));
      const read = readHeader(bytes);
      return !(read instanceof Refusal) && toHex(writeHeader(read)) === toHex(bytes.subarray(0, 28));
    },
  );
  holds(t, back);
});

t.test('the header of a datagram inside a larger buffer', (t) => {
  const buffer = concat(new Uint8Array(5), datagram({}));
  t.same(readHeader(buffer.subarray(5)), {
    type: 0x0d,
    keyId: 0x1234,
    context,
    sequence: 0x0102030405060708n,
  });
});

t.test('GEN-05: less than header and tag is refused by length', (t) => {
  for (const length of [0, 1, 2, 27, 28, 43])
    t.equal(layer(datagram({ length })), 'length', `${length} bytes`);
  t.equal(layer(datagram({ length: 44 })), 'none');
});

t.test('GEN-05: an opening has 76 bytes', (t) => {
  for (const type of OPENINGS) {
    for (const length of [44, 75, 77]) t.equal(layer(datagram({ type, keyId: 0, length })), 'length');
    t.equal(layer(datagram({ type, keyId: 0, length: 76 })), 'none');
  }
});

t.test('GEN-05: 1500 bytes are the most for every other type but Data', (t) => {
  for (const type of SEALED) {
    t.equal(layer(datagram({ type, length: 1500 })), 'none', `type ${type}`);
    t.equal(layer(datagram({ type, length: 1501 })), type === 0x10 ? 'none' : 'length', `type ${type}`);
  }
});

t.test('GEN-03: magic', (t) => {
  for (const magic of [0, 1, 4, 6, 15, 0x16, 0x40, 0xff]) t.equal(layer(datagram({ magic })), 'magic');
  t.equal(layer(datagram({ magic: 4, type: 0x0b, length: 60 })), 'magic', 'the type says nothing then');
  t.equal(layer(datagram({ magic: 4, length: 1501 })), 'magic');
});

t.test('GEN-04: unknown types', (t) => {
  for (const type of [0x00, 0x12, 0x7f, 0xff]) t.equal(layer(datagram({ type })), 'type', `type ${type}`);
  t.equal(layer(datagram({ type: 0x12, length: 1501 })), 'type');
  t.equal(layer(datagram({ type: 0x12, keyId: 0 })), 'type');
});

t.test('GEN-05: key ID 0 on an opening and nowhere else', (t) => {
  for (const type of SEALED) t.equal(layer(datagram({ type, keyId: 0 })), 'key-id-zero', `type ${type}`);
  for (const type of OPENINGS) {
    for (const keyId of [1, 0x0100]) t.equal(layer(datagram({ type, keyId, length: 76 })), 'key-id-zero');
  }
});

t.test('a header that does not fit is a mistake of the caller', (t) => {
  const header: Header = { type: 0x0d, keyId: 1, context, sequence: 0n };
  t.throws(() => writeHeader({ ...header, context: context.subarray(1) }), RangeError);
  t.throws(() => writeHeader({ ...header, keyId: 0x10000 }), RangeError);
  t.throws(() => writeHeader({ ...header, sequence: 2n ** 64n }), RangeError);
  t.throws(() => writeHeader({ ...header, sequence: -1n }), RangeError);
});
