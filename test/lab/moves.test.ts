/** Special situations, and moves from one situation to another, held against what is possible and the page. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import type { MoveCell } from '../../reference/lab/grid.ts';
import { Grid } from '../../reference/lab/grid.ts';
import { moveRow, pairKey, specialRow } from '../../reference/lab/page.ts';
import type { Situation } from '../../reference/lab/places.ts';
import { SITUATIONS } from '../../reference/lab/places.ts';
import type { Special } from '../../reference/lab/specials.ts';
import { SPECIALS } from '../../reference/lab/specials.ts';
import t from '../tap.ts';
import { describe, drawn } from './share.ts';

const isLong = process.env.NTM_LONG !== undefined;
const SEEDS = isLong ? 20 : 1;
/** All others than the first, of which the page is made. */
const MORE = Array.from({ length: SEEDS - 1 }, (_, index) => index + 2);
const FROM: readonly Situation[] = isLong ? SITUATIONS : ['G4', 'PR', 'SY', 'V6'];

/** Back within 5 s where a route dies (HO-10) and a new one is found in one direction. [OPT-04] */
const MOST = 7000;

const page = await readFile(new URL('../../reference/lab/connectivity.md', import.meta.url), 'utf8');

/** DC-15, and the spec's table of special situations. */
const EXPECTED: Readonly<Record<Special, readonly [first: string, last: string]>> = {
  'same LAN': ['direct', 'direct'],
  'same LAN, NAT hairpins': ['direct', 'direct'],
  'same carrier NAT': ['relay', 'relay'],
  'same carrier NAT, hairpins': ['relay', 'direct'],
  'same NAT, isolated': ['relay', 'relay'],
  'same NAT, isolated, hairpins': ['relay', 'direct'],
  'SPI NAT': ['relay', 'direct'],
};

const specials = Object.keys(SPECIALS) as Special[];
const moreSpecials = specials.flatMap((name) => MORE.map((seed) => ({ name, seed })));
const drawnSpecials = drawn('specials', moreSpecials);

const moves = FROM.flatMap((from) => SITUATIONS.filter((to) => to !== from).map((to) => ({ from, to })));
const moreMoves = moves.flatMap((move) => MORE.map((seed) => ({ ...move, seed })));
const drawnMoves = drawn('moves', moreMoves);

if (isLong) {
  t.comment(describe('special situations of more seeds', drawnSpecials.length, moreSpecials.length));
  t.comment(describe('moves of more seeds', drawnMoves.length, moreMoves.length));
}

for (const name of specials) {
  t.test(`${name}: as the spec says`, async (t) => {
    const more = drawnSpecials.filter((one) => one.name === name).map(({ seed }) => seed);
    for (const seed of [1, ...more]) {
      const cell = await new Grid(`${seed}`, setImmediate).special(name);
      const { met, can } = cell;
      t.same([met.first, met.last], EXPECTED[name], `seed ${seed}`);
      t.same([can.first, can.direct], [EXPECTED[name][0], EXPECTED[name][1] === 'direct']);
      t.equal(met.lost, 0);
      if (seed === 1) t.ok(page.includes(specialRow(name, cell)), 'the page says so');
    }
  });
}

for (const from of FROM) {
  t.test(
    `alice moves from ${from} to each situation, bob is behind a NAT: the path lives, by the best route`,
    async (t) => {
      const cells = new Map<string, MoveCell>();
      for (const { to } of moves.filter((one) => one.from === from)) {
        const more = drawnMoves.filter((one) => one.from === from && one.to === to);
        for (const seed of [1, ...more.map((one) => one.seed)]) {
          const cell = await new Grid(`${seed}`, setImmediate).move(from, to);
          const { moved, can } = cell;
          if (seed === 1) cells.set(pairKey(from, to), cell);
          const about = `${from} to ${to}, seed ${seed}`;
          t.ok(moved.time !== undefined && moved.time <= MOST, `${about}: answered after ${moved.time} ms`);
          t.equal(moved.last === 'direct', can.direct, `${about}: direct if that is possible`);
        }
      }
      t.ok(page.includes(moveRow(from, cells)), 'the page says so');
    },
  );
}
