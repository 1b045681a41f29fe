import fc from 'fast-check';
import { concat, fromHex, toHex } from '../../reference/bytes.ts';
import { Refusal } from '../../reference/refusal.ts';
import type { CborValue } from '../../reference/wire/cbor.ts';
import { decodeCbor, encodeCbor } from '../../reference/wire/cbor.ts';
import { toDiagnostic } from '../../reference/wire/cbor-diagnostic.ts';
import { holds } from '../property.ts';
import t from '../tap.ts';

/** `value`, `forbidden` or the refusing layer. */
function outcome(hex: string): string {
  const decoded = decodeCbor(fromHex(hex));
  return decoded instanceof Refusal ? decoded.layer : decoded.kind;
}

function decodedValue(bytes: Uint8Array): CborValue {
  const decoded = decodeCbor(bytes);
  if (decoded instanceof Refusal || decoded.kind !== 'value') throw new Error(`no value: ${toHex(bytes)}`);
  return decoded.value;
}

/** Of RFC 8949, appendix A: what bodies can hold, as encoding and diagnostic notation. */
const RFC_8949_VALUES: readonly (readonly [string, string])[] = [
  ['00', '0'],
  ['01', '1'],
  ['0a', '10'],
  ['17', '23'],
  ['1818', '24'],
  ['1819', '25'],
  ['1864', '100'],
  ['1903e8', '1000'],
  ['1a000f4240', '1000000'],
  ['1b000000e8d4a51000', '1000000000000'],
  ['1bffffffffffffffff', '18446744073709551615'],
  ['3bffffffffffffffff', '-18446744073709551616'],
  ['20', '-1'],
  ['29', '-10'],
  ['3863', '-100'],
  ['3903e7', '-1000'],
  ['f4', 'false'],
  ['f5', 'true'],
  ['f6', 'null'],
  ['40', "h''"],
  ['4401020304', "h'01020304'"],
  ['60', '""'],
  ['6161', '"a"'],
  ['6449455446', '"IETF"'],
  ['62225c', '"\\"\\\\"'],
  ['62c3bc', '"ü"'],
  ['63e6b0b4', '"水"'],
  ['64f0908591', '"𐅑"'],
  ['80', '[]'],
  ['83010203', '[1, 2, 3]'],
  ['8301820203820405', '[1, [2, 3], [4, 5]]'],
  [
    '98190102030405060708090a0b0c0d0e0f101112131415161718181819',
    '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]',
  ],
  ['a0', '{}'],
  ['a201020304', '{1: 2, 3: 4}'],
];

/** Of the same appendix: well-formed, but with text as keys, tags, floats or simple values. */
const RFC_8949_FORBIDDEN = [
  'c249010000000000000000',
  'c349010000000000000000',
  'f90000',
  'f98000',
  'f93c00',
  'fb3ff199999999999a',
  'f93e00',
  'f97bff',
  'fa47c35000',
  'fa7f7fffff',
  'fb7e37e43c8800759c',
  'f90001',
  'f90400',
  'f9c400',
  'fbc010666666666666',
  'f97c00',
  'f97e00',
  'f9fc00',
  'fa7f800000',
  'fa7fc00000',
  'faff800000',
  'fb7ff0000000000000',
  'fb7ff8000000000000',
  'fbfff0000000000000',
  'f7',
  'f0',
  'f8ff',
  'c074323031332d30332d32315432303a30343a30305a',
  'c11a514b67b0',
  'c1fb41d452d9e8200000',
  'd74401020304',
  'd818456449455446',
  'd82076687474703a2f2f7777772e6578616d706c652e636f6d',
  'a26161016162820203',
  '826161a161626163',
  'a56161614161626142616361436164614461656145',
];

/** Of the same appendix: indefinite lengths. */
const RFC_8949_INDEFINITE = [
  '5f42010243030405ff',
  '7f657374726561646d696e67ff',
  '9fff',
  '9f018202039f0405ffff',
  '9f01820203820405ff',
  '83018202039f0405ff',
  '83019f0203ff820405',
  '9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff',
  'bf61610161629f0203ffff',
  '826161bf61626163ff',
  'bf6346756ef563416d7421ff',
];

t.test('RFC 8949, appendix A: values', (t) => {
  for (const [hex, notation] of RFC_8949_VALUES) {
    const value = decodedValue(fromHex(hex));
    t.equal(toDiagnostic(value), notation);
    t.equal(toHex(encodeCbor(value)), hex);
  }
});

