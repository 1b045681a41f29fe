import { gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import fc from 'fast-check';
import { ascii, concat, fromHex, toHex } from '../../reference/bytes.ts';
import type { Aead } from '../../reference/crypto/aead.ts';
import { aeadForSuite, aes256Gcm, chacha20Poly1305 } from '../../reference/crypto/aead.ts';
import { holds } from '../property.ts';
import t from '../tap.ts';

const bytes = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength });

t.test('ChaCha20-Poly1305, RFC 8439 2.8.2', (t) => {
  const aead = chacha20Poly1305(fromHex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f'));
  const nonce = fromHex('070000004041424344454647');
  const ad = fromHex('50515253c0c1c2c3c4c5c6c7');
  const plaintext = ascii(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  );
  const sealed =
    'd31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6' +
    '3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36' +
    '92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc' +
    '3ff4def08e4b7a9de576d26586cec64b6116' +
    '1ae10b594f09e26a7e902ecbd0600691';
  t.equal(toHex(aead.seal(nonce, ad, plaintext)), sealed);
  t.same(aead.open(nonce, ad, fromHex(sealed)), plaintext);
});

t.test('AES-256-GCM, test case 16 of its specification', (t) => {
  const aead = aes256Gcm(fromHex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308'));
  const nonce = fromHex('cafebabefacedbaddecaf888');
  const ad = fromHex('feedfacedeadbeeffeedfacedeadbeefabaddad2');
  const plaintext = fromHex(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
      '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  );
  const sealed =
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
    '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
    '76fc6ece0f4e1768cddf8853bb2d551b';
  t.equal(toHex(aead.seal(nonce, ad, plaintext)), sealed);
  t.same(aead.open(nonce, ad, fromHex(sealed)), plaintext);
});

for (const [name, used, portable] of [
  ['AES-256-GCM', aes256Gcm, gcm],
  ['ChaCha20-Poly1305', chacha20Poly1305, chacha20poly1305],
] as const) {
  t.test(`${name} as it is used here and of @noble/ciphers agree`, (t) => {
    const agree = fc.property(
      bytes(32),
      bytes(12),
      bytes(0, 64),
      bytes(0, 1500),
      (key, nonce, ad, plaintext) => {
        const sealed = portable(key, nonce, ad).encrypt(plaintext);
        const opened = used(key).open(nonce, ad, sealed);
        return (
          toHex(used(key).seal(nonce, ad, plaintext)) === toHex(sealed) &&
          opened !== undefined &&
          toHex(opened) === toHex(plaintext)
        );
      },
    );
    holds(t, agree);
  });
}

for (const [suite, name] of [
  [1, 'ChaCha20-Poly1305'],
  [2, 'AES-256-GCM'],
] as const) {
  const aeadOf = (key: Uint8Array): Aead => {
    const aead = aeadForSuite(suite, key);
    if (aead === undefined) throw new Error(`no suite ${suite}`);
    return aead;
  };

  t.test(`${name} opens what it sealed, 16 bytes longer`, (t) => {
    const roundTrip = fc.property(
      bytes(32),
      bytes(12),
      bytes(0, 64),
      bytes(0, 300),
      (key, nonce, ad, plaintext) => {
        const sealed = aeadOf(key).seal(nonce, ad, plaintext);
        const opened = aeadOf(key).open(nonce, ad, sealed);
        return (
          sealed.length === plaintext.length + 16 &&
          opened !== undefined &&
          toHex(opened) === toHex(plaintext)
        );
      },
    );
    holds(t, roundTrip);
  });

  t.test(`${name} does not open with one bit changed anywhere`, (t) => {
    const [key, nonce, ad] = [
      new Uint8Array(32).fill(1),
      new Uint8Array(12).fill(2),
      new Uint8Array(28).fill(3),
    ];
    const sealed = aeadOf(key).seal(nonce, ad, ascii('hello'));
    const opened = (k: Uint8Array, n: Uint8Array, a: Uint8Array, s: Uint8Array) =>
      aeadOf(k).open(n, a, s) !== undefined;
    t.ok(opened(key, nonce, ad, sealed), 'unchanged it opens');
    const wrong = [
      ...flips(key).filter((k) => opened(k, nonce, ad, sealed)),
      ...flips(nonce).filter((n) => opened(key, n, ad, sealed)),
      ...flips(ad).filter((a) => opened(key, nonce, a, sealed)),
      ...flips(sealed).filter((s) => opened(key, nonce, ad, s)),
    ];
    t.same(wrong, []);
  });

  t.test(`${name} does not open what was cut, or has bytes behind it`, (t) => {
    const aead = aeadOf(new Uint8Array(32));
    const nonce = new Uint8Array(12);
    const sealed = aead.seal(nonce, ascii(''), ascii('hello'));
    const lengths = Array.from(sealed.keys());
    t.same(
      lengths.filter((length) => aead.open(nonce, ascii(''), sealed.subarray(0, length)) !== undefined),
      [],
    );
    t.equal(aead.open(nonce, ascii(''), concat(sealed, Uint8Array.of(0))), undefined);
  });

  t.test(`${name} keeps a copy of its key and refuses keys and nonces of another length`, (t) => {
    const key = new Uint8Array(32).fill(7);
    const aead = aeadOf(key);
    const before = aead.seal(new Uint8Array(12), ascii('a'), ascii('b'));
    key.fill(0);
    t.same(aead.seal(new Uint8Array(12), ascii('a'), ascii('b')), before);
    t.throws(() => aeadForSuite(suite, new Uint8Array(31)), RangeError);
    t.throws(() => aead.seal(new Uint8Array(8), ascii('a'), ascii('b')), RangeError);
    t.throws(() => aead.open(new Uint8Array(16), ascii('a'), before), RangeError);
  });
}

t.test('there is no suite 0 or 3', (t) => {
  t.equal(aeadForSuite(0, new Uint8Array(32)), undefined);
  t.equal(aeadForSuite(3, new Uint8Array(32)), undefined);
});

function flips(original: Uint8Array): Uint8Array[] {
  return Array.from({ length: 8 * original.length }, (_, bit) =>
    Uint8Array.from(original, (byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)),
  );
}
