/** Packets in pieces, and packets that are too large. */
import { concat } from '../../../../reference/bytes.ts';
import { fragment, fragmentIpv6 } from '../../../../reference/packet/fragment.ts';
import t from '../../../tap.ts';
import { addr, down, FAMILIES, FOR, NODE, NODE_B, napt, ofNodeB, PEER, peering, RELAY } from './bench.ts';
import { ip, see, shown, UDP, udp } from './packets.ts';

const data = (length: number) => Uint8Array.from({ length }, (_, i) => i % 251);
const PORTS = [2000, 53] as const;
const BACK = [53, 2000] as const;

/** A packet and its pieces of at most 600 bytes. */
function pieces(
  from: string,
  to: string,
  ports: readonly [number, number],
  length: number,
  id = 7,
): Uint8Array[] {
  const whole = udp({ from, to, ports, flags: 0, identification: id }, data(length));
  return from.includes(':') ? fragmentIpv6(whole, 600, id) : (fragment(whole, 600) ?? []);
}

/** What is in the fragments, put together by their offsets. */
function joined(packets: readonly Uint8Array[]): Uint8Array {
  const parts = packets.map((packet) => {
    const { payload, flags, protocol } = see(packet, { isPart: true });
    if (flags !== undefined) return { at: 8 * (flags & 0x1fff), bytes: payload };
    if (protocol !== 44) return { at: 0, bytes: payload };
    return { at: ((payload[2] ?? 0) * 256 + (payload[3] ?? 0)) & 0xfff8, bytes: payload.subarray(8) };
  });
  return concat(...parts.sort((a, b) => a.at - b.at).map(({ bytes }) => bytes));
}

/** The packet that the fragments are of, its checksums looked at as a whole. */
function wholeOf(packets: readonly Uint8Array[]) {
  const [one] = packets;
  if (one === undefined) throw new Error('none');
  const { from, to } = see(one, { isPart: true });
  return see(ip({ from, to, flags: 0 }, UDP, joined(packets)));
}

