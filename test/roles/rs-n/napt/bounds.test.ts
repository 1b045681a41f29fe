/** Tables that are full, and what happens to those who do not fill them. [RSN-14] */
import t from '../../../tap.ts';
import {
  addr,
  down,
  FOR,
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
import { SYN, tcp } from './packets.ts';

const sendAll = (it: ReturnType<typeof napt>, count: number, from: number, now = 0) =>
  Array.from({ length: count }, (_, i) => it.out(up([from + i, 53]), 'p', now).refused);

t.test('one node cannot take all ports, nor all mappings', (t) => {
  const it = napt({ ports: [5000, 5099], bounds: { mappingsPerNode: 60 } });
  it.bind(peering('p'), 0);
  it.bind(ofNodeB('q'), 0);
  const refused = sendAll(it, 100, 2000);
  t.equal(refused.filter((one) => one === undefined).length, 60);
  t.equal(refused.filter((one) => one === 'mapping-room').length, 40);
  t.equal(portOf(it.out(up([2000, 53], { from: NODE_B[4] }), 'q', 0)) >= 5000, true);
  t.same(it.sizes(), { mappings: 61, sessions: 61, reassemblies: 0, reassemblyBytes: 0 });
});

t.test('mappings in all are bounded, and what has run out makes room', (t) => {
  const it = napt({ bounds: { mappings: 10 } });
  it.bind(peering('p'), 0);
  t.equal(sendAll(it, 20, 2000).filter((one) => one === undefined).length, 10);
  t.equal(it.sizes().mappings, 10);
  t.equal(
    sendAll(it, 20, 4000, 121_000).filter((one) => one === undefined).length,
    10,
    'without a tick between',
  );
});

t.test('sessions are bounded: of a mapping, of a node, in all', (t) => {
  for (const bounds of [{ sessionsPerMapping: 1 }, { sessionsPerNode: 1 }, { sessions: 1 }]) {
    const it = napt({ bounds });
    it.bind(peering('p'), 0);
    it.bind(toOther('q'), 0);
    const port = portOf(it.out(up([2000, 53]), 'p', 0));
    t.equal(
      it.out(up([2000, 53], { to: FOR_OTHER[4] }), 'q', 0).refused,
      'mapping-room',
      JSON.stringify(bounds),
    );
    t.equal(
      it.in(down([53, port], { from: OTHER[4] }), 0).refused,
      'mapping',
      'and no filter is open for it',
    );
    t.ok(it.in(down([53, port]), 0).to);
    t.same([it.sizes().mappings, it.sizes().sessions], [1, 1]);
  }
});

t.test('a peer that opens connections takes half of the room at most', (t) => {
  const it = napt({ bounds: { sessionsPerMapping: 20 } });
  it.bind(peering('p'), 0);
  const syn = (port: number) => tcp({ from: NODE[4], to: FOR[4], ports: [2000, port] }, SYN);
  t.equal(it.out(syn(443), 'p', 0).packets.length, 1);
  const back = (port: number) =>
    it.in(tcp({ from: PEER[4], to: RELAY[4], ports: [port, 2000] }, SYN), 0).refused;
  const refused = Array.from({ length: 30 }, (_, i) => back(5000 + i));
  t.same(refused, [...Array(9).fill(undefined), ...Array(21).fill('mapping-room')]);
  for (let port = 1; port <= 10; port++) t.equal(it.out(syn(port), 'p', 0).packets.length, 1);
});

t.test('a mapping for which there is no session is not kept', (t) => {
  const it = napt({ bounds: { sessionsPerNode: 1 } });
  it.bind(peering('p'), 0);
  t.same(sendAll(it, 5, 2000), [undefined, ...Array(4).fill('mapping-room')]);
  t.equal(it.sizes().mappings, 1);
});

t.test('ports that the host itself uses belong to no mapping', (t) => {
  const it = napt({ ports: [5000, 5009], reserved: [5000, 5001, 5002, 5003, 5004, 9999] });
  it.bind(peering('p'), 0);
  const ports = new Set<number>();
  for (let port = 5000; port < 5020; port++) {
    const outcome = it.out(up([port, 53]), 'p', 0);
    if (outcome.refused === undefined) ports.add(portOf(outcome));
  }
  t.same([...ports].sort(), [5005, 5006, 5007, 5008, 5009]);
});

t.test('it wakes while there is something to expire, and forgets all', (t) => {
  const it = napt();
  t.equal(it.wakeAt(), undefined);
  it.bind(peering('p'), 0);
  it.out(up([2000, 53]), 'p', 0);
  let now = 0;
  for (let at = it.wakeAt(); at !== undefined; at = it.wakeAt()) {
    t.ok(at > now);
    now = at;
    it.expire(now);
  }
  t.equal(now, 120_000);
  t.same(it.sizes(), { mappings: 0, sessions: 0, reassemblies: 0, reassemblyBytes: 0 });
});

t.test('a configuration that cannot be', (t) => {
  t.throws(() => napt({ addresses: [addr('192.0.2.1'), addr('192.0.2.1')] }), RangeError);
  t.throws(() => napt({ mtu: 1279 }), RangeError);
});
