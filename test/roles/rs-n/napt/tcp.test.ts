/** TCP connections. RFC 5382 */
import type { Napt } from '../../../../reference/roles/rs-n/napt/napt.ts';
import type { TcpState } from '../../../../reference/roles/rs-n/napt/tcp.ts';
import { afterSegment, firstState, TCP_STATES, TIMER_OF } from '../../../../reference/roles/rs-n/napt/tcp.ts';
import t from '../../../tap.ts';
import {
  addr,
  FAMILIES,
  FOR,
  FOR_OTHER,
  NODE,
  napt,
  OTHER,
  PEER,
  peering,
  portOf,
  RELAY,
  toOther,
} from './bench.ts';
import { ACK, FIN, icmp, RST, SYN, see, shown, tcp } from './packets.ts';

const [OUT, IN, PORT] = [0, 1, 40_000];
type Ports = readonly [number, number];
type Step = readonly [way: typeof OUT | typeof IN, flags: number];
const [SYN_OUT, SYN_IN]: Step[] = [
  [OUT, SYN],
  [IN, SYN | ACK],
];

const up = (flags: number, ports: Ports = [PORT, 443]) => tcp({ from: NODE[4], to: FOR[4], ports }, flags);
const down = (flags: number, ports: Ports = [443, PORT]) =>
  tcp({ from: PEER[4], to: RELAY[4], ports }, flags);

function play(it: Napt, steps: readonly Step[], now = 0): boolean[] {
  return steps.map(([way, flags]) =>
    way === OUT ? it.out(up(flags), 'p', now).packets.length === 1 : it.in(down(flags), now).to !== undefined,
  );
}

function started(timers = {}): Napt {
  const it = napt({ timers });
  it.bind(peering('p'), 0);
  return it;
}

/** How long after the last of these steps a segment of the peer still gets in. */
function lives(steps: readonly Step[]): number | undefined {
  return [239_999, 240_001, 7_439_999, 7_440_001].findLast((after) => {
    const it = started();
    if (play(it, steps).includes(false)) throw new Error('refused');
    return it.in(down(ACK), after).to !== undefined;
  });
}

const OPEN: Step[] = [
  [OUT, SYN],
  [IN, SYN | ACK],
  [OUT, ACK],
];

t.test('RFC 5382, REQ-1: one mapping for all peers', (t) => {
  const it = napt({ ports: [5000, 5999] });
  it.bind(peering('p'), 0);
  it.bind(toOther('q'), 0);
  const port = portOf(it.out(up(SYN), 'p', 0));
  t.equal(portOf(it.out(up(SYN, [PORT, 80]), 'p', 0)), port);
  const other = tcp({ from: NODE[4], to: FOR_OTHER[4], ports: [PORT, 443] }, SYN);
  t.equal(portOf(it.out(other, 'q', 0)), port);
  t.same([it.sizes().mappings, it.sizes().sessions], [1, 3]);
});

t.test('RFC 5382, REQ-2: connections that either side opens or closes, and simultaneous opens', (t) => {
  const sequences: Record<string, Step[]> = {
    'opened by the node, closed by it': [...OPEN, [OUT, FIN | ACK], [IN, ACK], [IN, FIN | ACK], [OUT, ACK]],
    'closed by the peer': [...OPEN, [IN, FIN | ACK], [OUT, ACK], [OUT, FIN | ACK], [IN, ACK]],
    'closed by both at once': [...OPEN, [OUT, FIN | ACK], [IN, FIN | ACK], [OUT, ACK], [IN, ACK]],
    'opened by both at once': [
      [OUT, SYN],
      [IN, SYN],
      [OUT, SYN | ACK],
      [IN, SYN | ACK],
      [OUT, ACK],
    ],
    'refused by the peer': [
      [OUT, SYN],
      [IN, RST | ACK],
    ],
    'reset by the node': [...OPEN, [OUT, RST]],
    'the same ports at once again': [...OPEN, [IN, FIN | ACK], [OUT, FIN | ACK], [OUT, SYN], [IN, SYN | ACK]],
    'data while half closed': [...OPEN, [OUT, FIN | ACK], [IN, ACK], [IN, ACK], [OUT, ACK]],
  };
  for (const [name, steps] of Object.entries(sequences)) {
    t.same(play(started(), steps).includes(false), false, name);
  }
  const it = napt();
  it.bind(peering('p'), 0);
  it.out(up(SYN), 'p', 0);
  const fromElsewhere = tcp({ from: PEER[4], to: RELAY[4], ports: [20, PORT] }, SYN);
  t.ok(it.in(fromElsewhere, 0).to, 'a connection that the peer opens to the same port');
  t.ok(it.out(tcp({ from: NODE[4], to: FOR[4], ports: [PORT, 20] }, SYN | ACK), 'p', 0).packets.length);
});

