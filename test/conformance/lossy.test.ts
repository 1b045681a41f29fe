/** A run on a network that loses datagrams: what was lost is not the target's fault. */
import { ALL_CASES } from '../../conformance/cases/all.ts';
import t from '../tap.ts';
import { memoryNet, runInMemory } from './bench.ts';

const FAULTS = { loss: 0.3 };
const SEEDS = 20;

t.test('the sanity case is tried again where datagrams are lost', async (t) => {
  const cases = ALL_CASES.filter(({ id }) => id === 'rs-s.header.magic');
  for (let seed = 0; seed < SEEDS; seed++) {
    const net = memoryNet(`lossy ${seed}`);
    net.impair(FAULTS);
    const environment = { network: JSON.stringify(FAULTS) };
    const { trouble } = await runInMemory({ net, run: { cases, seed: `${seed}` }, environment });
    t.equal(trouble, null, `seed ${seed}`);
  }
});
