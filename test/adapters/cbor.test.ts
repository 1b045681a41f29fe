import type { Value } from '../../adapters/cbor.ts';
import { decode, encode } from '../../adapters/cbor.ts';
import { fromHex, toHex } from '../../reference/bytes.ts';
import t from '../tap.ts';

/** RFC 8949, appendix A: what the contract uses of it. */
const BOTH: readonly [Value, string][] = [
  [0, '00'],
  [23, '17'],
  [24, '1818'],
  [1000, '1903e8'],
  [1000000, '1a000f4240'],
  [1000000000000, '1b000000e8d4a51000'],
  [18446744073709551615n, '1bffffffffffffffff'],
  [-18446744073709551616n, '3bffffffffffffffff'],
  [-1, '20'],
  [-1000, '3903e7'],
  [false, 'f4'],
  [true, 'f5'],
  [null, 'f6'],
  [Uint8Array.of(1, 2, 3, 4), '4401020304'],
  ['', '60'],
  ['ü', '62c3bc'],
  ['\u{10151}', '64f0908591'],
  [[1, [2, 3], [4, 5]], '8301820203820405'],
  [{}, 'a0'],
  [{ a: 1, b: [2, 3] }, 'a26161016162820203'],
  [['a', { b: 'c' }], '826161a161626163'],
];

/** Other encodings of the same values, which a shim's library may write. */
const READ: readonly [Value, string][] = [
  [1, '1801'],
  [Uint8Array.of(1, 2, 3, 4, 5), '5f42010243030405ff'],
  ['streaming', '7f657374726561646d696e67ff'],
  [[1, [2, 3], [4, 5]], '9f01820203820405ff'],
  [{ Fun: true, Amt: -2 }, 'bf6346756ef563416d7421ff'],
  [{ b: 1, a: 2 }, 'a2616201616102'],
];

const REFUSED: Readonly<Record<string, string>> = {
  nothing: '',
  'a cut head': '19',
  'a cut string': '4401',
  'a text longer than the memory': '7bffffffffffffffff',
  'an array longer than the memory': '9bffffffffffffffff00',
  'bytes after the value': '0000',
  'a tag': 'c11a514b67b0',
  'a simple value': 'f0',
  undefined: 'f7',
  'a float of 16 bits': 'f93c00',
  'a float of 64 bits': 'fb3ff199999999999a',
  'a reserved head': '1c',
  'an indefinite integer': '1f',
  'a break alone': 'ff',
  'a break in a definite array': '81ff',
  'a break for a value': 'bf6161ff',
  'a key that is a number': 'a10102',
  'a key twice': 'a2616101616102',
  'text that is not UTF-8': '61ff',
  'a chunk of another kind': '5f6161ff',
  'an indefinite chunk': '5f5f4101ffff',
  'seventeen arrays': `${'81'.repeat(17)}00`,
};

t.test('values and their one encoding', (t) => {
  for (const [value, hex] of BOTH) {
    t.equal(toHex(encode(value)), hex);
    t.same(decode(fromHex(hex)), value, hex);
  }
});

t.test('map keys are sorted by their encodings and undefined ones left out', (t) => {
  t.equal(toHex(encode({ bb: 1, c: 2, a: undefined })), 'a261630262626201');
});

t.test('other encodings are read', (t) => {
  for (const [value, hex] of READ) t.same(decode(fromHex(hex)), value, hex);
});

t.test('what the contract does not use is not read', (t) => {
  for (const [what, hex] of Object.entries(REFUSED)) t.equal(decode(fromHex(hex)), undefined, what);
});

t.test('sixteen levels are read', (t) => {
  t.ok(decode(fromHex(`${'81'.repeat(16)}00`)));
});

t.test('nothing read refers to the input', (t) => {
  const input = fromHex('4401020304');
  const value = decode(input);
  input.fill(0);
  t.same(value, Uint8Array.of(1, 2, 3, 4));
});

t.test('a key named __proto__ is a key like any other', (t) => {
  const value = decode(fromHex('a1695f5f70726f746f5f5f01'));
  t.same(Object.entries(value ?? {}), [['__proto__', 1]]);
});

t.test('numbers without an exact encoding throw', (t) => {
  t.throws(() => encode(0.5), TypeError);
  t.throws(() => encode(2 ** 53), TypeError);
  t.throws(() => encode(1n << 64n), TypeError);
});
