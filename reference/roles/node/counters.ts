import type { Counters } from '../../core.ts';

/** KEY-22: unconfirmed handshakes that a channel holds at most, 4 that were answered and one of its own. */
const HANDSHAKES_A_CHANNEL = 5;

export interface Sizes {
  readonly paths: readonly [size: number, bound: number];
  readonly legs: number;
  readonly handshakes: number;
  readonly answers: readonly [size: number, bound: number];
  readonly held: readonly [size: number, bound: number];
  readonly sources: readonly [size: number, bound: number];
}

/** The counters with the sizes of all tables. [GEN-17, DOS-04] */
export function withSizes(counters: Counters, sizes: Sizes): Counters {
  const [, bound] = sizes.paths;
  const tables: Record<string, readonly [number, number]> = {
    associations: [1, 1],
    paths: sizes.paths,
    legs: [sizes.legs, bound],
    handshakes: [sizes.handshakes, HANDSHAKES_A_CHANNEL * (1 + 2 * bound)],
    answers: sizes.answers,
    held: sizes.held,
    sources: sizes.sources,
  };
  const all = { ...counters };
  for (const [name, [size, most]] of Object.entries(tables)) {
    all[`table.${name}.size`] = size;
    all[`table.${name}.bound`] = most;
  }
  for (const kind of ['association', 'path', 'leg']) all[`opened.${kind}`] ??= 0;
  all['dropped.source'] ??= 0;
  return all;
}
