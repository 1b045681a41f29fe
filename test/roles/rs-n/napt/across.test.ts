/** From one family to the other. RFC 7915 */
import { ascii } from '../../../../reference/bytes.ts';
import { toIcmp, toIcmpv6 } from '../../../../reference/roles/rs-n/napt/icmp.ts';
import t from '../../../tap.ts';
import { addr, FOR, NODE, napt, PEER, peering, RELAY } from './bench.ts';
import { icmp, ip, see, shown, UDP, udp } from './packets.ts';

const HELLO = ascii('hello');
const PORTS = [2000, 53] as const;

const nat46 = () => {
  const it = napt();
  it.bind(peering('p', { standsFor: addr(FOR[4]), peer: addr(PEER[6]) }), 0);
  return it;
};
const nat64 = () => {
  const it = napt();
  it.bind(peering('p', { standsFor: addr(FOR[6]), peer: addr(PEER[4]) }), 0);
  return it;
};
const only = (packets: readonly Uint8Array[]) => {
  if (packets.length !== 1) throw new Error(`${packets.length} packets`);
  return see(packets[0] ?? HELLO);
};

t.test('headers: IPv4 to IPv6 (4.1)', (t) => {
  const head = { from: NODE[4], to: FOR[4], ports: PORTS, hops: 33, trafficClass: 0xba };
  const { packets } = nat46().out(udp(head, HELLO), 'p', 0);
  const seen = only(packets);
  t.same([seen.hops, seen.trafficClass, seen.protocol, seen.faults], [32, 0xba, UDP, []]);
  t.equal(packets[0]?.length, 40 + 8 + 5, 'no fragment header for what fits');
  t.same([...(packets[0] ?? HELLO).slice(0, 4)], [0x6b, 0xa0, 0, 0], 'flow label 0');
  const options = { ...head, options: [7, 7, 4, 0, 0, 0, 0, 0] };
  t.equal(nat46().out(udp(options, HELLO), 'p', 0).packets[0]?.length, 53, 'options are left out');
});

t.test('headers: IPv6 to IPv4 (5.1)', (t) => {
  const it = nat64();
  const head = { from: NODE[6], to: FOR[6], ports: PORTS, hops: 33, trafficClass: 0xba };
  const small = only(it.out(udp(head, HELLO), 'p', 0).packets);
  t.same([small.hops, small.trafficClass, small.protocol, small.flags, small.faults], [32, 0xba, UDP, 0, []]);
  const next = only(it.out(udp(head, HELLO), 'p', 0).packets);
  t.ok(next.identification !== small.identification, 'each has an identification of its own');
  const edge = only(it.out(udp(head, new Uint8Array(1260 - 28)), 'p', 0).packets);
  const large = only(it.out(udp(head, new Uint8Array(1261 - 28)), 'p', 0).packets);
  t.same([edge.flags, large.flags], [0, 0x4000], 'DF from 1261 bytes on');
  const extended = udp({ ...head, options: [17, 0, 1, 4, 0, 0, 0, 0], next: 60 }, HELLO);
  t.equal(it.out(extended, 'p', 0).packets[0]?.length, 33, 'extension headers are left out');
  const atomic = udp({ ...head, options: [17, 0, 0, 0, 0, 0, 0, 9], next: 44 }, HELLO);
  t.same(
    [only(it.out(atomic, 'p', 0).packets).ports, only(it.out(atomic, 'p', 0).packets).flags],
    [PORTS, 0],
  );
});

t.test('without DF no IPv6 packet is larger than 1280 (4)', (t) => {
  const it = nat46();
  const of = (length: number) =>
    it.out(udp({ from: NODE[4], to: FOR[4], ports: PORTS, flags: 0 }, new Uint8Array(length)), 'p', 0)
      .packets;
  t.same(
    of(1232).map(({ length }) => length),
    [1280],
  );
  t.same(
    of(1233).map(({ length }) => length <= 1280),
    [true, true],
  );
  t.equal(
    it.quickOut(udp({ from: NODE[4], to: FOR[4], ports: PORTS, flags: 0 }, new Uint8Array(1233)), 'p', 0),
    undefined,
  );
});

