/** What is missing once is tried again where datagrams may be lost, within bounds; what is wrong is not. */
import type { ScriptCase } from '../../conformance/case.ts';
import { scriptCase } from '../../conformance/case.ts';
import { hostLines } from '../../conformance/reporters/host.ts';
import { Violation } from '../../conformance/verdict.ts';
import t from '../tap.ts';
import { memoryNet, runAgainst } from './bench.ts';

/** A case that does not pass the first so many times. */
function unsteady(name: string, times: number, timedOut = true): ScriptCase {
  let run = 0;
  return scriptCase({
    id: `test.${name}`,
    title: 'Is not steady.',
    clauses: [],
    level: 'MUST',
    roles: ['rs-s'],
    adapterLevel: 0,
    features: [],
    needs: [],
    isolation: 'shared',
    catches: 'Nothing.',
    script: () =>
      run++ < times
        ? Promise.reject(new Violation('It answers.', ['an answer'], 'nothing came', timedOut))
        : Promise.resolve(),
  }) as ScriptCase;
}

async function judged(cases: readonly ScriptCase[], secondTries: number) {
  const net = memoryNet();
  const report = await net.run(runAgainst(net, { run: { cases, secondTries } }));
  const verdicts = report.cases.filter(({ id }) => id.startsWith('test.'));
  return {
    verdicts: Object.fromEntries(verdicts.map(({ id, verdict }) => [id.slice(5), verdict])),
    second: report.host.secondTries,
    lines: hostLines(report.host),
  };
}

t.test('what is missing once passes, and the report names it', async (t) => {
  const { verdicts, second, lines } = await judged([unsteady('once', 1), unsteady('steady', 0)], 8);
  t.same(verdicts, { once: 'pass', steady: 'pass' });
  t.same(second, ['test.once']);
  t.same(lines, [
    'At the first try something did not come in 1 case that passed then: test.once. A datagram was lost on the way, or the target is not steady.',
  ]);
});

t.test('what is missing twice, and what is wrong once, fails', async (t) => {
  const { verdicts, second, lines } = await judged([unsteady('twice', 2), unsteady('wrong', 1, false)], 8);
  t.same(verdicts, { twice: 'fail', wrong: 'fail' });
  t.same(second, []);
  t.same(lines, []);
});

t.test('what is missing in more cases than an accident explains fails', async (t) => {
  const { verdicts, second } = await judged(
    ['a', 'b', 'c'].map((name) => unsteady(name, 1)),
    2,
  );
  t.equal(Object.values(verdicts).filter((verdict) => verdict === 'fail').length, 1);
  t.equal(second.length, 2);
});

t.test('no case is tried again unless it is asked for', async (t) => {
  t.same((await judged([unsteady('once', 1)], 0)).verdicts, { once: 'fail' });
});
