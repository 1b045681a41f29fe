import type { Ip } from '../../../reference/address.ts';
import type { Message } from '../../../reference/wire/messages.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import { chart, ELSEWHERE4, NODE4, NODE6, registered, world } from './world.ts';

const about = (value: number, wanted: number, by = 0.11): boolean => Math.abs(value - wanted) <= wanted * by;

t.test('boot: opening by both families, probes, and one registration over each', (t) => {
  const { sim, node, dc } = world();
  node.start();
  sim.run(1000);
  t.same(chart(sim, [NODE4, NODE6]).slice(0, 4), [
    '0 b > 192.0.2.11',
    '0 b > 2001:db8::11',
    '20 d > 192.0.2.11',
    '20 d > 2001:db8::11',
  ]);
  const requests = dc.of(1);
  t.same(
    requests.map(({ from, at }) => [from, at]),
    [
      [NODE4, 50],
      [NODE6, 50],
    ],
    'as soon as the keys are confirmed, without waiting for an answer',
  );
  const [first, second] = requests.map(({ message }) => message);
  const wanted = {
    fqdn: 'alice.ntmobile.example',
    nodeId: new Uint8Array(16).fill(0x0a),
    localEndpoints: [NODE4, NODE6],
    features: [],
    suites: [1, 2],
    lifetime: 120,
  };
  t.match(first, wanted);
  t.same(second?.instance, first?.instance);
  t.match(second, wanted);
  t.ok(requests.every(({ size }) => size >= 128));
  t.same(node.events('registered'), [{ addresses: '198.18.0.1 fd00:1::1', observed: '203.0.113.1' }]);
  t.same(node.refusals(), [], 'the message 2 of the second family is no fault [KEY-52]');
  t.equal(node.role.counters()['opened.association'], 1);
});

t.test('renewal at half the lifetime, ±10 %, over each family', (t) => {
  const { sim, dc } = registered();
  sim.run(300_000);
  const ats = dc.of(1).map(({ at }) => at);
  t.equal(ats.length % 2, 0);
  for (let i = 2; i < ats.length; i += 2) {
    t.equal(ats[i], ats[i + 1], 'both at once');
    t.ok(about((ats[i] ?? 0) - (ats[i - 1] ?? 0), 60_000), `${ats[i]}`);
  }
  t.ok(ats.length >= 8);
});

t.test('the granted lifetime counts, not the one asked for', (t) => {
  const { sim, node, dc } = world();
  dc.lifetime = 40;
  node.start();
  sim.run(23_000);
  t.equal(dc.of(1).length, 4);
  t.ok(about(dc.of(1)[2]?.at ?? 0, 20_000));
});

t.test(
  'a refused registration: its status is shown, and it is tried after 5, 10, 20, 40, 60 and 60 s',
  (t) => {
    const { sim, node, dc } = world({}, [NODE4]);
    let status = 5;
    dc.onRegistration = ({ message: { transaction } }) => ({ type: 2, transaction, status }) as Message;
    node.start();
    sim.run(230_000);
    const ats = dc.of(1).map(({ at }) => at);
    t.equal(ats.length, 7);
    for (const [index, pause] of [5, 10, 20, 40, 60, 60].entries())
      t.ok(about((ats[index + 1] ?? 0) - (ats[index] ?? 0), 1000 * pause), `${pause} s`);
    t.same(node.events('not-registered')[0], { family: 4, status: 'refused' });
    status = 99;
    node.move([ELSEWHERE4]);
    sim.run(sim.now + 100);
    t.equal(dc.of(1).length, 8, 'at once after a change of network');
    t.same(node.events('not-registered').at(-1), { family: 4, status: 'status 99' });
    t.ok(about(node.wakeAt() - sim.now, 5000, 0.2), 'and anew from 5 s');
  },
);

