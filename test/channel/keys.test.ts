import type { Handshake } from '../../reference/channel/handshake.ts';
import { createHandshake } from '../../reference/channel/handshake.ts';
import { Keyring } from '../../reference/channel/keyring.ts';
import { answerOpening, createOpening, verifyOpening } from '../../reference/channel/openings.ts';
import { derivePsk } from '../../reference/crypto/keys.ts';
import t from '../tap.ts';
import { A, B, configs, Pair, seededBytes, TIMERS } from './pair.ts';

const PROBE = Uint8Array.from([0xa1, 0x00, 0x48, 1, 2, 3, 4, 5, 6, 7, 8]);
const HOUR = 3_600_000;

/** Keys that no handshake made: only their rank matters. */
function handshake(order: bigint, opener: number, initiated = false, answeredAt = 0): Handshake {
  const fill = Number(order) * 10 + opener;
  return createHandshake({
    kind: 'path',
    suite: 1,
    split: {
      k1: new Uint8Array(32).fill(fill),
      k2: new Uint8Array(32).fill(fill + 1),
      hash: new Uint8Array(32).fill(fill),
    },
    initiated,
    order,
    opener: new Uint8Array(16).fill(opener),
    message1: Uint8Array.of(fill),
    message2: Uint8Array.of(fill),
    sources: [],
    answeredAt,
  });
}

t.test('a handshake of lower rank, confirmed late, only receives, for 10 s', (t) => {
  const keys = new Keyring('path', 1, TIMERS);
  const [high, low] = [handshake(2n, 1), handshake(1n, 1)];
  keys.add(low);
  keys.add(high);
  t.same(keys.confirm(high, 0), [low]);
  keys.add(low);
  keys.confirm(low, 100);
  t.equal(keys.sending(), high);
  t.equal(keys.find(low.keyId), low);
  keys.expire(10_099);
  t.equal(keys.find(low.keyId), low);
  t.same(keys.expire(10_100), [low]);
  t.equal(keys.find(low.keyId), undefined);
});

t.test('at equal order numbers the opening of the lower Node ID ranks higher', (t) => {
  const keys = new Keyring('path', 1, TIMERS);
  const [lower, higher] = [handshake(1n, 1), handshake(1n, 2)];
  keys.add(higher);
  keys.confirm(higher, 0);
  keys.add(lower);
  keys.confirm(lower, 10);
  t.equal(keys.sending(), lower);
});

t.test('a confirmation leaves newer unconfirmed handshakes alone', (t) => {
  const keys = new Keyring('path', 1, TIMERS);
  const [older, newer] = [handshake(1n, 1), handshake(2n, 1)];
  keys.add(older);
  keys.add(newer);
  t.same(keys.confirm(older, 0), []);
  t.equal(keys.find(newer.keyId), newer);
});

t.test('on associations the later confirmed counts', (t) => {
  const keys = new Keyring('association', 1, TIMERS);
  const [first, second] = [handshake(0n, 1), handshake(0n, 2)];
  keys.add(first);
  keys.confirm(first, 0);
  keys.add(second);
  keys.confirm(second, 10_000);
  t.equal(keys.sending(), second);
  keys.expire(20_000);
  t.equal(keys.find(first.keyId), undefined);
});

t.test('crossed on an association: the opening of the lower Node ID, in either order', (t) => {
  for (const [one, other] of [
    [1, 2],
    [2, 1],
  ] as const) {
    const keys = new Keyring('association', 1, TIMERS);
    const [first, second] = [handshake(0n, one), handshake(0n, other)];
    keys.add(first);
    keys.add(second);
    keys.confirm(first, 0);
    keys.confirm(second, 9_999);
    t.equal(keys.sending()?.opener[0], 1);
  }
});

t.test('own keys on message 2: at once without others, else only once confirmed', (t) => {
  const keys = new Keyring('path', 1, TIMERS);
  const first = handshake(1n, 1, true);
  keys.add(first);
  t.equal(keys.sending(), first);
  keys.confirm(first, 0);
  const second = handshake(2n, 1, true, 100);
  keys.add(second);
  t.equal(keys.sending(), first);
  keys.confirm(second, 200);
  t.equal(keys.sending(), second);
});

t.test('four unconfirmed handshakes at most, the oldest is replaced', (t) => {
  const keys = new Keyring('path', 1, TIMERS);
  const all = [1n, 2n, 3n, 4n, 5n].map((order) => handshake(order, 1));
  t.same(
    all.map((added) => keys.add(added)),
    [[], [], [], [], [all[0]]],
  );
  t.equal(keys.unconfirmedCount(), 4);
});