t.test('RFC 8949, appendix A: what no body may hold', (t) => {
  for (const hex of RFC_8949_FORBIDDEN) t.equal(outcome(hex), 'forbidden', hex);
});

t.test('RFC 8949, appendix A: indefinite lengths are not deterministic', (t) => {
  for (const hex of RFC_8949_INDEFINITE) t.equal(outcome(hex), 'encoding', hex);
});

t.test('GEN-08: what is not deterministic, or not well-formed', (t) => {
  const cases: Record<string, string> = {
    'nothing at all': '',
    'integer 23 in two bytes': '1817',
    'integer 255 in three bytes': '1900ff',
    'integer 65535 in five bytes': '1a0000ffff',
    'integer 2^32 - 1 in nine bytes': '1b00000000ffffffff',
    'negative integer in two bytes': '3817',
    'length of a byte string': '580100',
    'length of text': '780161',
    'length of an array': '980100',
    'length of a map': 'b8010000',
    'tag number': 'd81700',
    'keys out of order': 'a201000000',
    'a lower key after a higher one': 'a3000018ff000100',
    'a key twice': 'a200010002',
    'a key twice, deep inside': '81a200010002',
    'keys of an inner map out of order': 'a100a201000000',
    'bytes behind': '0000',
    'a reserved head': '1c',
    'a reserved head of major type 7': 'fc',
    'a break alone': 'ff',
    'a simple value below 32 in two bytes': 'f81f',
    'text that is not UTF-8': '61ff',
    'text with an overlong encoding': '62c080',
    'text with a surrogate': '63eda080',
    'text that ends amid a character': '61c3',
    'a byte string cut': '4401',
    'an array cut': '8200',
    'a map without its last value': 'a100',
    'a float cut': 'f97e',
    'more items than there are bytes': '9affffffff00',
    'more pairs than there are bytes': 'bbffffffffffffffff00',
    'a byte string longer than memory': '5bffffffffffffffff00',
  };
  for (const [what, hex] of Object.entries(cases)) t.equal(outcome(hex), 'encoding', what);
});

t.test('GEN-30: not deterministic wins over forbidden', (t) => {
  t.equal(outcome('82f93c001817'), 'encoding');
  t.equal(outcome('c11817'), 'encoding');
  t.equal(outcome('a2f500f400'), 'encoding', 'order of keys');
  t.equal(outcome('a200f93c000000'), 'encoding', 'the same key twice');
  t.equal(outcome('f93c0000'), 'encoding', 'bytes behind');
});

t.test('GEN-30: how short a float could be is not asked', (t) => {
  t.equal(outcome('fb3ff0000000000000'), 'forbidden');
  t.equal(outcome('fa3f800000'), 'forbidden');
});

t.test('GEN-30: map keys are unsigned integers, at any depth', (t) => {
  for (const key of ['20', '6161', '4161', 'f5', 'f6', '80', 'a0']) {
    t.equal(outcome(`a1${key}00`), 'forbidden', key);
    t.equal(outcome(`a100a1${key}00`), 'forbidden', `${key}, below`);
  }
});

t.test('GEN-30: depth 8 and not more', (t) => {
  const nested = (depth: number, inner = '00') => `${'81'.repeat(depth)}${inner}`;
  t.equal(outcome(nested(8)), 'value');
  t.equal(outcome(nested(9)), 'forbidden');
  t.equal(outcome(nested(7, '80')), 'value', 'an empty array counts like any other');
  t.equal(outcome(nested(8, '80')), 'forbidden');
  t.equal(outcome(nested(8, 'a0')), 'forbidden');
  t.equal(outcome(`a100${'a100'.repeat(7)}00`), 'value', 'maps');
  t.equal(outcome(`a100${'a100'.repeat(8)}00`), 'forbidden');
  t.equal(outcome(`82${nested(7)}${nested(7)}`), 'value', 'side by side is not deep');
  t.equal(outcome(nested(100_000)), 'forbidden', 'depth costs no stack');
  t.equal(outcome(nested(100_000, '1817')), 'encoding');
});

t.test('integers are numbers up to 2^53 - 1 and bigints beyond', (t) => {
  t.equal(decodedValue(fromHex('1b001fffffffffffff')), Number.MAX_SAFE_INTEGER);
  t.equal(decodedValue(fromHex('1b0020000000000000')), 2n ** 53n);
  t.equal(decodedValue(fromHex('3b001ffffffffffffe')), Number.MIN_SAFE_INTEGER);
  t.equal(decodedValue(fromHex('3b001fffffffffffff')), -(2n ** 53n));
  t.equal(toHex(encodeCbor(5n)), '05', 'the encoder takes either');
});

