/** The same seed sends the same; any seed, order and network gives the same verdicts. */
import { verdictLog } from '../../conformance/report.ts';
import t, { runtime } from '../tap.ts';
import { memoryNet, runInMemory } from './bench.ts';

function hashes(report: Awaited<ReturnType<typeof runInMemory>>): string[] {
  return report.cases.map(({ id, sentHash }) => `${id} ${sentHash}`);
}

t.test('the same seed sends the same, whatever runs beside it', async (t) => {
  const one = await runInMemory();
  const two = await runInMemory({ run: { jobs: 1 } });
  const other = await runInMemory({ run: { seed: 'another' } });
  t.same(hashes(one), hashes(two));
  t.ok(hashes(one).join() !== hashes(other).join());
});

t.test('no seed and no impairment makes a false alarm', async (t) => {
  const networks = [
    {},
    { delayMin: 5, delayMax: 40 },
    { duplicate: 0.1, delayMax: 10 },
    { reorder: 0.1, delayMax: 10 },
    { loss: 0.02, delayMax: 10 },
  ];
  for (const [index, faults] of networks.entries()) {
    // Virtual time is alike everywhere: other runtimes try one seed each.
    for (const seed of runtime === 'node' ? ['a', 'b', 'c'] : ['a']) {
      const net = memoryNet(seed);
      net.impair(faults);
      const report = await runInMemory({
        net,
        run: { seed },
        environment: { network: index === 0 ? '' : JSON.stringify(faults) },
      });
      // A case may say that such a network leaves nothing to judge; on an exact one all have to pass.
      const allowed = index === 0 ? ['pass'] : ['pass', 'not-exercised'];
      const bad = report.cases.filter(({ verdict }) => !allowed.includes(verdict));
      t.ok(report.summary.pass > report.cases.length / 2, `${report.summary.pass} passed`);
      t.same(
        bad.map(({ id, verdict, actual, reason, counterexample }) => [
          id,
          verdict,
          actual,
          reason,
          counterexample,
        ]),
        [],
        `${JSON.stringify(faults)} ${seed}`,
      );
      t.equal(verdictLog(report).length, report.cases.length);
    }
  }
});