t.test('a silent DC: openings after 5, 10, 20 s and so on, and a registration as soon as it speaks', (t) => {
  const { sim, node, dc } = world({}, [NODE4]);
  dc.isDeaf = true;
  node.start();
  sim.run(60_000);
  const firsts = sim.sent.filter(
    ({ bytes }, i) => bytes[1] === 0x0b && !sim.sent.slice(0, i).some((b) => same(b.bytes, bytes)),
  );
  const pauses = firsts.map(({ at }, i) => at - (firsts[i - 1]?.at ?? 0)).slice(1);
  t.equal(pauses.length, 3);
  // An attempt takes 5 s.
  for (const [i, pause] of [5, 10, 20].entries())
    t.ok(about((pauses[i] ?? 0) - 5000, 1000 * pause), `${pause} s`);
  t.equal(node.events('dc-silent').length, 4);
  dc.isDeaf = false;
  sim.run(150_000);
  t.ok(dc.of(1).length >= 1);
  t.equal(node.events('registered').length, 1);
});

t.test('over the families that both the host and the DC have', (t) => {
  for (const [endpoints, locals, families] of [
    [['192.0.2.11:4411'], [NODE4, NODE6], [4]],
    [['[2001:db8::11]:4411'], [NODE4, NODE6], [6]],
    [['192.0.2.11:4411', '[2001:db8::11]:4411'], [NODE6], [6]],
  ] as const) {
    const { config } = world();
    const { dc } = registered({ association: { ...config.association, endpoints: [...endpoints] } }, locals);
    const came = dc.of(1).map(({ from }) => (from.ip.includes(':') ? 6 : 4));
    t.same(came, [...families]);
    t.same(dc.of(1)[0]?.message.localEndpoints, [...locals]);
  }
});

t.test('a family that is silent is tried by its own times, and disturbs nothing', (t) => {
  const { sim, node, dc } = world();
  sim.fate = ({ to, from }) => (to.ip.includes(':') || from.ip.includes(':') ? [] : [10]);
  node.start();
  sim.run(40_000);
  t.same(node.events('registered').length, 1);
  t.same(
    node.events('not-registered').map((event) => event),
    [
      { family: 6, status: 'no answer' },
      { family: 6, status: 'no answer' },
      { family: 6, status: 'no answer' },
    ],
  );
  t.equal(dc.of(1).length, 1);
  const late = sim.sent.filter(({ bytes, at }) => bytes[1] === 0x0b && at > 1000);
  t.same(late, [], 'no opening: the DC answers by the other family');
  sim.fate = () => [10];
  sim.run(90_000);
  t.ok(dc.of(1).some(({ from }) => from.ip === NODE6.ip));
});

t.test(
  'move: a registration at once from the new address, with the keys and an alias not used before',
  (t) => {
    const { sim, node, dc } = world({}, [NODE4]);
    dc.aliases = [1, 2, 3, 4].map((set) => [1, 2].map((n) => new Uint8Array(16).fill(0x10 * set + n)));
    node.start();
    sim.run(1000);
    t.equal(dc.of(1)[0]?.context, 'c0'.repeat(16));
    const before = sim.sent.length;
    node.move([ELSEWHERE4]);
    sim.run(2000);
    const [, moved] = dc.of(1);
    t.match(moved, { from: ELSEWHERE4, at: 1010, context: '11'.repeat(16) });
    t.ok((moved?.size ?? 0) >= 128);
    t.same(moved?.message.localEndpoints, [ELSEWHERE4]);
    t.notOk(
      sim.sent.slice(before).some(({ bytes }) => bytes[1] === 0x0b),
      'no opening',
    );
    node.move([NODE4]);
    sim.run(3000);
    t.equal(dc.of(1)[2]?.context, '21'.repeat(16), 'the second set, which came with the second answer');
    sim.run(200_000);
    t.same(node.refusals(), [], 'what the DC sends under its latest context is heard');
    const contexts = new Set(
      dc
        .of(1)
        .slice(3)
        .map(({ context }) => context),
    );
    t.ok(contexts.size >= 1 && !contexts.has('11'.repeat(16)), 'dead aliases are not used');
  },
);

