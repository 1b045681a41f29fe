/** The whole experiment, played and written down. */
import type { AfterPromises } from '../../net/sim/time.ts';
import type { Algorithm } from './algorithms.ts';
import { ALGORITHMS } from './algorithms.ts';
import type { Outcome } from './experiment.ts';
import { experiment } from './experiment.ts';
import { page } from './page.ts';

/** The page, with all algorithms. */
export async function balancerReport(afterPromises: AfterPromises): Promise<string> {
  const outcomes: Outcome[] = [];
  for (const algorithm of Object.keys(ALGORITHMS) as Algorithm[])
    outcomes.push(await experiment(algorithm, afterPromises));
  return page(outcomes);
}
