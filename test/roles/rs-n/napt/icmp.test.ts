/** ICMP echo and errors. RFC 5508; between the families RFC 7915 */
import { concat } from '../../../../reference/bytes.ts';
import t from '../../../tap.ts';
import { addr, FAMILIES, FOR, NODE, NODE_B, napt, ofNodeB, PEER, peering, RELAY, up } from './bench.ts';
import { icmp, ip, see, shown, tcp, udp } from './packets.ts';

const ECHO = { 4: { request: 8, reply: 0 }, 6: { request: 128, reply: 129 } } as const;
const UNREACHABLE = { 4: [3, 3], 6: [1, 4] } as const;
const ROUTER = { 4: '198.51.100.7', 6: '2001:db8:77::7' } as const;
const DATA = Uint8Array.of(1, 2, 3, 4, 5);
const NONE = { reply: [], refused: 'mapping' };
const ZERO = [0, 0, 0, 0];

/** An echo with identifier 0x0102 and sequence 7. */
const echo = (from: string, to: string, type: number) => icmp({ from, to }, type, 0, [1, 2, 0, 7], DATA);
const first = (packets: readonly Uint8Array[] | undefined) => see(packets?.[0] ?? new Uint8Array(40));

for (const [inner, outer] of FAMILIES) {
  const start = () => {
    const it = napt();
    it.bind(peering('p', { standsFor: addr(FOR[inner]), peer: addr(PEER[outer]) }), 0);
    return it;
  };

  t.test(`RFC 5508, REQ-1: echo from IPv${inner} to IPv${outer} and back`, (t) => {
    const it = start();
    const there = first(it.out(echo(NODE[inner], FOR[inner], ECHO[inner].request), 'p', 0).packets);
    t.same([there.from, there.to, there.faults], [shown(RELAY[outer]), shown(PEER[outer]), []]);
    t.same(
      [...there.payload.slice(0, 2), ...there.payload.slice(4)],
      [ECHO[outer].request, 0, 1, 2, 0, 7, ...DATA],
    );
    const answer = echo(PEER[outer], RELAY[outer], ECHO[outer].reply);
    const back = first(it.in(answer, 1).to?.packets);
    t.same([back.from, back.to, back.faults], [shown(FOR[inner]), shown(NODE[inner]), []]);
    t.same(
      [...back.payload.slice(0, 2), ...back.payload.slice(4)],
      [ECHO[inner].reply, 0, 1, 2, 0, 7, ...DATA],
    );
    t.ok(it.quickIn(answer, 2), 'on the hot way too');
  });

  t.test(`RFC 5508, REQ-4: an error about what went from IPv${inner} to IPv${outer}`, (t) => {
    const it = start();
    const ports = [2000, 53] as const;
    it.out(udp({ from: NODE[inner], to: FOR[inner], ports }, DATA), 'p', 0);
    const sent = udp({ from: RELAY[outer], to: PEER[outer], ports, hops: 3 }, DATA);
    const [type, code] = UNREACHABLE[outer];
    const { to, reply } = it.in(icmp({ from: ROUTER[outer], to: RELAY[outer] }, type, code, ZERO, sent), 1);
    t.same([to?.pathId, to?.packets.length, reply], ['p', 1, []]);
    const error = first(to?.packets);
    t.same([error.from, error.to, error.faults], [shown(FOR[inner]), shown(NODE[inner]), []], 'RSN-07');
    t.same([...error.payload.slice(0, 2)], UNREACHABLE[inner]);
    const inside = see(error.payload.subarray(8));
    t.same([inside.from, inside.to, inside.ports], [shown(NODE[inner]), shown(FOR[inner]), [2000, 53]]);
    t.same([inside.hops, inside.faults], [3, []], 'as the router had it');
  });

  t.test(`RFC 5508, REQ-5: an error of the node, from IPv${inner} to IPv${outer}`, (t) => {
    const it = start();
    const ports = [2000, 53] as const;
    it.out(udp({ from: NODE[inner], to: FOR[inner], ports }, DATA), 'p', 0);
    const got = udp({ from: FOR[inner], to: NODE[inner], ports: [53, 2000] }, DATA);
    const [type, code] = UNREACHABLE[inner];
    const { packets, back } = it.out(
      icmp({ from: NODE[inner], to: FOR[inner] }, type, code, ZERO, got),
      'p',
      1,
    );
    t.same([packets.length, back], [1, []]);
    const error = first(packets);
    t.same([error.from, error.to, error.faults], [shown(RELAY[outer]), shown(PEER[outer]), []]);
    t.same([...error.payload.slice(0, 2)], UNREACHABLE[outer]);
    const inside = see(error.payload.subarray(8));
    t.same([inside.from, inside.to, inside.ports], [shown(PEER[outer]), shown(RELAY[outer]), [53, 2000]]);
    t.same(inside.faults, []);
  });

  t.test(`an error about an echo, of IPv${inner} to IPv${outer}, and about a part of TCP`, (t) => {
    const it = start();
    it.out(echo(NODE[inner], FOR[inner], ECHO[inner].request), 'p', 0);
    const [type, code] = UNREACHABLE[outer];
    const about = echo(RELAY[outer], PEER[outer], ECHO[outer].request);
    const error = first(
      it.in(icmp({ from: ROUTER[outer], to: RELAY[outer] }, type, code, ZERO, about), 1).to?.packets,
    );
    const inside = see(error.payload.subarray(8));
    t.same([error.faults, inside.faults, inside.payload[0]], [[], [], ECHO[inner].request]);
    it.out(tcp({ from: NODE[inner], to: FOR[inner], ports: [2000, 80] }, 2), 'p', 0);
    const sent = tcp({ from: RELAY[outer], to: PEER[outer], ports: [2000, 80] }, 2);
    const part = sent.subarray(0, sent.length - 12);
    const short = first(
      it.in(icmp({ from: ROUTER[outer], to: RELAY[outer] }, type, code, ZERO, part), 1).to?.packets,
    );
    const piece = see(short.payload.subarray(8), { isPart: true });
    t.same(
      [short.faults, piece.from, piece.to, piece.ports],
      [[], shown(NODE[inner]), shown(FOR[inner]), [2000, 80]],
    );
    t.same([...piece.payload.slice(4)], [1, 2, 3, 4], 'the sequence number follows the ports');
  });
}

