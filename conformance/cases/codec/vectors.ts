/** The golden vectors, each by the adapter. */
import { isCodecCall, isWithout } from '../../../adapters/codec.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { GoldenVector } from '../../golden-vectors.ts';
import { meantFields } from '../../golden-vectors.ts';
import { Unjudged } from '../../verdict.ts';
import type { World } from '../../world.ts';
import type { Result } from './call.ts';
import { CODEC_CASE, call, shown } from './call.ts';

/** So many calls wait for their answers at once. */
const AT_ONCE = 16;

/** @returns what is wrong with the result of a vector; undefined if nothing is */
function wrong(vector: GoldenVector, result: Result): string | undefined {
  // A refusal inside a series of sequences stands in the output.
  const wanted = vector.output === undefined ? vector.refused : meantFields(vector.output);
  if (wanted === undefined) throw new Error(`${vector.id} says neither output nor layer`);
  const names = Object.keys(isWithout(result) ? result : wanted);
  const expected = shown(wanted);
  const found = Object.fromEntries(
    names.map((name) => [name, free(result[name], Reflect.get(wanted, name))]),
  );
  return shown(found) === expected ? undefined : `${vector.id}: ${shown(found)}, not ${expected}`;
}

/** Where a vector leaves open what comes, with `null`, anything is as expected. */
function free(found: unknown, wanted: unknown): unknown {
  if (!(Array.isArray(found) && Array.isArray(wanted)) || found.length !== wanted.length) return found;
  return found.map((item, i) => (wanted[i] === null ? null : item));
}

async function tryOne(world: World, vector: GoldenVector): Promise<string | undefined> {
  const input = { ...meantFields(vector.input), call: vector.call };
  // The vectors' schema gives each call its own fields.
  return wrong(vector, await call(world, input as unknown as Parameters<typeof call>[1]));
}

export const CODEC_VECTOR_CASES: readonly Case[] = [
  scriptCase({
    ...CODEC_CASE,
    id: 'codec.vectors',
    title: 'Each golden vector that a codec call is about has its result.',
    clauses: [
      'GEN-02',
      'GEN-08',
      'GEN-14',
      'GEN-30',
      'GEN-41',
      'GEN-42',
      'GEN-43',
      'GEN-45',
      'GEN-47',
      'DC-31',
      'KEY-01',
      'KEY-02',
      'KEY-03',
      'KEY-15',
      'KEY-17',
      'KEY-19',
      'TUN-02',
      'TUN-04',
      'GEN-23',
      'RSS-04',
      'RSS-13',
      'RSS-14',
      'TUN-03',
      'GEN-44',
      'ERR-01',
    ],
    catches: 'Any difference in encoding, key schedule, openings, sealing or the replay window.',
    async script(world) {
      const vectors = world.vectors.filter((vector) => isCodecCall(vector.call));
      if (vectors.length === 0)
        throw new Unjudged('not-exercised', 'suite', 'the golden vectors were not read');
      const faults: string[] = [];
      for (let from = 0; from < vectors.length; from += AT_ONCE) {
        const some = vectors.slice(from, from + AT_ONCE);
        const found = await Promise.all(some.map((vector) => tryOne(world, vector)));
        faults.push(...found.filter((fault) => fault !== undefined));
      }
      const more = faults.length > 1 ? ` (and ${faults.length - 1} more of ${vectors.length})` : '';
      world.check(faults.length === 0, 'the result of each vector', `${faults[0]}${more}`);
    },
  }),
];
