/** What tests of direct routes on the simulated Internet begin with, and what they measure. */
import { routes } from '../../reference/lab/measure.ts';
import type { Situation } from '../../reference/lab/places.ts';
import { World } from '../../reference/lab/world.ts';

/** Milliseconds between two datagrams of the application. */
export const INTERVAL = 1000;
/** OPT-04: milliseconds. */
export const BACK = 7000;

export interface Pair {
  readonly world: World;
  readonly flow: ReturnType<World['flow']>;
}

export async function pair(alice: Situation, bob: Situation, version: 4 | 6 = 4): Promise<Pair> {
  const world = new World('1', setImmediate);
  await world.start(world.places.make(alice), world.places.make(bob));
  const flow = world.flow('alice', INTERVAL, 'bob', version);
  await world.run(7000);
  return { world, flow };
}

/** The longest time in which nothing that alice sent was answered. */
export function gap({ world, flow }: Pair, since: number): number {
  const answered = flow.sent.filter(({ at, backAt }) => at >= since && backAt !== undefined);
  const times = [since, ...answered.map(({ at }) => at), world.now()];
  return Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? 0)));
}

/** What gets from one node's place to the other's; by the relays all goes on. @param most bytes of a packet. */
export function limit({ world }: Pair, most: number): void {
  for (const name of ['alice', 'bob'] as const)
    for (const { gateway } of world.placeOf(name).sites)
      gateway.drops = ({ ip }, size) => size > most && !SERVERS.test(ip);
}
const SERVERS = /^192\.0\.2\.|^2001:db8::/;

/** How often a node changed its route since an instant. */
export function changes({ world }: Pair, since: number): number {
  return routes(world, 'alice', since).length;
}
