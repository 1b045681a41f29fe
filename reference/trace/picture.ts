/** An exchange as a sequence chart that is a picture (SVG). */
import { label } from './chart.ts';
import type { Arrow, Exchange, Remark } from './merge.ts';

const LEFT = 90;
const TOP = 40;
const STEP = 130;
const ROW = 26;
/** Room for the words of the last lane's arrows. */
const RIGHT = 330;
const HEAD = 6;
const [INK, PALE, DATA, LOST] = ['#222222', '#bbbbbb', '#2166ac', '#b2182b'];

type Row = { readonly t: number } & ({ readonly arrow: Arrow } | { readonly remark: Remark });

/** Times are milliseconds since its first datagram. @param title what it shows */
export function chartPicture({ lanes, arrows, remarks = [] }: Exchange, title: string): string {
  const rows: Row[] = [
    ...remarks.map((remark) => ({ t: remark.t, remark })),
    ...arrows.map((arrow) => ({ t: arrow.t, arrow })),
  ].sort((a, b) => a.t - b.t);
  const start = arrows[0]?.t ?? 0;
  const width = LEFT + STEP * Math.max(0, lanes.length - 1) + RIGHT;
  const height = TOP + ROW * (rows.length + 1);
  const x = (lane: string): number => LEFT + STEP * lanes.indexOf(lane);
  const heads = lanes.flatMap((lane) => [
    text(x(lane), 20, lane, 'font-weight="bold" text-anchor="middle"'),
    `<line x1="${x(lane)}" y1="28" x2="${x(lane)}" y2="${height - 8}" stroke="${PALE}"/>`,
  ]);
  const body = rows.flatMap((row, at) => {
    const y = TOP + ROW * (at + 1);
    const time = text(LEFT - 40, y, (row.t - start).toFixed(1), `text-anchor="end" fill="${INK}"`);
    if ('arrow' in row) return [time, ...drawn(row.arrow, y, x)];
    const band = `<rect x="${LEFT - 30}" y="${y - 15}" width="${width - LEFT + 20}" height="21" fill="#fff3c4"/>`;
    return [time, band, text(LEFT - 22, y, row.remark.text, 'font-style="italic"')];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...heads,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

function drawn(arrow: Arrow, y: number, x: (lane: string) => number): string[] {
  const [from, to] = [x(arrow.from), x(arrow.to)];
  const colour = arrow.isLost ? LOST : arrow.type === 'Data' ? DATA : INK;
  const towards = to > from ? 1 : -1;
  // What is lost ends before its goal.
  const end = arrow.isLost ? to - (towards * Math.abs(to - from)) / 3 : to;
  const dash = arrow.isLost ? ' stroke-dasharray="4 3"' : '';
  const [near, above, below] = [end - towards * HEAD, y - 4 - HEAD / 2, y - 4 + HEAD / 2];
  const tip = arrow.isLost
    ? text(end, y, '×', `fill="${LOST}" text-anchor="middle" font-weight="bold"`)
    : `<polygon points="${end},${y - 4} ${near},${above} ${near},${below}" fill="${colour}"/>`;
  return [
    `<line x1="${from}" y1="${y - 4}" x2="${end}" y2="${y - 4}" stroke="${colour}"${dash}/>`,
    tip,
    text(Math.max(from, to) + 8, y, label(arrow), `fill="${colour}" font-size="11"`),
  ];
}

function text(x: number, y: number, words: string, more: string): string {
  return `<text x="${x}" y="${y}" ${more}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
