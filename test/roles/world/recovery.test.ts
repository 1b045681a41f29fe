import process from 'node:process';
import { endpoint, seeded } from '../../channel/pair.ts';
import { describe, drawn } from '../../lab/share.ts';
import t from '../../tap.ts';
import type { NodeName } from './configs.ts';
import type { Faults, Situation } from './whole.ts';
import { Whole } from './whole.ts';

/** In the long form the shares of the table hold, in the short one the worst case. */
const isLong = process.env.NTM_LONG !== undefined;
/** HO-10, in seconds. */
const PROBE_OVER = 2.5;
const RUNS = isLong ? 100 : 2;

/** What a run is made of: drawn from its seed. */
interface Run {
  readonly world: Whole;
  readonly pick: <Item>(items: readonly Item[]) => Item;
}

interface Scenario {
  readonly name: string;
  /** The clauses that make it so. */
  readonly clauses: string;
  /** The longest time without data in one direction after the fault, in seconds: of half of the runs, of 95 %, of all. */
  readonly most: readonly [half: number, nearly: number, all: number];
  readonly pairs: readonly (readonly [Situation, Situation])[];
  readonly faults?: readonly Faults[];
  /** Makes the fault. @returns the instant from which time counts, and the time to take off. */
  readonly fault: (run: Run) => readonly [since: number, off: number];
}

const DELAY = [20, 80] as const;
/** One node in five is global, all others are behind NATs. */
const KINDS: readonly Situation[] = ['G4', 'PR', 'PR', 'PR', 'PR'];
const ANY: Scenario['pairs'] = KINDS.flatMap((alice) => KINDS.map((bob) => [alice, bob] as const));
const PLACES: Readonly<Record<NodeName, readonly string[]>> = {
  alice: ['203.0.113.88:5000', ...[85, 86, 87, 88].map((host) => `10.1.0.${host}:5000`)],
  bob: ['198.51.100.88:6000', ...[85, 86, 87, 88].map((host) => `10.2.0.${host}:6000`)],
};

const move = ({ world, pick }: Run, name: NodeName): void => world.move(name, [endpoint(pick(PLACES[name]))]);

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'openings that cross, loss and reordering',
    clauses: 'KEY-06, KEY-11',
    most: [0.8, 1.3, 2.1],
    pairs: [
      ['V6', 'V6'],
      ['DS', 'DS'],
    ],
    faults: [{ delay: DELAY }, { loss: 0.1, delay: [20, 150] }, { loss: 0.3, duplicate: 0.1, delay: DELAY }],
    fault: ({ world }) => [world.sim.now, 0],
  },
  {
    name: 'one end moves',
    clauses: 'HO-02, HO-06, HO-16',
    most: [0.7, 5.1, 6.2],
    pairs: ANY,
    fault: (run) => {
      move(run, run.pick(['alice', 'bob']));
      return [run.world.sim.now, 0];
    },
  },
  {
    name: 'one end moves and comes back',
    clauses: 'HO-03',
    most: [0.7, 5.4, 14.5],
    pairs: ANY,
    fault: (run) => {
      const { world, pick } = run;
      const name = pick(['alice', 'bob'] as const);
      const { locals } = world.party(name);
      const since = world.sim.now;
      move(run, name);
      world.run(pick([2000, 6000, 12_000]));
      world.move(name, locals);
      return [since, 0];
    },
  },
  {
    name: 'both ends move',
    clauses: 'HO-07, HO-11',
    most: [1.1, 4.8, 14.8],
    pairs: ANY,
    fault: (run) => {
      const since = run.world.sim.now;
      move(run, 'alice');
      run.world.run(run.pick([0, 500, 2000]));
      move(run, 'bob');
      return [since, 0];
    },
  },
  {
    name: 'an end dies and comes back',
    clauses: 'HO-12',
    // Fourteen ways one after the other, of 50 ms on average: association, registration, direction, path.
    most: [1.6, 2.6, 6.5],
    pairs: ANY,
    fault: ({ world, pick }) => {
      const since = world.sim.now;
      const down = pick([300, 2000, 8000]);
      const name = pick(['alice', 'bob'] as const);
      world.kill(name);
      world.run(down);
      world.restart(name);
      return [since, down];
    },
  },
  {
    name: 'the relay dies and comes back',
    clauses: 'RS-15, HO-10, HO-18',
    most: [6.1, 7.3, 11.4],
    pairs: [
      ['PR', 'PR'],
      ['V6', 'G4'],
    ],
    fault: ({ world, pick }) => {
      const since = world.sim.now;
      world.kill('rs1');
      world.kill('rs2');
      world.run(pick([600, 2000]));
      world.restart('rs1');
      world.restart('rs2');
      return [since, 0];
    },
  },
  {
    name: 'nothing gets through to an end or a DC for a while',
    clauses: 'HO-10, HO-17',
    most: [0.4, 0.7, 1.0],
    pairs: ANY,
    fault: ({ world, pick }) => {
      const time = pick([3000, 8000, 20_000, 60_000]);
      const { fate } = world.sim;
      world.sim.fate = () => [];
      world.run(time);
      world.sim.fate = fate;
      return [world.sim.now, 0];
    },
  },
  {
    name: 'one direction is dead for a while',
    clauses: 'HO-10',
    most: [0.3, 1.9, 10.7],
    pairs: ANY,
    fault: ({ world, pick }) => {
      const time = pick([4000, 9000, 20_000]);
      const dead = pick(['alice', 'bob'] as const);
      const { fate } = world.sim;
      const ips = world.party(dead).locals.map(({ ip }) => ip as string);
      const nats: Record<NodeName, string> = { alice: '192.0.2.101', bob: '192.0.2.102' };
      world.sim.fate = (sent) =>
        ips.includes(sent.from.ip) || sent.from.ip === nats[dead] ? [] : fate(sent);
      world.run(time);
      world.sim.fate = fate;
      return [world.sim.now, 0];
    },
  },
];

