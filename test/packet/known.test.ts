import fc from 'fast-check';
import { ipFromBytes } from '../../reference/address.ts';
import { KnownAddresses } from '../../reference/packet/known.ts';
import { holds } from '../property.ts';
import t from '../tap.ts';

t.test('an address is that of its bytes, whatever was asked for before', (t) => {
  const known = new KnownAddresses();
  // Few values: many of these share a hash.
  const byte = fc.constantFrom(0, 1, 31, 32, 255);
  holds(
    t,
    fc.property(fc.array(byte, { minLength: 16, maxLength: 16 }), fc.nat(12), (bytes, from) => {
      const all = Uint8Array.from(bytes);
      const four = known.at(all, from, 4) === ipFromBytes(all.subarray(from, from + 4));
      return four && known.at(all, 0, 16) === ipFromBytes(all);
    }),
    { numRuns: 2000 },
  );
});

t.test('it keeps nothing of the buffer, and forgets when there are many', (t) => {
  const known = new KnownAddresses();
  const bytes = Uint8Array.of(192, 0, 2, 1);
  t.equal(known.at(bytes, 0, 4), '192.0.2.1');
  bytes[3] = 2;
  t.equal(known.at(bytes, 0, 4), '192.0.2.2');
  let isRight = true;
  for (let index = 0; index < 5000; index++)
    isRight &&=
      known.at(Uint8Array.of(10, 0, index >> 8, index & 255), 0, 4) === `10.0.${index >> 8}.${index & 255}`;
  t.ok(isRight);
});
