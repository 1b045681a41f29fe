/** Each saboteur changes something still: the case that has to catch it does, in virtual time, which takes little of it. */
import { SABOTEURS } from '../../adapters/saboteurs/catalogue.ts';
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { hasCaught } from '../../conformance/command/kill-table.ts';
import { runInMemory } from '../conformance/bench.ts';
import t from '../tap.ts';
import { meet } from './meet.ts';

t.test('the case that has to catch a saboteur does', async (t) => {
  for (const saboteur of SABOTEURS) {
    const its = ALL_CASES.filter(({ id }) => id === saboteur.caughtBy);
    const [found] = await meet(saboteur, its).then(
      ({ cases }) => cases,
      (error) => [error],
    );
    t.ok(found?.id && hasCaught(found), `${saboteur.name}: ${saboteur.caughtBy}: ${found?.verdict ?? found}`);
  }
});

t.test('what was patched is as before', async (t) => {
  const caught = new Set(SABOTEURS.map(({ caughtBy }) => caughtBy));
  const cases = ALL_CASES.filter(({ id }) => caught.has(id));
  const report = await runInMemory({ run: { cases, depth: 'quick', slow: true, profile: 'hardened' } });
  const wrong = report.cases
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ id, verdict }) => `${id}: ${verdict}`);
  t.same(wrong, []);
});
