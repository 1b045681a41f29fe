/** The pure pieces of the runner. */

import { answerSchema, RESULTS } from '../../adapters/contract.ts';
import { listing } from '../../conformance/case.ts';
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { DEFAULT_TEST_SECRET, provision } from '../../conformance/identities.ts';
import { seededRandom, shuffled } from '../../conformance/random.ts';
import type { CaseResult } from '../../conformance/report.ts';
import { reportJsonSchema, summarise, verdictLog } from '../../conformance/report.ts';
import { exhaustive, pairwise } from '../../conformance/runner/covering.ts';
import { skippedResult } from '../../conformance/runner/judged.ts';
import { ledger } from '../../conformance/runner/ledger.ts';
import { SelectionError, select } from '../../conformance/runner/select.ts';
import { readToken, TokenError, writeToken } from '../../conformance/runner/token.ts';
import { schemaFault } from '../../conformance/schema-fault.ts';
import type { Clause } from '../../conformance/spec-clauses.ts';
import { catalogue, clauseHash, parseClauses, SpecError } from '../../conformance/spec-clauses.ts';
import { FEATURE_NAMES } from '../../conformance/target/claims.ts';
import { worse } from '../../conformance/verdict.ts';
import { toHex } from '../../reference/bytes.ts';
import { rsConfig } from '../../reference/config/schema.ts';
import t from '../tap.ts';
import { endpoint, FEW_CASES, specClauses } from './bench.ts';

const NOTHING = { patterns: [], roles: [], clauses: [], levels: [], grep: [] };

t.test('cases: ids are unique, clauses and features exist, text is there', async (t) => {
  const known = new Set((await specClauses()).map(({ id }) => id));
  const ids = ALL_CASES.map(({ id }) => id);
  t.same([...new Set(ids)], ids);
  for (const info of ALL_CASES) {
    t.match(info.id, /^[a-z-]+(\.[a-z0-9-]+){1,2}$/);
    t.same(
      info.clauses.filter((clause) => !known.has(clause)),
      [],
      info.id,
    );
    t.ok(info.clauses.length > 0 && info.title.endsWith('.') && info.catches.endsWith('.'), info.id);
    t.same(
      info.features.filter((feature) => !FEATURE_NAMES.includes(feature)),
      [],
    );
  }
  const [first] = ALL_CASES;
  t.same(first && Object.keys(listing(first)), [
    'id',
    'title',
    'clauses',
    'level',
    'roles',
    'adapterLevel',
    'features',
    'needs',
  ]);
});

t.test('clauses: wrapped lines, sorted by group and number, mistakes named', (t) => {
  const text =
    'Text.\n\n**RS-10** (MUST, m, 0.1; rs-s rs-n) One\ntwo. [RS]\n\n**RS-2** (SHOULD, c, 0.2; dc) Three.\n';
  t.same(catalogue([{ name: 'a.md', text }]), [
    { id: 'RS-2', level: 'SHOULD', status: 'c', since: '0.2', roles: ['dc'], text: 'Three.' },
    { id: 'RS-10', level: 'MUST', status: 'm', since: '0.1', roles: ['rs-s', 'rs-n'], text: 'One two. [RS]' },
  ]);
  const wrong = (line: string, message: string) => {
    t.throws(() => parseClauses(`\n${line}`, 'a.md'), { message }, line);
  };
  wrong('**RS-1** MUST', 'a.md:2: not a clause head: **RS-1** MUST');
  wrong('**RS-1** (MUST NOT, m, 0.1; dc) Text.', 'a.md:2: unknown level: MUST NOT');
  wrong('**RS-1** (MUST, x, 0.1; dc) Text.', 'a.md:2: unknown status: x');
  wrong('**RS-1** (MUST, m, soon; dc) Text.', 'a.md:2: not a version: soon');
  wrong('**RS-1** (MUST, m, 0.1; cd) Text.', 'a.md:2: unknown role: cd');
  const twice = [
    { name: 'a.md', text },
    { name: 'b.md', text },
  ];
  t.throws(() => catalogue(twice), SpecError);
  t.match(clauseHash(catalogue([{ name: 'a.md', text }])), /^[0-9a-f]{64}$/);
});

