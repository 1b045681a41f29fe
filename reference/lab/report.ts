/** The whole grid, played and written down. */
import type { AfterPromises } from '../net/sim/time.ts';
import type { Cell, MoveCell } from './grid.ts';
import { Grid } from './grid.ts';
import { page, pairKey } from './page.ts';
import { picture } from './picture.ts';
import { SITUATIONS } from './places.ts';
import type { Special } from './specials.ts';
import { SPECIALS } from './specials.ts';

/** The files of the report, by name. The seed is that of the tests. */
export async function gridReport(afterPromises: AfterPromises): Promise<Readonly<Record<string, string>>> {
  const grid = new Grid('1', afterPromises);
  const [pairs, moves] = [new Map<string, Cell>(), new Map<string, MoveCell>()];
  const specials = new Map<string, Cell>();
  for (const row of SITUATIONS) {
    for (const column of SITUATIONS) {
      pairs.set(pairKey(row, column), await grid.pair(row, column));
      if (row !== column) moves.set(pairKey(row, column), await grid.move(row, column));
    }
  }
  for (const name of Object.keys(SPECIALS) as Special[]) specials.set(name, await grid.special(name));
  return { 'connectivity.md': page(pairs, specials, moves), 'connectivity.svg': picture(pairs) };
}