for (const [inner, outer] of FAMILIES) {
  const start = () => {
    const it = napt();
    it.bind(peering('p', { standsFor: addr(FOR[inner]), peer: addr(PEER[outer]) }), 0);
    return it;
  };

  t.test(`RFC 4787, REQ-14: pieces in any order, from IPv${inner} to IPv${outer} and back`, (t) => {
    const there = pieces(NODE[inner], FOR[inner], PORTS, 1200);
    t.equal(there.length, 3);
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const it = start();
      const outcomes = order.map((index) => it.out(there[index] ?? data(1), 'p', 0));
      t.same(
        outcomes.map(({ refused }) => refused),
        [undefined, undefined, undefined],
      );
      t.same(
        outcomes.slice(0, 2).flatMap(({ packets }) => packets),
        [],
      );
      const sent = outcomes[2]?.packets ?? [];
      const out = wholeOf(sent);
      t.same([out.from, out.to, out.ports, out.faults], [shown(RELAY[outer]), shown(PEER[outer]), PORTS, []]);
      t.same(out.payload.slice(8), data(1200));
      const answers = pieces(PEER[outer], RELAY[outer], BACK, 1190);
      const back = order.map((index) => it.in(answers[index] ?? data(1), 1));
      const whole = wholeOf(back[2]?.to?.packets ?? []);
      t.same(
        [whole.from, whole.to, whole.ports, whole.faults],
        [shown(FOR[inner]), shown(NODE[inner]), BACK, []],
      );
      t.same(it.sizes().reassemblies, 0);
    }
  });

  t.test(`RSN-11: larger than the way on, from IPv${inner} to IPv${outer}: in pieces again`, (t) => {
    const it = start();
    const sent = pieces(NODE[inner], FOR[inner], PORTS, 3000).flatMap((one) => it.out(one, 'p', 0).packets);
    t.ok(sent.length > 1);
    t.ok(sent.every((one) => one.length <= 1500 && see(one, { isPart: true }).faults.length === 0));
    t.same([wholeOf(sent).faults, wholeOf(sent).payload.slice(8)], [[], data(3000)]);
    const back = pieces(PEER[outer], RELAY[outer], BACK, 3000).flatMap(
      (one) => it.in(one, 0).to?.packets ?? [],
    );
    t.ok(back.length > 1 && back.every((one) => one.length <= 1280));
    t.same([wholeOf(back).faults, wholeOf(back).payload.slice(8)], [[], data(3000)]);
  });

  t.test(`RFC 4787, REQ-13: too large and not to be cut, from IPv${inner} to IPv${outer}`, (t) => {
    const it = start();
    const head = inner === 4 ? 28 : 48;
    const limit = 1500 + (inner === outer ? 0 : inner === 4 ? -20 : 20);
    const of = (size: number) => udp({ from: NODE[inner], to: FOR[inner], ports: PORTS }, data(size - head));
    const right = it.out(of(limit), 'p', 0);
    t.same([right.packets.length, right.packets[0]?.length], [1, 1500]);
    t.ok(it.quickOut(of(limit), 'p', 0));
    t.equal(it.quickOut(of(limit + 1), 'p', 0), undefined);
    const { packets, back, refused } = it.out(of(limit + 1), 'p', 0);
    t.same([packets, refused], [[], 'translation']);
    const error = see(back[0] ?? data(60));
    t.same([error.from, error.to, error.faults], [shown(FOR[inner]), shown(NODE[inner]), []]);
    t.same([...error.payload.slice(0, 2)], inner === 4 ? [3, 4] : [2, 0]);
    t.equal((error.payload[6] ?? 0) * 256 + (error.payload[7] ?? 0), limit);

    const own = outer === 4 ? 28 : 48;
    const most = 1280 + (inner === outer ? 0 : outer === 4 ? -20 : 20);
    const answer = (size: number) =>
      udp({ from: PEER[outer], to: RELAY[outer], ports: BACK }, data(size - own));
    t.equal(it.in(answer(most), 0).to?.packets[0]?.length, 1280);
    t.equal(it.quickIn(answer(most + 1), 0), undefined);
    const { to, reply } = it.in(answer(most + 1), 0);
    t.equal(to, undefined);
    const told = see(reply[0] ?? data(60));
    t.same([told.from, told.to, told.faults], [shown(RELAY[outer]), shown(PEER[outer]), []]);
    t.same([...told.payload.slice(0, 2)], outer === 4 ? [3, 4] : [2, 0]);
    t.equal((told.payload[6] ?? 0) * 256 + (told.payload[7] ?? 0), most);
    it.resize('p', 1400);
    t.ok(it.in(answer(most + 1), 0).to, 'once the path carries more');
  });
}

t.test('TUN-15: a path that carries 1152 bytes takes IPv6 of 1280 all the same', (t) => {
  for (const [inner, outer] of FAMILIES) {
    const it = napt();
    it.bind(peering('p', { standsFor: addr(FOR[inner]), peer: addr(PEER[outer]) }), 0);
    it.resize('p', 1152);
    it.bind(peering('p', { standsFor: addr(FOR[inner]), peer: addr(PEER[outer]) }), 0);
    it.out(udp({ from: NODE[inner], to: FOR[inner], ports: PORTS }, data(1)), 'p', 0);
    const own = outer === 4 ? 28 : 48;
    const answer = (size: number) =>
      udp({ from: PEER[outer], to: RELAY[outer], ports: BACK }, data(size - own));
    const most = inner === 6 ? (outer === 6 ? 1280 : 1260) : outer === 4 ? 1152 : 1280;
    const packets = it.in(answer(most), 0).to?.packets ?? [];
    t.ok(packets.length > 0 && packets.every(({ length }) => length <= (inner === 6 ? 1280 : 1152)));
    const told = it.in(answer(most + 1), 0).reply[0] ?? data(60);
    t.equal((see(told).payload[6] ?? 0) * 256 + (see(told).payload[7] ?? 0), most, `${inner} ${outer}`);
  }
});