/** Milliseconds without data, of each end. */
function gaps(scenario: Scenario, seed: number): number[] {
  const next = seeded(31 * seed + 7);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(next() * items.length)] as Item;
  const [alice, bob] = pick(scenario.pairs);
  const faults = pick(scenario.faults ?? [{ delay: DELAY }, { delay: DELAY, loss: 0.05 }]);
  const world = new Whole(alice, bob, seed, { ...faults, sparesDcs: true });
  for (const app of Object.values(world.apps)) Object.assign(app, { interval: 200, families: [4] });
  world.run(5000);
  world.begin(true);
  world.run(15_000);
  const [since, off] = scenario.fault({ world, pick });
  world.run(25_000);
  return Object.values(world.apps).map(({ arrivals }) => {
    const times = [since, ...arrivals.filter((at) => at > since), world.sim.now];
    return Math.max(...times.slice(1).map((at, index) => at - (times[index] as number))) - off;
  });
}

// The shares of the table hold over all seeds, so a share of this test is one of scenarios.
const scenarios = drawn('recovery', SCENARIOS);
if (isLong)
  t.comment(
    `${describe('scenarios', scenarios.length, SCENARIOS.length)}: ${scenarios.map(({ name }) => name).join('; ')}`,
  );

for (const scenario of scenarios) {
  const { name, clauses, most } = scenario;
  t.test(`${name} [${clauses}]: how long until data comes again`, (t) => {
    const all: number[] = [];
    for (let seed = 1; seed <= RUNS; seed++) all.push(...gaps(scenario, seed).map((gap) => gap / 1000));
    all.sort((a, b) => a - b);
    // The table has one decimal.
    const share = (part: number): number =>
      Math.round(10 * (all[Math.min(all.length - 1, Math.floor(part * all.length))] ?? 99)) / 10;
    const [half, nearly, worst] = [share(0.5), share(0.95), share(1)];
    t.comment(`${[half, nearly, worst].map((value) => value.toFixed(1)).join(' / ')} s`);
    // Three tries of a probe that are lost one after the other, as one in 150 are by a relay at 5 % loss, cost its time.
    t.ok(worst <= most[2] + (isLong ? PROBE_OVER : 0), `${worst} s at most`);
    if (!isLong) return;
    t.ok(share(0.99) <= most[2], `${share(0.99)} s in 99 % of the runs`);
    t.ok(half <= most[0], `${half} s in half of the runs`);
    t.ok(nearly <= most[1], `${nearly} s in 95 % of the runs`);
  });
}
