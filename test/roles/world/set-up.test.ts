/** What setting up and moving costs, counted and held against the table in the spec's rationale. */
import { readFile } from 'node:fs/promises';
import { specTables } from '../../../conformance/spec-tables.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import { PLACES } from './configs.ts';
import type { Situation } from './whole.ts';
import { Whole } from './whole.ts';

/** Milliseconds of each hop and back: a round trip. */
const ROUND_TRIP = 20;
const DATA = 0x10;
const SIZE_PROBE = 1324;
const RELAYS = [...PLACES.rs1, ...PLACES.rs2].map(({ ip }) => ip as string);

interface Cost {
  /** Datagrams that are not Data; one that a relay sends on counts again. */
  readonly messages: number;
  /** Until the first inner packet arrives. */
  readonly time: number;
}

/** Both are registered, all associations are open, and alice knows bob's name. */
function firstPacket(alice: Situation, bob: Situation): Cost {
  const world = new Whole(alice, bob);
  warm(world);
  const [mark, begin] = [world.sim.sent.length, world.sim.now];
  world.begin();
  world.run(5000, () => world.apps.bob.arrivals.length > 0);
  return cost(world, mark, begin);
}

/** A first direction opens what DCs and relays have between them; its path is closed, and its name forgotten. */
function warm(world: Whole): void {
  world.run(3000);
  world.begin();
  world.run(2000);
  for (const name of ['alice', 'bob'] as const) {
    world.apps[name].target = undefined;
    world.kill(name);
    world.run(1000);
    world.restart(name);
    world.run(2000);
    world.apps[name].arrivals.length = 0;
  }
}

function cost(world: Whole, mark: number, begin: number): Cost {
  const sent = world.sim.sent.slice(mark);
  const messages = sent.filter(({ bytes }) => bytes[1] !== DATA && bytes.length !== SIZE_PROBE).length;
  return { messages, time: world.sim.now - begin };
}

function boot(): Cost {
  const world = new Whole('PR', 'PR');
  world.run(3000);
  world.kill('alice');
  world.run(1000);
  const [mark, begin] = [world.sim.sent.length, world.sim.now];
  world.restart('alice');
  world.run(2000, () => world.party('alice').events('registered').length > 0);
  return cost(world, mark, begin);
}

/** Bob sends all the time; alice moves; until the next packet of bob's arrives at her. */
function move(alice: Situation, bob: Situation, to: string): Cost {
  const world = new Whole(alice, bob);
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
  // What was on its way when she moved does not count.
  world.run(5000, () => (arrivals.at(-1) ?? 0) > begin + ROUND_TRIP / 2);
  const spent = world.sim.sent.slice(mark).filter(({ from, to: at }) => !isAtDc(from.ip) && !isAtDc(at.ip));
  const messages = spent.filter(({ bytes }) => bytes[1] !== DATA && bytes.length !== SIZE_PROBE).length;
  return { messages, time: world.sim.now - begin };
}

function isAtDc(ip: string): boolean {
  return [...PLACES.one, ...PLACES.two].some((place) => place.ip === ip);
}

const MEASURED: Readonly<Record<string, () => Cost>> = {
  boot,
  'direct, both global (rule 4)': () => firstPacket('G4', 'G4'),
  'direct, CN behind a NAT (rule 5)': () => firstPacket('G4', 'PR'),
  'direct, MN behind a NAT (rule 5)': () => firstPacket('PR', 'G4'),
  'by an RS-S (rule 7)': () => firstPacket('PR', 'PR'),
  'move, direct': () => move('G4', 'G4', '203.0.113.77:5000'),
  'move, by an RS-S': () => move('PR', 'PR', '10.1.0.77:5000'),
};

t.test('set-up costs what the rationale says', async (t) => {
  const name = 'B-rationale.md';
  const text = await readFile(new URL(`../../../conformance/spec/${name}`, import.meta.url), 'utf8');
  const rows = specTables([{ name, text }]).get('set-up') ?? [];
  const told = rows.map(({ sequence, messages, 'round trips': trips }) => ({ sequence, messages, trips }));
  const measured = Object.entries(MEASURED).map(([sequence, measure]) => {
    const { messages, time } = measure();
    return { sequence, messages: String(messages), trips: String(time / ROUND_TRIP) };
  });
  t.same(told, measured);
  t.ok(RELAYS.length > 0);
});
