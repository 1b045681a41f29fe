/** The files of `--waive`, `--expect-fail` and `--baseline`, read. */
import { ALL_CASES } from '../cases/all.ts';
import type { Expectations } from '../expectations/apply.ts';
import { readBaseline, readKnownFailures, readWaivers } from '../expectations/files.ts';
import { readText } from './files.ts';

/** As they were written. */
export interface ExpectationOptions {
  readonly waive?: string;
  readonly expectFail?: string;
  readonly baseline?: string;
}

/** @throws Mistake for a file that cannot be read, or does not say what it has to. */
export async function expectationsOf(options: ExpectationOptions): Promise<Expectations> {
  const { waive, expectFail, baseline } = options;
  const known = ALL_CASES.map(({ id }) => id);
  const today = new Date().toISOString().slice(0, 10);
  return {
    waivers: waive === undefined ? [] : readWaivers(waive, await readText(waive), known, today),
    failures:
      expectFail === undefined ? [] : readKnownFailures(expectFail, await readText(expectFail), known),
    baseline: baseline === undefined ? undefined : readBaseline(baseline, await readText(baseline)),
  };
}
