/** The grid of all pairs, special situations and moves: played, and as a page and a picture. */
import type { AfterPromises } from '../net/sim/time.ts';
import type { Meeting, Move } from './measure.ts';
import { meet, move } from './measure.ts';
import type { Place, Situation } from './places.ts';
import type { Possible } from './possible.ts';
import { possible } from './possible.ts';
import type { Special } from './specials.ts';
import { SPECIALS } from './specials.ts';

/** What became of a pair, beside what could. */
export interface Cell {
  readonly met: Meeting;
  readonly can: Possible;
}

export interface MoveCell {
  readonly moved: Move;
  readonly can: Possible;
}

/** Bob is there, when alice moves. */
export const ANCHOR: Situation = 'PR';

export class Grid {
  private readonly seed: string;
  private readonly afterPromises: AfterPromises;

  constructor(seed: string, afterPromises: AfterPromises) {
    this.seed = seed;
    this.afterPromises = afterPromises;
  }

  pair(row: Situation, column: Situation): Promise<Cell> {
    return this.cell((places) => [places.make(row), places.make(column)]);
  }

  special(special: Special): Promise<Cell> {
    return this.cell(SPECIALS[special]);
  }

  /** Alice and bob have a path; then alice moves. */
  async move(from: Situation, to: Situation): Promise<MoveCell> {
    let bob: Place | undefined;
    let can: Possible | undefined;
    const moved = await move(
      this.seed,
      (places) => {
        bob = places.make(ANCHOR);
        return [places.make(from), bob];
      },
      (places) => places.make(to),
      (place) => {
        can = bob && possible(place, bob, false);
        return can?.direct ?? false;
      },
      this.afterPromises,
    );
    if (can === undefined) throw new Error('she did not move');
    return { moved, can };
  }

  private async cell(pair: Parameters<typeof meet>[1]): Promise<Cell> {
    let can: Possible | undefined;
    const met = await meet(
      this.seed,
      (places) => {
        const both = pair(places);
        can = possible(...both, true);
        return both;
      },
      this.afterPromises,
    );
    if (can === undefined) throw new Error('they were nowhere');
    return { met, can };
  }
}

const WHO = { alice: '>', bob: '<', 'alice bob': '=' } as const;

/** The code of a pair: `D>`, `D<`, `D=`, `S+` (then direct), `S-` (stays), `Sx` (stays, no family in common), `–` (none). */
export function code({ met: { first, openers, last }, can }: Cell): string {
  if (first === undefined) return '–';
  if (first === 'direct') return `D${WHO[openers.join(' ') as keyof typeof WHO] ?? '?'}`;
  if (last === 'direct') return 'S+';
  return can.isAcross ? 'Sx' : 'S-';
}

const CLASSES = [0.2, 0.5, 1, 2, 3, 5, 7, 10, 15];

/** A time as the shortest of a few that is not below it, in seconds. */
export function within(time: number | undefined): string {
  const most = CLASSES.find((seconds) => time !== undefined && time <= 1000 * seconds);
  return most === undefined ? 'never' : `${most} s`;
}
