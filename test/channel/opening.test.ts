import { readHeader } from '../../reference/wire/header.ts';
import t from '../tap.ts';
import { A, B, C, Pair, seeded } from './pair.ts';

t.test('an association is open after one round trip and a half, valid both ways', (t) => {
  const pair = new Pair('association');
  pair.open(0);
  pair.run(1000);
  t.same(pair.chart(), ['A>B b', 'B>A c', 'A>B d', 'B>A e', 'B>A d', 'A>B e']);
  t.same(
    pair.sent.map(({ at }) => at),
    [0, 20, 40, 60, 60, 80],
  );
  t.same(
    pair.ends.map((end) => end.isConfirmed()),
    [true, true],
  );
  t.same(
    pair.ends.map((end) => end.validAddress()),
    [B, A],
  );
  t.same([...pair.refusals(0), ...pair.refusals(1)], []);
});

t.test('every opening has 76 bytes, an empty payload and key ID 0', (t) => {
  const pair = new Pair('leg');
  pair.open(0);
  pair.run(1000);
  const openings = pair.sent
    .slice(0, 2)
    .map(({ bytes }) => ({ length: bytes.length, header: readHeader(bytes) }));
  t.same(
    openings.map(({ length }) => length),
    [76, 76],
  );
  t.match(openings[0]?.header, { type: 0x0b, keyId: 0, sequence: 1n });
  t.match(openings[1]?.header, { type: 0x0c, keyId: 0, sequence: 1n });
});

t.test('an opening is repeated byte for byte at 0.25, 0.75, 1.75, 3.75 s and over at 5 s', (t) => {
  const pair = new Pair('association');
  pair.fate = () => [];
  pair.open(0);
  pair.run(10_000);
  t.same(
    pair.sent.map(({ at }) => at),
    [0, 250, 750, 1750, 3750],
  );
  t.equal(new Set(pair.sent.map(({ bytes }) => bytes.join())).size, 1);
  t.same(pair.events, [{ end: 0, event: { kind: 'attempt-over' } }]);
});

t.test('a repeated message 1 gets the same message 2, to its source', (t) => {
  const pair = new Pair('association');
  pair.open(0);
  const [message1] = pair.sent;
  if (message1 === undefined) throw new Error('nothing sent');
  pair.deliver(1, message1.bytes, A);
  pair.deliver(1, message1.bytes, C);
  t.same(pair.chart(1), ['B>A c', 'B>C c']);
  t.same(pair.sent[1]?.bytes, pair.sent[2]?.bytes);
});

t.test('a message 2 that comes again is nothing, as long as its keys are held [KEY-52]', (t) => {
  const pair = new Pair('association');
  pair.open(0);
  pair.run(1000);
  const answer = pair.sent.find(({ from }) => from === B);
  if (answer === undefined) throw new Error('no message 2');
  const before = pair.sent.length;
  pair.deliver(0, answer.bytes, B);
  pair.deliver(0, answer.bytes, C);
  // While the next attempt is outstanding, too.
  pair.fate = () => [];
  pair.open(0);
  pair.deliver(0, answer.bytes, B);
  t.same(pair.refusals(0), []);
  t.same(
    pair.sent.slice(before).map(({ bytes }) => bytes[1]),
    [0x0b],
  );
  const damaged = answer.bytes.slice();
  damaged[75] = (damaged[75] ?? 0) ^ 1;
  pair.deliver(0, damaged, B);
  t.same(pair.refusals(0), ['handshake']);
});

t.test('a message 2 that fails leaves the attempt waiting', (t) => {
  const pair = new Pair('leg');
  pair.fate = ({ from }) => (from === A ? [20] : []);
  pair.open(0);
  pair.run(100);
  const answer = pair.sent[1];
  if (answer === undefined) throw new Error('no message 2');
  for (const index of [1, 3, 10, 20, 40, 75]) {
    const damaged = answer.bytes.slice();
    damaged[index] = (damaged[index] ?? 0) ^ (index === 1 ? 0x0c ^ 0x0b : 1);
    if (index === 3) damaged[3] = 0;
    if (index !== 3) pair.deliver(0, damaged, B);
  }
  t.same(pair.refusals(0), ['handshake', 'handshake', 'handshake', 'handshake', 'handshake']);
  t.equal(pair.ends[0].hasKeys(), false);
  pair.deliver(0, answer.bytes, B);
  t.equal(pair.ends[0].hasKeys(), true);
});

