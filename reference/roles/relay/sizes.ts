import type { Counters } from '../../core.ts';
import type { Association } from '../association/association.ts';
import type { Sources } from '../sources.ts';
import type { Ends } from './ends.ts';

/** KEY-22: unconfirmed, 4 that were answered and one of its own. */
const HANDSHAKES_A_CHANNEL = 5;

export interface RelaySizes {
  readonly associations: readonly Association[];
  readonly capacity: number;
  readonly ends: Ends;
  readonly sources: Sources;
  readonly side: Readonly<Record<string, readonly [size: number, bound: number]>>;
}

/** The counters with the sizes of all tables of a relay that is a tunnel end. [GEN-17, DOS-04] */
export function withRelaySizes(counters: Counters, sizes: RelaySizes): Counters {
  const { associations, capacity, ends, sources, side } = sizes;
  const sum = (of: (association: Association) => number): number =>
    associations.reduce((total, association) => total + of(association), 0);
  const [kept, keepable] = ends.answers();
  const tables: Record<string, readonly [number, number]> = {
    associations: [associations.length, associations.length],
    paths: [ends.size, capacity],
    handshakes: [
      ends.unconfirmedCount() + sum(({ channel }) => channel.unconfirmedCount()),
      HANDSHAKES_A_CHANNEL * (associations.length + capacity),
    ],
    answers: [
      kept + sum((association) => association.answerCount()),
      keepable + sum(({ config }) => config.answerBound),
    ],
    sources: [sources.size, sources.bound],
    ...side,
  };
  const all = { ...counters };
  for (const [name, [size, bound]] of Object.entries(tables)) {
    all[`table.${name}.size`] = size;
    all[`table.${name}.bound`] = bound;
  }
  for (const kind of ['association', 'path']) all[`opened.${kind}`] ??= 0;
  return all;
}