t.test('selection: ids, clauses and globs; what matches nothing is an error', (t) => {
  const ids = (patterns: string[]) => select(FEW_CASES, { ...NOTHING, patterns }).map(({ id }) => id);
  t.equal(ids([]).length, FEW_CASES.length);
  t.same(ids(['rs-s.forward.*']), ['rs-s.forward.unchanged', 'rs-s.forward.source']);
  t.same(ids(['gen-03']), ['rs-s.header.magic']);
  t.same(ids(['GEN-03', '*.nonces']), ['rs-s.header.magic', 'rs-s.run.nonces']);
  t.throws(
    () => ids(['GEN-03', 'rs-s.nothing']),
    new SelectionError('no case matches the pattern rs-s.nothing'),
  );
  t.throws(() => select(FEW_CASES, { ...NOTHING, roles: ['ntma'] }), SelectionError);
  t.same(select(FEW_CASES, { ...NOTHING, clauses: ['TUN-*'], grep: ['twice'] }).length, 1);
});

t.test('tokens: there and back; another text is named', (t) => {
  const token = {
    suite: '0.1.0',
    caseId: 'rs-s.header.magic',
    seed: 'é 1',
    depth: 'default',
    path: '3:0:1',
    commands: 'A:B',
    network: '',
  };
  t.same(readToken(writeToken(token)), token);
  t.throws(() => readToken('nonsense'), TokenError);
  t.throws(() => readToken(Buffer.from('[1]').toString('base64url')), TokenError);
});

t.test('covering: every allowed pair is in a row, in fewer rows than all', (t) => {
  const values = { a: [1, 2, 3], b: ['x', 'y', 'z'], c: [true, false], d: [0, 1, 2] };
  const model = {
    values,
    allows: (row: Readonly<Record<string, unknown>>) => !(row.a === 1 && row.b === 'x'),
  };
  const rows = pairwise(model);
  const all = exhaustive(model);
  t.equal(all.length, 48);
  t.ok(rows.length < 16, `${rows.length}`);
  for (const [one, other] of [
    ['a', 'b'],
    ['a', 'd'],
    ['b', 'd'],
    ['c', 'd'],
  ] as const) {
    const pairs = (of: typeof rows) => new Set(of.map((row) => `${row[one]} ${row[other]}`));
    t.same([...pairs(rows)].sort(), [...pairs(all)].sort());
  }
});

t.test('randomness: names make streams, streams can be cut anywhere', (t) => {
  const whole = toHex(seededRandom('a', 1)(100));
  const cut = seededRandom('a', 1);
  t.equal([1, 31, 33, 35].map((length) => toHex(cut(length))).join(''), whole);
  t.ok(toHex(seededRandom('a', 2)(100)) !== whole);
  const items = Array.from({ length: 20 }, (_, i) => i);
  const mixed = shuffled(items, seededRandom('order'));
  t.same(
    [...mixed].sort((a, b) => a - b),
    items,
  );
  t.ok(mixed.join() !== items.join());
});

t.test('verdicts: counted, compared, logged', (t) => {
  t.equal(worse('pass', 'fail'), 'fail');
  t.equal(worse('suite-error', 'fail'), 'suite-error');
  const [one, two] = ALL_CASES;
  if (one === undefined || two === undefined) throw new Error('two cases are needed');
  const cases: CaseResult[] = [
    skippedResult(two, 'fail', '', 'target'),
    skippedResult(one, 'pass', '', undefined),
  ];
  t.match(summarise(cases), { total: 2, pass: 1, fail: 1, warn: 0 });
  t.same(verdictLog({ cases }), [`${one.id} pass`, `${two.id} fail`].sort());
  t.match(JSON.stringify(reportJsonSchema()), '"sentHash"');
});

