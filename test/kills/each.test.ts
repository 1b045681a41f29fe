/** Each saboteur changes something still: the case that has to catch it does, in virtual time, which takes little of it. */
import type { Saboteur } from '../../adapters/reference/variant.ts';
import { patched } from '../../adapters/reference/variant.ts';
import { SABOTEURS } from '../../adapters/saboteurs/catalogue.ts';
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { runInMemory } from '../conformance/bench.ts';
import t from '../tap.ts';

t.test('the case that has to catch a saboteur does', async (t) => {
  for (const saboteur of SABOTEURS) {
    const found = await meets(saboteur);
    t.ok(['fail', 'warn'].includes(found), `${saboteur.name}: ${saboteur.caughtBy}: ${found}`);
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

/** The verdict, or what kept it away. */
async function meets(saboteur: Saboteur): Promise<string> {
  const { wrap, codec, caughtBy } = saboteur;
  const putBack = patched(saboteur);
  try {
    const { cases } = await runInMemory({
      run: { cases: ALL_CASES.filter(({ id }) => id === caughtBy), slow: true, profile: 'hardened' },
      environment: { twinEveryRow: false },
      reference: { ...(wrap && { wrap }), ...(codec && { codec }) },
    });
    return cases[0]?.verdict ?? 'no verdict';
  } catch (error) {
    return String(error);
  } finally {
    putBack();
  }
}