t.test('an alias that the DC forgot gives way to the association ID', (t) => {
  const { sim, node, dc } = world({}, [NODE4]);
  dc.aliases = [[new Uint8Array(16).fill(0x11)]];
  node.start();
  sim.run(1000);
  node.move([ELSEWHERE4]);
  sim.run(2000);
  t.equal(dc.of(1).at(-1)?.context, '11'.repeat(16));
  const mark = sim.sent.length;
  dc.restart();
  sim.run(80_000);
  const openings = sim.sent
    .slice(mark)
    .filter(({ bytes, to }) => bytes[1] === 0x0b && to.ip === '192.0.2.11');
  t.ok(openings.length > 0, 'what is not answered leads to an opening');
  t.ok(
    openings.every(({ bytes }) => bytes[4] === 0xc0),
    'by the ID',
  );
  t.equal(node.role.counters()['opened.association'], 2);
});

t.test(
  'keep-alives: where the DC sees another endpoint, and over IPv6, at 80 to 100 % of the interval',
  (t) => {
    const { sim, node, dc } = world();
    dc.lifetime = 3600;
    const grant = dc.onRegistration;
    dc.onRegistration = (received) => {
      const answer = grant(received);
      const isIpv4 = !received.from.ip.includes(':');
      return answer && isIpv4
        ? ({ ...answer, observedEndpoint: endpoint('203.0.113.1:999') } as Message)
        : answer;
    };
    node.start();
    sim.run(1000);
    const mark = sim.sent.length;
    sim.run(200_000);
    for (const { ip } of [NODE4, NODE6]) {
      const probes = sim.sent.slice(mark).filter(({ from, bytes }) => from.ip === ip && bytes[1] === 0x0d);
      t.ok(probes.length >= 8);
      for (const [index, { at }] of probes.entries()) {
        const since = at - (probes[index - 1]?.at ?? 70);
        t.ok(since >= 20_000 && since <= 25_000, `${since} ms`);
      }
    }
    const global = registered({}, [NODE4]);
    const since = global.sim.sent.length;
    global.sim.run(50_000);
    t.same(chart(global.sim, [NODE4], since), [], 'a global node');
  },
);

t.test('other virtual addresses are taken, and the change is shown', (t) => {
  const { sim, node, dc } = registered();
  dc.addresses = ['198.18.0.1', 'fd00:1::2'] as Ip[];
  sim.run(70_000);
  t.same(node.events('virtual-addresses-changed'), [{ addresses: '198.18.0.1 fd00:1::2' }]);
  t.same(node.host, { addresses: ['198.18.0.1', 'fd00:1::2'], routes: [] }, 'the host has them');
  dc.addresses = ['fd00:1::2', '198.18.0.1'] as Ip[];
  sim.run(140_000);
  t.equal(node.events('virtual-addresses-changed').length, 1, 'their order says nothing');
});

t.test('a virtual address inside an attached link: no registration for as long', (t) => {
  const { sim, node, dc } = world({ links: ['203.0.113.0/24'] });
  node.start();
  sim.run(1000);
  t.ok(dc.of(1).every(({ message }) => message.lifetime === 120));
  t.equal(dc.of(1).length, 2);
  node.move([NODE4, NODE6], ['198.18.0.0/16']);
  sim.run(2000);
  t.same(node.events('address-conflict'), [{ address: '198.18.0.1', link: '198.18.0.0/16' }]);
  const last = dc.of(1).at(-1);
  t.equal(last?.message.lifetime, 0);
  t.equal(node.events('deregistered').length, 1);
  t.same(node.host.addresses, [], 'the host has none');
  const count = dc.of(1).length;
  sim.run(200_000);
  t.equal(dc.of(1).length, count, 'nothing more');
  node.move([NODE4, NODE6], []);
  sim.run(201_000);
  t.equal(node.host.addresses.length, 2);
  t.same(
    dc
      .of(1)
      .slice(count)
      .map(({ message }) => message.lifetime),
    [120, 120],
  );
});

t.test('stop: it deregisters', (t) => {
  const { sim, node, dc } = registered();
  node.handle({ kind: 'stop' });
  sim.run(2000);
  t.same(
    dc.of(1).map(({ message }) => message.lifetime),
    [120, 120, 0],
  );
  const silent = world();
  silent.dc.isDeaf = true;
  silent.node.start();
  silent.sim.run(10_000);
  const mark = silent.sim.sent.length;
  silent.node.handle({ kind: 'stop' });
  t.equal(silent.sim.sent.length, mark, 'one that is not registered has nothing to say');
});

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
