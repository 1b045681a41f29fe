/** Every ordered pair of situations on the simulated Internet, held against what is possible, the spec and the page. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { specTables } from '../../conformance/spec-tables.ts';
import type { Cell } from '../../reference/lab/grid.ts';
import { code, Grid } from '../../reference/lab/grid.ts';
import { pairKey, pairRow } from '../../reference/lab/page.ts';
import { picture } from '../../reference/lab/picture.ts';
import type { Situation } from '../../reference/lab/places.ts';
import { SITUATIONS } from '../../reference/lab/places.ts';
import t from '../tap.ts';
import { describe, drawn } from './share.ts';

const isLong = process.env.NTM_LONG !== undefined;
const SEEDS = isLong ? 20 : 1;

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const name = '08-direction.md';
const rows = specTables([{ name, text: await read(`conformance/spec/${name}`) }]).get('routes') ?? [];

function specRow(row: Situation, column: Situation): Readonly<Record<string, string>> {
  const found = rows.find(({ MN, CN }) => MN === row && CN === column);
  if (found === undefined) throw new Error(`the spec has no row ${row} ${column}`);
  return found;
}

/** Who opens the path, in the words of what is measured. */
function openersOf(row: Readonly<Record<string, string>>): string[] {
  const isOpener = (part: string | undefined) => part === 'initiate' || part === 'both';
  return [...(isOpener(row['MN part']) ? ['alice'] : []), ...(isOpener(row['CN part']) ? ['bob'] : [])];
}

const FROM_POSSIBLE = { row: ['alice'], column: ['bob'], both: ['alice', 'bob'], either: ['alice'] };
const DIRECT_IN_THE_END = ['-', 'yes', 'repeat', 'unless-same-cgn', 'nat64-eim'];

t.test('the spec has a row for every pair', (t) => {
  t.equal(rows.length, SITUATIONS.length ** 2);
});

const pairs = new Map<string, Cell>();

// The page is made of the first seed.
const more = SITUATIONS.flatMap((row) =>
  SITUATIONS.flatMap((column) =>
    Array.from({ length: SEEDS - 1 }, (_, index) => ({ row, column, seed: index + 2 })),
  ),
);
const some = drawn('pairs', more);
if (isLong) t.comment(describe('pairs of more seeds', some.length, more.length));

for (const row of SITUATIONS) {
  t.test(
    `${row} to each situation: the first route, who opens it, what is found, nothing lost`,
    async (t) => {
      for (const column of SITUATIONS) {
        const spec = specRow(row, column);
        const others = some.filter((one) => one.row === row && one.column === column);
        for (const seed of [1, ...others.map((one) => one.seed)]) {
          const about = `${row} ${column}, seed ${seed}`;
          const cell = await new Grid(`${seed}`, setImmediate).pair(row, column);
          const { met, can } = cell;
          if (seed === 1) pairs.set(pairKey(row, column), cell);
          t.equal(can.first, spec.route, `${about}: what is possible at once is what the spec says`);
          t.equal(can.direct, DIRECT_IN_THE_END.includes(spec.optimisation ?? ''), `${about}: and later`);
          if (can.by !== undefined) t.same(FROM_POSSIBLE[can.by], openersOf(spec), `${about}: and who opens`);
          t.equal(met.first, spec.route, `${about}: the first route`);
          t.same(met.openers, openersOf(spec), `${about}: who opens it`);
          t.equal(met.last === 'direct', can.direct, `${about}: direct in the end, if that is possible`);
          t.equal(met.lost, 0, `${about}: lost`);
        }
      }
    },
  );
}

t.test('the page and the picture show them', async (t) => {
  const page = await read('reference/lab/connectivity.md');
  for (const row of SITUATIONS) t.ok(page.includes(pairRow(row, pairs)), row);
  t.equal(await read('reference/lab/connectivity.svg'), picture(pairs));
  t.equal(new Set([...pairs.values()].map(code)).size, 6);
});
