import { ascii, concat, fromHex, toHex } from '../../reference/bytes.ts';
import {
  equalBytes,
  hkdf,
  hkdfExpand,
  hkdfExtract,
  hmacSha256,
  sha256,
} from '../../reference/crypto/hash.ts';
import t from '../tap.ts';

t.test('SHA-256 of "abc" (FIPS 180-4), in one part or more', (t) => {
  const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  t.equal(toHex(sha256(ascii('abc'))), digest);
  t.equal(toHex(sha256(ascii('a'), ascii(''), ascii('bc'))), digest);
});

t.test('HMAC-SHA256, RFC 4231 case 2', (t) => {
  const mac = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
  t.equal(toHex(hmacSha256(ascii('Jefe'), ascii('what do ya want '), ascii('for nothing?'))), mac);
});

const RFC_5869 = [
  {
    name: 'A.1',
    ikm: '0b'.repeat(22),
    salt: '000102030405060708090a0b0c',
    info: 'f0f1f2f3f4f5f6f7f8f9',
    prk: '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5',
    okm: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  {
    name: 'A.2',
    ikm: range(0x00, 80),
    salt: range(0x60, 80),
    info: range(0xb0, 80),
    prk: '06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244',
    okm:
      'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c' +
      '59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71' +
      'cc30c58179ec3e87c14c01d5c1f3434f1d87',
  },
  {
    name: 'A.3',
    ikm: '0b'.repeat(22),
    salt: '',
    info: '',
    prk: '19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04',
    okm: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  },
];

for (const { name, ikm, salt, info, prk, okm } of RFC_5869) {
  t.test(`HKDF-SHA256, RFC 5869 ${name}`, (t) => {
    t.equal(toHex(hkdfExtract(fromHex(salt), fromHex(ikm))), prk);
    t.equal(toHex(hkdfExpand(fromHex(prk), fromHex(info), okm.length / 2)), okm);
    t.equal(toHex(hkdf(fromHex(salt), fromHex(ikm), fromHex(info), okm.length / 2)), okm);
  });
}

t.test('HKDF gives 255 blocks and no more', (t) => {
  const prk = new Uint8Array(32);
  t.equal(hkdfExpand(prk, ascii(''), 255 * 32).length, 8160);
  t.throws(() => hkdfExpand(prk, ascii(''), 255 * 32 + 1), RangeError);
});

t.test('equalBytes compares lengths and every byte', (t) => {
  const bytes = fromHex('000102030405060708090a0b0c0d0e0f');
  t.ok(equalBytes(bytes, Uint8Array.from(bytes)));
  t.notOk(equalBytes(bytes, bytes.subarray(1)));
  t.notOk(equalBytes(bytes, concat(bytes, Uint8Array.of(0))));
  for (let i = 0; i < bytes.length; i++) {
    const other = Uint8Array.from(bytes, (byte, at) => (at === i ? byte ^ 0x80 : byte));
    t.notOk(equalBytes(bytes, other), `byte ${i} differs`);
  }
});

function range(first: number, count: number): string {
  return toHex(Uint8Array.from({ length: count }, (_, i) => first + i));
}