const started = () => {
  const it = napt();
  it.bind(peering('p'), 0);
  it.out(up([2000, 53]), 'p', 0);
  return it;
};
const SENT = udp({ from: RELAY[4], to: PEER[4], ports: [2000, 53] }, Uint8Array.of(1, 2, 3));
const report = (about: Uint8Array, [type, code] = [3, 3]) =>
  icmp({ from: ROUTER[4], to: RELAY[4] }, type ?? 3, code ?? 3, ZERO, about);

t.test('RFC 5508, REQ-2: the mapping of an echo lives for 60 s', (t) => {
  const it = napt();
  it.bind(peering('p'), 0);
  it.out(echo(NODE[4], FOR[4], 8), 'p', 0);
  t.ok(it.in(echo(PEER[4], RELAY[4], 0), 59_999).to);
  t.same(it.in(echo(PEER[4], RELAY[4], 0), 120_000), NONE);
  const longer = napt({ timers: { echo: 90_000 } });
  longer.bind(peering('p'), 0);
  longer.out(echo(NODE[4], FOR[4], 8), 'p', 0);
  t.ok(longer.in(echo(PEER[4], RELAY[4], 0), 89_999).to, 'as configured');
});

t.test('RFC 5508, REQ-3: an error with a wrong checksum, or about a header with one, is discarded', (t) => {
  const it = started();
  t.ok(it.in(report(SENT), 0).to);
  const outer = report(SENT);
  outer[22] = (outer[22] ?? 0) ^ 1;
  t.same(it.in(outer, 0), { reply: [], refused: 'translation' });
  const header = SENT.slice();
  header[8] = 9;
  t.same(it.in(report(header), 0), { reply: [], refused: 'translation' });
  const data = SENT.slice();
  data[30] = 99;
  t.ok(it.in(report(data), 0).to, 'the checksum of UDP inside is nobody’s business');
  const options = udp(
    { from: RELAY[4], to: PEER[4], ports: [2000, 53], options: [7, 7, 4, 0, 0, 0, 0, 0] },
    Uint8Array.of(1),
  );
  const inside = see(first(it.in(report(options), 0).to?.packets).payload.subarray(8));
  t.same([inside.ports, inside.faults, inside.at], [[2000, 53], [], 28], 'behind options');
  const extended = concat(SENT, new Uint8Array(100 - SENT.length), Uint8Array.of(0x20, 0, 0xdf, 0xff));
  const kept = first(it.in(report(extended), 0).to?.packets);
  t.same([kept.faults, [...kept.payload.slice(-4)]], [[], [0x20, 0, 0xdf, 0xff]], 'extensions stay');
});

t.test('RFC 5508, REQ-4: an error about what no mapping sent is discarded', (t) => {
  const it = started();
  const about = (from: string, to: string, ports: readonly [number, number]) =>
    it.in(report(udp({ from, to, ports }, DATA)), 0);
  t.same(about(RELAY[4], PEER[4], [2001, 53]), NONE, 'another port');
  t.same(about(RELAY[4], '203.0.113.77', [2000, 53]), NONE, 'another peer');
  t.same(about('192.0.2.77', PEER[4], [2000, 53]), NONE, 'from elsewhere');
  t.ok(about(RELAY[4], PEER[4], [2000, 54]).to, 'another port of the peer is admitted, as its packets are');
  for (const [type, code] of [
    [3, 0],
    [3, 1],
    [3, 4],
    [3, 13],
    [11, 0],
    [11, 1],
    [12, 0],
  ] as const) {
    const { payload } = first(it.in(report(SENT, [type, code]), 0).to?.packets);
    t.same([...payload.slice(0, 2)], [type, code], 'type and code stay');
  }
});