t.test('on a leg the order number rises and an old opening is dropped', (t) => {
  const pair = new Pair('leg');
  pair.open(0);
  pair.run(1000);
  const first = pair.sent[0];
  if (first === undefined) throw new Error('nothing sent');
  pair.deliver(1, first.bytes, C);
  t.same(pair.refusals(1), ['order']);
  const mark = pair.sent.length;
  pair.open(0);
  pair.run(2000);
  t.match(readHeader(pair.sent[mark]?.bytes ?? new Uint8Array()), { sequence: 2n });
  t.equal(pair.count(1, 'confirmed'), 2);
});

t.test('only the node opens a leg', (t) => {
  const pair = new Pair('leg');
  pair.open(1);
  t.same(pair.chart(), []);
  for (const kind of ['association', 'path'] as const) {
    const other = new Pair(kind, 1, { id: new Uint8Array(16).fill(7) });
    other.open(1);
    pair.deliver(0, other.sent[0]?.bytes ?? new Uint8Array(), B);
  }
  t.same(pair.refusals(0), ['order', 'handshake'], 'order numbers 0 and 1');
});

t.test('openings: 8 a second from one source, 64 for the channel', (t) => {
  const pair = new Pair('association', 5);
  for (let i = 0; i < 10; i++) {
    const other = new Pair('association', 100 + i);
    other.open(0);
    pair.deliver(1, other.sent[0]?.bytes ?? new Uint8Array(), A);
  }
  t.same(pair.refusals(1), ['rate-opening', 'rate-opening']);
  t.equal(pair.ends[1].unconfirmedCount(), 4);
  for (let i = 0; i < 100; i++) {
    const other = new Pair('association', 200 + i);
    other.open(0);
    pair.deliver(1, other.sent[0]?.bytes ?? new Uint8Array(), { ip: C.ip, port: 1 + i });
  }
  t.equal(pair.refusals(1).length, 2 + 100 - 56);
  pair.now = 1000;
  const later = new Pair('association', 999);
  later.open(0);
  pair.deliver(1, later.sent[0]?.bytes ?? new Uint8Array(), A);
  t.equal(pair.refusals(1).length, 2 + 100 - 56);
});

t.test('unconfirmed handshakes are erased after 10 s', (t) => {
  const pair = new Pair('association');
  pair.fate = ({ from }) => (from === A ? [20] : []);
  pair.open(0);
  pair.run(10_000);
  t.equal(pair.ends[1].unconfirmedCount(), 1);
  pair.run(10_021);
  t.equal(pair.ends[1].unconfirmedCount(), 0);
});

t.test('crossed openings agree, whatever the delays, and a message passes each way', (t) => {
  for (const kind of ['association', 'path'] as const) {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seeded(seed);
      const loss = random() * 0.3;
      const pair = new Pair(kind, seed * 10);
      pair.fate = () =>
        random() < loss ? [] : random() < 0.1 ? [random() * 1000, random() * 1000] : [random() * 1000];
      pair.open(0);
      pair.run(random() * 300);
      pair.open(1);
      for (let second = 1; second <= 40; second++) {
        pair.run(pair.now + 500);
        for (const end of [0, 1] as const) if (!pair.ends[end].isConfirmed()) pair.open(end);
      }
      pair.fate = () => [20];
      pair.run(pair.now + 5000);
      const marks = [pair.refusals(0).length, pair.refusals(1).length];
      for (const end of [0, 1] as const) {
        pair.perform(end, pair.ends[end].send(0x0d, PROBE_BODY, pair.now));
        pair.run(pair.now + 100);
      }
      const refused = [pair.refusals(0).length, pair.refusals(1).length];
      t.ok(
        pair.ends.every((end) => end.isConfirmed() && end.validAddress() !== undefined),
        `${kind}, seed ${seed}: open`,
      );
      // The answers to these hand-made probes belong to no probe of the channel: one `transaction` each.
      t.same(
        refused.map((count, end) => count - (marks[end] ?? 0)),
        [1, 1],
        `${kind}, seed ${seed}`,
      );
    }
  }
});

const PROBE_BODY = Uint8Array.from([0xa1, 0x00, 0x48, 1, 2, 3, 4, 5, 6, 7, 8]);