t.test('ledger: each clause in one column, with the reason', (t) => {
  const clause = (id: string, since = '0.1'): Clause => ({
    id,
    level: 'MUST',
    status: 'm',
    since,
    roles: ['rs-s'],
    text: '',
  });
  const [info] = ALL_CASES;
  if (info === undefined) throw new Error('a case is needed');
  const of = (id: string, clauses: string[], verdict: CaseResult['verdict']) => ({
    ...skippedResult(info, verdict, 'because', undefined),
    id,
    clauses,
  });
  const results = [
    of('a', ['RS-1', 'RS-2'], 'pass'),
    of('b', ['RS-2'], 'fail'),
    of('c', ['RS-3'], 'not-exercised'),
    of('d', ['RS-7'], 'fail'),
  ];
  const book = ledger({
    clauses: [
      ...['1', '2', '3', '4', '7', '8'].map((n) => clause(`RS-${n}`)),
      clause('RS-5', '0.2'),
      clause('RS-6'),
    ],
    cases: [{ ...info, id: 'e', clauses: ['RS-8'] }],
    results,
    roles: ['rs-s'],
    untestable: { 'RS-4': 'nobody can see it', 'RS-6 rs-s': 'not of an RS-S', 'RS-8 dc': 'not of a DC' },
    disputed: { 'RS-7': 'a link' },
    pics: null,
    spec: '0.1',
  });
  t.same(book['rs-s'], {
    proven: ['RS-1'],
    violated: ['RS-2'],
    notExercised: ['RS-3', 'RS-8', 'RS-5'],
    untestable: ['RS-4', 'RS-6'],
    disputed: ['RS-7'],
    reasons: {
      'RS-2': 'b fail',
      'RS-3': 'c not-exercised: because',
      'RS-4': 'nobody can see it',
      'RS-5': 'exercised from version 0.2 on',
      'RS-6': 'not of an RS-S',
      'RS-7': 'a link',
      'RS-8': 'its cases were not selected',
    },
  });
});

t.test('what is no answer, and what is no hello, in words', (t) => {
  const frame = { v: '1.0', tester: new Uint8Array(8), id: 1 };
  const hello = { nonce: new Uint8Array(8), name: 'x', version: '1', contract: '1.0', roles: [], ops: [] };
  const limits = { instances: 1, inFlight: 1, answers: 64, message: 8192 };
  const faults: readonly (readonly [
    schema: typeof answerSchema | typeof RESULTS.hello,
    value: unknown,
    fault: string,
  ])[] = [
    [answerSchema, frame, 'answer is missing'],
    [answerSchema, { ...frame, answer: 'no' }, 'answer is none of done, refused, not-implemented, error'],
    [answerSchema, { ...frame, answer: 'done', result: 3 }, 'result is not a map'],
    [answerSchema, { ...frame, answer: 'error' }, 'reason is missing'],
    [answerSchema, { ...frame, answer: 'error', reason: 3 }, 'reason is no text'],
    [answerSchema, { ...frame, id: -1, answer: 'error', reason: '' }, 'id is below 0'],
    [RESULTS.hello, { ...hello, limits }, 'claims is missing'],
    [RESULTS.hello, { ...hello, limits, claims: { families: [4, 5] } }, 'claims.families[1] is none of 4, 6'],
    [
      RESULTS.hello,
      { ...hello, limits, claims: { ecn: 'x' } },
      'claims.ecn is none of normal, compatibility, none',
    ],
    [RESULTS.hello, { ...hello, nonce: new Uint8Array(7) }, 'nonce is not a byte string of 8'],
    [RESULTS.hello, 3, 'the whole is no map'],
  ];
  for (const [schema, value, fault] of faults)
    t.equal(schemaFault(schema.safeParse(value).error, value), fault);
});

t.test('provision: what comes out is a configuration, always the same', (t) => {
  const options = {
    listen: [endpoint('127.0.0.1:4400'), endpoint('[::1]:4400')],
    dcs: [[endpoint('127.0.0.1:4411')], [endpoint('127.0.0.1:4412')]] as const,
  };
  const config = provision('rs-s', options);
  const read = rsConfig.parse(config);
  t.same(provision('rs-s', { ...options, testSecret: DEFAULT_TEST_SECRET }), config);
  const [low, high] = read.associations.map(({ peer }) => peer);
  t.ok(low !== undefined && high !== undefined && low < read.nodeId && read.nodeId < high);
  t.ok(provision('rs-s', { ...options, relay: 2 }).nodeId !== config.nodeId);
});
