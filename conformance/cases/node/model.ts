/** Chapters 8 and 10: a node against a small model of its paths. */
import fc from 'fast-check';
import { Part } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { modelCase } from '../../case.ts';
import { exactNetwork } from '../steps.ts';
import type { Model, Real } from './commands.ts';
import {
  Close,
  Direct,
  DirectAgain,
  Impersonate,
  Move,
  Open,
  Receive,
  SendInVain,
  SendTo,
} from './commands.ts';
import { NODE_USED, registered } from './steps.ts';

const ENDS = 3;

// The first far ends are the likely ones, so that commands meet.
const end = fc.constantFrom(0, 0, 0, 1, 1, ENDS - 1);
const part = fc.constantFrom<Part>(Part.await, Part.await, Part.initiate);
const direct = fc.tuple(end, part).map((of) => new Direct(...of));
const open = end.map((at) => new Open(at));
const send = end.map((at) => new SendTo(at));

export const NODE_MODEL_CASES: readonly Case[] = [
  modelCase<Model, Real>({
    ...NODE_USED,
    id: 'node.model',
    title: 'Whatever the order of directions, openings, packets, moves and closes: all is as the model says.',
    clauses: ['NODE-07', 'NODE-11', 'NODE-16', 'NODE-22', 'TUN-02', 'TUN-17', 'KEY-24', 'KEY-32', 'HO-03'],
    catches: 'Faults that take several steps: a path, an address or keys that outlive what made them.',
    commands: [
      direct,
      direct,
      open,
      open,
      send,
      send,
      end.map((at) => new Receive(at)),
      end.map((at) => new SendInVain(at)),
      end.map((at) => new DirectAgain(at)),
      fc.tuple(end, end).map((of) => new Impersonate(...of)),
      end.map((at) => new Move(at)),
      end.map((at) => new Close(at)),
    ],
    maxCommands: 25,
    async setup(world) {
      // Where datagrams are lost, what came first is not the model's to say.
      exactNetwork(world);
      const real: Real = { world, paths: [], ...(await registered(world)) };
      const model: Model = { ends: [] };
      // Two carry data from the start, so that short runs come to what needs that.
      for (const at of [0, 1])
        for (const command of [new Direct(at, Part.await), new Open(at)]) await command.run(model, real);
      return { model, real };
    },
  }),
];
