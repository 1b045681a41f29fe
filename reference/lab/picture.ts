/** The grid of all pairs as a picture. */
import { code } from './grid.ts';
import type { Pairs } from './page.ts';
import { pairKey } from './page.ts';
import { SITUATIONS } from './places.ts';

const SIDE = 44;
/** Fill and what it stands for; they differ in lightness too, and the code stands in each cell. */
const COLOURS: Readonly<Record<string, readonly [fill: string, meaning: string]>> = {
  'D>': ['#1b7837', 'direct, the row opens it'],
  'D<': ['#1b7837', 'direct, the column opens it'],
  'D=': ['#5aae61', 'direct, both open it'],
  'S+': ['#d9f0d3', 'by a relay first, then direct'],
  'S-': ['#e7d4e8', 'by a relay'],
  Sx: ['#af8dc3', 'by a relay, no family in common'],
  '–': ['#ffffff', 'none'],
};
const DARK = new Set(['D>', 'D<']);

export function picture(pairs: Pairs): string {
  const size = SIDE * (SITUATIONS.length + 1);
  const cells = SITUATIONS.flatMap((row, y) =>
    SITUATIONS.map((column, x) => {
      const cell = pairs.get(pairKey(row, column));
      const text = cell === undefined ? '–' : code(cell);
      const [fill, meaning] = COLOURS[text] ?? ['#ffffff', text];
      const at = `x="${SIDE * (x + 1)}" y="${SIDE * (y + 1)}"`;
      return [
        `<g><title>${row} to ${column}: ${meaning}</title>`,
        `<rect ${at} width="${SIDE - 2}" height="${SIDE - 2}" fill="${fill}"/>`,
        word(text, x + 1, y + 1, DARK.has(text) ? '#ffffff' : '#111111'),
        '</g>',
      ].join('');
    }),
  );
  const heads = SITUATIONS.flatMap((name, at) => [
    word(name, at + 1, 0, '#111111', true),
    word(name, 0, at + 1, '#111111', true),
  ]);
  const shown = Object.entries(COLOURS).filter(([text]) =>
    cells.some((cell) => cell.includes(`>${escaped(text)}<`)),
  );
  const legend = shown.map(
    ([text, [fill, meaning]], at) =>
      `<rect x="${SIDE}" y="${size + 8 + 24 * at}" width="30" height="18" fill="${fill}"/>` +
      `<text x="${SIDE + 40}" y="${size + 22 + 24 * at}">${escaped(text)}: ${meaning}</text>`,
  );
  const height = size + 16 + 24 * shown.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${height}" width="${size}" height="${height}" font-family="sans-serif" font-size="14" role="img" aria-label="Which route each pair of situations gets">`,
    `<rect width="${size}" height="${height}" fill="#ffffff"/>`,
    ...heads,
    ...cells,
    ...legend,
    '</svg>',
    '',
  ].join('\n');
}

function word(text: string, x: number, y: number, fill: string, isBold = false): string {
  const [centre, base] = [SIDE * x + SIDE / 2 - 1, SIDE * y + SIDE / 2 + 4];
  const weight = isBold ? ' font-weight="bold"' : '';
  return `<text x="${centre}" y="${base}" text-anchor="middle" fill="${fill}"${weight}>${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
