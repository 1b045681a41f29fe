/** Queries that get no answer, or FORMERR: DNS-29. */
import { concat, fromHex } from '../../../reference/bytes.ts';
import type { Vector } from '../vector.ts';
import type { DnsAnswers } from './answers.ts';
import { header, opt } from './messages.ts';

export const NOTES = {
  'no-header': { about: 'Less than the 12 bytes of a header.', effect: 'What is not there is read.' },
  response: { about: 'A response.', effect: 'Two servers answer each other for ever.' },
  'not-one-question': {
    about: 'No question, or more than one.',
    effect: 'One of several is answered as if it were all, or one is made up.',
  },
  'cut-short': {
    about: 'A message that ends before what its counts promise.',
    effect: 'Memory behind it is read.',
  },
  'too-long': { about: 'A label of over 63 bytes, or a name of over 255.', effect: 'Buffers overflow.' },
  compressed: {
    about: 'A name of a question that points elsewhere.',
    effect: 'A reader goes round for ever, or a question is echoed that says something else.',
  },
  'second-opt': { about: 'More than one OPT record.', effect: 'Each reader takes another size.' },
};

const HEADER = 12;

/** @param base a query for the apex, without OPT */
export function broken(family: DnsAnswers, base: Vector, basis: Vector): void {
  const query = fromHex(String(base.input.query));
  const id = query.slice(0, 2);
  const asked = query.slice(HEADER);
  const [type, name] = [asked.slice(-4), asked.slice(0, -4)];
  const counted = (...counts: readonly number[]) => header(id, 0x0100, ...counts);
  const one = (
    at: string,
    comment: string,
    flag: keyof typeof NOTES,
    bytes: Uint8Array,
    layer: 'length' | 'type' | 'encoding' = 'encoding',
    from = base,
  ) =>
    family.broken(from, `refused.${at}`, {
      clauses: ['DNS-29'],
      comment,
      flags: [flag],
      input: { query: bytes },
      layer,
    });

  one('empty', 'Nothing at all.', 'no-header', new Uint8Array(0), 'length');
  one('id', 'An ID alone.', 'no-header', id, 'length');
  one('eleven', 'A header without its last byte.', 'no-header', query.slice(0, 11), 'length');
  const response = query.slice();
  response[2] = (response[2] ?? 0) | 0x80;
  one('response', 'The same as a response.', 'response', response, 'type');

  one('no-question', 'No question.', 'not-one-question', counted(0, 0, 0, 0));
  one('two-questions', 'The question twice.', 'not-one-question', concat(counted(2, 0, 0, 0), asked, asked));
  const other = concat(name, Uint8Array.of(0, 2, 0, 1));
  one(
    'other-question',
    'A second question, for another type.',
    'not-one-question',
    concat(counted(2, 0, 0, 0), asked, other),
  );
  const whole = fromHex(String(basis.input.query));
  const again = concat(
    header(whole.slice(0, 2), 0x0100, 2, 0, 0, 0),
    whole.slice(HEADER),
    whole.slice(HEADER),
  );
  one('tcp', 'The question twice, over TCP.', 'not-one-question', again, 'encoding', basis);

  one(
    'question-missing',
    'The header alone: its question is not there.',
    'cut-short',
    query.slice(0, HEADER),
  );
  one('name-cut', 'A name without the zero that ends it.', 'cut-short', query.slice(0, -5));
  one('label-cut', 'A label without its last byte.', 'cut-short', query.slice(0, HEADER + 8));
  one('class-missing', 'A question without its class.', 'cut-short', query.slice(0, -2));
  one(
    'record-missing',
    'An additional record that is not there.',
    'cut-short',
    concat(counted(1, 0, 0, 1), asked),
  );
  one(
    'record-cut',
    'An OPT record of three bytes.',
    'cut-short',
    concat(counted(1, 0, 0, 1), asked, opt({ size: 1232 }).slice(0, 3)),
  );
  const long = opt({ size: 1232, options: 'fde80003010203' }).slice(0, -1);
  one(
    'rdata-cut',
    'An OPT record without the last byte of its options.',
    'cut-short',
    concat(counted(1, 0, 0, 1), asked, long),
  );

  const label = (length: number) => concat(Uint8Array.of(length), new Uint8Array(length).fill(0x61));
  one(
    'label-long',
    'A label of 64 bytes.',
    'too-long',
    concat(counted(1, 0, 0, 0), label(64), Uint8Array.of(0), type),
  );
  const before = 256 - name.length;
  const filled = concat(label(63), label(63), label(63), label(before - 193), name);
  one(
    'name-long',
    'A name of 256 bytes, in the zone.',
    'too-long',
    concat(counted(1, 0, 0, 0), filled, type),
  );

  one(
    'pointer',
    'A name that points to itself.',
    'compressed',
    concat(counted(1, 0, 0, 0), Uint8Array.of(0xc0, HEADER), type),
  );
  one(
    'pointer-header',
    'A name that points into the header.',
    'compressed',
    concat(counted(1, 0, 0, 0), Uint8Array.of(0xc0, 4), type),
  );
  one(
    'pointer-label',
    'A label and a pointer behind it.',
    'compressed',
    concat(counted(1, 0, 0, 0), label(1), Uint8Array.of(0xc0, HEADER), type),
  );
  const two = [opt({ size: 1232 }), opt({ size: 1232 })];
  one('second-opt', 'OPT twice.', 'second-opt', concat(counted(1, 0, 0, 2), asked, ...two));
}
