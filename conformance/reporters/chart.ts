/** An exchange as a sequence chart: what went to and fro, and beside it what should have come. */
import type { Arrow, Exchange } from '../report.ts';
import type { Paint } from './paint.ts';
import { wrap } from './text.ts';

/** More than this would hide the place that matters; the report has them all. */
const MOST_ARROWS = 24;
/** So many datagrams are explained, beside those that deviate. */
const MOST_EXPLAINED = 6;
/** Columns of number and time. */
const LEFT = 14;

/** The lines of the chart. `width` is that of the terminal. */
export function chartLines({ lanes, arrows }: Exchange, paint: Paint, width: number): string[] {
  const shown = arrows.slice(-MOST_ARROWS);
  const step = Math.max(10, ...lanes.map((lane) => lane.length + 2));
  const chart = step * Math.max(0, lanes.length - 1) + (lanes.at(-1)?.length ?? 0) + 2;
  const rest = Math.max(40, width - LEFT - chart);
  const longest = Math.max(0, ...shown.map(({ expected }) => expected?.length ?? 0));
  const hasExpected = longest > 0;
  // Most rows expect nothing else than what is there.
  const expectedWidth = Math.max('expected'.length, Math.min(longest, Math.floor(rest * 0.4)));
  const labelWidth = hasExpected ? rest - expectedWidth - 2 : rest;
  const columns = { step, chart, labelWidth, expectedWidth };

  const names = lanes.map((lane) => lane.padEnd(step)).join('');
  const head = '         ms'.padEnd(LEFT) + names.trimEnd().padEnd(chart);
  const title = hasExpected ? `${'actual'.padEnd(labelWidth + 2)}expected` : 'actual';
  const skipped = arrows.length - shown.length;
  return [
    ...(skipped === 0 ? [] : [`(${skipped} earlier datagrams are in the JSON report)`]),
    paint.dim((head + title).trimEnd()),
    ...shown.flatMap((arrow, at) => arrowLines(arrow, skipped + at + 1, lanes, columns, paint)),
  ];
}

/** Each datagram with its bytes explained, under the numbers of the chart. */
export function datagramLines({ arrows }: Exchange, paint: Paint): string[] {
  const numbered = arrows.map((arrow, at) => ({ arrow, number: at + 1 })).filter(({ arrow }) => arrow.hex);
  const shown = numbered.filter(({ arrow }, at) => arrow.deviates || numbered.length - at <= MOST_EXPLAINED);
  const skipped = numbered.length - shown.length;
  const first = new Map<string, number>();
  const lines = shown.flatMap(({ arrow, number }) => {
    const head = `#${number} ${arrow.from} to ${arrow.to}: ${arrow.label}, ${arrow.hex.length / 2} bytes`;
    const before = first.get(arrow.hex);
    first.set(arrow.hex, before ?? number);
    const colour = arrow.deviates ? paint.red : paint.dim;
    if (before !== undefined) return [colour(`${head}, the same as #${before}`)];
    const body = arrow.annotated.length > 0 ? arrow.annotated : hexRows(arrow.hex);
    return [colour(head), ...body.map((line) => `  ${line}`)];
  });
  return skipped === 0 ? lines : [`(${skipped} more are explained in the JSON report)`, ...lines];
}

interface Columns {
  readonly step: number;
  readonly chart: number;
  readonly labelWidth: number;
  readonly expectedWidth: number;
}

function arrowLines(
  arrow: Arrow,
  number: number,
  lanes: readonly string[],
  columns: Columns,
  paint: Paint,
): string[] {
  const intent = arrow.intent === null || arrow.intent === 'valid' ? '' : ` (${arrow.intent})`;
  const label = wrap(arrow.label + intent, columns.labelWidth);
  const expected = arrow.expected === null ? [] : wrap(arrow.expected, columns.expectedWidth);
  const left = `#${number}`.padEnd(4) + arrow.at.toFixed(1).padStart(7);
  const idle = draw(lanes, columns, undefined);
  return Array.from({ length: Math.max(label.length, expected.length) }, (_, row) => {
    const mark = row > 0 ? '' : arrow.deviates ? ' !' : '';
    const line =
      ((row === 0 ? left : '') + mark).padEnd(LEFT) +
      (row === 0 ? draw(lanes, columns, arrow) : idle) +
      (label[row] ?? '').padEnd(columns.labelWidth + 2) +
      (expected[row] ?? '');
    return arrow.deviates ? paint.red(line.trimEnd()) : line.trimEnd();
  });
}

function draw(lanes: readonly string[], { step, chart }: Columns, arrow: Arrow | undefined): string {
  const cells = Array.from<string>({ length: chart }).fill(' ');
  for (const at of lanes.keys()) cells[at * step] = '|';
  if (arrow !== undefined) strike(cells, lanes.indexOf(arrow.from), lanes.indexOf(arrow.to), step, arrow);
  return cells.join('');
}

function strike(cells: string[], from: number, to: number, step: number, arrow: Arrow): void {
  if (from < 0 || to < 0) return;
  if (from === to) {
    cells[from * step] = '*';
    return;
  }
  const [low, high] = [Math.min(from, to) * step, Math.max(from, to) * step];
  // Broken: nothing was on the wire here.
  for (let at = low + 1; at < high; at++) cells[at] = arrow.hex === '' && at % 2 === 0 ? ' ' : '-';
  if (to > from) cells[high - 1] = '>';
  else cells[low + 1] = '<';
}

function hexRows(hex: string): string[] {
  const rows = hex.match(/.{1,32}/g) ?? [];
  return rows.map(
    (row, at) => `${(16 * at).toString(16).padStart(4, '0')}  ${(row.match(/../g) ?? []).join(' ')}`,
  );
}
