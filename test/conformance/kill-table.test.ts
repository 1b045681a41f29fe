/** The kill table: who caught whom, who alone; and how the list of cases shows it. */
import { SABOTEURS } from '../../adapters/saboteurs/catalogue.ts';
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { killTable } from '../../conformance/cli/own-files.ts';
import { caughtAlone, killOf, readKillTable, writeKillTable } from '../../conformance/command/kill-table.ts';
import type { CaseResult } from '../../conformance/report.ts';
import { renderListJson } from '../../conformance/reporters/json.ts';
import { renderList } from '../../conformance/reporters/list.ts';
import { PLAIN } from '../../conformance/reporters/paint.ts';
import t from '../tap.ts';
import { report } from './golden.ts';

const [first, second] = ALL_CASES;
if (first === undefined || second === undefined) throw new Error('cases are needed');
const [result] = report.cases;
if (result === undefined) throw new Error('a result is needed');

const of = (
  id: string,
  verdict: CaseResult['verdict'],
  blame: CaseResult['blame'] = 'target',
): CaseResult => ({
  ...{ ...result, id, verdict, blame, level: id === 'should' ? 'SHOULD' : 'MUST' },
});
const saboteur = { name: 'deaf', title: 'hears nothing', clause: 'RS-01', caughtBy: 'b' };

t.test('caught: a fail, a warning of a SHOULD; not what the target is not blamed for', (t) => {
  const cases = [
    of('b', 'fail'),
    of('a', 'fail'),
    of('should', 'warn'),
    of('c', 'warn'),
    of('d', 'fail', 'host'),
    of('e', 'inconclusive'),
    of('f', 'pass'),
  ];
  t.same(killOf(saboteur, { ...report, cases }), { ...saboteur, met: 7, cases: ['a', 'b', 'should'] });
});

const table = {
  ...{ suite: '0.2.0', spec: '0.2', seed: 'x' },
  saboteurs: [
    { ...saboteur, name: 'mute', met: 3, cases: [second.id] },
    { ...saboteur, name: 'deaf', met: 3, cases: [first.id, second.id] },
    { ...saboteur, name: 'slow', met: 3, cases: [second.id] },
    { ...saboteur, name: 'free', met: 3, cases: [] },
  ],
};

t.test('alone: by one case and no other', (t) => {
  t.same([...caughtAlone(table)], [[second.id, ['mute', 'slow']]]);
});

t.test('written sorted, read again; what is no table is refused', (t) => {
  const read = readKillTable(writeKillTable(table));
  t.same(
    read.saboteurs.map(({ name }) => name),
    ['deaf', 'free', 'mute', 'slow'],
  );
  t.same({ ...read, saboteurs: [] }, { ...table, saboteurs: [] });
  t.throws(() => readKillTable('{"saboteurs": []}'));
});

t.test('the list names them where there is a table, and is as it was where there is none', (t) => {
  const alone = caughtAlone(table);
  t.match(renderList([first, second], PLAIN, alone), /needs +catches alone\n.* -\n.* mute slow\n/);
  t.equal(renderList([first, second], PLAIN).includes('alone'), false);
  t.same(
    JSON.parse(renderListJson([first, second], alone)).cases.map(
      (row: { catchesAlone: unknown }) => row.catchesAlone,
    ),
    [[], ['mute', 'slow']],
  );
  t.equal(renderListJson([first]).includes('catchesAlone'), false);
});

t.test('the table has each saboteur, caught by its own case, and names cases that there are', (t) => {
  const { saboteurs } = killTable() ?? { saboteurs: [] };
  const names = SABOTEURS.map(({ name }) => name).sort();
  t.same(
    saboteurs.map(({ name }) => name),
    names,
    'a new one: npx bun test/kills/run.ts NAME',
  );
  const known = new Set(ALL_CASES.map(({ id }) => id));
  const catchers = new Map(SABOTEURS.map(({ name, caughtBy }) => [name, caughtBy]));
  const wrong = saboteurs.filter(
    ({ name, caughtBy, cases }) =>
      caughtBy !== catchers.get(name) || !cases.includes(caughtBy) || cases.some((id) => !known.has(id)),
  );
  t.same(
    wrong.map(({ name }) => name),
    [],
  );
});
