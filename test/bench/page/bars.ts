/** Bars that lie, so that their names can be long: a group for each place, in it one for each series. */
import { numberText, tickText } from './numbers.ts';
import { scaleOf } from './scale.ts';
import type { Figure, Plot } from './section.ts';
import { canvas, colour, WIDTH, widthOf } from './svg.ts';

const BAR = 18;
const GAP = 10;
const LABEL = 16;
/** Room for the figure after the longest bar. */
const AFTER = 80;

/** @returns the plot as SVG */
export function bars({ title, x, y, series }: Plot): string {
  const picture = canvas(
    title,
    `${y.name}, ${y.unit}${y.logarithmic ? ', logarithmic' : ''}`,
    series.map(({ name }) => name),
  );
  const figures = series.flatMap(({ values }) => values).filter((value): value is Figure => value !== null);
  const left = Math.min(WIDTH / 2, LABEL + Math.max(...x.values.map((name) => widthOf(`${name}`))) + 10);
  const group = series.length * BAR + GAP;
  const bottom = picture.top + x.values.length * group + GAP / 2;
  const scale = scaleOf(figures, [left, WIDTH - AFTER], y.logarithmic === true, 6);
  for (const tick of scale.ticks) {
    const at = scale(tick);
    picture.shape('line', { x1: at, x2: at, y1: picture.top, y2: bottom, class: 'grid' });
    picture.text(tickText(tick), at, bottom + 18, { class: 'dim', 'text-anchor': 'middle' });
  }
  for (const [place, name] of x.values.entries()) {
    const top = picture.top + place * group + GAP / 2;
    const middle = top + (series.length * BAR) / 2;
    picture.text(`${name}`, left - 10, middle + 4.5, { 'text-anchor': 'end' });
    for (const [index, { values }] of series.entries()) {
      const figure = values[place];
      const at = top + index * BAR;
      if (figure === null || figure === undefined)
        picture.text('not measured', left + 6, at + 13, { class: 'dim' });
      else {
        const end = scale(figure.median);
        const [from, to] = [Math.max(left, scale(figure.min)), Math.max(left, scale(figure.max))];
        const line = at + BAR / 2 - 0.5;
        picture.shape('rect', {
          ...{ x: left, y: at + 1, width: Math.max(1, end - left), height: BAR - 3, rx: 2 },
          class: colour('f', index),
        });
        if (figure.runs > 1)
          picture.shape('path', {
            d: `M${from.toFixed(1)},${line - 4}v8m0,-4H${to.toFixed(1)}m0,-4v8`,
            class: 'spread',
          });
        picture.text(numberText(figure.median), Math.max(end, to) + 7, at + 13.5);
      }
    }
  }
  picture.shape('line', { x1: left, x2: left, y1: picture.top, y2: bottom, class: 'axis' });
  return picture.end(bottom + 32);
}
