/** A run on a network that loses datagrams: what was lost is not the target's fault. */
import { test } from 'tap';
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { memoryNet, runInMemory } from './bench.ts';

const SEEDS = 10;

test('the sanity case is tried again on a network that loses datagrams, and only there', async (t) => {
  const cases = ALL_CASES.filter(({ id }) => id === 'rs-s.header.magic');
  const troubles = async (network: string) => {
    const found: (string | null)[] = [];
    for (let seed = 0; seed < SEEDS; seed++) {
      const net = memoryNet(`lossy ${seed}`);
      net.impair({ loss: 0.3 });
      const { trouble } = await runInMemory({
        net,
        run: { cases, seed: `${seed}` },
        environment: { network },
      });
      found.push(trouble);
    }
    return found.filter((trouble) => trouble !== null);
  };
  t.same(await troubles('{"loss":0.3}'), []);
  t.not((await troubles('')).length, 0, 'the seeds lose something that matters');
});