t.test('UDP without a checksum (4.5)', (t) => {
  const bare = only(nat46().out(udp({ from: NODE[4], to: FOR[4], ports: PORTS }, HELLO, 0), 'p', 0).packets);
  t.same(bare.faults, [], 'gets one');
  const it = napt();
  it.bind(peering('p'), 0);
  const kept = only(it.out(udp({ from: NODE[4], to: FOR[4], ports: PORTS }, HELLO, 0), 'p', 0).packets);
  t.same([...kept.payload.slice(6, 8)], [0, 0], 'within IPv4 it stays without');
  const none = nat64().out(udp({ from: NODE[6], to: FOR[6], ports: PORTS }, HELLO, 0), 'p', 0);
  t.same(none, { packets: [], back: [], refused: 'translation' }, 'which IPv6 does not allow');
});

t.test('TUN-20: a wrong checksum stays wrong, for whoever gets the packet', (t) => {
  for (const [it, family] of [
    [nat46(), 4],
    [nat64(), 6],
  ] as const) {
    const wrong = udp({ from: NODE[family], to: FOR[family], ports: PORTS }, HELLO, 0x1234);
    t.same(only(it.out(wrong, 'p', 0).packets).faults, ['checksum of 17']);
  }
});

t.test('source routes are refused, and their senders told (4.1, 5.1)', (t) => {
  const loose = udp(
    { from: NODE[4], to: FOR[4], ports: PORTS, options: [131, 7, 4, 192, 0, 2, 9, 0] },
    HELLO,
  );
  const told = nat46().out(loose, 'p', 0);
  t.same([told.packets, told.refused, [...only(told.back).payload.slice(0, 2)]], [[], 'translation', [3, 5]]);
  const done = udp({ from: NODE[4], to: FOR[4], ports: PORTS, options: [131, 7, 8, 192, 0, 2, 9, 0] }, HELLO);
  t.equal(nat46().out(done, 'p', 0).packets.length, 1, 'one that has done its work is no matter');
  const routed = udp(
    { from: NODE[6], to: FOR[6], ports: PORTS, options: [17, 0, 0, 1, 0, 0, 0, 0], next: 43 },
    HELLO,
  );
  const refused = nat64().out(routed, 'p', 0);
  const { payload } = only(refused.back);
  t.same([refused.packets, [...payload.slice(0, 2), ...payload.slice(4, 8)]], [[], [4, 0, 0, 0, 0, 43]]);
});

type Row = readonly [readonly number[], readonly number[] | undefined];

/** Type, code, word of ICMP; the same of ICMPv6, or none. (4.2) */
const TO_6: readonly Row[] = [
  ...[0, 1, 5, 6, 7, 8, 11, 12].map(
    (code) =>
      [
        [3, code, 0],
        [1, 0, 0],
      ] as const,
  ),
  ...[9, 10, 13, 15].map(
    (code) =>
      [
        [3, code, 0],
        [1, 1, 0],
      ] as const,
  ),
  [
    [3, 2, 0],
    [4, 1, 6],
  ],
  [
    [3, 3, 0],
    [1, 4, 0],
  ],
  [
    [3, 4, 1400],
    [2, 0, 1420],
  ],
  [
    [3, 4, 1100],
    [2, 0, 1280],
  ],
  [
    [3, 4, 9000],
    [2, 0, 1500],
  ],
  [
    [3, 4, 0],
    [2, 0, 1280],
  ],
  [[3, 14, 0], undefined],
  [
    [11, 0, 0],
    [3, 0, 0],
  ],
  [
    [11, 1, 0],
    [3, 1, 0],
  ],
  ...[
    [0, 0],
    [1, 1],
    [2, 4],
    [3, 4],
    [8, 7],
    [9, 6],
    [12, 8],
    [15, 8],
    [16, 24],
    [19, 24],
  ].map(
    ([from = 0, to = 0]) =>
      [
        [12, 0, from * 0x1000000],
        [4, 0, to],
      ] as const,
  ),
  ...[4, 5, 6, 7, 10, 11, 20].map((from) => [[12, 0, from * 0x1000000], undefined] as const),
  [[12, 1, 0], undefined],
  [
    [12, 2, 0],
    [4, 0, 0],
  ],
  [[4, 0, 0], undefined],
  [[5, 1, 0], undefined],
];

