/** Mappings and filters of UDP. RFC 4787 */
import t from '../../../tap.ts';
import {
  addr,
  down,
  FOR_OTHER,
  NODE,
  NODE_B,
  napt,
  OTHER,
  ofNodeB,
  PEER,
  peering,
  portOf,
  RELAY,
  toOther,
  up,
} from './bench.ts';
import { icmp, see, shown, udp } from './packets.ts';

const NOTHING = { reply: [], refused: 'mapping' };

t.test('RFC 4787, REQ-1: one mapping for all peers and ports', (t) => {
  const it = napt({ ports: [5000, 5999] });
  it.bind(peering('p'), 0);
  it.bind(toOther('q'), 0);
  const port = portOf(it.out(up([1000, 53]), 'p', 0));
  t.ok(port >= 5000 && port <= 5999);
  t.equal(portOf(it.out(up([1000, 54]), 'p', 0)), port, 'another port of the peer');
  t.equal(portOf(it.out(up([1000, 53], { to: FOR_OTHER[4] }), 'q', 0)), port, 'another peer');
  t.same(it.sizes().mappings, 1);
});

t.test('RFC 4787, REQ-2: all mappings of a node have one address', (t) => {
  const pool = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map(addr);
  const it = napt({ addresses: pool });
  it.bind(peering('p'), 0);
  it.bind(toOther('q'), 0);
  it.bind(ofNodeB('r'), 0);
  const froms = (packet: Uint8Array, path: string) =>
    it.out(packet, path, 0).packets.map((one) => see(one).from);
  const own = Array.from({ length: 20 }, (_, i) => froms(up([1000 + i, 53]), 'p')).flat();
  own.push(...froms(up([3000, 53], { to: FOR_OTHER[4] }), 'q'));
  t.same([...new Set(own)], ['192.0.2.1']);
  t.same(froms(up([1000, 53], { from: NODE_B[4] }), 'r'), ['192.0.2.2'], 'another node has the next');
});

t.test('RFC 4787, REQ-3: no port has two mappings, and the range stays', (t) => {
  const it = napt({ ports: [1, 60_000] });
  it.bind(peering('p'), 0);
  it.bind(ofNodeB('q'), 0);
  t.equal(portOf(it.out(up([1000, 53]), 'p', 0)), 1000, 'the own one where it is free');
  const second = portOf(it.out(up([1000, 53], { from: NODE_B[4] }), 'q', 0));
  t.ok(second !== 1000);
  t.ok(second < 1024, `well known still: ${second}`);
  t.equal(portOf(it.out(up([5001, 53]), 'p', 0)), 5001);
  t.ok(portOf(it.out(up([5001, 53], { from: NODE_B[4] }), 'q', 0)) >= 1024);
  const ordinary = napt();
  ordinary.bind(peering('p'), 0);
  t.ok(portOf(ordinary.out(up([80, 53]), 'p', 0)) >= 1024, 'no such port of the relay, so another');
});

t.test('RFC 4787, REQ-4: an even port becomes an even one, an odd one odd', (t) => {
  const it = napt({ ports: [40_000, 40_999] });
  it.bind(peering('p'), 0);
  for (let port = 2000; port < 2200; port++) t.equal(portOf(it.out(up([port, 53]), 'p', 0)) % 2, port % 2);
});

t.test('RFC 4787, REQ-5: a mapping lives as long as its timer says, 120 s if nobody says', (t) => {
  for (const [udpTimer, timers] of [
    [120_000, {}],
    [300_000, { udp: 300_000 }],
  ] as const) {
    const it = napt({ timers });
    it.bind(peering('p'), 0);
    const port = portOf(it.out(up([1000, 53]), 'p', 0));
    t.ok(it.in(down([53, port]), udpTimer - 1).to, `to its last millisecond of ${udpTimer}`);
    const end = 2 * udpTimer - 1;
    t.same(it.in(down([53, port]), end), NOTHING);
    it.expire(end + 10_000);
    t.equal(it.sizes().mappings, 0);
  }
});

t.test('RFC 4787, REQ-6: packets of the node keep the mapping, and those of the peer', (t) => {
  const it = napt();
  it.bind(peering('p'), 0);
  const port = portOf(it.out(up([1000, 53]), 'p', 0));
  for (let now = 0; now < 3_000_000; now += 110_000) t.equal(portOf(it.out(up([1000, 53]), 'p', now)), port);
  for (let now = 3_000_000; now < 6_000_000; now += 110_000) t.ok(it.in(down([53, port]), now).to);
  for (let now = 6_000_000; now < 9_000_000; now += 110_000) t.ok(it.quickOut(up([1000, 53]), 'p', now));
  for (let now = 9_000_000; now < 12_000_000; now += 110_000) t.ok(it.quickIn(down([53, port]), now));
});

