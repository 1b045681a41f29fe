/** Single facts of public documents, as they stand there: nothing here is computed. */
import { ascii } from '../../reference/bytes.ts';
import { cborExamples } from './building-blocks-cbor.ts';
import type { Family as FamilyType, GivenFields, Vector } from './vector.ts';
import { Family } from './vector.ts';

const NOTES = {
  tag: { about: 'One bit of a published result is another one.', effect: 'The tag is not checked.' },
  'not-deterministic': {
    about:
      'Well-formed CBOR that is not the deterministic encoding: indefinite lengths, numbers that are not the shortest.',
    effect: 'One body has several encodings, and a repeat is not known by its bytes.',
  },
  forbidden: {
    about: 'CBOR that no body may have: a tag, a float, a simple value, a key that is no unsigned integer.',
    effect: 'Ends disagree on what a body says.',
  },
};

export function buildingBlocks(): FamilyType {
  const family = new Family(
    'building-blocks',
    1,
    'Single facts of the documents that NTMobile builds on.',
    NOTES,
  );
  const one = (
    name: string,
    source: string,
    comment: string,
    call: string,
    input: GivenFields,
    output: GivenFields,
  ): Vector => family.valid(name, { clauses: CLAUSES[call] ?? [], comment, source, call, input, output });

  hashes(one);
  kdf(one);
  curve(one);
  const aead = aeads(one);
  const sealed = String(aead.input.sealed);
  family.broken(aead, 'chacha20-poly1305.rfc8439-2.8.2.bit', {
    clauses: ['TUN-05'],
    comment: 'The example with the last bit of its tag changed.',
    source: 'RFC 8439, section 2.8.2',
    flags: ['tag'],
    input: { sealed: `${sealed.slice(0, -2)}90` },
    layer: 'tag',
  });
  cborExamples(family);
  return family;
}

type One = (
  name: string,
  source: string,
  comment: string,
  call: string,
  input: GivenFields,
  output: GivenFields,
) => Vector;

const CLAUSES: Readonly<Record<string, readonly string[]>> = {
  sha256: ['KEY-01'],
  'hmac-sha256': ['KEY-01'],
  'hkdf-sha256': ['KEY-01', 'KEY-15'],
  x25519: ['KEY-01'],
  'chacha20-poly1305': ['TUN-02'],
  'chacha20-poly1305-open': ['TUN-02', 'TUN-05'],
  'aes-256-gcm': ['TUN-02', 'KEY-45'],
};

