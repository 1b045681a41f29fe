/** Which values a property is tried with, and how fast-check is asked for them. */
import fc from 'fast-check';
import type { PropertyCase } from '../case.ts';
import type { Depth } from '../report.ts';
import { exhaustive, pairwise } from './covering.ts';

/** Rows of a property at each depth, where no finite model says otherwise. */
const ROWS: Readonly<Record<Depth, number>> = { quick: 1, default: 25, pairwise: 100, exhaustive: 1000 };

/** Rows where the same script has all of them in the same run, for another role of the same target. */
const SHARED_ROWS = 5;

export interface RowPlan {
  /** Values that come before those that are drawn. */
  readonly examples: readonly unknown[];
  /** Rows in all. */
  readonly count: number;
  /**
   * A value that comes again is not tried again: the script would send the same, but for identifiers. What the commands
   * of a model are going to do cannot be told before they are run.
   */
  readonly once?: boolean;
}

/**
 * @param runs rows in place of what the depth says
 * @param isShared another role of the target is judged by the same script in this run
 */
export function planRows(
  property: PropertyCase,
  depth: Depth,
  runs: number | undefined,
  isShared = false,
): RowPlan {
  const { boundaries, parameters } = property;
  if (runs === undefined && parameters !== undefined && (depth === 'pairwise' || depth === 'exhaustive')) {
    const rows = depth === 'pairwise' ? pairwise(parameters) : exhaustive(parameters);
    return { examples: rows, count: Math.max(1, rows.length), once: true };
  }
  if (depth === 'quick' && runs === undefined)
    return { examples: boundaries.slice(0, 1), count: 1, once: true };
  if (isShared && depth === 'default' && runs === undefined)
    return { examples: boundaries.slice(0, SHARED_ROWS), count: SHARED_ROWS, once: true };
  return { examples: boundaries, count: runs ?? Math.max(ROWS[depth], boundaries.length), once: true };
}

/** Runs of a model at each depth. */
export function modelRuns(depth: Depth, runs: number | undefined, isShared = false): number {
  return runs ?? (isShared && depth === 'default' ? SHARED_ROWS : ROWS[depth]);
}

/** Where a failure was found, and in the end its smallest form. */
export interface Found {
  /** fast-check's path; empty if nothing failed. */
  readonly path: string;
  readonly counterexample: string;
  /** The first that failed. */
  readonly first: string;
  /** How often a smaller one failed, too. */
  readonly shrinks: number;
}

/**
 * Tries rows until one throws, then smaller ones. `row` decides itself when to stop shrinking: from then
 * on it returns without trying.
 */
export async function tryRows(
  arbitrary: fc.Arbitrary<unknown>,
  plan: RowPlan,
  seed: number,
  path: string,
  row: (value: unknown) => Promise<void>,
): Promise<Found | undefined> {
  const property = fc.asyncProperty(arbitrary, row);
  const details = await fc.check(property, {
    seed,
    numRuns: plan.count,
    // For the failures, of which the first is what was found.
    verbose: fc.VerbosityLevel.Verbose,
    examples: plan.examples.map((value): [unknown] => [value]),
    ...(path !== '' && { path }),
    // Of its plugin, which is to replace it, the types do not fit here.
    ignoreEqualValues: plan.once === true,
  });
  if (!details.failed || details.counterexample === null) return undefined;
  return {
    path: details.counterexamplePath ?? '',
    counterexample: fc.stringify(details.counterexample[0]),
    first: fc.stringify(details.failures[0]?.[0]),
    shrinks: details.numShrinks,
  };
}
