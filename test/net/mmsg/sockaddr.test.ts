import { toHex } from '../../../reference/bytes.ts';
import { SocketNames, socketName } from '../../../reference/net/mmsg/sockaddr.ts';
import t from '../../tap.ts';
import { at } from '../addresses.ts';

t.test('socket addresses are laid out as Linux has them', (t) => {
  t.equal(toHex(socketName(at('192.0.2.1:4330'))), `0200${'10ea'}c0000201${'00'.repeat(8)}`);
  t.equal(
    toHex(socketName(at('[2001:db8::1]:258'))),
    `0a00${'0102'}00000000${'20010db8000000000000000000000001'}00000000`,
  );
});

t.test('what is written is read as the same endpoint, the second time as the same object', (t) => {
  const names = new SocketNames();
  const words = new Uint32Array(24);
  for (const endpoint of [at('192.0.2.1:4330'), at('[2001:db8::1]:65535'), at('0.0.0.0:1')]) {
    names.write(words, 8, endpoint);
    t.same(names.read(words, 8), endpoint);
    t.equal(names.read(words, 8), names.read(words, 8));
  }
});

t.test('endpoints that differ in a bit are told apart, and a longer name leaves nothing behind', (t) => {
  const names = new SocketNames();
  const words = new Uint32Array(8);
  const all = Array.from({ length: 6000 }, (_, index) =>
    at(`10.1.${index >> 8}.${index & 255}:${1 + (index % 9)}`),
  );
  names.write(words, 0, at('[2001:db8::ffff]:9'));
  const read = all.map((endpoint) => {
    names.write(words, 0, endpoint);
    return names.read(words, 0);
  });
  t.same(read, all);
});

t.test('another family is none of them', (t) => {
  t.equal(new SocketNames().read(Uint32Array.of(1, 0, 0, 0, 0, 0, 0, 0), 0), undefined);
});
