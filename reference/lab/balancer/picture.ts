/** The topology as a picture. */
import { BALANCER, GENERAL, hostAddresses, PUBLIC, SERVERS } from './configs.ts';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly lines: readonly string[];
}

const [WIDE, HIGH] = [150, 64];
const CLIENTS: Box = { x: 10, y: 30, name: 'clients', lines: ['a node each', '198.18.1.0/24'] };
const PLAIN: Box = { x: 10, y: 150, name: 'general host', lines: [GENERAL] };
const NTMA: Box = { x: 250, y: 30, name: 'NTMA', lines: [hostAddresses('ntma1')[0], '198.18.1.1'] };
const ROUTER: Box = { x: 250, y: 150, name: 'router', lines: [PUBLIC] };
const MIDDLE: Box = { x: 460, y: 90, name: 'load balancer', lines: [BALANCER.outside, BALANCER.inside] };
const FARMED: readonly Box[] = SERVERS.map(({ addresses: [first] }, index) => ({
  x: 670,
  y: 30 + 120 * index,
  name: `server ${index + 1}`,
  lines: [first],
}));

/** From right to left, from box to box. */
const LINES: readonly (readonly [Box, Box, string])[] = [
  [CLIENTS, NTMA, 'tunnel'],
  [PLAIN, ROUTER, ''],
  [NTMA, MIDDLE, ''],
  [ROUTER, MIDDLE, ''],
  ...FARMED.map((server) => [MIDDLE, server, ''] as const),
];

export function topology(): string {
  const boxes = [CLIENTS, PLAIN, NTMA, ROUTER, MIDDLE, ...FARMED];
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 830 240" width="830" height="240" font-family="sans-serif" font-size="13" role="img" aria-label="Clients, an NTMA, a load balancer and two servers">',
    '<rect width="830" height="240" fill="#ffffff"/>',
    ...LINES.map(line),
    ...boxes.map(box),
    '</svg>',
    '',
  ].join('\n');
}

function line([from, to, word]: (typeof LINES)[number]): string {
  const [x1, y1] = [from.x + WIDE, from.y + HIGH / 2];
  const [x2, y2] = [to.x, to.y + HIGH / 2];
  const isTunnel = word !== '';
  const stroke = isTunnel ? 'stroke="#1b7837" stroke-width="6"' : 'stroke="#333333" stroke-width="1.5"';
  const text = isTunnel
    ? `<text x="${(x1 + x2) / 2}" y="${y1 - 10}" text-anchor="middle" fill="#1b7837">${word}</text>`
    : '';
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" ${stroke}/>${text}`;
}

function box({ x, y, name, lines }: Box): string {
  const middle = x + WIDE / 2;
  return [
    `<rect x="${x}" y="${y}" width="${WIDE}" height="${HIGH}" rx="6" fill="#f4f4f4" stroke="#333333"/>`,
    `<text x="${middle}" y="${y + 18}" text-anchor="middle" font-weight="bold">${name}</text>`,
    ...lines.map(
      (text, index) => `<text x="${middle}" y="${y + 36 + 18 * index}" text-anchor="middle">${text}</text>`,
    ),
  ].join('');
}
