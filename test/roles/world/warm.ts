import type { Whole } from './whole.ts';

/** A first direction opens what DCs and relays have between them; its path is closed, and its name forgotten. */
export function warm(world: Whole): void {
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
