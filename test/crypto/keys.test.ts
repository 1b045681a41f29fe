import { hkdfSync } from 'node:crypto';
import { ascii, fromHex, toHex } from '../../reference/bytes.ts';
import { hmacSha256 } from '../../reference/crypto/hash.ts';
import {
  CHANNEL_KINDS,
  derivePsk,
  keyIdOf,
  nonceFor,
  openingPrologue,
  provisionSecret,
  trafficKeys,
} from '../../reference/crypto/keys.ts';
import t from '../tap.ts';

const id = fromHex('000102030405060708090a0b0c0d0e0f');
const secret = new Uint8Array(32).fill(0xaa);
const native = (ikm: Uint8Array, salt: Uint8Array, info: string | Uint8Array) =>
  toHex(new Uint8Array(hkdfSync('sha256', ikm, salt, info, 32)));

t.test('KEY-01: the psk has the channel ID as salt, the secret, and the kind in its label', (t) => {
  for (const kind of CHANNEL_KINDS) {
    t.equal(toHex(derivePsk(kind, id, secret)), native(secret, id, `ntmobile/1 psk ${kind}`), kind);
  }
});

t.test('KEY-02: the prologue is label, header, initiator, responder, suite', (t) => {
  const header = new Uint8Array(28).fill(0x11);
  const prologue = openingPrologue(
    'leg',
    header,
    new Uint8Array(16).fill(0x22),
    new Uint8Array(16).fill(0x33),
    1,
  );
  t.equal(
    toHex(prologue),
    `6e746d6f62696c652f31206f70656e206c6567${'11'.repeat(28)}${'22'.repeat(16)}${'33'.repeat(16)}01`,
  );
});

t.test('KEY-09: k1 gives the key from initiator to responder, k2 the other, with kind and suite', (t) => {
  const split = { k1: new Uint8Array(32).fill(1), k2: new Uint8Array(32).fill(2), hash: new Uint8Array(32) };
  for (const [kind, suite] of [
    ['association', 1],
    ['path', 2],
    ['leg', 1],
  ] as const) {
    // HKDF-Expand for one block is one HMAC.
    const expand = (k: Uint8Array) => hmacSha256(k, ascii(`ntmobile/1 key ${kind}`), Uint8Array.of(suite, 1));
    t.same(trafficKeys(kind, suite, split), {
      initiatorToResponder: expand(split.k1),
      responderToInitiator: expand(split.k2),
    });
  }
});

t.test('the key ID is the first two bytes of the handshake hash', (t) => {
  t.equal(keyIdOf(fromHex(`8001${'ff'.repeat(30)}`)), 0x8001);
  t.equal(keyIdOf(fromHex(`0000${'ff'.repeat(30)}`)), 0);
});

t.test('TUN-03: the nonce is four zero bytes and the sequence', (t) => {
  t.equal(toHex(nonceFor(0n)), '000000000000000000000000');
  t.equal(toHex(nonceFor(0x0102030405060708n)), '000000000102030405060708');
  t.equal(toHex(nonceFor(2n ** 64n - 1n)), '00000000ffffffffffffffff');
});

t.test('a test association has a secret of its own', (t) => {
  const info = Uint8Array.of(...ascii('ntmobile/1 provision '), ...id);
  t.equal(
    toHex(provisionSecret(ascii('test secret'), id)),
    native(ascii('test secret'), new Uint8Array(0), info),
  );
});

t.test('what has the wrong length is a mistake of the caller', (t) => {
  const header = new Uint8Array(28);
  t.throws(() => derivePsk('path', id.subarray(1), secret), RangeError);
  t.throws(() => derivePsk('path', id, secret.subarray(1)), RangeError);
  t.throws(() => openingPrologue('path', new Uint8Array(76), id, id, 1), RangeError);
  t.throws(() => openingPrologue('path', header, id, id.subarray(1), 1), RangeError);
  t.throws(() => openingPrologue('path', header, id, id, 256), RangeError);
  t.throws(() => provisionSecret(secret, secret), RangeError);
});
