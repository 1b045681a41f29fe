/** What all plots have: a ground, a title, a legend, colours for light and dark. Lengths are in pixels. */
import { create } from 'xmlbuilder2';

export const WIDTH = 840;
/** Of the text, and of a character of it on average, rather too much than too little. */
const FONT = 13;
const CHARACTER = 7;
const LEGEND_LINE = 20;

/** As many series as can be told apart. */
const COLOURS = 8;

const STYLE = `
svg { --ground: #ffffff; --text: #1b2229; --dim: #57636f; --line: #dde2e7;
  --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #a04f88; --c4: #8a6d00; --c5: #56a5d8; --c6: #6b6b6b; --c7: #b3221b; }
@media (prefers-color-scheme: dark) { svg { --ground: #14181c; --text: #e2e7ec; --dim: #9ba8b4; --line: #2e363e;
  --c0: #56b4e9; --c1: #ff8c42; --c2: #3ccf9f; --c3: #e293c4; --c4: #e8cf4a; --c5: #9cc7ff; --c6: #b5b5b5; --c7: #ff8d82; } }
text { font: ${FONT}px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--text); }
.title { font-size: 16px; font-weight: 600; }
.dim { fill: var(--dim); }
.grid { stroke: var(--line); }
.axis { stroke: var(--dim); }
.spread { stroke: var(--text); stroke-width: 1.5; fill: none; }
${Array.from({ length: COLOURS }, (_, index) => `.f${index} { fill: var(--c${index}); } .l${index} { stroke: var(--c${index}); stroke-width: 2; fill: none; }`).join('\n')}
`;

type Attributes = Readonly<Record<string, string | number>>;

/** A picture that is drawn from back to front. */
export interface Canvas {
  /** Where what is drawn may begin: below title and legend. */
  readonly top: number;
  shape(name: 'line' | 'rect' | 'path' | 'circle', attributes: Attributes): void;
  text(text: string, x: number, y: number, attributes?: Attributes): void;
  /** The file. @param height of all */
  end(height: number): string;
}

/** Pixels that a text takes at most. */
export function widthOf(text: string): number {
  return text.length * CHARACTER;
}

/** The class of the fill (`f`) or the line (`l`) of a series. */
export function colour(kind: 'f' | 'l', series: number): string {
  return `${kind}${series % COLOURS}`;
}

/** A picture with a title, what it shows below it, and a legend if there is more than one series. */
export function canvas(title: string, shows: string, series: readonly string[]): Canvas {
  const root = create().ele('svg', {
    xmlns: 'http://www.w3.org/2000/svg',
    width: WIDTH,
    role: 'img',
    'aria-label': title,
  });
  root.ele('style').txt(STYLE);
  const ground = root.ele('rect', { width: WIDTH, style: 'fill: var(--ground)' });
  const text: Canvas['text'] = (words, x, y, attributes = {}) =>
    void root.ele('text', { x: round(x), y: round(y), ...attributes }).txt(words);
  const shape: Canvas['shape'] = (name, attributes) =>
    void root.ele(
      name,
      Object.fromEntries(
        Object.entries(attributes).map(([key, value]) => [
          key,
          typeof value === 'number' ? round(value) : value,
        ]),
      ),
    );
  text(title, 16, 28, { class: 'title' });
  text(shows, 16, 48, { class: 'dim' });
  let [x, y] = [16, 58];
  if (series.length > 1) {
    for (const [index, name] of series.entries()) {
      const width = widthOf(name) + 34;
      if (x > 16 && x + width > WIDTH) [x, y] = [16, y + LEGEND_LINE];
      shape('rect', { x, y: y + 3, width: 12, height: 12, rx: 2, class: colour('f', index) });
      text(name, x + 18, y + 14);
      x += width;
    }
    y += LEGEND_LINE + 4;
  }
  return {
    top: y + 4,
    shape,
    text,
    end: (height) => {
      root.att('height', `${round(height)}`).att('viewBox', `0 0 ${WIDTH} ${round(height)}`);
      ground.att('height', `${round(height)}`);
      return `${root.end({ prettyPrint: true, headless: true })}\n`;
    },
  };
}

/** To a tenth: what engines compute differently is less. */
function round(length: number): number {
  return Math.round(length * 10) / 10;
}
