import type { Fields } from '../../adapters/cbor.ts';
import { encode } from '../../adapters/cbor.ts';
import type { Frame, Framing } from '../../adapters/framing.ts';
import { Assembler, fromDatagram, MESSAGE_LIMIT, toDatagrams } from '../../adapters/framing.ts';
import { ascii } from '../../reference/bytes.ts';
import t from '../tap.ts';

const TESTER = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const PLAIN: Framing = { datagram: 1200, token: undefined };
const SIGNED: Framing = { datagram: 1200, token: ascii('correct horse battery staple') };

function message(id: number, length: number): Fields {
  return { v: '1.0', tester: TESTER, id, op: 'codec', filling: Uint8Array.from({ length }, (_, i) => i) };
}

function frames(datagrams: readonly Uint8Array[], framing: Framing): Frame[] {
  return datagrams.map((datagram) => fromDatagram(datagram, framing) ?? fail());
}

function fail(): never {
  throw new Error('no frame');
}

t.test('a message that fits is its own datagram', (t) => {
  const whole = message(1, 1000);
  const datagrams = toDatagrams(whole, PLAIN);
  t.same(datagrams, [encode(whole)]);
  t.same(frames(datagrams, PLAIN), [{ message: whole }]);
});

t.test('with a token the datagram is a map of mac and body', (t) => {
  const whole = message(1, 10);
  const [datagram = fail()] = toDatagrams(whole, SIGNED);
  t.same(frames([datagram], SIGNED), [{ message: whole }]);
  t.equal(fromDatagram(datagram, PLAIN), undefined, 'no message without the token');
  t.equal(fromDatagram(encode(whole), SIGNED), undefined, 'no message without a mac');
  t.equal(fromDatagram(datagram, { ...SIGNED, token: ascii('another') }), undefined, 'another token');
});

t.test('each bit of a datagram with a mac counts', (t) => {
  const [datagram = fail()] = toDatagrams(message(1, 10), SIGNED);
  const read = Array.from({ length: datagram.length * 8 }, (_, bit) => {
    const flipped = datagram.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return fromDatagram(flipped, SIGNED);
  });
  t.same(new Set(read), new Set([undefined]));
});

t.test('larger messages are cut, and put together in any order', (t) => {
  for (const framing of [PLAIN, SIGNED]) {
    const whole = message(7, 5000);
    const datagrams = toDatagrams(whole, framing);
    t.equal(datagrams.length, 5);
    t.ok(datagrams.every(({ length }) => length <= 1200));
    const assembler = new Assembler();
    const order = [3, 0, 3, 4, 1];
    const got = frames(datagrams, framing);
    t.same(
      order.map((index) => assembler.add(got[index] ?? fail(), 'a')),
      Array(5).fill(undefined),
    );
    t.same(assembler.add(got[2] ?? fail(), 'a'), whole);
  }
});

t.test('every size from below to above the limit of a datagram comes through', (t) => {
  for (const framing of [PLAIN, SIGNED]) {
    for (let length = 900; length < 1200; length++) {
      const datagrams = toDatagrams(message(9, length), framing);
      const assembler = new Assembler();
      const [last] = frames(datagrams, framing)
        .map((frame) => assembler.add(frame, 'a'))
        .slice(-1);
      const fit = datagrams.every((datagram) => datagram.length <= 1200);
      if (!fit || last?.id !== 9) t.ok(false, `filling of ${length}`);
    }
  }
  t.ok(true, 'no size was lost');
});

t.test('the largest message takes 64 parts at most, a larger one is not sent', (t) => {
  const room = MESSAGE_LIMIT - encode(message(0, 0)).length - 2;
  const datagrams = toDatagrams(message(0, room), SIGNED);
  t.ok(datagrams.length <= 64);
  t.equal(frames(datagrams, SIGNED).length, datagrams.length);
  t.throws(() => toDatagrams(message(0, room + 1), SIGNED), RangeError);
});

t.test('parts of different peers and messages do not mix', (t) => {
  const [first = fail(), second = fail()] = frames(toDatagrams(message(1, 2000), PLAIN), PLAIN);
  const [other = fail()] = frames(toDatagrams(message(2, 2000), PLAIN), PLAIN);
  const assembler = new Assembler();
  t.equal(assembler.add(first, 'a'), undefined);
  t.equal(assembler.add(second, 'b'), undefined);
  t.equal(assembler.add(other, 'a'), undefined);
  t.same(assembler.add(second, 'a'), message(1, 2000));
});

t.test('unfinished messages are bounded, the oldest is given up', (t) => {
  const assembler = new Assembler(2);
  const parts = [1, 2, 3].map((id) => frames(toDatagrams(message(id, 2000), PLAIN), PLAIN));
  for (const [first = fail()] of parts) assembler.add(first, 'a');
  const whole = parts.toReversed().map(([, second = fail()]) => assembler.add(second, 'a')?.id);
  t.same(whole, [3, 2, undefined]);
});

t.test('a whole that says another id than its parts is dropped', (t) => {
  const data = encode(message(5, 10));
  const frame: Frame = { of: { v: '1.0', tester: TESTER, id: 6 }, part: [0, 1], data };
  t.equal(new Assembler().add(frame, 'a'), undefined);
});

t.test('what is no message is not read', (t) => {
  const frame = { v: '1.0', tester: TESTER, id: 1 };
  const nonsense: Readonly<Record<string, Uint8Array>> = {
    'a protocol datagram': Uint8Array.of(5, 0x0b, ...new Uint8Array(74)),
    'no map': encode([1]),
    'no version': encode({ tester: TESTER, id: 1 }),
    'a version that is a number': encode({ ...frame, v: 1 }),
    'a tester of 7 bytes': encode({ ...frame, tester: TESTER.subarray(1) }),
    'an id below 0': encode({ ...frame, id: -1 }),
    'an id beyond 2^53': encode({ ...frame, id: 1n << 60n }),
    'a part without data': encode({ ...frame, part: [0, 1] }),
    'a part past the last': encode({ ...frame, part: [1, 1], data: TESTER }),
    'a part of none': encode({ ...frame, part: [0, 0], data: TESTER }),
    'more parts than a message has': encode({ ...frame, part: [0, 65], data: TESTER }),
  };
  for (const [what, datagram] of Object.entries(nonsense))
    t.equal(fromDatagram(datagram, PLAIN), undefined, what);
});
