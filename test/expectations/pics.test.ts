import type { Case } from '../../conformance/case.ts';
import { proforma, renderProforma, renderProformaJson } from '../../conformance/command/proforma.ts';
import { heldAgainst, readPics } from '../../conformance/expectations/pics.ts';
import { Pics, unclaimed } from '../../conformance/pics.ts';
import type { PicsUsed } from '../../conformance/report.ts';
import { expectationLines } from '../../conformance/reporters/expectations.ts';
import type { Level, RoleName } from '../../conformance/roles.ts';
import { whyNot } from '../../conformance/runner/eligible.ts';
import { ledger } from '../../conformance/runner/ledger.ts';
import type { Clause, ClauseStatus } from '../../conformance/spec-clauses.ts';
import { claimed, FEATURE_NAMES } from '../../conformance/target/claims.ts';
import type { Target } from '../../conformance/target/target.ts';
import { context, report as golden } from '../conformance/golden.ts';
import t from '../tap.ts';

const clause = (id: string, status: ClauseStatus, level: Level = 'MUST', roles = ['rs-s']): Clause => ({
  ...{ id, status, level, since: '0.1', text: `${id} | is done.` },
  roles: roles as RoleName[],
});

const CLAUSES = [
  clause('X-01', 'm', 'MUST', ['rs-s', 'dc']),
  clause('X-02', 'm', 'SHOULD'),
  clause('X-03', 'o', 'MAY'),
  clause('X-04', 'c'),
];

type Answers = Readonly<Record<string, 'yes' | 'no' | 'n/a'>>;

/** The proforma, filled in. */
function filled(answers: Answers, more: Partial<Pics> = {}): Pics {
  const asked = proforma(CLAUSES, ['rs-s'], '0.2');
  const clauses = asked.clauses.map((one) => ({ ...one, support: answers[one.id] ?? one.support }));
  return { ...asked, product: 'P', version: '1', date: '2026-11-21', clauses, ...more };
}

const ALL: Answers = { 'X-03': 'yes', 'X-04': 'yes' };
const read = (pics: unknown) => readPics('c.json', JSON.stringify(pics), CLAUSES, '0.2');
const used = (answers: Answers): PicsUsed => read(filled({ ...ALL, ...answers })).used;

t.test('the proforma claims what goes with the role, and asks the rest', (t) => {
  const asked = proforma(CLAUSES, ['rs-s', 'dc', 'dns'], '0.2');
  t.same(asked.roles, ['rs-s', 'dc'], 'a role without clauses has nothing to answer');
  t.same(
    asked.clauses.map(({ role, id, support }) => [role, id, support]),
    [
      ['rs-s', 'X-01', 'yes'],
      ['rs-s', 'X-02', 'yes'],
      ['rs-s', 'X-03', null],
      ['rs-s', 'X-04', null],
      ['dc', 'X-01', 'yes'],
    ],
  );
  t.same(
    asked.features.map(({ feature }) => feature),
    FEATURE_NAMES,
  );
  t.same(Pics.parse(JSON.parse(renderProformaJson(asked))), asked);
  const text = renderProforma(asked);
  t.match(text, '| X-01 | MUST | m (mandatory) | 0.1 | X-01 \\| is done. | yes | |\n');
  t.match(text, '| X-03 | MAY | o (optional) | 0.1 | X-03 \\| is done. | | |\n');
});

t.test('what is answered otherwise than yes is kept; what is not answered is told', (t) => {
  t.same(used({}).exceptions, []);
  t.same(used({}).remarks, []);
  const pics = filled({ 'X-02': 'no', 'X-03': 'no' });
  const clauses = pics.clauses.map((one) => ({ ...one, note: one.id === 'X-02' ? ' later ' : '' }));
  t.same(read({ ...pics, clauses }).used, {
    ...{ file: 'c.json', product: 'P', version: '1', date: '2026-11-21' },
    exceptions: [
      { clause: 'X-02', role: 'rs-s', level: 'SHOULD', status: 'm', support: 'no', note: 'later' },
      { clause: 'X-03', role: 'rs-s', level: 'MAY', status: 'o', support: 'no', note: null },
    ],
    remarks: ['c.json: X-04 (rs-s) has no answer: judged as if it said yes.'],
  });
  const few = { ...filled({}), clauses: [{ id: 'X-03', role: 'rs-s', support: 'no' }] };
  t.same(read(few).used.remarks, [
    'c.json: X-01 (rs-s) and 2 more have no answer: judged as if it said yes.',
  ]);
});