t.test('RFC 5382, REQ-3: only peers that the node sent to come in', (t) => {
  const it = started();
  it.bind(toOther('q'), 0);
  play(it, OPEN);
  const none = { reply: [], refused: 'mapping' };
  t.same(it.in(tcp({ from: OTHER[4], to: RELAY[4], ports: [443, PORT] }, ACK), 0), none);
  t.same(it.in(tcp({ from: OTHER[4], to: RELAY[4], ports: [443, PORT] }, SYN), 0), none);
});

t.test('RFC 5382, REQ-4: a SYN that nobody asked for is not answered', (t) => {
  const it = started();
  t.same(it.in(down(SYN), 0), { reply: [], refused: 'mapping' });
  t.same(
    play(
      it,
      [
        [OUT, SYN],
        [IN, SYN | ACK],
      ],
      3000,
    ),
    [true, true],
    'and in no way of the node’s own',
  );
  t.same(it.in(tcp({ from: OTHER[4], to: RELAY[4], ports: [1, PORT] }, SYN), 0), {
    reply: [],
    refused: 'mapping',
  });
});

t.test('RFC 5382, REQ-5: 7440 s for open connections, 240 s for those that open or close', (t) => {
  t.equal(lives([[OUT, SYN]]), 239_999, 'a SYN alone');
  t.equal(
    lives([
      [OUT, SYN],
      [IN, ACK],
    ]),
    239_999,
    'no SYN of the peer',
  );
  t.equal(lives(OPEN), 7_439_999);
  t.equal(lives([...OPEN, [OUT, FIN | ACK]]), 7_439_999, 'half closed');
  t.equal(lives([...OPEN, [IN, FIN | ACK]]), 7_439_999, 'half closed by the peer');
  t.equal(lives([...OPEN, [IN, FIN | ACK], [OUT, FIN | ACK], [IN, ACK]]), 239_999, 'closed');
  t.equal(lives([...OPEN, [IN, RST]]), 239_999, 'reset');
  t.equal(lives([...OPEN, [IN, RST], [OUT, ACK]]), 7_439_999, 'an RST that was none');
  t.equal(lives([[OUT, ACK]]), 239_999, 'amid a connection that nobody knows');
  t.equal(
    lives([
      [OUT, ACK],
      [IN, ACK],
    ]),
    7_439_999,
    'which the peer knows',
  );
});

t.test('RFC 5382, REQ-7: no port has two mappings', (t) => {
  const it = napt({ ports: [5000, 5001] });
  it.bind(peering('p'), 0);
  const send = (port: number) => it.out(up(SYN, [port, 443]), 'p', 0);
  t.same([portOf(send(100)), portOf(send(101)), send(102).refused], [5000, 5001, 'mapping-room']);
  t.equal(portOf(send(100)), 5000);
});

t.test('RFC 5382, REQ-9: unreachable is translated', (t) => {
  const it = started();
  it.out(up(SYN), 'p', 0);
  const sent = tcp({ from: RELAY[4], to: PEER[4], ports: [PORT, 443] }, SYN);
  const { to } = it.in(icmp({ from: '198.51.100.7', to: RELAY[4] }, 3, 1, [0, 0, 0, 0], sent), 1);
  const error = see(to?.packets[0] ?? sent);
  t.same([error.from, error.to, error.faults], [FOR[4], NODE[4], []]);
  const inside = see(error.payload.subarray(8));
  t.same([inside.from, inside.to, inside.ports, inside.faults], [NODE[4], FOR[4], [PORT, 443], []]);
});

t.test('RFC 5382, REQ-10: an ICMP error ends no connection', (t) => {
  const it = started();
  play(it, OPEN);
  const sent = tcp({ from: RELAY[4], to: PEER[4], ports: [PORT, 443] }, ACK);
  for (const [type, code] of [
    [3, 1],
    [3, 3],
    [3, 13],
    [11, 0],
    [12, 0],
  ] as const) {
    it.in(icmp({ from: PEER[4], to: RELAY[4] }, type, code, [0, 0, 0, 0], sent), 1);
  }
  t.ok(it.in(down(ACK), 7_439_000).to);
});

