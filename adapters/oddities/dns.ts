/** Variants of a DC's DNS that answer otherwise than the reference does, as they may. */
import { concat } from '../../reference/bytes.ts';
import { AnswerRate } from '../../reference/dns/zone/rate.ts';
import type { Oddity } from '../reference/variant.ts';
import { replace, withEffects } from '../reference/variant.ts';

const HEADER = 12;
const FORMAT_ERROR = 1;

export const DNS_ODDITIES: readonly Oddity[] = [
  {
    name: 'dns-plain',
    title: 'writes every name in full, where the reference points to the question',
    clause: 'DNS-23',
    wrap: (created, { role }) =>
      withEffects(created, (effect, input) => {
        if (role !== 'dc' || effect.kind !== 'dns-answer' || effect.message === undefined) return [effect];
        const message = written(effect.message);
        // The reference cut it by what it takes with pointers.
        const fits = message.length <= 512 || (input.kind === 'query' && input.transport === 'tcp');
        return fits ? [{ ...effect, message }] : [effect];
      }),
  },
  {
    name: 'dns-silent',
    title: 'answers nothing at all to what it cannot read, and nothing beyond its rate',
    clause: 'DNS-29',
    wrap: (created, { role }) =>
      withEffects(created, (effect) => {
        const isError =
          role === 'dc' && effect.kind === 'dns-answer' && ((effect.message?.[3] ?? 0) & 15) === FORMAT_ERROR;
        return [isError ? { ...effect, message: undefined } : effect];
      }),
    patch: () =>
      replace(
        AnswerRate.prototype,
        'take',
        (original) =>
          (self, ...rest) =>
            original(self, ...rest) === 'answer' ? 'answer' : 'none',
      ),
  },
];

/** The reference's names of records are pointers into the question, or the root. */
function written(message: Uint8Array): Uint8Array {
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  if (view.getUint16(4) !== 1) return message;
  const endOfName = (start: number): number => {
    let end = start;
    for (let length = message[end]; length; length = message[end]) end += 1 + length;
    return end + 1;
  };
  let at = endOfName(HEADER) + 4;
  const parts = [message.subarray(0, at)];
  while (at < message.length) {
    const isPointer = (message[at] ?? 0) >= 0xc0;
    const start = isPointer ? view.getUint16(at) & 0x3fff : at;
    const rest = at + (isPointer ? 2 : 1);
    const end = rest + 10 + view.getUint16(rest + 8);
    parts.push(message.subarray(start, endOfName(start)), message.subarray(rest, end));
    at = end;
  }
  return concat(...parts);
}
