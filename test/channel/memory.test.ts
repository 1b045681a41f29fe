/** What a channel gives out stays what it is, whatever the AEAD does with its memory. */
import { toHex } from '../../reference/bytes.ts';
import type { Aead } from '../../reference/crypto/aead.ts';
import { aeadForSuite } from '../../reference/crypto/aead.ts';
import { encodeBody } from '../../reference/wire/messages.ts';
import { memories } from '../roles/lent.ts';
import t from '../tap.ts';
import { A, B, Pair } from './pair.ts';

const PACKET = new Uint8Array(1200).map((_, index) => index);
const BODY = encodeBody({ type: 0x0f, transaction: new Uint8Array(8).fill(5), close: true });

for (const { name, skip, aeads, flood } of memories())
  t.test(`memory that is used again, ${name}`, { skip }, (t) => {
    const pair = new Pair('path', 1, { suite: 2, aeads });
    pair.open(0);
    pair.run(1000);
    const mark = pair.sent.length;
    pair.perform(0, pair.ends[0].send(0x10, PACKET, pair.now));
    pair.perform(0, pair.ends[0].send(0x0f, BODY, pair.now));
    const sealed = pair.sent.slice(mark).map(({ bytes }) => toHex(bytes));
    flood();
    t.same(
      pair.sent.slice(mark).map(({ bytes }) => toHex(bytes)),
      sealed,
      'what is sealed can wait',
    );
    pair.run(2000);
    flood();
    const came = pair.events.flatMap(({ event }) => {
      if (event.kind === 'data') return [event.packet];
      return event.kind === 'message' ? [event.body, event.message.transaction] : [];
    });
    t.same(came, [PACKET, BODY, new Uint8Array(8).fill(5)], 'so can what was opened');
  });

t.test('an alias that is followed', (t) => {
  const pair = new Pair('association', 1, { followsContext: true });
  pair.open(0);
  pair.run(1000);
  const alias = new Uint8Array(16).fill(0x44);
  pair.ends[0].useContext(alias);
  pair.perform(0, pair.ends[0].probe(B, pair.now));
  pair.run(2000);
  const mark = pair.sent.length;
  pair.perform(1, pair.ends[1].probe(A, pair.now));
  t.same(
    pair.sent.slice(mark).map(({ bytes }) => bytes.slice(4, 20)),
    [alias],
  );
});

t.test('AEADs that are handed in are used, each for a key', (t) => {
  const made: string[] = [];
  const aeads = (suite: number, key: Uint8Array): Aead | undefined => {
    made.push(`${suite} ${toHex(key)}`);
    return aeadForSuite(suite, key);
  };
  const pair = new Pair('path', 1, { suite: 2, aeads });
  pair.open(0);
  pair.run(1000);
  t.same(pair.ends[0].validAddress(), B);
  t.equal(made.length, 4, 'two ways at two ends');
  t.equal(new Set(made).size, 2);
  t.ok(made.every((each) => each.startsWith('2 ')));
});
