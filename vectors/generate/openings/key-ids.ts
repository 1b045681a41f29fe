/** Key IDs that are free, and those that are not. */
import { fromHex } from '../../../reference/bytes.ts';
import type { Message2 } from '../noise.ts';
import { message2, publicOf, sharedOf } from '../noise.ts';
import { draw } from '../random.ts';
import type { Family } from '../vector.ts';
import type { Opening } from './opening.ts';

/** Found by trying one after the other: the label's number that gives key ID 0 with message 1 of `openings.leg`. */
const KEY_ID_ZERO = 73_969;

/** The responder draws on. */
export function keyIds(family: Family, { setting, first, second, vectors }: Opening): void {
  const zero = draw(`openings key ID 0: r ${KEY_ID_ZERO}`, 32);
  const zeroSecond = message2(setting, first, publicOf(zero), sharedOf(zero, first.E));
  if (zeroSecond.opened.keyId !== 0) throw new Error('another number gives key ID 0');
  const [r] = vectors.respond.input.ephemerals as string[];
  const other = draw('openings leg: other r', 32);
  const otherSecond = message2(setting, first, publicOf(other), sharedOf(other, first.E));
  const one = (
    name: string,
    comment: string,
    ephemerals: readonly Uint8Array[],
    held: readonly number[],
    { datagram, opened, steps }: Message2,
  ) =>
    family.valid(`key-id.${name}`, {
      clauses: ['KEY-17'],
      comment,
      call: 'open-respond',
      input: { ...setting, request: first.datagram, ephemerals, held },
      steps: { ...first.steps, ...steps },
      output: { datagram, ...opened },
    });
  const mine = fromHex(r ?? '');
  const { keyId } = second.opened;
  one(
    'held',
    'The first key gives a key ID that is held: the second one is used.',
    [mine, other],
    [keyId],
    otherSecond,
  );
  one('zero', 'The first key gives key ID 0: the second one is used.', [zero, mine], [], second);
  const held = [keyId, 1, 0xffff];
  one(
    'third',
    'Key ID 0, then one that is held: the third key is used.',
    [zero, mine, other],
    held,
    otherSecond,
  );
  one('others-held', 'Held key IDs that are not drawn change nothing.', [mine], [1, 0xffff], second);
  const [low = 0, high = 0] = [keyId & 0xff, keyId >> 8];
  const swapped = (low << 8) | high;
  one(
    'byte-order',
    'Held is the key ID with its bytes in the other order, which is another one.',
    [mine],
    [swapped],
    second,
  );
}
