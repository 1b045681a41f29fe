import type { Endpoint } from '../../../reference/address.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import type { Plan } from './two.ts';
import { Two } from './two.ts';

const A4 = endpoint('203.0.113.1:5000');
const B4 = endpoint('198.51.100.2:6000');
const NEW_A4 = endpoint('203.0.113.200:5000');
const NEW_B4 = endpoint('198.51.100.200:6000');
const DIRECT: Plan = { part: 1, candidates: [[A4], [B4]] };
const RELAYED: Plan = { part: 1, relay: true };

/** A path between two nodes with IPv4, over which each end pings the other one four times a second. */
class Traffic {
  readonly two: Two;
  private sequence = 100;
  private readonly sentAt = new Map<number, number>();

  /** @param isCut whether nothing gets through but by a relay. */
  constructor(plan: Plan, isCut = false) {
    this.two = new Two([[A4], [B4]]);
    const isBetween = (ip: string): boolean => ip === A4.ip || ip === B4.ip;
    if (isCut) this.two.sim.fate = ({ from, to }) => (isBetween(from.ip) && isBetween(to.ip) ? [] : [10]);
    this.two.plan(0, plan);
    this.two.resolve(0);
    this.run(3000);
  }

  run(time: number): void {
    const { two } = this;
    const until = two.sim.now + time;
    while (two.sim.now < until) {
      for (const end of [0, 1] as const) {
        this.sentAt.set(this.sequence, two.sim.now);
        two.ping(end, 4, this.sequence++);
      }
      two.sim.run(two.sim.now + 250);
    }
  }

  /** When the first echo request after an instant went out that was answered, seen from each end. */
  answeredAfter(at: number): number[] {
    return ([0, 1] as const).map((end) => {
      const answered = this.two.replies(end).map((sequence) => this.sentAt.get(sequence) ?? 0);
      return Math.min(Number.POSITIVE_INFINITY, ...answered.filter((sent) => sent >= at)) - at;
    });
  }
}

function moved(two: Two, which: 0 | 1, to: Endpoint): void {
  two.ends[which].node.move([to]);
}

for (const [name, plan] of [
  ['direct', DIRECT],
  ['RS-S', RELAYED],
] as const) {
  t.test(`${name}: one end moves, the same path goes on within 1 s, without a direction`, (t) => {
    for (const which of [0, 1] as const) {
      const traffic = new Traffic(plan);
      const { two } = traffic;
      const at = two.sim.now;
      moved(two, which, which === 0 ? NEW_A4 : NEW_B4);
      traffic.run(6000);
      for (const time of traffic.answeredAfter(at)) t.ok(time < 1000, `${time} ms`);
      t.equal(two.ends[0].dc.of(3).length + two.ends[1].dc.of(3).length, 1);
      t.same([two.paths(0), two.paths(1)], [1, 1]);
      moved(two, which, which === 0 ? A4 : B4);
      const back = two.sim.now;
      traffic.run(6000);
      for (const time of traffic.answeredAfter(back)) t.ok(time < 1000, `back: ${time} ms`);
    }
  });
}

t.test('the first datagrams from the new address have 128 bytes or more, within 1 s', (t) => {
  const { two } = new Traffic(DIRECT);
  const mark = two.sim.sent.length;
  moved(two, 0, NEW_A4);
  const first = two.sim.sent.slice(mark);
  t.same(first.map(({ bytes, to }) => [bytes[1], to.ip]).sort(), [
    [0x01, '192.0.2.11'],
    [0x0d, B4.ip],
  ]);
  t.ok(first.every(({ bytes, from }) => bytes.length >= 128 && from.ip === NEW_A4.ip));
});

t.test('both move: both ask with `replaces`, one of the two paths stays', (t) => {
  const traffic = new Traffic(DIRECT);
  const { two } = traffic;
  const candidates: Plan['candidates'] = [[NEW_A4], [NEW_B4]];
  two.plan(0, ({ replaces, reason }) => {
    t.same([replaces?.[0], reason], [1, 1], 'moved');
    return { number: 2, part: 1, candidates, replaces: new Uint8Array(16).fill(1) };
  });
  two.plan(1, ({ replaces, reason }) => {
    t.same([replaces?.[0], reason], [1, 1], 'moved');
    return { number: 3, part: 1, candidates, replaces: new Uint8Array(16).fill(1) };
  });
  const at = two.sim.now;
  moved(two, 0, NEW_A4);
  moved(two, 1, NEW_B4);
  traffic.run(12_000);
  for (const time of traffic.answeredAfter(at)) t.ok(time <= 6000, `${time} ms`);
  t.ok(two.ends[0].dc.of(3).length + two.ends[1].dc.of(3).length >= 2);
  traffic.run(60_000);
  t.same([two.paths(0), two.paths(1)], [1, 1]);
});

t.test('a relay that restarts: legs are opened again, the path and its keys stay', (t) => {
  const traffic = new Traffic(RELAYED, true);
  const { two } = traffic;
  const at = two.sim.now;
  two.relay.restart();
  traffic.run(20_000);
  for (const time of traffic.answeredAfter(at)) t.ok(time <= 11_400, `${time} ms`);
  t.equal(two.paths(0), 1);
});

