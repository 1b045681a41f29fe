/** An exchange as a sequence chart for a terminal. */
import type { Arrow, Exchange, Remark } from './merge.ts';

/** Columns of the number and the time. */
const LEFT = 16;
const NARROWEST = 14;

/** The lines of the chart; times are milliseconds since its first datagram. A remark stands before what came after it. */
export function chartLines({ lanes, arrows, remarks = [] }: Exchange): string[] {
  const step = Math.max(NARROWEST, ...lanes.map((lane) => lane.length + 2));
  const start = arrows[0]?.t ?? 0;
  const width = step * Math.max(0, lanes.length - 1) + 3;
  const names = lanes.map((lane) => lane.padEnd(step)).join('');
  const time = (t: number): string => (t - start).toFixed(1).padStart(LEFT - 7);
  const said = (some: readonly Remark[]): string[] =>
    some.map(({ t, text }) => `${' '.repeat(5)}${time(t)}  ${text}`);
  const between = (from: number, to: number): Remark[] => remarks.filter(({ t }) => t > from && t <= to);
  const rows = arrows.flatMap((arrow, at) => {
    const left = `#${at + 1}`.padEnd(5) + time(arrow.t);
    const before = arrows[at - 1]?.t ?? Number.NEGATIVE_INFINITY;
    return [...said(between(before, arrow.t)), `${left}  ${draw(lanes, arrow, step, width)}${label(arrow)}`];
  });
  const last = arrows.at(-1)?.t ?? Number.NEGATIVE_INFINITY;
  const end = said(between(last, Number.POSITIVE_INFINITY));
  return [`${'ms'.padStart(LEFT - 2)}  ${names}`.trimEnd(), ...rows, ...end];
}

/** What an arrow is: the message, the beginning of its context, its size. */
export function label({ type, context, size, isLost }: Arrow): string {
  const parts = [type, ...(context === '' ? [] : [context.slice(0, 8)]), `${size} bytes`];
  return (isLost ? [...parts, 'lost'] : parts).join(', ');
}

function draw(lanes: readonly string[], { from, to, isLost }: Arrow, step: number, width: number): string {
  const cells = Array.from<string>({ length: width }).fill(' ');
  for (const at of lanes.keys()) cells[at * step] = '|';
  const [start, end] = [lanes.indexOf(from) * step, lanes.indexOf(to) * step];
  if (start === end) {
    cells[start] = '*';
    return cells.join('');
  }
  const [low, high] = [Math.min(start, end), Math.max(start, end)];
  cells.fill('-', low + 1, high);
  const isRight = end > start;
  cells[isRight ? high - 1 : low + 1] = isLost ? 'x' : isRight ? '>' : '<';
  return cells.join('');
}
