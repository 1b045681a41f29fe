/** What setting up and moving costs, counted and held against the table in the spec's rationale. */
import { readFile } from 'node:fs/promises';
import { specTables } from '../../../conformance/spec-tables.ts';
import type { Sent } from '../../channel/pair.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import { PLACES } from './configs.ts';
import { warm } from './warm.ts';
import type { Situation } from './whole.ts';
import { Whole } from './whole.ts';

/** Milliseconds of a hop, in two runs: what grows with it are round trips, the rest is waited. */
const HOPS = [10, 40] as const;
const DATA = 0x10;
const SIZE_PROBE = 1324;

interface Cost {
  /** Datagrams that are not Data; one that a relay sends on counts again. */
  readonly messages: number;
  /** Milliseconds until the first inner packet arrives. */
  readonly time: number;
}

/** Both are registered, all associations are open, and alice knows bob's name. */
function firstPacket(alice: Situation, bob: Situation, hop: number): Cost {
  const world = new Whole(alice, bob, 1, { delay: [hop, hop] });
  warm(world);
  world.apps.alice.interval = 1;
  const [mark, begin] = [world.sim.sent.length, world.sim.now];
  world.begin();
  world.run(5000, () => world.apps.bob.arrivals.length > 0);
  return cost(world, mark, begin);
}

function cost(world: Whole, mark: number, begin: number): Cost {
  return { messages: count(world.sim.sent.slice(mark)), time: world.sim.now - begin };
}

function count(sent: readonly Sent[]): number {
  return sent.filter(({ bytes }) => bytes[1] !== DATA && bytes.length !== SIZE_PROBE).length;
}

function boot(hop: number): Cost {
  const world = new Whole('PR', 'PR', 1, { delay: [hop, hop] });
  world.run(3000);
  world.kill('alice');
  world.run(1000);
  const [mark, begin] = [world.sim.sent.length, world.sim.now];
  world.restart('alice');
  world.run(2000, () => world.party('alice').events('registered').length > 0);
  return cost(world, mark, begin);
}

/** Bob sends all the time; alice moves; until the next packet of bob's arrives at her. */
function move(alice: Situation, bob: Situation, to: string, hop: number): Cost {
  const world = new Whole(alice, bob, 1, { delay: [hop, hop] });
  world.run(3000);
  world.begin();
  world.run(3000);
  world.apps.alice.target = undefined;
  world.apps.bob.target = 'alice.ntmobile.one.example';
  world.apps.bob.interval = 1;
  world.run(1000);
  const [mark, begin] = [world.sim.sent.length, world.sim.now];
  world.move('alice', [endpoint(to)]);
  const { arrivals } = world.apps.alice;
  arrivals.length = 0;
  world.run(5000, () => arrivals.length > 0);
  return between(world, mark, begin);
}

/** The same without what goes to and from DCs. */
function between(world: Whole, mark: number, begin: number): Cost {
  const spent = world.sim.sent.slice(mark).filter(({ from, to }) => !isAtDc(from.ip) && !isAtDc(to.ip));
  return { messages: count(spent), time: world.sim.now - begin };
}

/** From the first packet by the relay until both send directly. */
function optimised(hop: number): Cost {
  const world = new Whole('PR', 'PR', 1, { delay: [hop, hop] });
  warm(world);
  world.begin();
  world.run(5000, () => world.apps.bob.arrivals.length > 0);
  const begin = world.sim.now;
  const isDirect = (name: 'alice' | 'bob'): boolean =>
    world.party(name).events('route').at(-1)?.route === 'direct';
  world.run(5000, () => isDirect('alice') && isDirect('bob'));
  const { time } = cost(world, 0, begin);
  // All of the first instant and of the last one.
  world.run(hop / 2);
  const first = world.sim.sent.findIndex(({ at }) => at >= begin);
  return { ...between(world, first, begin), time };
}

function isAtDc(ip: string): boolean {
  return [...PLACES.one, ...PLACES.two].some((place) => place.ip === ip);
}

const SEARCH = 'from the RS-S to a direct route';

const MEASURED: Readonly<Record<string, (hop: number) => Cost>> = {
  'boot: open the association, register': boot,
  'first packet, both global (rule 4)': (hop) => firstPacket('G4', 'G4', hop),
  'first packet, MN behind a NAT (rule 5)': (hop) => firstPacket('PR', 'G4', hop),
  'first packet, CN behind a NAT (rule 5)': (hop) => firstPacket('G4', 'PR', hop),
  'first packet, by an RS-S (rule 7)': (hop) => firstPacket('PR', 'PR', hop),
  'move, direct': (hop) => move('G4', 'G4', '203.0.113.77:5000', hop),
  'move, by an RS-S': (hop) => move('V6', 'G4', '[2001:db8:1::77]:5000', hop),
  'move, by an RS-S, data direct': (hop) => move('PR', 'PR', '10.1.0.77:5000', hop),
  [SEARCH]: optimised,
};

t.test('set-up and moves cost what the rationale says', async (t) => {
  const name = 'B-rationale.md';
  const text = await readFile(new URL(`../../../conformance/spec/${name}`, import.meta.url), 'utf8');
  const rows = specTables([{ name, text }]).get('set-up') ?? [];
  const told = rows.map(({ sequence, messages, 'round trips': trips, 'waits, s': waits }) => ({
    sequence,
    messages,
    trips,
    waits,
  }));
  const measured = Object.entries(MEASURED).map(([sequence, measure]) => {
    const [near, far] = HOPS.map(measure) as [Cost, Cost];
    // What a search sends by the clock is more, the longer it takes.
    if (sequence !== SEARCH) t.equal(near.messages, far.messages, sequence);
    const trips = (far.time - near.time) / (2 * (HOPS[1] - HOPS[0]));
    const waits = (near.time - 2 * HOPS[0] * trips) / 1000;
    return { sequence, messages: String(near.messages), trips: String(trips), waits: String(waits) };
  });
  t.same(measured, told);
});
