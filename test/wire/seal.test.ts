import { ascii, fromHex, toHex } from '../../reference/bytes.ts';
import { aeadForSuite } from '../../reference/crypto/aead.ts';
import type { Header } from '../../reference/wire/header.ts';
import { writeHeader } from '../../reference/wire/header.ts';
import { openMessage, sealMessage } from '../../reference/wire/seal.ts';
import t from '../tap.ts';

const key = fromHex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f');
const header: Header = {
  type: 0x10,
  keyId: 0xbeef,
  context: new Uint8Array(16).fill(0xcc),
  sequence: 0x0102030405060708n,
};

for (const suite of [1, 2]) {
  const aead = aeadForSuite(suite, key);
  if (aead === undefined) throw new Error(`no suite ${suite}`);

  t.test(`TUN-02, suite ${suite}: header, then the AEAD's output over it`, (t) => {
    const bytes = sealMessage(aead, header, ascii('hello'));
    const head = writeHeader(header);
    t.equal(toHex(bytes.subarray(0, 28)), toHex(head));
    const nonce = fromHex('000000000102030405060708');
    t.equal(toHex(bytes.subarray(28)), toHex(aead.seal(nonce, head, ascii('hello'))));
    t.same(openMessage(aead, bytes), ascii('hello'));
  });

  t.test(`TUN-05, suite ${suite}: no byte can be changed`, (t) => {
    const bytes = sealMessage(aead, header, ascii('hello'));
    const opened = Array.from(bytes.keys()).filter((at) => {
      const changed = Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 1 : byte));
      return openMessage(aead, changed) !== undefined;
    });
    t.same(opened, []);
  });

  t.test(`suite ${suite}: an empty plaintext, and what is too short`, (t) => {
    const bytes = sealMessage(aead, header, new Uint8Array(0));
    t.equal(bytes.length, 44);
    t.same(openMessage(aead, bytes), new Uint8Array(0));
    for (const length of [0, 27, 28, 43]) t.equal(openMessage(aead, bytes.subarray(0, length)), undefined);
  });
}

t.test('the same bytes inside a larger buffer open as well', (t) => {
  const aead = aeadForSuite(1, key);
  if (aead === undefined) throw new Error('no suite 1');
  const bytes = sealMessage(aead, header, ascii('hello'));
  const buffer = new Uint8Array(bytes.length + 7);
  buffer.set(bytes, 3);
  t.same(openMessage(aead, buffer.subarray(3, 3 + bytes.length)), ascii('hello'));
});
