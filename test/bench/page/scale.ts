/** Scales of numbers: from figures to pixels, with marks that are round. */
import { scaleLinear, scaleLog } from 'd3-scale';
import type { Figure } from './section.ts';

export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
  /** Where bars begin. */
  readonly start: number;
}

/**
 * A scale on which all of the figures are; one that is not logarithmic begins at 0.
 * @param range pixels of its start and of its end
 * @param count of marks, more or less
 */
export function scaleOf(
  figures: readonly Figure[],
  range: readonly [number, number],
  isLogarithmic: boolean,
  count: number,
): Scale {
  const values = figures.flatMap(({ min, max, median }) => [min, max, median]).filter(Number.isFinite);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!isLogarithmic) {
    const linear = scaleLinear([0, most > 0 ? most : 1], range).nice(count);
    return Object.assign((value: number) => linear(value), { ticks: linear.ticks(count), start: range[0] });
  }
  const wide = most > least ? [least, most] : [least / 2, most * 2];
  const logarithmic = scaleLog(wide, range);
  const isLong = Math.log10(most / least) >= 1;
  if (isLong) logarithmic.nice();
  const ticks = logarithmic.ticks().filter((tick) => isRound(tick, isLong));
  return Object.assign((value: number) => logarithmic(value), { ticks, start: range[0] });
}

/** A power of ten, or twice or five times one on a short scale. */
function isRound(tick: number, isLong: boolean): boolean {
  const first = Number(tick.toExponential()[0]);
  return first === 1 || (!isLong && (first === 2 || first === 5));
}