/** The other way. (5.2) */
const TO_4: readonly Row[] = [
  [
    [1, 0, 0],
    [3, 1, 0],
  ],
  [
    [1, 1, 0],
    [3, 10, 0],
  ],
  [
    [1, 2, 0],
    [3, 1, 0],
  ],
  [
    [1, 3, 0],
    [3, 1, 0],
  ],
  [
    [1, 4, 0],
    [3, 3, 0],
  ],
  [[1, 5, 0], undefined],
  [
    [2, 0, 1400],
    [3, 4, 1380],
  ],
  [
    [2, 0, 9000],
    [3, 4, 1500],
  ],
  [
    [3, 0, 0],
    [11, 0, 0],
  ],
  [
    [3, 1, 0],
    [11, 1, 0],
  ],
  [
    [4, 1, 40],
    [3, 2, 0],
  ],
  [[4, 2, 0], undefined],
  ...[
    [0, 0],
    [1, 1],
    [4, 2],
    [5, 2],
    [6, 9],
    [7, 8],
    [8, 12],
    [23, 12],
    [24, 16],
    [39, 16],
  ].map(
    ([from = 0, to = 0]) =>
      [
        [4, 0, from],
        [12, 0, to * 0x1000000],
      ] as const,
  ),
  ...[2, 3, 40].map((from) => [[4, 0, from], undefined] as const),
  [[137, 0, 0], undefined],
];

const error = ([type = 0, code = 0, word = 0]: readonly number[]) => ({ type, code, word });

t.test('ICMP errors as ICMPv6 (4.2)', (t) => {
  for (const [from, to] of TO_6) t.same(toIcmpv6(error(from), 1300, 1500), to && error(to), `${from}`);
  t.same(toIcmpv6(error([3, 4, 0]), 1500, 9000), error([2, 0, 1512]), 'the next plateau below 1500 is 1492');
});

t.test('ICMPv6 errors as ICMP (5.2)', (t) => {
  for (const [from, to] of TO_4) t.same(toIcmp(error(from), 1500), to && error(to), `${from}`);
});

t.test('an error that the other family has no word for is discarded', (t) => {
  const it = nat64();
  it.out(udp({ from: NODE[6], to: FOR[6], ports: PORTS }, HELLO), 'p', 0);
  const sent = udp({ from: RELAY[4], to: PEER[4], ports: PORTS }, HELLO);
  const got = it.in(icmp({ from: PEER[4], to: RELAY[4] }, 3, 14, [0, 0, 0, 0], sent), 0);
  t.same(got, { reply: [], refused: 'translation' });
});

t.test('the packet in an error is cut to what the other family allows, and extensions left out', (t) => {
  const it = nat46();
  it.out(udp({ from: NODE[4], to: FOR[4], ports: PORTS }, HELLO), 'p', 0);
  const sent = udp({ from: RELAY[6], to: PEER[6], ports: PORTS }, new Uint8Array(1000));
  const told = it.in(icmp({ from: PEER[6], to: RELAY[6] }, 1, 4, [0, 0, 0, 0], sent), 0).to?.packets ?? [];
  t.same([told[0]?.length, only(told).faults, only(told).from], [576, [], FOR[4]]);
  const inside = see(only(told).payload.subarray(8), { isPart: true });
  t.same([inside.from, inside.to, inside.faults], [NODE[4], FOR[4], []]);
  const short = new Uint8Array(128 + 8);
  short.set(udp({ from: RELAY[6], to: PEER[6], ports: PORTS }, HELLO));
  const units = it.in(icmp({ from: PEER[6], to: RELAY[6] }, 1, 4, [16, 0, 0, 0], short), 0).to?.packets ?? [];
  t.same([...only(units).payload.slice(4, 8)], [0, 0, 0, 0], 'without the length of what is before them');
  t.equal(
    shown(PEER[6]),
    only(nat46().out(udp({ from: NODE[4], to: FOR[4], ports: PORTS }, HELLO), 'p', 0).packets).to,
  );
});

t.test('what is no UDP, TCP or ICMP does not cross', (t) => {
  const { packets, refused, back } = nat46().out(ip({ from: NODE[4], to: FOR[4] }, 47, HELLO), 'p', 0);
  t.same([packets, refused, only(back).faults], [[], 'translation', []]);
});