t.test('a text that begins with U+FEFF keeps it, short or long', (t) => {
  for (const length of [0, 20, 70, 300]) {
    const text = `\u{feff}${'x'.repeat(length)}`;
    t.equal(decodedValue(encodeCbor(text)), text, `${length} characters`);
  }
});

t.test('decoded byte strings are copies, and nothing is left on the bytes read', (t) => {
  const bytes = fromHex('4401020304');
  const value = decodedValue(bytes);
  t.same(Reflect.ownKeys(bytes), Reflect.ownKeys(new Uint8Array(5)), 'and what was read is as it was');
  bytes.fill(0);
  t.same(value, Uint8Array.of(1, 2, 3, 4));
  t.same(decodedValue(Buffer.from('4401020304', 'hex')), Uint8Array.of(1, 2, 3, 4));
});

t.test('what has no encoding is a mistake of the caller', (t) => {
  t.throws(() => encodeCbor(1.5), RangeError);
  t.throws(() => encodeCbor(2 ** 53), RangeError);
  t.throws(() => encodeCbor(2n ** 64n), RangeError);
  t.throws(() => encodeCbor(-(2n ** 64n) - 1n), RangeError);
  t.throws(() => encodeCbor('\ud800'), RangeError);
  t.throws(
    () =>
      encodeCbor(
        new Map<CborValue, CborValue>([
          [1, 0],
          [1n, 0],
        ]),
      ),
    RangeError,
  );
});

const integers = fc
  .oneof(fc.nat(300), fc.integer(), fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n }))
  .map((n): number | bigint => (Number.isSafeInteger(Number(n)) ? Number(n) : n));
const keys = fc.oneof(fc.nat(300), fc.nat()).map((n): CborValue => n);
const { item } = fc.letrec<{ item: CborValue }>((tie) => ({
  item: fc.oneof(
    { depthSize: 'small', maxDepth: 7 },
    integers,
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('item'), { maxLength: 5 }),
    fc
      .uniqueArray(fc.tuple(keys, tie('item')), { maxLength: 5, selector: ([key]) => key })
      .map((pairs) => new Map(pairs)),
  ),
}));

t.test('property: what was encoded decodes to the same value', (t) => {
  const back = fc.property(item, (value) => {
    const bytes = encodeCbor(value);
    return (
      toHex(encodeCbor(decodedValue(bytes))) === toHex(bytes) &&
      toDiagnostic(decodedValue(bytes)) === toDiagnostic(sorted(value))
    );
  });
  holds(t, back, { numRuns: 500 });
});

t.test('property: a mutated encoding is refused or is the encoding of what it decodes to', (t) => {
  const mutate = fc.property(
    item,
    fc.nat(),
    fc.integer({ min: 1, max: 255 }),
    fc.nat(2),
    (value, at, flip, how) => {
      const bytes = encodeCbor(value);
      const place = at % bytes.length;
      const mutated =
        [
          () => Uint8Array.from(bytes, (byte, i) => (i === place ? byte ^ flip : byte)),
          () => concat(bytes.subarray(0, place), bytes.subarray(place + 1)),
          () => concat(bytes.subarray(0, place), Uint8Array.of(flip), bytes.subarray(place)),
        ][how]?.() ?? bytes;
      const decoded = decodeCbor(mutated);
      // The scan alone has to find what is not deterministic: the comparison behind it never finds more.
      if (decoded instanceof Refusal) return decoded.why !== 'does not encode to the same bytes';
      return decoded.kind === 'forbidden' || toHex(encodeCbor(decoded.value)) === toHex(mutated);
    },
  );
  holds(t, mutate, { numRuns: 5000 });
});

t.test('property: no bytes make the decoder throw', (t) => {
  const decodes = fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
    const decoded = decodeCbor(bytes);
    return (
      decoded instanceof Refusal ||
      decoded.kind === 'forbidden' ||
      toHex(encodeCbor(decoded.value)) === toHex(bytes)
    );
  });
  holds(t, decodes, { numRuns: 20_000 });
});

/** The value with the maps in the order of their encoding. */
function sorted(value: CborValue): CborValue {
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<CborValue, CborValue>)].map(
      ([key, inner]) => [key, sorted(inner)] as const,
    );
    return new Map(entries.sort(([a], [b]) => Number(a) - Number(b)));
  }
  return Array.isArray(value) ? value.map(sorted) : value;
}