t.test('an RST begins nothing, and segments of the peer alone neither', (t) => {
  const it = started();
  t.same(it.out(up(RST), 'p', 0), { packets: [], back: [], refused: 'mapping' });
  t.same(it.sizes().mappings, 0);
});

t.test('the hot way is for open connections alone, and SYN, FIN and RST are not for it', (t) => {
  const it = started();
  t.equal(it.quickOut(up(SYN), 'p', 0), undefined);
  play(it, [SYN_OUT ?? [OUT, SYN]]);
  t.equal(it.quickOut(up(ACK), 'p', 0), undefined);
  play(it, [SYN_IN ?? [IN, SYN]]);
  t.ok(it.quickOut(up(ACK), 'p', 0));
  t.ok(it.quickIn(down(ACK), 0));
  for (const flags of [SYN, FIN | ACK, RST]) {
    t.same([it.quickOut(up(flags), 'p', 0), it.quickIn(down(flags), 0)], [undefined, undefined]);
  }
  t.equal(it.quickIn(down(ACK, [444, PORT]), 0), undefined, 'no such connection');
});

for (const [inner, outer] of FAMILIES) {
  t.test(`a connection from IPv${inner} to IPv${outer}`, (t) => {
    const it = napt();
    it.bind(peering('p', { standsFor: addr(FOR[inner]), peer: addr(PEER[outer]) }), 0);
    const data = Uint8Array.of(9, 8, 7);
    const there = it.out(tcp({ from: NODE[inner], to: FOR[inner], ports: [PORT, 443] }, SYN, data), 'p', 0);
    const out = see(there.packets[0] ?? data);
    t.same([out.from, out.to, out.faults], [shown(RELAY[outer]), shown(PEER[outer]), []]);
    const answer = tcp({ from: PEER[outer], to: RELAY[outer], ports: [443, PORT] }, SYN | ACK, data);
    const back = see(it.in(answer, 0).to?.packets[0] ?? data);
    t.same([back.from, back.to, back.faults], [shown(FOR[inner]), shown(NODE[inner]), []]);
  });
}

/** RFC 6146, 3.5.2, in its own words: V6 is the node's side here. */
const RFC_6146: readonly (readonly [string, TcpState, 'out' | 'in', number, TcpState])[] = [
  ['V6 INIT, V4 SYN', 'leaving', 'in', SYN, 'open'],
  ['V6 INIT, V6 SYN', 'leaving', 'out', SYN, 'leaving'],
  ['V4 INIT, V6 SYN', 'arriving', 'out', SYN, 'open'],
  ['V4 INIT, V4 SYN', 'arriving', 'in', SYN, 'arriving'],
  ['ESTABLISHED, V4 FIN', 'open', 'in', FIN, 'in-closed'],
  ['ESTABLISHED, V6 FIN', 'open', 'out', FIN, 'out-closed'],
  ['ESTABLISHED, V4 RST', 'open', 'in', RST, 'reset'],
  ['ESTABLISHED, V6 RST', 'open', 'out', RST, 'reset'],
  ['ESTABLISHED, other', 'open', 'in', ACK, 'open'],
  ['V4 FIN RCV, V6 FIN', 'in-closed', 'out', FIN, 'closed'],
  ['V4 FIN RCV, other', 'in-closed', 'in', FIN, 'in-closed'],
  ['V6 FIN RCV, V4 FIN', 'out-closed', 'in', FIN, 'closed'],
  ['V6 FIN RCV, other', 'out-closed', 'out', ACK, 'out-closed'],
  ['V4 FIN + V6 FIN RCV, all', 'closed', 'in', ACK, 'closed'],
  ['TRANS, other than RST', 'reset', 'out', ACK, 'open'],
  ['TRANS, RST', 'reset', 'in', RST, 'reset'],
];

t.test('states as in RFC 6146', (t) => {
  for (const [name, from, way, flags, to] of RFC_6146) t.equal(afterSegment(from, way, flags), to, name);
  t.same([firstState('out', SYN), firstState('in', SYN)], ['leaving', 'arriving']);
  t.same(
    [firstState('out', RST), firstState('in', RST), firstState('in', ACK)],
    [undefined, undefined, undefined],
  );
  t.equal(firstState('out', ACK), 'loose', 'of a relay that restarted');
  const states = Object.keys(TCP_STATES).sort();
  t.same(states, Object.keys(TIMER_OF).sort());
  const reached = new Set(Object.values(TCP_STATES).flatMap((row) => Object.values(row)));
  t.same(
    states.filter((state) => !reached.has(state as TcpState) && state !== 'loose'),
    [],
  );
});