t.test(
  'RFC 4787, REQ-8: packets of peers that the node sent to come in, from any port, and no others',
  (t) => {
    const it = napt();
    it.bind(peering('p'), 0);
    it.bind(toOther('q'), 0);
    const port = portOf(it.out(up([1000, 53]), 'p', 0));
    t.ok(it.in(down([53, port]), 0).to);
    t.ok(it.in(down([54, port]), 0).to, 'another port');
    t.same(it.in(down([53, port], { from: OTHER[4] }), 0), NOTHING, 'another peer, of whom there is a path');
    t.same(it.in(down([53, port], { from: '203.0.113.77' }), 0), NOTHING, 'a stranger');
    t.same(it.in(down([53, port + 1]), 0), NOTHING, 'a port that nobody has');
    t.same(it.in(down([53, port], { to: '192.0.2.9' }), 0), NOTHING, 'not of the relay');
    t.equal(it.quickIn(down([53, port], { from: OTHER[4] }), 0), undefined);
    it.out(up([1000, 53], { to: FOR_OTHER[4] }), 'q', 1);
    t.equal(it.in(down([53, port], { from: OTHER[4] }), 1).to?.pathId, 'q', 'once the node sent there');
  },
);

t.test('RFC 4787, REQ-9: no path leads to an address of the relay, so nothing turns back there', (t) => {
  const it = napt();
  t.same(
    [RELAY[4], RELAY[6], PEER[4], PEER[6]].map((ip) => it.serves(addr(ip))),
    [false, false, true, true],
  );
  t.throws(() => it.bind(peering('p', { peer: addr(RELAY[4]) }), 0), RangeError);
  const onlyIpv4 = napt({ addresses: [addr(RELAY[4])] });
  t.notOk(onlyIpv4.serves(addr(PEER[6])));
});

t.test('RFC 4787, REQ-10: what is inside of a datagram stays as it is', (t) => {
  const it = napt();
  it.bind(peering('p'), 0);
  const data = new TextEncoder().encode(`INVITE sip:a@${PEER[4]} ${NODE[4]}:5060 PORT 198,18,0,1,19,136`);
  const out = it.out(udp({ from: NODE[4], to: '198.18.9.5', ports: [5060, 5060] }, data), 'p', 0);
  t.same(
    out.packets.map((packet) => see(packet).payload.slice(8)),
    [data],
  );
});

t.test('RFC 4787, REQ-11: all the same with many mappings, and when the port is taken', (t) => {
  const it = napt({ ports: [1024, 1151] });
  it.bind(peering('p'), 0);
  it.bind(toOther('q'), 0);
  const ports = Array.from({ length: 128 }, (_, i) => portOf(it.out(up([3000 + i, 53]), 'p', 0)));
  t.equal(new Set(ports).size, 128);
  for (const [i, port] of ports.entries()) {
    t.equal(portOf(it.out(up([3000 + i, 99], { to: FOR_OTHER[4] }), 'q', 1)), port);
    t.same(it.in(down([53, port], { from: '203.0.113.77' }), 1), NOTHING);
  }
});

t.test('RFC 4787, REQ-12: an ICMP error ends no mapping', (t) => {
  const it = napt();
  it.bind(peering('p'), 0);
  const port = portOf(it.out(up([1000, 53]), 'p', 0));
  const sent = udp({ from: RELAY[4], to: PEER[4], ports: [port, 53] }, Uint8Array.of(1, 2, 3));
  for (let code = 0; code < 16; code++) {
    const error = icmp({ from: PEER[4], to: RELAY[4] }, 3, code, [0, 0, 0, 0], sent);
    t.equal(it.in(error, 1).to?.packets.length, 1, `unreachable, code ${code}`);
  }
  t.ok(it.in(down([53, port]), 2).to);
  t.equal(portOf(it.out(up([1000, 53]), 'p', 2)), port);
  const error = icmp({ from: '198.51.100.7', to: RELAY[4] }, 11, 0, [0, 0, 0, 0], sent);
  t.equal(it.in(error, 3).to?.packets.length, 1, 'whoever it is from');
});

t.test('RSN-04: a path that replaces another has its mappings, and the old one cannot end them', (t) => {
  const it = napt({ timers: { udp: 300_000 } });
  it.bind(peering('p'), 0);
  const port = portOf(it.out(up([1000, 53]), 'p', 0));
  it.bind(peering('p2', { standsFor: addr('198.18.9.55') }), 1);
  it.leave('p');
  const back = it.in(down([53, port]), 2).to;
  t.equal(back?.pathId, 'p2');
  t.equal(
    back && see(back.packets[0] ?? up([1, 1])).from,
    '198.18.9.55',
    'from what stands for the peer now',
  );
  t.equal(portOf(it.out(up([1000, 53], { to: '198.18.9.55' }), 'p2', 2)), port);
  t.equal(portOf(it.out(up([1000, 53]), 'p', 2)), port, 'the old path still sends');
  it.release('p', 3);
  t.equal(it.in(down([53, port]), 200_000).to?.pathId, 'p2', 'for more than the time of a path that is gone');
  t.same(
    it.out(up([1000, 53]), 'p', 4),
    { packets: [], back: [], refused: 'mapping' },
    'the old path is gone',
  );
});

