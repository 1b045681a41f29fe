/** Nodes that talk to each other. */
import type { AfterPromises } from '../../net/sim/time.ts';
import type { NodeName } from '../configs.ts';
import { NAMES } from '../configs.ts';
import { World } from '../world.ts';
import type { Stage } from './stage.ts';
import { Watch } from './watch.ts';

/** Who sends to whom. */
const FLOWS: readonly (readonly [NodeName, NodeName])[] = [
  ['alice', 'bob'],
  ['carol', 'alice'],
];
const MOVING: readonly NodeName[] = ['alice', 'bob', 'carol'];

export function nodesStage(seed: string, afterPromises: AfterPromises): Stage {
  const world = new World(seed, afterPromises);
  const isHere = NAMES.filter((name) => name !== 'dave');
  return {
    world,
    chance: world.chance,
    parties: new Map(isHere.map((name) => [name, world.parties[name]])),
    nodes: MOVING,
    lanes: NAMES,
    watch: new Watch(world),
    start: (places) => world.start(...places),
    placeOf: (node) => world.placeOf(node as NodeName),
    move: (node, place) => world.move(node as NodeName, place),
    isDenied: () => false,
    flows: (interval) => FLOWS.map(([from, to]) => [from, to, world.flow(from, interval, to)] as const),
  };
}