t.test('each mistake gets one line', (t) => {
  const answer = (more: object) => ({ clauses: [{ id: 'X-01', role: 'rs-s', support: 'yes', ...more }] });
  const table: readonly (readonly [object, string])[] = [
    [
      { spec: '0.1' },
      'is about specification 0.1, this suite has 0.2: write a new one with ntm-conform pics --reporter json.',
    ],
    [{ product: ' ' }, 'product is empty: fill it in.'],
    [{ date: 'today' }, 'date is no date like 2026-11-30.'],
    [{ roles: [] }, 'roles names no role.'],
    [answer({ id: 'X-11' }), 'there is no clause X-11. Did you mean X-01?'],
    [answer({ id: 'X-02', role: 'dc' }), 'X-02 does not bind dc, only rs-s.'],
    [
      answer({ role: 'dc' }),
      'X-01 is answered for dc, which is not among its roles: add it there, or take its clauses out.',
    ],
    [answer({ support: 'n/a' }), 'X-01 (rs-s) is not conditional: answer yes or no.'],
    [
      { clauses: [...answer({}).clauses, ...answer({ support: 'no' }).clauses] },
      'X-01 (rs-s) stands there twice.',
    ],
  ];
  for (const [more, line] of table) {
    const message = `c.json${line.startsWith('is about') ? '' : ':'} ${line}`;
    t.throws(() => read({ ...filled(ALL), ...more }), { message, status: 2 }, line);
  }
});

t.test('what is no claims file is told where they come from', (t) => {
  const message =
    'c.json is no claims file: write one with ntm-conform pics --reporter json, and fill it in.';
  for (const text of ['# Conformance: passed', '', '[1]', 'yes'])
    t.throws(() => readPics('c.json', text, CLAUSES, '0.2'), { message, status: 2 }, text);
});

/** A target with a hello. */
function target(
  roles: RoleName[],
  level: 0 | 1,
  suites: number[],
): Pick<Target, 'info' | 'level' | 'claims'> {
  const info = { ...golden.target, roles, level };
  return { info, level, claims: (feature) => claimed(feature, { suites }) };
}

t.test('held against what the target says of itself', (t) => {
  const says = (support: 'yes' | 'no') => read(filled(ALL, { features: [{ feature: 'suite-2', support }] }));
  t.same(heldAgainst(says('yes'), target(['rs-s'], 1, [1, 2]), ['rs-s']), says('yes').used);
  t.throws(() => heldAgainst(says('yes'), target(['rs-s'], 1, [1]), ['rs-s']), {
    message:
      "c.json claims suite-2, which the target does not: answer no, or have the adapter's hello claim it.",
  });
  t.throws(() => heldAgainst(says('no'), target(['rs-s'], 1, [1, 2]), ['rs-s']), {
    message:
      "c.json says no to suite-2, which the target claims: answer yes, or take it out of the adapter's hello.",
  });
  t.same(
    heldAgainst(says('yes'), target(['rs-s'], 0, [1]), ['rs-s']).remarks,
    [],
    'no hello, no contradiction',
  );
  t.throws(() => heldAgainst(says('no'), target(['dc'], 1, [1]), ['dc']), {
    message:
      "c.json claims the role rs-s, which the target does not: take it out of the file, or mend the target's adapter.",
  });
  const wider = target(['rs-s', 'dc', 'codec'], 1, [1]);
  t.same(heldAgainst(says('no'), wider, ['rs-s']).remarks, []);
  t.same(heldAgainst(says('no'), wider, ['rs-s', 'dc']).remarks, [
    'c.json says nothing of dc, which the target claims: judged without it.',
  ]);
});

