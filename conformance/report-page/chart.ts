/** An exchange as a sequence chart in SVG: lifelines and arrows, and to the right of them what should have come. */
import type { Markup } from '../html/markup.ts';
import { html } from '../html/markup.ts';
import type { Arrow, Exchange } from '../report.ts';
import { tame, wrap } from '../reporters/text.ts';

/** Units are CSS pixels. */
const LEFT = 104;
/** Between lifelines, by their number: the chart is as wide as the page at most, up to five of them. */
const STEPS = [0, 190, 190, 190, 160, 120] as const;
/** Room for a name on either side of a lifeline. */
const SIDE = 56;
const EXPECTED = 216;
const HEAD = 44;
const LINE = 16;
/** What a letter of the chart's text takes at most, on average. */
const LETTER = 6.6;

interface Geometry {
  readonly step: number;
  readonly lanes: readonly string[];
  /** The width of the part with lifelines. */
  readonly actual: number;
  /** The left edge of the lane of what was expected; undefined where nothing else was. */
  readonly expected: number | undefined;
  readonly width: number;
}

/**
 * The chart with a name for those who do not see it; the list of datagrams beside it says the same in text.
 * @param first the number of the first arrow
 */
export function chart({ lanes, arrows }: Exchange, first: number, name: string): Markup {
  const step = STEPS[lanes.length] ?? 120;
  const actual = 2 * SIDE + step * Math.max(1, lanes.length - 1);
  const isWanted = arrows.some(({ expected }) => expected !== null);
  const expected = isWanted ? LEFT + actual + 16 : undefined;
  const geometry = { step, lanes, actual, expected, width: LEFT + actual + (isWanted ? 16 + EXPECTED : 0) };
  let y = HEAD + 12;
  const rows = arrows.map((arrow, at) => {
    const row = arrowRow(arrow, first + at, y, geometry);
    y += row.height;
    return row.markup;
  });
  return html`<svg class="chart" viewBox="0 0 ${geometry.width} ${y + 8}" width="${geometry.width}" height="${y + 8}" role="img" aria-label="${name}">
${lanes.map((lane, at) => laneMarkup(lane, laneX(at, step), y))}${expectedLane(geometry, y)}
${rows}</svg>`;
}

function laneX(at: number, step: number): number {
  return LEFT + SIDE + at * step;
}

function laneMarkup(lane: string, x: number, bottom: number): Markup {
  const of = lane === 'target' ? 'lane target' : 'lane';
  const [name] = wrap(tame(lane), 16);
  return html`<g class="${of}"><line x1="${x}" y1="${HEAD - 12}" x2="${x}" y2="${bottom}"/><rect x="${x - 52}" y="8" width="104" height="24" rx="4"/><text x="${x}" y="24" text-anchor="middle">${name}</text></g>\n`;
}

function expectedLane({ expected }: Geometry, bottom: number): Markup | undefined {
  if (expected === undefined) return undefined;
  return html`<g class="lane wanted"><line x1="${expected + 8}" y1="${HEAD - 12}" x2="${expected + 8}" y2="${bottom}"/><text x="${expected}" y="24">expected</text></g>\n`;
}

function arrowRow(arrow: Arrow, number: number, top: number, geometry: Geometry) {
  const { lanes, actual, expected, step } = geometry;
  const [from, to] = [lanes.indexOf(arrow.from), lanes.indexOf(arrow.to)];
  const isRemark = from === to || from < 0 || to < 0;
  const intent = arrow.intent === null || arrow.intent === 'valid' ? '' : ` (${arrow.intent})`;
  const missing = arrow.hex === '' && arrow.label === '' ? 'nothing came' : '';
  const room = Math.floor((actual - 12) / LETTER);
  const label = wrap(tame(arrow.label + intent + missing), room).filter((line) => line !== '');
  const wanted =
    arrow.expected === null ? [] : wrap(tame(arrow.expected), Math.floor((EXPECTED - 34) / LETTER));
  const labelBottom = top + LINE * label.length;
  const y = isRemark ? labelBottom - 4 : labelBottom + 6;
  const height = Math.max(y - top + 16, LINE * wanted.length + 18);
  const middle = isRemark
    ? laneX(Math.max(0, from), step)
    : clamped((laneX(from, step) + laneX(to, step)) / 2, label, LEFT, LEFT + actual);
  const anchor = isRemark ? clamped(middle, label, LEFT, LEFT + actual) : middle;
  const body = html`<text class="number" x="4" y="${labelBottom}">#${number}</text><text class="time" x="${LEFT - 12}" y="${labelBottom}" text-anchor="end">${arrow.at.toFixed(1)} ms</text>${isRemark ? undefined : line(laneX(from, step), laneX(to, step), y, arrow.hex === '')}${label.map((text, row) => html`<text class="label" x="${anchor}" y="${top + LINE * (row + 1)}" text-anchor="middle">${text}</text>`)}`;
  const classes = ['row', arrow.deviates && 'deviates', isRemark && 'remark'].filter(Boolean).join(' ');
  const markup = html`<g class="${classes}">${body}${expected !== undefined && wantedMarkup(wanted, arrow, expected, top, y)}</g>\n`;
  return { markup, height };
}

/** Keeps a text within the lifelines' part. */
function clamped(middle: number, label: readonly string[], low: number, high: number): number {
  const half = (Math.max(0, ...label.map(({ length }) => length)) * LETTER) / 2;
  return Math.round(Math.min(Math.max(middle, low + half), Math.max(low + half, high - half)));
}

/** An arrow; broken where nothing was on the wire. */
function line(x1: number, x2: number, y: number, isBroken: boolean): Markup {
  const back = x2 > x1 ? -7 : 7;
  return html`<path class="${isBroken ? 'arrow broken' : 'arrow'}" d="M${x1} ${y}H${x2 + back}"/><path class="head" d="M${x2} ${y}l${back} -4v8z"/>`;
}

/** A dot where what came is what was expected; else what should have come. */
function wantedMarkup(
  wanted: readonly string[],
  arrow: Arrow,
  x: number,
  top: number,
  y: number,
): Markup | undefined {
  if (wanted.length > 0) {
    const height = LINE * wanted.length + 10;
    return html`<rect class="should" x="${x}" y="${top + 2}" width="${EXPECTED - 8}" height="${height}" rx="4"/>${wanted.map((text, row) => html`<text class="should" x="${x + 10}" y="${top + LINE * (row + 1) + 2}">${text}</text>`)}`;
  }
  return arrow.intent === null && arrow.hex !== ''
    ? html`<circle class="as-wanted" cx="${x + 8}" cy="${y}" r="3.5"/>`
    : undefined;
}
