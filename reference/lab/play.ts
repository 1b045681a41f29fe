/** Plays one scenario. */
import type { AfterPromises } from '../net/sim/time.ts';
import type { Exchange } from '../trace/merge.ts';
import { PAIR } from './configs.ts';
import { routes } from './measure.ts';
import type { Place, Situation } from './places.ts';
import { Recording } from './recording.ts';
import type { Scenario } from './scenarios.ts';
import { World } from './world.ts';

export interface Choice {
  readonly seed: string;
  readonly alice?: Situation | undefined;
  readonly bob?: Situation | undefined;
  readonly to?: Situation | undefined;
  /** All Data is in the chart. */
  readonly isWhole?: boolean;
}

export interface Played {
  readonly exchange: Exchange;
  /** What came of it, a line each. */
  readonly summary: readonly string[];
}

const INTERVAL = 500;
const MOVE_TO: Situation = 'PR';

export async function play(
  scenario: Scenario,
  choice: Choice,
  afterPromises: AfterPromises,
): Promise<Played> {
  const world = new World(choice.seed, afterPromises);
  const [alice, bob] = placesOf(scenario, choice, world);
  const recording = new Recording(world);
  await world.start(alice, bob);
  const link = { delayMin: 5, loss: scenario.loss ?? 0 };
  for (const name of PAIR) world.parties[name].host.link('eth').set(link);
  const since = world.now();
  recording.remark(`alice is at ${alice.name}, bob at ${bob.name}; alice asks for bob's name`);
  const flow = world.flow('alice', INTERVAL);
  const to = choice.to ?? scenario.to ?? MOVE_TO;
  await scenario.play({ world, recording, flow, to });
  const end = world.now();
  const first = flow.recovery(since);
  const summary = [
    `${flow.sent.length} datagrams of the application sent, ${flow.lost(since, end - INTERVAL)} not answered` +
      `${flow.sent.some(({ times }) => times > 1) ? ', some twice' : ''}; ` +
      `the first answer ${first === undefined ? 'never came' : `after ${first.toFixed(0)} ms`}`,
    ...PAIR.map((name) => `${name} sent by: ${routes(world, name, since).join(', ') || 'nothing'}`),
    ...PAIR.flatMap((name) =>
      world.parties[name]
        .events('direction-failed', since)
        .slice(0, 1)
        .map(({ name: peer, status }) => `${name} was told: ${peer}: ${status}`),
    ),
  ];
  return { exchange: recording.exchange(since, choice.isWhole ?? false), summary };
}

function placesOf({ places }: Scenario, { alice, bob }: Choice, world: World): readonly [Place, Place] {
  const make = (situation: Situation): Place => world.places.make(situation);
  const [first, second] = typeof places === 'function' ? places(world) : [places[0], places[1]].map(make);
  if (first === undefined || second === undefined) throw new Error('a scenario has two places');
  return [alice === undefined ? first : make(alice), bob === undefined ? second : make(bob)];
}
