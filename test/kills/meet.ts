/** A saboteur meets cases in virtual time, in this process, which is as before when they are over. */
import type { Saboteur } from '../../adapters/reference/variant.ts';
import { patched } from '../../adapters/reference/variant.ts';
import type { Case } from '../../conformance/case.ts';
import type { Report } from '../../conformance/report.ts';
import { runInMemory } from '../conformance/bench.ts';

/** @throws DeadlockError for one that makes time stand still. */
export async function meet(saboteur: Saboteur, cases: readonly Case[], seed = 'kills'): Promise<Report> {
  const { wrap, codec } = saboteur;
  const putBack = patched(saboteur);
  try {
    return await runInMemory({
      run: { cases, seed, slow: true, profile: 'hardened' },
      environment: { twinEveryRow: false },
      reference: { ...(wrap && { wrap }), ...(codec && { codec }) },
    });
  } finally {
    putBack();
  }
}