t.test('a relay that is lost: both ends ask with reason 3', (t) => {
  const traffic = new Traffic(RELAYED, true);
  const { two } = traffic;
  const reasons: (number | undefined)[] = [];
  for (const end of [0, 1] as const)
    two.plan(end, ({ reason }) => {
      reasons.push(reason);
      return { ...DIRECT, number: 4 + end, replaces: new Uint8Array(16).fill(1) };
    });
  traffic.run(3000);
  const at = two.sim.now;
  two.sim.fate = () => [10];
  two.relay.isDeaf = true;
  traffic.run(20_000);
  for (const time of traffic.answeredAfter(at)) t.ok(time <= 8000, `${time} ms`);
  t.ok(reasons.length > 0 && reasons.every((reason) => reason === 3), `${reasons}`);
});

t.test('a direct route that dies: the end asks with reason 2', (t) => {
  const traffic = new Traffic(DIRECT);
  const { two } = traffic;
  const reasons: (number | undefined)[] = [];
  for (const end of [0, 1] as const)
    two.plan(end, ({ reason }) => {
      reasons.push(reason);
      return { ...RELAYED, number: 4 + end, replaces: new Uint8Array(16).fill(1) };
    });
  const at = two.sim.now;
  const isBetween = (ip: string): boolean => ip === A4.ip || ip === B4.ip;
  two.sim.fate = ({ from, to }) => (isBetween(from.ip) && isBetween(to.ip) ? [] : [10]);
  traffic.run(20_000);
  for (const time of traffic.answeredAfter(at)) t.ok(time <= 8000, `${time} ms`);
  t.ok(reasons.length > 0 && reasons.every((reason) => reason === 2), `${reasons}`);
});

t.test(
  'a replacement that fails is asked for again every 5 s while packets come, and the path is kept',
  (t) => {
    const traffic = new Traffic(DIRECT);
    const { two } = traffic;
    const asked: number[] = [];
    for (const { dc } of two.ends)
      dc.onDirection = ({ transaction }, { from, at }) => {
        if (dc === two.ends[0].dc) asked.push(at);
        dc.tell({ type: 4, transaction, status: 8 }, from);
      };
    two.sim.fate = ({ from, to }) => ([from, to].every(({ ip }) => ip === A4.ip || ip === B4.ip) ? [] : [10]);
    traffic.run(30_000);
    t.ok(asked.length >= 4, `${asked.length} requests`);
    for (const [index, at] of asked.entries()) if (index > 0) t.ok(at - (asked[index - 1] ?? 0) >= 5000);
    t.same([two.paths(0), two.paths(1)], [1, 1]);
    t.ok(two.ends[0].node.events('direction-failed').length >= 4);
    two.sim.fate = () => [10];
    const back = two.sim.now;
    traffic.run(10_000);
    for (const time of traffic.answeredAfter(back)) t.ok(time <= 5500, `the old one again after ${time} ms`);
  },
);

t.test(
  'a peer that restarts comes with another instance: the paths of the old one go without a word',
  (t) => {
    const traffic = new Traffic(DIRECT);
    const { two } = traffic;
    for (const end of [0, 1] as const)
      two.plan(end, ({ replaces }) => ({ ...DIRECT, number: 4 + end, ...(replaces && { replaces }) }));
    const at = two.sim.now;
    two.restart(1);
    traffic.run(15_000);
    t.ok((traffic.answeredAfter(at)[0] ?? 99_999) <= 6500, 'as soon as the other end has noticed');
    t.same([two.paths(0), two.paths(1)], [1, 1]);
    t.same(two.ends[1].node.events('virtual-addresses-changed'), []);
  },
);

t.test('paths live without any DC', (t) => {
  const traffic = new Traffic(DIRECT);
  const { two } = traffic;
  for (const { dc } of two.ends) dc.isDeaf = true;
  const at = two.sim.now;
  traffic.run(300_000);
  const lost = 300_000 / 250 - two.replies(0).length;
  t.ok(lost <= 12, 'but for the last ones under way');
  t.ok((traffic.answeredAfter(at)[0] ?? 9999) < 1000);
  t.ok(two.ends[0].node.events('not-registered').length > 0, 'and the user is told');
  for (const { dc } of two.ends) {
    dc.isDeaf = false;
    dc.restart();
  }
  traffic.run(130_000);
  for (const { dc, node } of two.ends) {
    t.ok(
      dc.of(1).some(({ at }) => at > two.sim.now - 130_000),
      'registered again',
    );
    t.ok(node.events('registered').length >= 2);
  }
});

t.test('two paths to one peer: both send on the lower, the other one is closed after 30 s', (t) => {
  const traffic = new Traffic(DIRECT);
  const { two } = traffic;
  const { mine, other } = two.directions(0, { ...DIRECT, number: 2 });
  two.ends[1].dc.tell(other);
  two.ends[0].dc.tell(mine);
  traffic.run(2000);
  t.same([two.paths(0), two.paths(1)], [2, 2]);
  const mark = two.sim.sent.length;
  traffic.run(5000);
  const used = new Set(
    two.sim.sent.slice(mark).flatMap(({ bytes }) => (bytes[1] === 0x10 ? [bytes[4]] : [])),
  );
  t.same([...used], [1], 'the lower one');
  traffic.run(50_000);
  t.same([two.paths(0), two.paths(1)], [1, 1]);
});
