/** Which of several paths to one peer carries data, and which are closed. */
import { compareBytes } from '../../bytes.ts';
import type { Instant } from '../../core.ts';

/** A path as far as the choice looks at it. */
export interface Candidate {
  readonly pathId: Uint8Array;
  /** Confirmed, not closed, and with a route that lives. */
  readonly isUp: boolean;
  readonly confirmedAt: Instant | undefined;
  /** When anything of it last opened. */
  readonly heardAt: Instant | undefined;
  /** No route of it is left. */
  readonly isLost: boolean;
}

/** The path to send on: the lowest Path ID of those that are up. [HO-11] */
export function chosen<P extends Candidate>(paths: Iterable<P>): P | undefined {
  let lowest: P | undefined;
  for (const path of paths) {
    if (!path.isUp) continue;
    if (lowest === undefined || compareBytes(path.pathId, lowest.pathId) < 0) lowest = path;
  }
  return lowest;
}

export interface SurplusTimers {
  /** Milliseconds after its confirmation from which a path that is not the lowest can be closed. */
  readonly after: number;
  /** How recently something must have been heard on the lowest, in milliseconds. */
  readonly heard: number;
}

/** The paths to close beside the chosen one. [HO-11] */
export function surplus<P extends Candidate>(paths: Iterable<P>, timers: SurplusTimers, now: Instant): P[] {
  const all = [...paths];
  const lowest = chosen(all);
  const isHeard = now < (lowest?.heardAt ?? Number.NEGATIVE_INFINITY) + timers.heard;
  if (!isHeard) return [];
  const isOver = ({ isLost, isUp, confirmedAt }: P): boolean =>
    isLost || (isUp && now >= (confirmedAt ?? now) + timers.after);
  return all.filter((path) => path !== lowest && isOver(path));
}