t.test('a responder draws again until the key ID is free', (t) => {
  const [node, relay] = configs('leg');
  const psk = derivePsk('leg', node.id, node.secret);
  const { message1 } = createOpening(node, psk, node.id, 1n, seededBytes(3));
  const state = verifyOpening(relay, psk, message1);
  if (state === undefined) throw new Error('message 1 does not verify');
  const seen: number[] = [];
  const isFree = (keyId: number): boolean => seen.push(keyId) > 3;
  const answered = answerOpening(relay, state, message1, 1n, isFree, seededBytes(4), 0);
  t.equal(seen.length, 4);
  t.equal(answered?.keyId, seen[3]);
  t.equal(
    answerOpening(relay, state, message1, 1n, () => false, seededBytes(4), 0),
    undefined,
  );
});

t.test('after an hour the next message due opens again, and old keys receive for 10 s more', (t) => {
  const pair = new Pair('association');
  pair.open(0);
  pair.run(HOUR + 39);
  let mark = pair.sent.length;
  pair.perform(0, pair.ends[0].send(0x0d, PROBE, pair.now));
  t.same(pair.chart(mark), ['A>B d']);
  pair.run(HOUR + 100);
  mark = pair.sent.length;
  pair.perform(0, pair.ends[0].send(0x0d, PROBE, pair.now));
  t.same(pair.chart(mark), ['A>B b', 'A>B d']);
  const keyIdBefore = pair.sent[mark + 1]?.bytes.slice(2, 4);
  pair.run(pair.now + 1000);
  mark = pair.sent.length;
  pair.perform(0, pair.ends[0].send(0x0d, PROBE, pair.now));
  t.notOk(equal(pair.sent[mark]?.bytes.slice(2, 4), keyIdBefore), 'a new key ID');
});

t.test('an answer to a probe is a message due too; one attempt is enough', (t) => {
  const pair = new Pair('association');
  pair.open(0);
  pair.run(HOUR + 100);
  let mark = pair.sent.length;
  pair.perform(1, pair.ends[1].send(0x0d, PROBE, pair.now));
  pair.run(pair.now + 20);
  t.same(pair.chart(mark).slice(0, 3), ['B>A d', 'A>B b', 'A>B e']);
  pair.run(pair.now + 1000);
  mark = pair.sent.length;
  pair.perform(1, pair.ends[1].send(0x0d, PROBE, pair.now));
  pair.run(pair.now + 1000);
  t.same(pair.chart(mark), ['B>A d', 'A>B e']);
});

t.test('the responder of the last handshake waits 15 s longer before it opens', (t) => {
  const pair = new Pair('association');
  pair.open(0);
  pair.run(HOUR + 60 + 14_999);
  let mark = pair.sent.length;
  pair.perform(1, pair.ends[1].send(0x0d, PROBE, pair.now));
  t.same(pair.chart(mark), ['B>A d']);
  pair.run(HOUR + 60 + 15_000);
  mark = pair.sent.length;
  pair.perform(1, pair.ends[1].send(0x0d, PROBE, pair.now));
  t.same(pair.chart(mark), ['B>A b', 'B>A d']);
});

t.test('an hour and a minute after confirmation keys are erased', (t) => {
  const pair = new Pair('association');
  pair.open(0);
  pair.run(HOUR + 60_000 + 40);
  t.equal(pair.ends[0].hasKeys(), true);
  pair.run(HOUR + 60_000 + 60);
  pair.ends[0].tick(pair.now + 60);
  t.equal(pair.ends[0].hasKeys(), false);
});

t.test('what does not open, or is not its sender’s to send, changes nothing', (t) => {
  const pair = new Pair('leg');
  pair.fate = ({ bytes }) => (bytes[1] === 0x0d ? [] : [20]);
  pair.open(0);
  pair.run(100);
  t.equal(pair.ends[1].isConfirmed(), false);
  // A Relay Direction under the right keys: a leg does not carry it.
  const mark = pair.sent.length;
  pair.perform(0, pair.ends[0].send(0x07, PROBE, pair.now));
  const foreign = pair.sent[mark];
  if (foreign === undefined) throw new Error('nothing sent');
  pair.run(pair.now + 100);
  pair.deliver(1, foreign.bytes, A);
  const damaged = foreign.bytes.slice();
  damaged[40] = (damaged[40] ?? 0) ^ 1;
  pair.deliver(1, damaged, A);
  damaged[2] = (damaged[2] ?? 0) ^ 0xff;
  pair.deliver(1, damaged, A);
  t.same(pair.refusals(1), ['channel-type', 'replay', 'tag', 'key-id']);
  t.equal(pair.ends[1].isConfirmed(), false);
  t.same(
    pair.chart(mark + 1).filter((line) => line.startsWith('B')),
    [],
  );
});

function equal(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a?.join() === b?.join();
}

t.test('B is reached where it says', (t) => {
  const pair = new Pair('association');
  pair.open(0);
  pair.run(100);
  t.same(pair.ends[0].knownAddresses(), [B]);
});
