import { fromHex } from '../../../reference/bytes.ts';
import { dcConfig } from '../../../reference/config/schema.ts';
import { Paths } from '../../../reference/roles/dc/direction/paths.ts';
import type { Dc } from '../../../reference/roles/dc/parts.ts';
import { dcExample } from '../../config/example.ts';
import t from '../../tap.ts';

const id = (number: number): Uint8Array => fromHex(number.toString(16).padStart(32, '0'));

t.test('what a DC knows of paths is bounded, and the oldest ones go', (t) => {
  const config = dcConfig.parse({ ...dcExample(), limits: { paths: 3 } });
  const paths = new Paths({ config } as Dc);
  const known = (): number[] => Array.from({ length: 12 }, (_, at) => at).filter((at) => paths.has(id(at)));
  const note = (...numbers: readonly number[]): number[] => {
    for (const at of numbers) paths.note(id(at), { names: ['a', 'b'], relay: undefined });
    return known();
  };
  t.same(note(0, 1, 2), [0, 1, 2]);
  t.same(note(3), [1, 2, 3]);
  t.same(note(4, 5, 6), [4, 5, 6]);
  t.same(note(7, 8, 9, 10, 11), [9, 10, 11]);
  t.same(note(9, 0), [0, 10, 11], 'one that is noted again stays where it is in the order');
});
