/** The section of the control plane. */
import type { Column, Plot, Row, Section, Table } from '../page/section.ts';
import { NODE } from './child.ts';
import type { Taken } from './taken.ts';

export interface Tried {
  readonly beside: number;
  readonly rounds: number;
  readonly warm: number;
  readonly alone: readonly number[];
  readonly largestOnNode: number;
  readonly paths: number;
  readonly coturn: string;
}

const RATE = { unit: '/s of a processor', better: 'more' } as const;
const MEMORY = { unit: 'kB', better: 'less' } as const;

const BESIDE: readonly (readonly [string, Column])[] = [
  ['set-up', { name: 'allocations or registrations', ...RATE }],
  ['refresh', { name: 'refreshes', ...RATE }],
  ['memory of a client', { name: 'memory each', ...MEMORY }],
];
const ALONE: readonly (readonly [string, Column])[] = [
  ['set-up', { name: 'registrations', ...RATE }],
  ['refresh', { name: 'refreshes', ...RATE }],
  ['direct', { name: 'set-ups of direct paths', ...RATE }],
  ['relayed', { name: 'set-ups of relayed paths', ...RATE }],
  ['memory of a client', { name: 'memory of a node', ...MEMORY }],
  ['held for a client', { name: 'of it in use', ...MEMORY }],
  ['held for a path', { name: 'in use of a relayed path', ...MEMORY }],
];

const RIVALS = ['coturn, credentials', 'coturn, open to all'] as const;
const OURS = ['DC on Bun', `DC on ${NODE}`] as const;
const STORED = 'DC on Bun, store on disk';

export function controlSection(taken: Taken, tried: Tried): Section {
  const row = (subject: string, columns: readonly (readonly [string, Column])[]): Row => ({
    name: subject,
    figures: columns.map(([what]) => taken.figure(subject, what)),
  });
  const runtimesAt = (nodes: number): readonly string[] =>
    OURS.slice(0, nodes <= tried.largestOnNode ? 2 : 1);
  const sizes = tried.alone.flatMap((nodes) => runtimesAt(nodes).map((name) => `${name}, ${nodes} nodes`));
  const tables: Table[] = [
    {
      title: `${tried.beside} clients beside coturn`,
      columns: BESIDE.map(([, column]) => column),
      rows: [...RIVALS, ...OURS, STORED].map((name) => row(name, BESIDE)),
      base: RIVALS[0],
    },
    {
      title: 'One DC, by its number of nodes',
      columns: ALONE.map(([, column]) => column),
      rows: sizes.map((name) => row(name, ALONE)),
      base: sizes[0] ?? '',
    },
  ];
  return {
    id: 'control-plane',
    title: 'Control plane: one DC, beside coturn',
    about: about(tried),
    tables,
    plots: plots(taken, tried),
    claims: [],
    versions: { coturn: tried.coturn },
    notes: [...notes(tried), ...taken.faults],
  };
}

function plots(taken: Taken, { alone }: Tried): Plot[] {
  const plot = (id: string, title: string, what: string, y: Plot['y']): Plot => ({
    id,
    title,
    kind: 'lines',
    x: { name: 'nodes', values: alone, logarithmic: true },
    y,
    series: OURS.map((name) => ({
      name,
      values: alone.map((nodes) => taken.figure(`${name}, ${nodes} nodes`, what)),
    })),
  });
  const rate = { name: 'a second of its processor', unit: '/s' };
  return [
    plot('registrations', 'Registrations by the number of nodes', 'set-up', rate),
    plot('relayed-set-ups', 'Set-ups of relayed paths by the number of nodes', 'relayed', rate),
    plot('memory-of-a-node', 'Memory of a node by the number of nodes', 'memory of a client', {
      name: 'memory',
      unit: 'kB',
    }),
  ];
}

function about({ beside, rounds, warm, paths }: Tried): string {
  return (
    'One DC over UDP on loopback, on a processor of its own; on another one a process plays all its nodes and ' +
    'a relay, message for message, 48 of them at a time. What the server spent is read from `/proc`, user and ' +
    'kernel: rates are **operations for each second of its processor**, so that who loads it is no bottleneck. ' +
    'A registration is all that a node does first: the opening of its association with new keys, the probes that ' +
    'make its address valid, and the Registration Request. A refresh is a Registration Request under keys that ' +
    'are there. A path is set up once the node that asked has its Route Direction; by then the other end has ' +
    'acknowledged its own, and the relay its Relay Direction. ' +
    `Beside it coturn, with as many clients, each with a socket and an allocation: ${rounds} rounds turn by turn, ` +
    `in each ${beside} clients after ${warm} others that warm it up. With credentials a client proves that it ` +
    'knows a secret (two exchanges); nothing but that compares with a registration, which also makes keys. ' +
    `The second table counts from a cold start, in five parts; paths are at most ${paths} of each kind. ` +
    'Memory is the growth of what the process has of the system (RSS); in use is what is left of its heap after ' +
    'a collection.'
  );
}

function notes({ alone, largestOnNode }: Tried): string[] {
  const largest = Math.max(...alone);
  const left = largest > largestOnNode ? [`${NODE} with ${largest} nodes is left out to save time.`] : [];
  return [
    ...left,
    'coturn is not shown with more clients: each allocation is a socket of the server, whose number a process may ' +
      'have is limited by the system, and the memory of a socket is the kernel’s and not in its RSS. A node of a DC, ' +
      'or a path, takes no socket.',
    'All nodes have one address, that of the process that plays them; in the tables of a DC this makes no difference.',
    'With its store on disk a DC answers a registration once it is on the disk: the clock, not the processor, is ' +
      'what that costs.',
    'The memory of a relayed path is the DC’s own; what the relay and the ends hold is not in it.',
  ];
}
