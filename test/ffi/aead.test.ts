import fc from 'fast-check';
import { fromHex, toHex } from '../../reference/bytes.ts';
import { aes256Gcm, chacha20Poly1305 } from '../../reference/crypto/aead.ts';
import type { NativeAead } from '../../reference/ffi/aead.ts';
import { nativeAeads } from '../../reference/ffi/aead.ts';
import { holds } from '../property.ts';
import t from '../tap.ts';

const { found: make, missing } = nativeAeads();
const skip = missing ?? false;
const of = (suite: number, key: Uint8Array): NativeAead => make?.(suite, key) as NativeAead;
const bytes = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength });
const KEY = new Uint8Array(32).fill(7);
const NONCE = new Uint8Array(12).fill(9);

/** The forms that have the associated data before the rest. */
function isAfter(
  own: NativeAead,
  nonce: Uint8Array,
  ad: Uint8Array,
  plaintext: Uint8Array,
  sealed: Uint8Array,
): boolean {
  const message = own.sealAfter(nonce, ad, plaintext);
  const opened = own.openAfter(nonce, message, ad.length);
  const damaged = message.slice();
  damaged[0] = (damaged[0] ?? 0) ^ 1;
  return (
    toHex(message) === toHex(ad) + toHex(sealed) &&
    opened !== undefined &&
    toHex(opened) === toHex(plaintext) &&
    own.openAfter(nonce, damaged, ad.length) === undefined &&
    own.openAfter(nonce, message.subarray(0, ad.length + 15), ad.length) === undefined
  );
}

// RFC 8439, 2.8.2, and test case 16 of AES-GCM's specification.
t.test('published vectors', { skip }, (t) => {
  const chacha = of(1, fromHex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f'));
  const text =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
  const one = chacha.seal(
    fromHex('070000004041424344454647'),
    fromHex('50515253c0c1c2c3c4c5c6c7'),
    new TextEncoder().encode(text),
  );
  t.equal(toHex(one.slice(0, 16)), 'd31a8d34648e60db7b86afbc53ef7ec2');
  t.equal(toHex(one.slice(-16)), '1ae10b594f09e26a7e902ecbd0600691');
  const gcm = of(2, fromHex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308'));
  const two = gcm.seal(
    fromHex('cafebabefacedbaddecaf888'),
    fromHex('feedfacedeadbeeffeedfacedeadbeefabaddad2'),
    fromHex(
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
        '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    ),
  );
  t.equal(
    toHex(two),
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
      '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
      '76fc6ece0f4e1768cddf8853bb2d551b',
  );
});

for (const [suite, other] of [
  [1, chacha20Poly1305],
  [2, aes256Gcm],
] as const)
  t.test(`suite ${suite} is what it is by the runtime, and what was changed does not open`, { skip }, (t) => {
    holds(
      t,
      fc.property(
        bytes(32),
        fc.array(fc.tuple(bytes(12), bytes(0, 64), bytes(0, 1500), fc.nat(40), fc.nat()), { maxLength: 5 }),
        (key, messages) => {
          const [own, theirs] = [of(suite, key), other(key)];
          return messages.every(([nonce, ad, plaintext, room, at]) => {
            const sealed = own.seal(nonce, ad, plaintext, room);
            const same = theirs.seal(nonce, ad, plaintext);
            const bare = sealed.subarray(room);
            const opened = own.open(nonce, ad, bare);
            const changed = bare.slice();
            changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ 1;
            return (
              sealed.length === room + same.length &&
              toHex(bare) === toHex(same) &&
              opened !== undefined &&
              toHex(opened) === toHex(plaintext) &&
              own.open(nonce, ad, changed) === undefined &&
              own.open(nonce, Uint8Array.of(...ad, 1), bare) === undefined &&
              own.open(nonce, ad, bare.slice(1)) === undefined &&
              isAfter(own, nonce, ad, plaintext, same)
            );
          });
        },
      ),
    );
  });

t.test('what was made before stays as it is, whatever is made after it', { skip }, (t) => {
  const aead = of(2, KEY);
  const plain = (index: number) => new Uint8Array(1000 + index).fill(index);
  const nonce = (index: number) => NONCE.map((byte, at) => (at === 0 ? index : byte));
  const sealed = Array.from({ length: 250 }, (_, index) => aead.seal(nonce(index), NONCE, plain(index), 28));
  const opened = sealed.map((each, index) => aead.open(nonce(index), NONCE, each.subarray(28)));
  t.ok(opened.every((each, index) => each && toHex(each) === toHex(plain(index))));
  t.ok(
    sealed.every((each) => each.subarray(0, 28).every((byte) => byte === 0)),
    'the room is empty',
  );
  const long = new Uint8Array(200_000).fill(5);
  t.same(aead.open(NONCE, NONCE, aead.seal(NONCE, NONCE, long)), long, 'longer than a piece');
});

t.test(
  'memory that is used again: what is used at once is right, and nothing of before is in it',
  { skip },
  (t) => {
    const aead = nativeAeads(true).found?.(2, KEY) as NativeAead;
    const nonce = (index: number) => NONCE.map((byte, at) => (at < 2 ? index >> (8 * at) : byte));
    let isRight = true;
    for (let index = 0; index < 3000; index++) {
      const plain = new Uint8Array(index % 1401).fill(index);
      const sealed = aead.seal(nonce(index), NONCE, plain, index % 40);
      const opened = aead.open(nonce(index), NONCE, sealed.subarray(index % 40));
      isRight &&= opened !== undefined && toHex(opened) === toHex(plain);
      isRight &&= sealed.subarray(0, index % 40).every((byte) => byte === 0);
      // Longer than a piece, amid others.
      if (index % 1000 === 999)
        isRight &&= aead.seal(nonce(index), NONCE, new Uint8Array(150_000)).length === 150_016;
    }
    t.ok(isRight);
    t.ok(
      new Set(Array.from({ length: 3000 }, () => aead.seal(NONCE, NONCE, new Uint8Array(1400)).buffer))
        .size <= 5,
    );
  },
);

t.test('two keys at once, and the same nonce twice to open', { skip }, (t) => {
  const [one, other] = [
    of(2, KEY),
    of(
      2,
      KEY.map((byte) => byte + 1),
    ),
  ];
  const sealed = one.seal(NONCE, NONCE, KEY);
  t.equal(other.open(NONCE, NONCE, sealed), undefined);
  t.same(one.open(NONCE, NONCE, sealed), KEY);
  t.same(one.open(NONCE, NONCE, sealed), KEY);
  t.equal(one.open(NONCE, NONCE, new Uint8Array(15)), undefined, 'less than a tag');
});

t.test('wrong lengths and suites', { skip }, (t) => {
  t.equal(make?.(3, KEY), undefined);
  t.throws(() => make?.(2, new Uint8Array(31)), RangeError);
  t.throws(() => of(2, KEY).seal(new Uint8Array(11), NONCE, KEY), RangeError);
  t.throws(() => of(2, KEY).open(new Uint8Array(13), NONCE, KEY), RangeError);
  t.throws(() => of(2, KEY).seal(NONCE, new Uint8Array(257), KEY), RangeError);
});

t.test('keys come and go', { skip }, (t) => {
  const first = toHex(of(2, KEY).seal(NONCE, NONCE, KEY));
  let isSame = true;
  for (let count = 0; count < 2000; count++) isSame &&= toHex(of(2, KEY).seal(NONCE, NONCE, KEY)) === first;
  t.ok(isSame, 'each with contexts of its own');
});
