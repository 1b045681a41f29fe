import type { Endpoint } from '../../../reference/address.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import type { Plan } from './two.ts';
import { RELAY, Two } from './two.ts';

const A4 = endpoint('203.0.113.1:5000');
const A6 = endpoint('[2001:db8:1::1]:5000');
const B4 = endpoint('198.51.100.2:6000');
const B6 = endpoint('[2001:db8:2::2]:6000');

/** Asks for the path of a plan and pings both ways over it, inner IPv4 and inner IPv6. */
function tryOut(two: Two, plan: Plan): void {
  two.plan(0, plan);
  two.resolve(0);
  two.sim.run(two.sim.now + 1500);
  for (const version of [4, 6] as const) {
    two.ping(0, version, 10 + version);
    two.ping(1, version, 20 + version);
  }
  two.sim.run(two.sim.now + 500);
}

/** Where the Data datagrams of a network went, without repeats. */
function dataTo(two: Two): string[] {
  const data = two.sim.sent.filter(({ bytes }) => bytes[1] === 0x10);
  return [...new Set(data.map(({ to }) => to.ip))].sort();
}

const kinds: readonly [
  string,
  Plan & { readonly goesTo: readonly Endpoint[] },
  readonly (readonly Endpoint[])[],
][] = [
  ['direct over IPv4, asked and opened by one', { part: 1, candidates: [[A4], [B4]], goesTo: [A4, B4] }, []],
  ['direct over IPv4, opened by the other', { part: 2, candidates: [[A4], [B4]], goesTo: [A4, B4] }, []],
  ['direct over IPv6, opened by both', { part: 3, candidates: [[A6], [B6]], goesTo: [A6, B6] }, []],
  ['suite 2', { part: 1, suite: 2, candidates: [[A4], [B4]], goesTo: [A4, B4] }, []],
  [
    'a candidate of each family, the first ones dead',
    {
      part: 1,
      candidates: [
        [endpoint('192.0.2.99:1'), A4],
        [endpoint('192.0.2.99:1'), B4],
      ],
      goesTo: [A4, B4],
    },
    [],
  ],
  ['RS-S', { part: 1, relay: true, goesTo: [] }, []],
  ['RS-S, the other end initiates', { part: 2, relay: true, goesTo: [] }, []],
  [
    'RS-S between a node with IPv4 and one with IPv6',
    { part: 1, relay: true, goesTo: [A4, B6] },
    [[A4], [B6]],
  ],
  ['RS-S over IPv4', { part: 1, relay: true, goesTo: [A4, B4] }, [[A4], [B4]]],
  ['RS-S over IPv6', { part: 1, relay: true, goesTo: [A6, B6] }, [[A6], [B6]]],
  [
    'same observed address, candidates work',
    { part: 1, relay: true, candidates: [[A4], [B4]], goesTo: [A4, B4] },
    [],
  ],
];

for (const [name, { goesTo, ...plan }, locals] of kinds) {
  t.test(`${name}: both inner families go both ways`, (t) => {
    const two = new Two(locals);
    tryOut(two, plan);
    t.same(two.replies(0), [14, 16]);
    t.same(two.replies(1), [24, 26]);
    for (const { node } of two.ends) {
      t.equal(node.role.counters()['opened.path'], 1);
      t.equal(node.role.counters()['opened.leg'], plan.relay ? 1 : 0);
    }
    const isDirect = plan.candidates !== undefined;
    const wanted = isDirect ? goesTo.map(({ ip }) => ip) : undefined;
    if (wanted) t.same(dataTo(two), [...wanted].sort());
    else
      t.ok(
        RELAY.some(({ ip }) => dataTo(two).includes(ip)),
        'by the relay',
      );
  });
}

t.test('same observed address, candidates do not work: the relay after 1 s', (t) => {
  const two = new Two();
  const dead = [endpoint('10.0.0.9:1')];
  two.plan(0, { part: 1, relay: true, candidates: [dead, dead] });
  two.resolve(0);
  const begin = two.sim.now;
  const isUp = (): boolean => two.ends[0].node.role.counters()['opened.path'] === 1;
  t.ok(two.sim.run(begin + 3000, isUp));
  t.ok(two.sim.now - begin >= 1000 && two.sim.now - begin < 1400, `${two.sim.now - begin} ms`);
  two.ping(0, 4, 1);
  two.sim.run(two.sim.now + 200);
  t.same(two.replies(0), [1]);
});

t.test('an end that awaits sends nothing to candidates before it is confirmed', (t) => {
  const two = new Two();
  two.plan(0, { part: 2, candidates: [[A4], [B4]] });
  two.sim.fate = ({ from }) => (from.ip === B4.ip || from.ip === B6.ip ? [] : [10]);
  const mark = two.sim.sent.length;
  two.ends[0].dc.tell(two.directions(0, { part: 2, candidates: [[A4], [B4]] }).mine);
  two.sim.run(two.sim.now + 20_000);
  const own = two.sim.sent.slice(mark).filter(({ from, to }) => from.ip === A4.ip && to.ip === B4.ip);
  t.same(own, []);
});

t.test('OPT-05: a path of who is relay-only tells the other end no address', (t) => {
  const two = new Two([[A4], [B4]], [{ features: ['relay-only'] }, { features: ['relay-only'] }]);
  tryOut(two, { part: 1, relay: true });
  const between = two.sim.sent.filter(
    ({ from, to }) => (from.ip === A4.ip && to.ip === B4.ip) || (from.ip === B4.ip && to.ip === A4.ip),
  );
  t.same(between, []);
});

t.test('stop: paths are closed before the registration, and the peer knows', (t) => {
  for (const plan of [{ part: 1, candidates: [[A4], [B4]] } as const, { part: 1, relay: true } as const]) {
    const two = new Two();
    tryOut(two, plan as unknown as Plan);
    const mark = two.sim.sent.length;
    two.ends[0].node.handle({ kind: 'stop' });
    const types = two.sim.sent.slice(mark).map(({ bytes }) => bytes[1]);
    t.ok(
      types.indexOf(0x0f) >= 0 && types.indexOf(0x0f) < types.indexOf(0x01),
      'Path Update, then the registration',
    );
    const before = two.ends[0].node.delivered.length;
    two.sim.run(two.sim.now + 100);
    two.ping(1, 4, 99);
    two.sim.run(two.sim.now + 12_000);
    t.equal(two.ends[0].node.delivered.length, before);
    t.same([two.paths(0), two.paths(1)], [0, 0], 'both have erased it after 10 s');
  }
});

t.test('a path that nobody uses is closed after its lifetime', (t) => {
  const two = new Two();
  tryOut(two, { part: 1, candidates: [[A4], [B4]], lifetime: 60 });
  two.sim.run(two.sim.now + 55_000);
  t.same([two.paths(0), two.paths(1)], [1, 1]);
  two.sim.run(two.sim.now + 20_000);
  t.same([two.paths(0), two.paths(1)], [0, 0]);
});

t.test('keys are renewed in use, and no packet is lost for it', (t) => {
  const two = new Two();
  tryOut(two, { part: 1, relay: true });
  const begin = two.sim.now;
  const sequences: number[] = [];
  for (let sequence = 100; two.sim.now < begin + 300_000; sequence++) {
    two.ping(0, 4, sequence);
    sequences.push(sequence);
    two.sim.run(two.sim.now + 1000);
  }
  t.same(
    two.replies(0).filter((sequence) => sequence >= 100),
    sequences,
  );
  t.ok((two.ends[0].node.role.counters()['opened.path'] ?? 0) >= 3, 'a handshake each 120 s');
});
