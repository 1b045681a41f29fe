/** A line for each series, with a dot for each figure. */

import { tickText } from './numbers.ts';
import { scaleOf } from './scale.ts';
import type { Figure, Plot } from './section.ts';
import { figure } from './section.ts';
import { canvas, colour, WIDTH, widthOf } from './svg.ts';

const [LEFT, RIGHT, HIGH] = [84, 36, 300];

/** @returns the plot as SVG */
export function lines({ title, x, y, series }: Plot): string {
  const picture = canvas(
    title,
    `${y.name}, ${y.unit}${y.logarithmic ? ', logarithmic' : ''}`,
    series.map(({ name }) => name),
  );
  const figures = series.flatMap(({ values }) => values).filter((value): value is Figure => value !== null);
  const top = picture.top + 8;
  const bottom = top + HIGH;
  const up = scaleOf(figures, [bottom, top], y.logarithmic === true, 6);
  const along = placesOf(x);
  for (const tick of up.ticks) {
    const at = up(tick);
    picture.shape('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: at, y2: at, class: 'grid' });
    picture.text(tickText(tick), LEFT - 10, at + 4.5, { class: 'dim', 'text-anchor': 'end' });
  }
  let taken = Number.NEGATIVE_INFINITY;
  for (const [place, value] of x.values.entries()) {
    const at = along[place] ?? LEFT;
    picture.shape('line', { x1: at, x2: at, y1: bottom, y2: bottom + 5, class: 'axis' });
    const text = typeof value === 'number' ? tickText(value) : value;
    const half = widthOf(text) / 2;
    if (at - half < taken) continue;
    picture.text(text, at, bottom + 20, { class: 'dim', 'text-anchor': 'middle' });
    taken = at + half + 4;
  }
  picture.shape('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: bottom, y2: bottom, class: 'axis' });
  picture.text(x.name, (LEFT + WIDTH - RIGHT) / 2, bottom + 42, { 'text-anchor': 'middle' });
  for (const [index, { values }] of series.entries()) {
    let isOn = false;
    let d = '';
    for (const [place, value] of values.entries()) {
      if (value !== null)
        d += `${isOn ? 'L' : 'M'}${(along[place] ?? LEFT).toFixed(1)},${up(value.median).toFixed(1)}`;
      isOn = value !== null;
    }
    if (d !== '') picture.shape('path', { d, class: colour('l', index) });
    for (const [place, value] of values.entries()) {
      const at = along[place] ?? LEFT;
      if (value === null) continue;
      if (value.runs > 1)
        picture.shape('line', {
          ...{ x1: at, x2: at, y1: up(value.min), y2: up(value.max) },
          class: colour('l', index),
        });
      picture.shape('circle', { cx: at, cy: up(value.median), r: 4, class: colour('f', index) });
    }
  }
  return picture.end(bottom + 58);
}

/** Pixels of each place: numbers by their size, words at the same distance. */
function placesOf({ values, logarithmic }: Plot['x']): number[] {
  const range = [LEFT + 24, WIDTH - RIGHT - 24] as const;
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === values.length && logarithmic) {
    const scale = scaleOf(
      numbers.map((value) => figure([value])),
      range,
      true,
      6,
    );
    return numbers.map(scale);
  }
  const step = (range[1] - range[0]) / Math.max(1, values.length - 1);
  if (numbers.length < values.length) return values.map((_, index) => range[0] + index * step);
  const scale = scaleOf(
    numbers.map((value) => figure([value])),
    range,
    false,
    6,
  );
  return numbers.map(scale);
}