const about = (clauses: string[], level: Level = 'MUST', roles: RoleName[] = ['rs-s']) => ({
  clauses,
  level,
  roles,
});

t.test('a case: left out, not implemented, or as without the file', (t) => {
  const pics = used({ 'X-01': 'no', 'X-02': 'no', 'X-03': 'no', 'X-04': 'n/a' });
  const of = (clauses: string[], level: Level = 'MUST') => unclaimed(about(clauses, level), ['rs-s'], pics);
  t.same(of(['X-03', 'X-04']), { verdict: 'not-applicable', reason: 'not claimed in c.json' });
  t.same(of(['X-03', 'X-01']), { verdict: 'not-implemented', reason: 'c.json says no to X-01' });
  t.equal(of(['X-03', 'X-02'])?.verdict, undefined, 'a SHOULD decides nothing about a MUST');
  t.equal(of(['X-03', 'X-02'], 'SHOULD')?.verdict, 'not-implemented');
  t.equal(of(['X-03', 'X-09'])?.verdict, undefined, 'partly about something else');
  t.equal(unclaimed(about(['X-04']), ['rs-s'], used({ 'X-04': 'no' }))?.verdict, 'not-implemented');
  t.equal(unclaimed(about(['X-01', 'X-03']), ['rs-s'], used({}))?.verdict, undefined, 'yes changes nothing');
  const shared = about(['X-03'], 'MAY', ['rs-s', 'dc']);
  t.equal(unclaimed(shared, ['rs-s'], pics)?.verdict, 'not-applicable');
  t.equal(unclaimed(shared, ['rs-s', 'dc'], pics)?.verdict, undefined, 'the other role did not say no');
});

t.test(
  'a "no" is not softened by a feature or a level that is missing; a role that is absent stays so',
  (t) => {
    const info = { ...about(['X-01']), features: ['ipv6'], adapterLevel: 3, needs: [] } as unknown as Case;
    const options = { slow: false, pics: used({ 'X-01': 'no' }) };
    const skip = (roles: RoleName[]) =>
      whyNot(info, { target: target(roles, 1, [1]) as Target, has: new Set() }, options);
    t.match(skip(['rs-s']), { verdict: 'not-implemented', blame: 'target' });
    t.match(skip(['dc']), { verdict: 'not-applicable', reason: 'the target is no rs-s' });
  },
);

t.test('the ledger: violated by what is said, without a word on the clauses beside it', (t) => {
  const pics = used({ 'X-01': 'no', 'X-03': 'no' });
  const [first] = golden.cases;
  if (first === undefined) throw new Error('an empty golden report');
  const skipped = { ...first, id: 'a', ...about(['X-01', 'X-02']), reason: 'c.json says no to X-01' };
  const book = ledger({
    ...{ clauses: CLAUSES, cases: [], roles: ['rs-s'], untestable: { 'X-04': 'nobody can see it' } },
    results: [{ ...skipped, verdict: 'not-implemented' }],
    ...{ disputed: {}, spec: '0.2', pics },
  })['rs-s'];
  t.match(book, { violated: ['X-01'], notExercised: ['X-02', 'X-03'], untestable: ['X-04'], proven: [] });
  t.match(book?.reasons, {
    'X-01': 'c.json says no',
    'X-02': 'a not-implemented: c.json says no to X-01',
    'X-03': 'not claimed in c.json',
  });
});

t.test('reports for people name the file', (t) => {
  const pics = { ...used({ 'X-01': 'no', 'X-03': 'no', 'X-04': 'n/a' }), remarks: ['A remark.'] };
  t.same(expectationLines({ ...golden, pics }, context).slice(0, 2), [
    'Claims: c.json of 2026-11-21 (P 1), 1 not supported, 2 not claimed',
    '  A remark.',
  ]);
});
