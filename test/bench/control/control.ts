/** Benchmark `control-plane`: registrations, path set-ups and memory of one DC, beside allocations of coturn. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { has } from '../../drivers/tun/space.ts';
import { versionOf } from '../machine.ts';
import type { Benchmark } from '../page/section.ts';
import { Undo } from '../undo.ts';
import { NODE } from './child.ts';
import type { Loaded } from './load.ts';
import { loadedCoturn, loadedDc } from './load.ts';
import { controlSection } from './report.ts';
import type { Subject } from './taken.ts';
import { Taken } from './taken.ts';

const PORT = 9478;

interface Sizes {
  /** Turn by turn with coturn; how many times, and how many are set up before that is counted. */
  readonly beside: number;
  readonly rounds: number;
  readonly warm: number;
  /** Of a DC alone, and the largest one of them that is tried on Node too. */
  readonly alone: readonly number[];
  readonly largestOnNode: number;
  /** Paths that are set up at most, of each kind. */
  readonly paths: number;
}

const FULL: Sizes = {
  beside: 1000,
  rounds: 2,
  warm: 1000,
  alone: [1000, 10_000, 100_000],
  largestOnNode: 10_000,
  paths: 2500,
};
const QUICK: Sizes = { beside: 40, rounds: 1, warm: 40, alone: [40, 80], largestOnNode: 40, paths: 40 };

/** Parts in which what is done is counted: a spread shows. */
const SLICES = 5;

export const controlPlane: Benchmark = {
  id: 'control-plane',
  title: 'Control plane: one DC, beside coturn',
  lacks: () => {
    if (!existsSync('/proc/self/schedstat'))
      return 'processor time is read from /proc: run it on Linux with CONFIG_SCHED_INFO';
    if (availableParallelism() < 2) return 'server and load need a processor each: run it on two or more';
    for (const [name, from] of Object.entries({ turnserver: 'coturn', taskset: 'util-linux' }))
      if (!has(name)) return `${name} not found: apt-get install ${from}`;
    return undefined;
  },
  measure: async ({ quick, progress }) => {
    const sizes = quick ? QUICK : FULL;
    const undo = new Undo();
    const taken = new Taken(progress);
    try {
      for (let round = 1; round <= sizes.rounds; round++) {
        progress(`round ${round} of ${sizes.rounds} beside coturn`);
        await beside(undo, sizes, taken);
      }
      for (const nodes of sizes.alone) {
        await alone(undo, 'bun', nodes, sizes, taken);
        if (nodes <= sizes.largestOnNode) await alone(undo, 'node', nodes, sizes, taken);
      }
    } finally {
      undo.all();
    }
    const coturn = versionOf('turnserver', '--version');
    return controlSection(taken, { ...sizes, coturn });
  },
};

/** Each for so many clients, beside those that warmed it up. */
async function beside(undo: Undo, { beside: clients, warm }: Sizes, taken: Taken): Promise<void> {
  const count = warm + clients;
  const subjects: readonly (readonly [Subject, () => Promise<Loaded>, set: string, again: string])[] = [
    ['coturn, credentials', () => loadedCoturn(undo, true, PORT), 'allocate', 'refresh'],
    ['coturn, open to all', () => loadedCoturn(undo, false, PORT), 'allocate', 'refresh'],
    ['DC on Bun', () => loadedDc(undo, 'bun', count), 'register', 'register'],
    [`DC on ${NODE}`, () => loadedDc(undo, 'node', count), 'register', 'register'],
    ['DC on Bun, store on disk', () => loadedDc(undo, 'bun', count, true), 'register', 'register'],
  ];
  for (const [name, start, set, again] of subjects) {
    const server = await start();
    try {
      await server.perform(set, 0, warm);
      await server.perform(again, 0, warm);
      const before = await server.memory();
      taken.rate(name, 'set-up', await server.perform(set, warm, clients));
      taken.memory(name, 'client', before, await server.memory(), clients);
      taken.rate(name, 'refresh', await server.perform(again, warm, clients));
    } finally {
      await server.end();
    }
  }
}

/** A DC with so many nodes: all register, in parts, and then some ask for paths. */
async function alone(
  undo: Undo,
  runtime: 'bun' | 'node',
  nodes: number,
  { paths }: Sizes,
  taken: Taken,
): Promise<void> {
  const subject: Subject = `DC on ${runtime === 'bun' ? 'Bun' : NODE}, ${nodes} nodes`;
  const server = await loadedDc(undo, runtime, nodes);
  const inParts = async (deed: string, what: string, count: number): Promise<void> => {
    const part = Math.floor(count / SLICES);
    for (let slice = 0; slice < SLICES; slice++)
      taken.rate(subject, what, await server.perform(deed, slice * part, part));
  };
  try {
    const empty = await server.memory();
    await inParts('register', 'set-up', nodes);
    const full = await server.memory();
    taken.memory(subject, 'client', empty, full, nodes);
    const some = Math.min(nodes, paths);
    await inParts('register', 'refresh', some);
    await inParts('direct', 'direct', some);
    const directed = await server.memory();
    await inParts('relayed', 'relayed', some);
    taken.memory(subject, 'path', directed, await server.memory(), some);
  } finally {
    await server.end();
  }
}
