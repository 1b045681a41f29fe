/** Chapters 7 and 8: a DC against a small model of who is registered and which relayed paths live. */
import fc from 'fast-check';
import type { Case } from '../../case.ts';
import { modelCase } from '../../case.ts';
import { exactNetwork } from '../steps.ts';
import type { Model, Real } from './commands.ts';
import { Ask, Deregister, Inform, Lapse, Register, RelayComes, Restart } from './commands.ts';
import { DC_CONFIGURED } from './steps.ts';

const NODES = 3;

const node = fc.nat({ max: NODES - 1 });
const often = fc.constantFrom(true, true, true, false);
const ask = fc
  .tuple(node, node, often, often)
  .map(([mn, cn, isRelayed, isTaken]) => new Ask(mn, cn, isRelayed, !isTaken));

export const DC_MODEL_CASES: readonly Case[] = [
  modelCase<Model, Real>({
    ...DC_CONFIGURED,
    id: 'dc.model',
    title:
      'Whatever the order of registrations, directions, relays that come and restarts: all is as the model says.',
    clauses: ['DC-01', 'DC-03', 'DC-09', 'DC-20', 'DC-21', 'DC-25', 'DC-32', 'DC-39', 'FED-03'],
    catches:
      'Faults that take several steps: a registration, an address or a path that outlives what made it.',
    commands: [
      fc.tuple(node, fc.boolean(), fc.nat({ max: 1 })).map((of) => new Register(...of)),
      fc.tuple(node, fc.boolean(), fc.nat({ max: 1 })).map((of) => new Register(...of)),
      ask,
      ask,
      ask,
      node.map((at) => new Inform(at)),
      fc.boolean().map((isAnew) => new RelayComes(isAnew)),
      // It takes two seconds, so it is in few runs.
      fc.tuple(node, fc.nat({ max: 9 })).map(([at, n]) => (n === 0 ? new Lapse(at) : new Deregister(at))),
      fc.constant(undefined).map(() => new Restart()),
    ],
    maxCommands: 25,
    async setup(world) {
      // Where datagrams are lost, how many directions came is not the model's to say.
      exactNetwork(world);
      const timers = { 'registration-lifetime-min': 1 };
      const dc = await world.dc({ nodes: NODES, relays: 1, timers });
      const model: Model = { nodes: [], paths: new Map(), hasLapsed: false };
      for (const each of dc.nodes) {
        await each.attach();
        await each.deregister();
      }
      await dc.relay().register();
      const real = { world, dc };
      // Two are there from the start, so that short runs come to what needs that.
      for (const index of [0, 1]) await new Register(index, true, 0).run(model, real);
      return { model, real };
    },
  }),
];