t.test(
  'RSN-04: of two paths answers go by that which the node used last, and by none that is closed',
  (t) => {
    const it = napt();
    it.bind(peering('p'), 0);
    const port = portOf(it.out(up([1000, 53]), 'p', 0));
    const back = () => it.in(down([53, port]), 1).to?.pathId;
    it.bind(peering('p2'), 0);
    t.equal(back(), 'p', 'not by one that was never used');
    it.out(up([1000, 53]), 'p2', 0);
    t.equal(back(), 'p2');
    t.ok(it.quickOut(up([1000, 53]), 'p', 0));
    t.equal(back(), 'p', 'the hot way is a way, too');
    it.leave('p');
    t.equal(back(), 'p2');
    it.out(up([1000, 53]), 'p', 0);
    t.equal(back(), 'p2', 'what was left stays so');
    it.leave('p2');
    it.release('p2', 1);
    t.equal(back(), 'p', 'one that is closed, if there is no other');
  },
);

t.test('RSN-04: a path of another node to the same peer has none of them', (t) => {
  const it = napt();
  it.bind(peering('p'), 0);
  const port = portOf(it.out(up([1000, 53]), 'p', 0));
  it.bind(ofNodeB('q'), 1);
  t.equal(it.in(down([53, port]), 2).to?.pathId, 'p');
});

t.test('RSN-04: a path for other addresses of the node gets no packets for the old ones', (t) => {
  const it = napt();
  it.bind(peering('p'), 0);
  const port = portOf(it.out(up([1000, 53]), 'p', 0));
  it.bind(peering('p2', { own: [addr('198.18.0.77')] }), 1);
  it.leave('p');
  t.same(it.in(down([53, port]), 2), NOTHING);
});

t.test('RSN-16: ports of a path that is gone are nobody else’s for 120 s', (t) => {
  const it = napt({ ports: [5000, 5000], timers: { udp: 300_000 } });
  it.bind(peering('p'), 0);
  it.bind(ofNodeB('q'), 0);
  t.equal(portOf(it.out(up([1000, 53]), 'p', 0)), 5000);
  it.release('p', 1000);
  t.same(it.in(down([53, 5000]), 1001), NOTHING);
  const other = up([1000, 53], { from: NODE_B[4] });
  t.equal(it.out(other, 'q', 120_900).refused, 'mapping-room');
  t.equal(portOf(it.out(other, 'q', 122_000)), 5000);
});

t.test('RSN-16: who comes back meanwhile has its port again', (t) => {
  const it = napt();
  it.bind(peering('p'), 0);
  const port = portOf(it.out(up([1000, 53]), 'p', 0));
  it.release('p', 1000);
  it.bind(peering('p2'), 60_000);
  t.equal(it.in(down([53, port]), 60_001).to?.pathId, 'p2');
  t.equal(portOf(it.out(up([1000, 53]), 'p2', 60_002)), port);
});

t.test('RSN-12: only between the addresses of the path', (t) => {
  const it = napt();
  it.bind(peering('p'), 0);
  it.bind(toOther('q'), 0);
  const none = { packets: [], back: [] };
  t.same(it.out(up([1, 2], { from: NODE_B[4] }), 'p', 0), { ...none, refused: 'inner-source' });
  t.same(it.out(up([1, 2], { to: FOR_OTHER[4] }), 'p', 0), { ...none, refused: 'inner-destination' });
  t.same(it.out(up([1, 2], { to: PEER[4] }), 'p', 0), { ...none, refused: 'inner-destination' });
  t.same(it.out(up([1, 2]), 'unknown', 0), { ...none, refused: 'mapping' });
  t.same(it.sizes().mappings, 0);
});

t.test('one mapping for each family of the general side', (t) => {
  const it = napt();
  it.bind(peering('p'), 0);
  it.bind(peering('q', { standsFor: addr(FOR_OTHER[4]), peer: addr(OTHER[6]) }), 0);
  const seen = [
    ...it.out(up([1000, 53]), 'p', 0).packets,
    ...it.out(up([1000, 53], { to: FOR_OTHER[4] }), 'q', 0).packets,
  ].map((packet) => see(packet).from);
  t.same(seen, [RELAY[4], shown(RELAY[6])]);
  t.equal(it.sizes().mappings, 2);
});
