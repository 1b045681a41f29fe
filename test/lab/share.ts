/**
 * The part of a long test that one run plays. To play every cell takes hours: a run before a release draws some, by a seed
 * that is another one each time, so that over many runs all are played.
 *
 * NTM_LONG: the long form, without which all cells of the short one are played. NTM_SHARE: which part of the long one, above
 * 0 and at most 1; all cells, if it is not set. NTM_SEED: what draws them.
 */
import process from 'node:process';
import { Chance } from '../../reference/lab/chance.ts';

const { NTM_LONG, NTM_SHARE = '1', NTM_SEED = '1' } = process.env;
const SHARE = NTM_LONG === undefined ? 1 : Number(NTM_SHARE);

/**
 * Some of the cells, at least one, in their order: as many as the share says, and the same ones for the same seed.
 * @param label other cells are drawn for another one
 * @throws RangeError for a share that is none.
 */
export function drawn<Item>(label: string, items: readonly Item[], share = SHARE, seed = NTM_SEED): Item[] {
  if (!(share > 0 && share <= 1)) throw new RangeError(`NTM_SHARE is ${share}, not above 0 and at most 1`);
  const chance = new Chance(`${seed} ${label}`);
  let wanted = Math.ceil(share * items.length);
  return items.filter((_, index) => {
    const isIn = chance.below(items.length - index) < wanted;
    if (isIn) wanted--;
    return isIn;
  });
}

/**
 * The same for what goes in steps: every so manieth, from one on. The step is odd, so that neighbours that are twins do
 * not fall out together.
 */
export function stride(
  label: string,
  share = SHARE,
  seed = NTM_SEED,
): { readonly step: number; readonly first: number } {
  const step = Math.ceil(1 / share) | 1;
  return { step, first: new Chance(`${seed} ${label}`).below(step) };
}

/** What was drawn, in words, and what draws it again. */
export function describe(what: string, count: number, of: number): string {
  return `${count} of ${of} ${what}: NTM_LONG=1 NTM_SHARE=${NTM_SHARE} NTM_SEED=${NTM_SEED} draws them again`;
}
