/** A run on a network that loses datagrams: what was lost is not the target's fault. */
import { ALL_CASES } from '../../conformance/cases/all.ts';
import t from '../tap.ts';
import type { BenchOptions } from './bench.ts';
import { memoryNet, runInMemory } from './bench.ts';

const FAULTS = { loss: 0.2 };
/** Without further tries some four of them fail. */
const SEEDS = 60;

t.test('the sanity case is tried again where datagrams are lost', async (t) => {
  const cases = ALL_CASES.filter(({ id }) => id === 'rs-s.header.magic');
  for (let seed = 0; seed < SEEDS; seed++) {
    const net = memoryNet(`lossy ${seed}`);
    const environment = { network: JSON.stringify(FAULTS) };
    const run: BenchOptions['run'] = {
      cases,
      seed: `s ${seed}`,
      // The adapter was reached by then.
      onProgress: ({ kind }) => {
        if (kind === 'start') net.impair(FAULTS);
      },
    };
    const { trouble } = await runInMemory({ net, run, environment });
    t.equal(trouble, null, `seed ${seed}`);
  }
});
