/** The grid as a page and as a picture. */
import type { Cell, MoveCell } from './grid.ts';
import { ANCHOR, code, within } from './grid.ts';
import type { Situation } from './places.ts';
import { SITUATIONS } from './places.ts';

export type Pairs = ReadonlyMap<string, Cell>;

export const pairKey = (row: Situation, column: Situation): string => `${row} ${column}`;

const HEAD = `# Which route each pair of situations gets

Written by \`npx ntmobile lab --grid reference/lab\`: every pair, special situation and move is played on a simulated
Internet, with the real roles and drivers in virtual time. Tests play them again, and hold them against the tables of the
specification (8.3) and against what the NATs make possible.

Situations: G4 global IPv4; FC, RC, PR NAT with endpoint-independent mapping and filtering that is
endpoint-independent, address-dependent, address- and port-dependent (RFC 4787); SY all address- and port-dependent; CE, CS
two NATs in a row, PR behind PR and PR behind SY; V6 IPv6 alone behind a firewall; V64 the same and a NAT64 of which the node
is told, except when it moves there; DS IPv4 behind PR, and IPv6.

## All pairs

\`D\` direct at once: \`>\` the row opens it, \`<\` the column, \`=\` both. \`S\` by an RS-S at first: \`+\` directly after a
while, \`-\` for good, \`x\` for good, since no family is in common. The row asks.
A node behind a NAT64 registers by it, too, and so learns by which IPv4 endpoint it is seen.

![All pairs](connectivity.svg)
`;

export function pairRow(row: Situation, pairs: Pairs): string {
  const cells = SITUATIONS.map((column) => {
    const cell = pairs.get(pairKey(row, column));
    return cell === undefined ? '?' : code(cell);
  });
  return `| **${row}** | ${cells.join(' | ')} |`;
}

export function specialRow(name: string, cell: Cell): string {
  return `| ${name} | ${code(cell)} | ${within(cell.met.time)} |`;
}

export function moveRow(from: Situation, moves: ReadonlyMap<string, MoveCell>): string {
  const cells = SITUATIONS.map((to) => {
    const cell = moves.get(pairKey(from, to));
    if (cell === undefined) return '–';
    const { last, time, isLate } = cell.moved;
    return `${last ?? 'none'}${isLate ? '\\*' : ''}, ${within(time)}`;
  });
  return `| **${from}** | ${cells.join(' | ')} |`;
}

export function page(
  pairs: Pairs,
  specials: ReadonlyMap<string, Cell>,
  moves: ReadonlyMap<string, MoveCell>,
): string {
  const isAnyLate = [...moves.values()].some(({ moved }) => moved.isLate);
  const columns = `| ${SITUATIONS.join(' | ')} |`;
  const rule = `| --- |${' --- |'.repeat(SITUATIONS.length)}`;
  return [
    HEAD,
    `| row \\ column ${columns}`,
    rule,
    ...SITUATIONS.map((row) => pairRow(row, pairs)),
    '',
    '## A NAT in common, or a special one',
    '',
    'With the time from the question for the name to the first answer to a packet, at most.',
    '',
    '| situation | route | within |',
    '| --- | --- | --- |',
    ...[...specials].map(([name, cell]) => specialRow(name, cell)),
    '',
    '## Moves',
    '',
    `They have a path, the other one is at ${ANCHOR}; then the one that asked moves, from the row to the column: the route in the`,
    'end, and the time until a packet that was sent after the move is answered, at most.',
    ...(isAnyLate ? ['\\*: direct only once the search is repeated after a minute (OPT-04).'] : []),
    '',
    `| from \\ to ${columns}`,
    rule,
    ...SITUATIONS.map((from) => moveRow(from, moves)),
    '',
  ].join('\n');
}
