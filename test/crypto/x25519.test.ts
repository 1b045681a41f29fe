import { fromHex, toHex } from '../../reference/bytes.ts';
import type { KeyPair } from '../../reference/crypto/x25519.ts';
import { x25519, x25519KeyPair, x25519KeyPairFrom } from '../../reference/crypto/x25519.ts';
import t from '../tap.ts';

const RFC_7748_5_2 = [
  {
    scalar: 'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
    u: 'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
    result: 'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
  },
  {
    scalar: '4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d',
    u: 'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493',
    result: '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957',
  },
];

t.test('RFC 7748, 5.2', (t) => {
  for (const { scalar, u, result } of RFC_7748_5_2) {
    t.equal(toHex(x25519(fromHex(scalar), fromHex(u)) ?? new Uint8Array()), result);
  }
});

t.test('RFC 7748, 5.2: iterated once and a thousand times', (t) => {
  let k = fromHex('09'.padEnd(64, '0'));
  let u = k;
  for (let count = 1; count <= 1000; count++) {
    const result = x25519(k, u);
    if (result === undefined) throw new Error('an all-zero result');
    [k, u] = [result, k];
    if (count === 1) t.equal(toHex(k), '422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079');
  }
  t.equal(toHex(k), '684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51');
});

/** RFC 7748, 6.1 names the check; these are the points of order 1, 2, 4 and 8, the last two as p and p + 1. */
const SMALL_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

const ALICE = {
  privateKey: fromHex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'),
  publicKey: fromHex('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a'),
};
const BOB = {
  privateKey: fromHex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'),
  publicKey: fromHex('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f'),
};

const raw = ({ privateKey, publicKey }: KeyPair) => ({ privateKey, publicKey });

t.test('RFC 7748, 6.1', (t) => {
  const shared = fromHex('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742');
  t.same(raw(x25519KeyPairFrom(ALICE.privateKey)), ALICE);
  t.same(raw(x25519KeyPairFrom(BOB.privateKey)), BOB);
  t.same(x25519(ALICE.privateKey, BOB.publicKey), shared);
  t.same(x25519(BOB.privateKey, ALICE.publicKey), shared);
  t.same(x25519(x25519KeyPairFrom(ALICE.privateKey), BOB.publicKey), shared);
});

t.test('a key pair comes from 32 random bytes and nothing else', (t) => {
  const drawn: number[] = [];
  const pair = x25519KeyPair((length) => {
    drawn.push(length);
    return ALICE.privateKey;
  });
  t.same(drawn, [32]);
  t.same(raw(pair), ALICE);
});

t.test('points of small order give an all-zero secret, which is none', (t) => {
  for (const point of SMALL_ORDER) t.equal(x25519(ALICE.privateKey, fromHex(point)), undefined, point);
});

t.test('the highest bit of a public key is ignored', (t) => {
  const set = Uint8Array.from(BOB.publicKey, (byte, i) => (i === 31 ? byte | 0x80 : byte));
  t.same(x25519(ALICE.privateKey, set), x25519(ALICE.privateKey, BOB.publicKey));
});

t.test('keys of another length are a mistake of the caller', (t) => {
  t.throws(() => x25519(ALICE.privateKey, new Uint8Array(31)), RangeError);
  t.throws(() => x25519(new Uint8Array(33), BOB.publicKey), RangeError);
  t.throws(() => x25519KeyPairFrom(new Uint8Array(0)), RangeError);
});
