/** Key IDs that an end can use, and those that it can't: 0, and those that it holds. */
import { fromHex } from '../../../reference/bytes.ts';
import type { Message2 } from '../noise.ts';
import { message2, publicOf, sharedOf } from '../noise.ts';
import { draw } from '../random.ts';
import type { Family } from '../vector.ts';
import type { Opening } from './opening.ts';

/** Found by trying one after the other: the label's number that gives key ID 0 with message 1 of `openings.leg`. */
const KEY_ID_ZERO = 73_969;

/** What the vectors have in common: messages 2 to one message 1, by the responder's key. */
interface Drawn {
  readonly secret: Uint8Array;
  readonly second: Message2;
}

function drawn({ setting, first }: Opening, secret: Uint8Array): Drawn {
  return { secret, second: message2(setting, first, publicOf(secret), sharedOf(secret, first.E)) };
}

export function keyIds(family: Family, leg: Opening): void {
  const zero = drawn(leg, draw(`openings key ID 0: r ${KEY_ID_ZERO}`, 32));
  if (zero.second.opened.keyId !== 0) throw new Error('another number gives key ID 0');
  const [r = ''] = leg.vectors.respond.input.ephemerals as string[];
  const mine = drawn(leg, fromHex(r));
  const other = drawn(leg, draw('openings leg: other r', 32));
  drawnOn(family, leg, zero, mine, other);
  noneLeft(family, leg, zero, mine, other);
  finished(family, leg, zero, mine);
}

/** The key ID with its bytes in the other order. */
function swapped(keyId: number): number {
  return ((keyId & 0xff) << 8) | (keyId >> 8);
}

/** The responder draws on. */
function drawnOn(family: Family, { setting, first }: Opening, zero: Drawn, mine: Drawn, other: Drawn): void {
  const one = (
    name: string,
    comment: string,
    of: readonly Drawn[],
    held: readonly number[],
    { second: { datagram, opened, steps } }: Drawn,
  ) =>
    family.valid(`key-id.${name}`, {
      clauses: ['KEY-17'],
      comment,
      call: 'open-respond',
      input: { ...setting, request: first.datagram, ephemerals: of.map(({ secret }) => secret), held },
      steps: { ...first.steps, ...steps },
      output: { datagram, ...opened },
    });
  const { keyId } = mine.second.opened;
  const isHeld = 'The first key gives a key ID that is held: the second one is used.';
  one('held', isHeld, [mine, other], [keyId], other);
  one('zero', 'The first key gives key ID 0: the second one is used.', [zero, mine], [], mine);
  const held = [keyId, 1, 0xffff];
  one('third', 'Key ID 0, then one that is held: the third key is used.', [zero, mine, other], held, other);
  one('others-held', 'Held key IDs that are not drawn change nothing.', [mine], [1, 0xffff], mine);
  const isSwapped = 'Held is the key ID with its bytes in the other order, which is another one.';
  one('byte-order', isSwapped, [mine], [swapped(keyId)], mine);
}

/** The responder has no further key, which only a call can bring about. */
function noneLeft(family: Family, { setting, first }: Opening, zero: Drawn, mine: Drawn, other: Drawn): void {
  const one = (name: string, comment: string, of: readonly Drawn[], held: readonly number[]) =>
    family.valid(`key-id.none-left.${name}`, {
      clauses: ['KEY-17'],
      comment,
      call: 'open-respond',
      input: { ...setting, request: first.datagram, ephemerals: of.map(({ secret }) => secret), held },
      output: { unusable: of.at(-1)?.second.opened.keyId },
    });
  const both = [mine, other].map(({ second }) => second.opened.keyId);
  one('held', 'The only key gives a key ID that is held: no layer refuses.', [mine], both.slice(0, 1));
  one('zero', 'The only key gives key ID 0: no layer refuses.', [zero], []);
  one('last', 'Two keys give key IDs that are held: the last one is told.', [mine, other], both);
}

/** The initiator's end of it. */
function finished(family: Family, { setting, e, first }: Opening, zero: Drawn, mine: Drawn): void {
  const { keyId } = mine.second.opened;
  const one = (name: string, comment: string, { second }: Drawn, held: readonly number[], isFree = false) =>
    family.valid(`key-id.finish.${name}`, {
      clauses: ['KEY-17', 'KEY-50'],
      comment,
      call: 'open-finish',
      input: { ...setting, request: first.datagram, ephemeral: e, response: second.datagram, held },
      output: isFree ? { ...second.opened } : { unusable: second.opened.keyId },
    });
  const held = one('held', 'Message 2 verifies with a key ID that is held: no layer refuses.', mine, [
    1,
    keyId,
  ]);
  one('zero', 'Message 2 verifies with key ID 0: no layer refuses.', zero, []);
  one('others-held', 'Held key IDs that are others change nothing.', mine, [1, 0xffff], true);
  const isSwapped = 'Held is the key ID with its bytes in the other order, which is another one.';
  one('byte-order', isSwapped, mine, [swapped(keyId)], true);
  const response = mine.second.datagram.slice();
  response[75] = (response[75] ?? 0) ^ 1;
  family.broken(held, 'key-id.finish.held-broken', {
    clauses: ['KEY-50', 'KEY-13'],
    comment: 'A message 2 that does not verify, whatever its key ID would be.',
    flags: ['one-bit'],
    input: { response },
    layer: 'handshake',
  });
}
