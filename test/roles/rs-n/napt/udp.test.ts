/** UDP through the translator, there and back. RFC 4787 */
import { ascii, toHex } from '../../../../reference/bytes.ts';
import t from '../../../tap.ts';
import { addr, FAMILIES, FOR, NODE, napt, PEER, peering, RELAY } from './bench.ts';
import { see, shown, udp } from './packets.ts';

const HELLO = ascii('hello');

t.test('exact bytes, there and back', (t) => {
  const it = napt();
  it.bind(peering('p', { standsFor: addr('198.18.0.2') }), 0);
  // UDP 1000 to 2000 with "hello", from 198.18.0.1 to .2; then from 192.0.2.1:2001 to 203.0.113.5, TTL 63.
  const there = udp({ from: NODE[4], to: '198.18.0.2', ports: [40000, 53], trafficClass: 0xb9 }, HELLO);
  const { packets } = it.out(there, 'p', 0);
  t.same(packets.map(toHex), [
    toHex(udp({ from: RELAY[4], to: PEER[4], ports: [40000, 53], trafficClass: 0xb9, hops: 63 }, HELLO)),
  ]);
  const back = udp({ from: PEER[4], to: RELAY[4], ports: [53, 40000], hops: 50 }, HELLO);
  t.same(it.in(back, 0), {
    to: {
      pathId: 'p',
      packets: [udp({ from: '198.18.0.2', to: NODE[4], ports: [53, 40000], hops: 49 }, HELLO)],
    },
    reply: [],
  });
});

for (const [inner, outer] of FAMILIES) {
  t.test(`from IPv${inner} to IPv${outer} and back`, (t) => {
    const it = napt();
    it.bind(peering('p', { standsFor: addr(FOR[inner]), peer: addr(PEER[outer]) }), 0);
    const there = udp({ from: NODE[inner], to: FOR[inner], ports: [40001, 53], trafficClass: 0x2e }, HELLO);
    const { packets, back, refused } = it.out(there, 'p', 0);
    t.same([packets.length, back, refused], [1, [], undefined]);
    const out = see(packets[0] ?? HELLO);
    t.same(
      [out.from, out.to, out.ports, out.hops, out.trafficClass, out.faults],
      [shown(RELAY[outer]), shown(PEER[outer]), [40001, 53], 63, 0x2e, []],
    );
    const answer = udp({ from: PEER[outer], to: RELAY[outer], ports: [53, 40001] }, HELLO);
    const { to, reply } = it.in(answer, 1);
    t.same([to?.pathId, to?.packets.length, reply], ['p', 1, []]);
    const back2 = see(to?.packets[0] ?? HELLO);
    t.same(
      [back2.from, back2.to, back2.ports, back2.hops, back2.faults],
      [shown(FOR[inner]), shown(NODE[inner]), [53, 40001], 63, []],
    );
    t.same(it.quickOut(there, 'p', 2) && see(it.quickOut(there, 'p', 2) ?? HELLO).faults, []);
    t.equal(it.quickIn(answer, 2)?.pathId, 'p');
  });
}
