/** Packets as translators and routers read them. */
import { concat, fromHex, toHex } from '../../reference/bytes.ts';
import { fragmentIpv6 } from '../../reference/packet/fragment.ts';
import { destinationOf, readHead, readPart, sourceOf } from '../../reference/packet/head.ts';
import { Reassembly } from '../../reference/packet/reassembly.ts';
import t from '../tap.ts';
import { packet } from './packets.ts';

t.test('both families, in numbers', (t) => {
  const four = readHead(packet('UDP4'));
  t.same(
    four && [four.version, four.length, four.hops, four.trafficClass, four.protocol, four.payload],
    [4, 33, 64, 0, 17, 20],
  );
  t.same(four && [four.offset, four.hasMore, four.identification, four.mayNotCut], [0, false, 0x1234, true]);
  t.same(four && [toHex(sourceOf(four)), toHex(destinationOf(four))], ['c6120001', 'c6120002']);
  const six = readHead(packet('UDP6'));
  t.same(six && [six.version, six.length, six.hops, six.protocol, six.payload, six.mayNotCut], [
    6,
    53,
    64,
    17,
    40,
    true,
  ]);
  t.equal(six && toHex(sourceOf(six)), 'fd000001000000000000000000000001');
  const options = readHead(packet('REQ6OPT'));
  t.same(options && [options.protocol, options.payload, options.fragmentHeader], [58, 48, undefined]);
  const piece = readHead(packet('G2'));
  t.same(piece && [piece.offset, piece.hasMore, piece.mayNotCut], [96, true, false]);
});

t.test('what is none, not whole, or has a wrong header checksum', (t) => {
  const wrong = packet('UDP4');
  wrong[8] = 63;
  for (const bytes of [
    wrong,
    packet('UDP4').subarray(0, 32),
    packet('UDP6').subarray(0, 52),
    fromHex('50'),
    fromHex(''),
  ]) {
    t.equal(readHead(bytes), undefined);
  }
  t.equal(readPart(packet('UDP4').subarray(0, 28))?.length, 33, 'but a part of one may end early');
  t.equal(readPart(packet('UDP4').subarray(0, 19)), undefined);
  t.equal(readHead(concat(packet('UDP4'), fromHex('0000')))?.bytes.length, 33, 'without what came after it');
});

/** UDP6 with 16 bytes more, its checksum as it was; and its fragments for an MTU of 64, identification 0x01020304. */
const LONG = '60000000001d1140fd000001000000000000000000000001fd000001000000000000000000000002'.concat(
  '03e807d0000dabcd68656c6c6f000102030405060708090a0b0c0d0e0f',
);
const PIECES = [
  '6000000000182c40fd000001000000000000000000000001fd000001000000000000000000000002'.concat(
    '110000010102030403e807d0000dabcd68656c6c6f000102',
  ),
  '6000000000152c40fd000001000000000000000000000001fd000001000000000000000000000002'.concat(
    '1100001001020304030405060708090a0b0c0d0e0f',
  ),
];

t.test('IPv6 is cut behind the headers that every fragment has', (t) => {
  const pieces = fragmentIpv6(fromHex(LONG), 64, 0x01020304);
  t.same(pieces.map(toHex), PIECES);
  t.same(fragmentIpv6(fromHex(LONG), 69, 1).map(toHex), [LONG], 'what fits stays whole');
  const broken = fromHex(`${LONG.slice(0, 12)}00${LONG.slice(14)}`);
  t.equal(fragmentIpv6(broken.subarray(0, 41), 40, 1).length, 1, 'a header that is not whole');
});

t.test('and put together again, in any order', (t) => {
  for (const order of [PIECES, PIECES.toReversed()]) {
    const reassembly = new Reassembly({ packets: 2, each: 2, bytes: 1000, time: 1000 });
    const results = order.map((hex) => {
      const head = readHead(fromHex(hex));
      if (head === undefined) throw new Error(hex);
      return reassembly.take(head, 'a', 0);
    });
    t.same(results, [{ is: 'waiting' }, { is: 'whole', packet: fromHex(LONG) }]);
    t.same([reassembly.size(), reassembly.wakeAt()], [{ packets: 0, bytes: 0 }, undefined]);
  }
});

t.test('not for ever', (t) => {
  const reassembly = new Reassembly({ packets: 2, each: 2, bytes: 1000, time: 1000 });
  const head = readHead(fromHex(PIECES[0] ?? ''));
  if (head === undefined) throw new Error('none');
  reassembly.take(head, 'a', 5);
  t.same([reassembly.size(), reassembly.wakeAt()], [{ packets: 1, bytes: 16 }, 1005]);
  t.equal(reassembly.expire(1004), 0);
  t.equal(reassembly.expire(1005), 1);
  t.same(reassembly.size(), { packets: 0, bytes: 0 });
});

t.test('bytes are bounded too', (t) => {
  const reassembly = new Reassembly({ packets: 9, each: 9, bytes: 20, time: 1000 });
  const [one, two] = ['a', 'b'].map((scope) => {
    const head = readHead(fromHex(PIECES[0] ?? ''));
    return head && reassembly.take(head, scope, 0).is;
  });
  t.same([one, two, reassembly.size().bytes], ['waiting', 'discarded', 16]);
});