t.test('RFC 5508, REQ-5: an error of the node about what it never got is discarded', (t) => {
  const it = started();
  it.bind(ofNodeB('q'), 0);
  const got = (ports: readonly [number, number]) => udp({ from: FOR[4], to: NODE[4], ports }, DATA);
  const refused = { packets: [], back: [], refused: 'mapping' };
  t.same(it.out(icmp({ from: NODE[4], to: FOR[4] }, 3, 3, ZERO, got([53, 2001])), 'p', 0), refused);
  const ofOther = udp({ from: FOR[4], to: NODE_B[4], ports: [53, 2000] }, DATA);
  t.same(it.out(icmp({ from: NODE_B[4], to: FOR[4] }, 3, 3, ZERO, ofOther), 'q', 0), refused);
  t.same(
    it.out(icmp({ from: NODE[4], to: FOR[4] }, 3, 3, ZERO, SENT), 'p', 0),
    refused,
    'not as it came here',
  );
});

t.test('RFC 5508, REQ-6: an error renews nothing and ends nothing', (t) => {
  const it = napt();
  it.bind(peering('p'), 0);
  it.out(echo(NODE[4], FOR[4], 8), 'p', 0);
  const error = report(echo(RELAY[4], PEER[4], 8));
  t.ok(it.in(error, 59_000).to);
  t.ok(it.in(error, 59_999).to, 'still there');
  t.same(it.in(error, 60_001), NONE, 'and not renewed');
});

t.test('RFC 5508, REQ-8: who finds no room is told that it is prohibited', (t) => {
  for (const family of [4, 6] as const) {
    const it = napt({ bounds: { mappingsPerNode: 1 } });
    it.bind(peering('p', { standsFor: addr(FOR[family]), peer: addr(PEER[family]) }), 0);
    const send = (port: number) =>
      it.out(udp({ from: NODE[family], to: FOR[family], ports: [port, 53] }, DATA), 'p', 0);
    t.equal(send(2000).packets.length, 1);
    const { packets, back, refused } = send(2001);
    t.same([packets, refused], [[], 'mapping-room']);
    const error = first(back);
    t.same([error.from, error.to, error.faults], [shown(FOR[family]), shown(NODE[family]), []]);
    t.same([...error.payload.slice(0, 2)], family === 4 ? [3, 13] : [1, 1]);
    t.equal(send(2000).packets.length, 1, 'what has room goes on');
  }
});

t.test('RFC 5508, REQ-10: hops that are used up are told, and unreachable and time exceeded pass', (t) => {
  for (const [inner, outer] of FAMILIES) {
    const it = napt();
    it.bind(peering('p', { standsFor: addr(FOR[inner]), peer: addr(PEER[outer]) }), 0);
    const ports = [2000, 53] as const;
    const last = udp({ from: NODE[inner], to: FOR[inner], ports, hops: 1 }, DATA);
    t.equal(it.quickOut(last, 'p', 0), undefined);
    const { packets, back, refused } = it.out(last, 'p', 0);
    t.same([packets, refused], [[], 'translation']);
    const error = first(back);
    t.same([error.from, error.to, error.faults], [shown(FOR[inner]), shown(NODE[inner]), []], 'RSN-15');
    t.same([...error.payload.slice(0, 2)], inner === 4 ? [11, 0] : [3, 0]);
    it.out(udp({ from: NODE[inner], to: FOR[inner], ports }, DATA), 'p', 0);
    const late = udp({ from: PEER[outer], to: RELAY[outer], ports: [53, 2000], hops: 1 }, DATA);
    t.equal(it.quickIn(late, 0), undefined);
    const from = it.in(late, 0);
    t.same([from.to, from.refused], [undefined, 'translation']);
    const told = first(from.reply);
    t.same([told.from, told.to, told.faults], [shown(RELAY[outer]), shown(PEER[outer]), []]);
    t.same([...told.payload.slice(0, 2)], outer === 4 ? [11, 0] : [3, 0]);
  }
});

t.test('RFC 5508, REQ-11: what is neither query nor error is discarded', (t) => {
  const it = started();
  const redirect = report(SENT, [5, 1]);
  t.same(it.in(redirect, 0), NONE);
  t.same(
    it.in(icmp({ from: PEER[4], to: RELAY[4] }, 9, 0, ZERO, DATA), 0),
    NONE,
    'a router that advertises itself',
  );
  t.same(it.in(echo(PEER[4], RELAY[4], 8), 0), NONE, 'the relay itself answers no echo');
  const quench = it.out(icmp({ from: NODE[4], to: FOR[4] }, 4, 0, ZERO, SENT), 'p', 0);
  t.same([quench.packets, quench.refused], [[], 'translation']);
  const esp = it.out(ip({ from: NODE[4], to: FOR[4] }, 50, DATA), 'p', 0);
  t.same([esp.packets, esp.refused, [...first(esp.back).payload.slice(0, 2)]], [[], 'translation', [3, 13]]);
  t.same(it.in(ip({ from: PEER[4], to: RELAY[4] }, 50, DATA), 0), NONE);
});
