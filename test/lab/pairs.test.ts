/** Every ordered pair of situations on the simulated Internet, held against what is possible and against the spec. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { specTables } from '../../conformance/spec-tables.ts';
import type { Meeting } from '../../reference/lab/measure.ts';
import { meet } from '../../reference/lab/measure.ts';
import type { Place, Situation } from '../../reference/lab/places.ts';
import { SITUATIONS } from '../../reference/lab/places.ts';
import type { Possible } from '../../reference/lab/possible.ts';
import { possible } from '../../reference/lab/possible.ts';
import t from '../tap.ts';

const SEEDS = process.env.NTM_LONG === undefined ? 1 : 20;

const name = '08-direction.md';
const text = await readFile(new URL(`../../conformance/spec/${name}`, import.meta.url), 'utf8');
const rows = specTables([{ name, text }]).get('routes') ?? [];

/** A node that did not find its NAT64 is one without. */
const asSeen = (situation: Situation): Situation => (situation === 'V64' ? 'V6' : situation);

function specRow(row: Situation, column: Situation): Readonly<Record<string, string>> {
  const found = rows.find(({ MN, CN }) => MN === asSeen(row) && CN === asSeen(column));
  if (found === undefined) throw new Error(`the spec has no row ${row} ${column}`);
  return found;
}

/** Nodes with the part, in the words of what is measured. */
function openersOf(row: Readonly<Record<string, string>>): string[] {
  const isOpener = (part: string | undefined) => part === 'initiate' || part === 'both';
  return [...(isOpener(row['MN part']) ? ['alice'] : []), ...(isOpener(row['CN part']) ? ['bob'] : [])];
}

const FROM_PREDICATE = { row: ['alice'], column: ['bob'], both: ['alice', 'bob'], either: ['alice'] };

t.test('the spec has a row for every pair', (t) => {
  t.equal(rows.length, SITUATIONS.length ** 2);
});

for (const row of SITUATIONS) {
  t.test(
    `${row} to each situation: the first route, who opens it, what is found, nothing lost`,
    async (t) => {
      for (const column of SITUATIONS) {
        const spec = specRow(row, column);
        let can: Possible | undefined;
        const remember = (places: readonly [Place, Place]) => {
          can = possible(...places, false);
          return places;
        };
        for (let seed = 1; seed <= SEEDS; seed++) {
          const about = `${row} ${column}, seed ${seed}`;
          const met: Meeting = await meet(
            `${seed}`,
            (places) => remember([places.make(row), places.make(column)]),
            setImmediate,
          );
          t.equal(met.first, spec.route, `${about}: first`);
          t.same(met.openers, openersOf(spec), `${about}: openers`);
          t.equal(met.last === 'direct', can?.direct, `${about}: direct in the end, if that is possible`);
          const told = ['-', 'yes', 'repeat', 'unless-same-cgn'].includes(spec.optimisation ?? '');
          t.equal(can?.direct, told, `${about}: possible, as the spec says`);
          t.equal(can?.first, spec.route, `${about}: what is possible and what the spec says`);
          if (can?.by !== undefined) t.same(FROM_PREDICATE[can.by], openersOf(spec));
          t.equal(met.lost, 0, `${about}: lost`);
        }
      }
    },
  );
}
