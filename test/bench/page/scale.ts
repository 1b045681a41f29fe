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
  const values = figures.flatMap(({ min, max, median }) => [min, max, median]);
  const [start] = range;
  if (!isLogarithmic) {
    const most = Math.max(0, ...values);
    const linear = scaleLinear([0, most > 0 ? most : 1], range).nice(count);
    return Object.assign((value: number) => linear(value), { ticks: linear.ticks(count), start });
  }
  const above = values.filter((value) => value > 0);
  const [least, most] = above.length > 0 ? [Math.min(...above), Math.max(...above)] : [1, 10];
  const logarithmic = scaleLog([below(least), 1 / below(1 / most)], range).clamp(true);
  const isLong = most / least > LONG;
  const ticks = logarithmic.ticks().filter((tick) => below(tick) === tick && (!isLong || digit(tick) === 1));
  return Object.assign((value: number) => logarithmic(Math.max(value, least)), { ticks, start });
}

/** What is longer has marks at powers of ten alone. */
const LONG = 200;

/** The next power of ten below, or twice or five times one. */
function below(value: number): number {
  const power = Number(value.toExponential().replace(/^[^e]*/, '1'));
  const times = value / power;
  return Number(((times >= 5 ? 5 : times >= 2 ? 2 : 1) * power).toPrecision(1));
}

function digit(value: number): number {
  return Number(value.toExponential()[0]);
}
