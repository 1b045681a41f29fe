/** Chapter 9: an RS-S against a small model of its Relay Table. */
import fc from 'fast-check';
import type { Case } from '../../case.ts';
import { modelCase } from '../../case.ts';
import { HABITS } from '../../played/habits.ts';
import { withTwoDcs } from '../nodes.ts';
import { exactNetwork, RS_S } from '../steps.ts';
import { Move, OpenLeg, Probe, Send } from './node-commands.ts';
import type { Real } from './relay-commands.ts';
import { Direct, DirectOtherwise, renew, Withdraw } from './relay-commands.ts';
import type { Model } from './relay-model.ts';
import { emptyModel, pathOf } from './relay-model.ts';

const PATHS = 2;

// The first paths and ends are the likely ones, so that commands meet.
const path = fc.nat({ max: PATHS - 1 });
const side = fc.constantFrom<0 | 1>(0, 1);
const dc = fc.constantFrom<0 | 1>(0, 0, 0, 1);

export const MODEL_CASES: readonly Case[] = [
  modelCase<Model, Real>({
    ...RS_S,
    id: 'rs-s.model',
    title:
      'Whatever the order of directions, withdrawals, openings, moves and data: all is as the table says.',
    clauses: ['RS-02', 'RS-10', 'RS-11', 'RS-22', 'RS-24', 'RSS-03', 'RSS-06', 'RSS-12', 'RS-03'],
    isolation: 'own',
    catches: 'Faults that take several steps: an entry, a leg or what is held that outlives what made it.',
    commands: [
      fc.tuple(path, dc).map(([at, by]) => new Direct(at, by)),
      fc.tuple(path, dc).map(([at, by]) => new Withdraw(at, by)),
      path.map((at) => new DirectOtherwise(at)),
      fc.tuple(path, side).map(([at, end]) => new OpenLeg(at, end)),
      fc.tuple(path, side).map(([at, end]) => new OpenLeg(at, end)),
      fc.tuple(path, side).map(([at, end]) => new Send(at, end)),
      fc.tuple(path, side).map(([at, end]) => new Send(at, end)),
      fc.tuple(path, side).map(([at, end]) => new Move(at, end)),
      fc.tuple(path, side).map(([at, end]) => new Probe(at, end)),
    ],
    maxCommands: 30,
    async setup(world) {
      // Where datagrams overtake each other, which socket of a node is in use is not the model's to say.
      exactNetwork(world);
      const { rs, dc: first, other } = await withTwoDcs(world);
      const plans = Array.from({ length: PATHS }, () => first.plan());
      const real: Real = { world, rs, dcs: [first, other], plans, nodes: [], heldAt: new Map() };
      for (const [at] of plans.entries()) {
        await renew(real, at);
        for (const { peer } of real.nodes[at] ?? []) Object.assign(peer.habits, HABITS);
      }
      const model = emptyModel(PATHS);
      await bindFirst(model, real);
      return { model, real };
    },
  }),
];

/** The first path is there and bound from the start, so that short runs come to what needs that. */
async function bindFirst(model: Model, { dcs, plans, nodes }: Real): Promise<void> {
  const [plan] = plans;
  await dcs[0].relay(plan);
  const first = pathOf(model, 0);
  first.owner = 0;
  for (const [index, node] of (nodes[0] ?? []).entries()) {
    await node.openLeg();
    first.legs[index === 0 ? 0 : 1].bound = true;
  }
}