t.test('RFC 4787, REQ-13: without DF it goes in pieces, in their order', (t) => {
  const it = napt();
  it.bind(peering('p'), 0);
  const large = udp({ from: NODE[4], to: FOR[4], ports: PORTS, flags: 0, identification: 9 }, data(3000));
  const { packets } = it.out(large, 'p', 0);
  t.same(
    packets.map((one) => see(one, { isPart: true }).flags),
    [0x2000, 0x2000 | 185, 370],
  );
  t.same(
    packets.map((one) => see(one, { isPart: true }).identification),
    [9, 9, 9],
  );
  t.same(wholeOf(packets).faults, []);
});

t.test('RFC 4787, REQ-14: fragments that never become whole take little, and not what others need', (t) => {
  const it = napt({ bounds: { reassemblies: 8, reassembliesEach: 4 } });
  it.bind(peering('p'), 0);
  it.bind(ofNodeB('q'), 0);
  const first = (id: number, from: string = NODE[4]) => pieces(from, FOR[4], PORTS, 1200, id)[0] ?? data(1);
  const refused = Array.from({ length: 10 }, (_, id) => it.out(first(id), 'p', 0).refused);
  t.same(
    refused,
    [...Array(4).fill(undefined), ...Array(6).fill('fragment')],
    'RSN-11: bounded for each path',
  );
  t.equal(it.sizes().reassemblies, 4);
  const rest = pieces(NODE_B[4], FOR[4], PORTS, 1200, 3).flatMap((one) => it.out(one, 'q', 0).packets);
  t.equal(rest.length, 1, 'another path has its own');
  t.equal(it.out(udp({ from: NODE[4], to: FOR[4], ports: PORTS }, data(9)), 'p', 0).packets.length, 1);
  const strange = pieces('203.0.113.77', RELAY[4], BACK, 1200);
  t.same(it.in(strange[0] ?? data(1), 0), { reply: [], refused: 'mapping' }, 'nothing of strangers is held');
  t.equal(it.expire(14_999), 0);
  t.equal(it.expire(26_000), 4, 'after their time they are counted');
  t.same([it.sizes().reassemblies, it.sizes().reassemblyBytes], [0, 0]);
});

t.test('RSN-11: fragments that overlap or contradict each other take their packet with them', (t) => {
  const it = napt();
  it.bind(peering('p'), 0);
  const part = (offset: number, more: boolean, length: number) =>
    ip(
      { from: NODE[4], to: FOR[4], flags: (offset >> 3) | (more ? 0x2000 : 0), identification: 5 },
      UDP,
      data(length),
    );
  const play = (...parts: Uint8Array[]) => parts.map((one) => it.out(one, 'p', 0).refused);
  t.same(play(part(0, true, 80), part(72, true, 80)), [undefined, 'fragment'], 'overlap');
  t.equal(it.sizes().reassemblies, 0);
  t.same(play(part(160, false, 8), part(240, false, 8)), [undefined, 'fragment'], 'two ends');
  t.same(play(part(160, false, 8), part(168, true, 8)), [undefined, 'fragment'], 'behind the end');
  t.same(
    play(part(80, true, 8), part(80, true, 8)),
    [undefined, 'fragment'],
    'a copy, which leaves the first',
  );
  t.equal(it.sizes().reassemblies, 1);
  t.same(play(part(0, true, 81)), ['fragment'], 'not of 8 bytes');
  t.same(play(part(65_520, false, 100)), ['fragment'], 'longer than any packet');
});

t.test('fragments of two nodes are not mixed', (t) => {
  const it = napt();
  it.bind(peering('p', { own: [addr(NODE[4])] }), 0);
  it.bind(ofNodeB('q'), 0);
  const mine = pieces(NODE[4], FOR[4], PORTS, 1000);
  const others = pieces(NODE_B[4], FOR[4], PORTS, 1000);
  t.equal(it.out(mine[0] ?? data(1), 'p', 0).packets.length, 0);
  t.equal(it.out(others[1] ?? data(1), 'q', 0).packets.length, 0);
  t.equal(it.out(mine[1] ?? data(1), 'p', 0).packets.length, 1);
  t.ok(it.in(down([53, 2000]), 0).to);
});
