/** How much a run may spend on making failures smaller. */
import type { Instant } from '../../reference/core.ts';

export interface ShrinkBudget {
  /** Tries for one case. */
  readonly steps: number;
  /** Milliseconds for one case. */
  readonly perCase: number;
  /** Whether the run has time left. */
  left(): boolean;
  /** Notes time that went into it. */
  spend(ms: number): void;
}

/** 60 tries or 2 s a case, 10 s a run. */
export function shrinkBudget(): ShrinkBudget {
  let left: Instant = 10_000;
  return {
    steps: 60,
    perCase: 2000,
    left: () => left > 0,
    spend: (ms) => {
      left -= ms;
    },
  };
}
