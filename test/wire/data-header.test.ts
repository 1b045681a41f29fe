import fc from 'fast-check';
import { Refusal } from '../../reference/refusal.ts';
import { readDataHeader, readHeader } from '../../reference/wire/header.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import { holds } from '../property.ts';
import t from '../tap.ts';

/** Begins like Data, mostly. */
const datagrams = fc
  .tuple(
    fc.uint8Array({ minLength: 0, maxLength: 60 }),
    fc.constantFrom(5, 5, 5, 4),
    fc.constantFrom(0x10, 0x10, 0x0d, 0x0b, 0xff),
    fc.constantFrom(0, 1, 0x7fff, 0xffff),
    fc.constantFrom(undefined, 0n, 2n ** 32n, 2n ** 52n - 1n, 2n ** 52n, 2n ** 53n + 1n, 2n ** 64n - 1n),
  )
  .map(([bytes, magic, type, keyId, sequence]) => {
    const [first, second] = [magic, type];
    if (bytes.length > 1) bytes.set([first, second]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytes.length > 3) view.setUint16(2, keyId);
    if (bytes.length > 27 && sequence !== undefined) view.setBigUint64(20, sequence);
    return bytes;
  });

t.test('the short way reads of Data what the long one does, and nothing of what that refuses', (t) => {
  holds(
    t,
    fc.property(datagrams, (bytes) => {
      const [long, short] = [readHeader(bytes), readDataHeader(bytes)];
      if (long instanceof Refusal || long.type !== MessageType.data) return short === undefined;
      return short?.keyId === long.keyId && BigInt(short.sequence) === long.sequence;
    }),
    { numRuns: 1000 },
  );
});
