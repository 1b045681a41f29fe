import type { Instant } from '../../core.ts';

/** The longest time that setTimeout takes. */
const LONGEST = 2 ** 31 - 1;

/**
 * Calls back once at an instant of `performance.now()` or as soon as possible after it, never before: a
 * runtime's timers may fire up to a millisecond early, and are then set again.
 * @returns what cancels it.
 */
export function scheduleAt(at: Instant, callback: () => void): () => void {
  const left = at - performance.now();
  if (left <= 0) {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  }
  let cancel = (): void => clearTimeout(timeout);
  const timeout = setTimeout(
    () => {
      if (performance.now() >= at) callback();
      else cancel = scheduleAt(at, callback);
    },
    Math.min(Math.ceil(left), LONGEST),
  );
  return () => cancel();
}
