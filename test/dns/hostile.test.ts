/** Bytes that nobody meant as an answer: reading them never fails, and what is passed on can be read as before. */
import { toHex } from '../../reference/bytes.ts';
import { withoutHints } from '../../reference/dns/hints.ts';
import { meaningOf } from '../../reference/dns/meaning.ts';
import { decodeMessage } from '../../reference/dns/query.ts';
import { readAnswers, readName, readSections } from '../../reference/dns/records.ts';
import { seeded } from '../channel/pair.ts';
import t from '../tap.ts';
import type { Asking } from './made.ts';
import { a, answered, asked, chain, cname, queryOf } from './made.ts';

const NTM = 'alice.ntmobile.example';
const ROUNDS = 20_000;
const QUESTIONS: readonly Asking[] = [
  { name: 'www.example' },
  { name: 'www.example', type: 'HTTPS' },
  { name: NTM, type: 'TXT' },
];
const ANSWERS = [
  [...chain('www.example', 3), cname('c3.example', NTM), a(NTM)],
  [cname('www.example', NTM), { type: 'MX', name: NTM, data: { preference: 1, exchange: NTM } }],
  [a('www.example')],
] as const;

t.test('answers with bytes changed, cut off or added', (t) => {
  const next = seeded(7);
  const below = (count: number) => Math.floor(next() * count);
  const faults: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const question = QUESTIONS[below(QUESTIONS.length)] ?? { name: NTM };
    let bytes = answered(question, ANSWERS[below(ANSWERS.length)] ?? []);
    for (let left = below(4); left > 0; left--) bytes[below(bytes.length)] = below(256);
    if (next() < 0.3) bytes = bytes.slice(0, below(bytes.length));
    try {
      const meaning = meaningOf(bytes, queryOf(asked(question)), 'ntmobile');
      if (meaning.what !== 'strip') continue;
      const after = withoutHints(bytes, meaning);
      if (decodeMessage(bytes) !== undefined && decodeMessage(after) === undefined) faults.push(toHex(bytes));
    } catch (error) {
      faults.push(`${error} ${toHex(bytes)}`);
    }
  }
  t.same(faults, []);
});

t.test('names that go round, forward, or nowhere', (t) => {
  const cases: Record<string, number[]> = {
    'a pointer to itself': [0xc0, 0],
    'a pointer forward': [0xc0, 2, 0],
    'a pointer that is cut off': [0xc0],
    'a label that is cut off': [3, 0x61],
    'a label of a form that nobody knows': [0x41, 0x61, 0],
    nothing: [],
  };
  for (const [name, bytes] of Object.entries(cases))
    t.equal(readName(Uint8Array.from(bytes), 0), undefined, name);
  const long = Uint8Array.from(Array.from({ length: 5 }, () => [63, ...new Array(63).fill(0x61)]).flat());
  t.equal(readName(Uint8Array.from([...long, 0]), 0), undefined, 'more than 255 bytes');
  const back = Uint8Array.from([0, 1, 0x61, 0, 1, 0x62, 0xc0, 1]);
  t.same(readName(back, 4), { name: Uint8Array.of(1, 0x62, 1, 0x61, 0), end: 8 });
  t.same([readAnswers(new Uint8Array(3)), readSections(new Uint8Array(3))], [undefined, undefined]);
});
