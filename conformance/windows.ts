/** Times in which something was too slow, put together where they meet. */
import type { Instant } from '../reference/core.ts';

interface Window {
  from: Instant;
  to: Instant;
  worst: number;
}

export class Windows {
  readonly #all: Window[] = [];

  /** How many there are. */
  get count(): number {
    return this.#all.length;
  }

  /** Notes one that ends no earlier than the ones before. @param late in milliseconds */
  add(from: Instant, to: Instant, late: number): void {
    const last = this.#all.at(-1);
    if (last === undefined || from > last.to) this.#all.push({ from, to, worst: late });
    else {
      last.from = Math.min(last.from, from);
      last.to = Math.max(last.to, to);
      last.worst = Math.max(last.worst, late);
    }
  }

  /** Whether one of them, as late as this at its worst, lies between two instants, if only in part. */
  meets(from: Instant, to: Instant, least = 0): boolean {
    return this.#all.some((window) => window.worst >= least && window.from <= to && window.to >= from);
  }
}
