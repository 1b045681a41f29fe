/** A requirement that only names clauses is said in their words. */
import { inWords } from '../../conformance/runner/in-words.ts';
import type { Clause } from '../../conformance/spec-clauses.ts';
import t from '../tap.ts';

const clause = (id: string, text: string): Clause => ({
  id,
  text,
  level: 'MUST',
  status: 'm',
  since: '0.1',
  roles: ['node'],
});
const CLAUSES = [clause('GEN-01', 'A node MUST wait.'), clause('GEN-02', 'It MUST NOT forget.')];
const said: readonly (readonly [string | null, string | null])[] = [
  ['GEN-01.', 'GEN-01: A node MUST wait.'],
  ['GEN-02, GEN-01.', 'GEN-02: It MUST NOT forget. GEN-01: A node MUST wait.'],
  ['GEN-01: it waits.', 'GEN-01: it waits.'],
  ['It waits (GEN-01).', 'It waits (GEN-01).'],
  ['GEN-03.', 'GEN-03.'],
  [null, null],
];

for (const [requirement, words] of said)
  t.test(`${requirement}`, (t) => {
    t.equal(inWords(requirement, CLAUSES), words);
  });