function hashes(one: One): void {
  const fips = 'FIPS 180-4, examples of NIST';
  const rfc4231 = (section: string) => `RFC 4231, section ${section}`;
  one(
    'sha256.empty',
    fips,
    'No bytes.',
    'sha256',
    { message: '' },
    {
      digest: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    },
  );
  one(
    'sha256.abc',
    fips,
    'One block.',
    'sha256',
    { message: '616263' },
    {
      digest: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    },
  );
  const two = ascii('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq');
  one(
    'sha256.two-blocks',
    fips,
    'Two blocks.',
    'sha256',
    { message: two },
    {
      digest: '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    },
  );
  const hmac = (name: string, section: string, comment: string, key: string, data: string, digest: string) =>
    one(
      `hmac-sha256.${name}`,
      rfc4231(section),
      comment,
      'hmac-sha256',
      { key, data: ascii(data) },
      { digest },
    );
  hmac(
    'rfc4231-4.2',
    '4.2',
    'A key of 20 bytes.',
    '0b'.repeat(20),
    'Hi There',
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  );
  hmac(
    'rfc4231-4.3',
    '4.3',
    'A key shorter than the hash.',
    '4a656665',
    'what do ya want for nothing?',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
  hmac(
    'rfc4231-4.7',
    '4.7',
    'A key longer than a block.',
    'aa'.repeat(131),
    'Test Using Larger Than Block-Size Key - Hash Key First',
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  );
}

function kdf(one: One): void {
  const hkdf = (name: string, comment: string, input: GivenFields, output: GivenFields) =>
    one(
      `hkdf-sha256.rfc5869-${name}`,
      `RFC 5869, appendix ${name.toUpperCase()}`,
      comment,
      'hkdf-sha256',
      input,
      output,
    );
  hkdf(
    'a.1',
    'Salt and info.',
    {
      salt: '000102030405060708090a0b0c',
      ikm: '0b'.repeat(22),
      info: 'f0f1f2f3f4f5f6f7f8f9',
      length: 42,
    },
    {
      prk: '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5',
      okm: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    },
  );
  const range = (from: number) => Uint8Array.from({ length: 80 }, (_, i) => from + i);
  hkdf(
    'a.2',
    'Longer inputs and outputs.',
    { salt: range(0x60), ikm: range(0), info: range(0xb0), length: 82 },
    {
      prk: '06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244',
      okm: 'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
    },
  );
  hkdf(
    'a.3',
    'No salt and no info.',
    { salt: '', ikm: '0b'.repeat(22), info: '', length: 42 },
    {
      prk: '19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04',
      okm: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    },
  );
}

function curve(one: One): void {
  const x25519 = (
    name: string,
    section: string,
    comment: string,
    scalar: string,
    u: string,
    result: string,
  ) =>
    one(
      `x25519.rfc7748-${name}`,
      `RFC 7748, section ${section}`,
      comment,
      'x25519',
      { scalar, u },
      { result },
    );
  x25519(
    '5.2-first',
    '5.2',
    'The first example.',
    'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
    'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
    'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
  );
  x25519(
    '5.2-second',
    '5.2',
    'The second one, whose u has its highest bit set.',
    '4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d',
    'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493',
    '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957',
  );
  x25519(
    '5.2-once',
    '5.2',
    'One iteration.',
    `09${'00'.repeat(31)}`,
    `09${'00'.repeat(31)}`,
    '422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079',
  );
  const a = '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a';
  const A = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a';
  const b = '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb';
  const B = 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f';
  const K = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
  const nine = `09${'00'.repeat(31)}`;
  x25519('6.1-a', '6.1', "Alice's public key.", a, nine, A);
  x25519('6.1-b', '6.1', "Bob's public key.", b, nine, B);
  x25519('6.1-k', '6.1', 'Their shared secret, by Alice.', a, B, K);
  x25519('6.1-k-by-b', '6.1', 'Their shared secret, by Bob.', b, A, K);
}

function aeads(one: One): Vector {
  const source = 'RFC 8439, section 2.8.2';
  const key = '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f';
  const nonce = '070000004041424344454647';
  const ad = '50515253c0c1c2c3c4c5c6c7';
  const plaintext = ascii(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  );
  const sealed =
    'd31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691';
  one(
    'chacha20-poly1305.rfc8439-2.8.2',
    source,
    'Sealed.',
    'chacha20-poly1305',
    { key, nonce, ad, plaintext },
    { sealed },
  );
  const gcm = 'McGrew, Viega: The Galois/Counter Mode of Operation, appendix B, test case ';
  const aes = (number: number, comment: string, input: GivenFields, output: string) =>
    one(`aes-256-gcm.test-case-${number}`, `${gcm}${number}`, comment, 'aes-256-gcm', input, {
      sealed: output,
    });
  const zeros = { key: '00'.repeat(32), nonce: '00'.repeat(12), ad: '' };
  aes(13, 'Nothing but a tag.', { ...zeros, plaintext: '' }, '530f8afbc74536b9a963b4f1c4cb738b');
  aes(
    14,
    'One block of zeros.',
    { ...zeros, plaintext: '00'.repeat(16) },
    'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
  );
  aes(
    16,
    'With associated data, the last block not whole.',
    {
      key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
      nonce: 'cafebabefacedbaddecaf888',
      ad: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
      plaintext:
        'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    },
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b',
  );
  return one(
    'chacha20-poly1305.rfc8439-2.8.2.open',
    source,
    'Opened.',
    'chacha20-poly1305-open',
    { key, nonce, ad, sealed },
    { plaintext },
  );
}
