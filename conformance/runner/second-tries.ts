import type { Judged } from './judged.ts';

/**
 * UDP may lose a datagram between tester and target: a case in which something did not come, while the host was not
 * busy, is tried once more. A loss is an accident, so only some may be; a target that leaves more out is judged as it is.
 */
export class SecondTries {
  readonly #most: number;
  /** Whether they passed then, by case. */
  readonly #passed = new Map<string, boolean>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether a case is to be tried again; once it was, what came of that is noted. */
  take(id: string, { verdict, timedOut }: Judged): boolean {
    if (this.#passed.has(id)) {
      this.#passed.set(id, verdict === 'pass');
      return false;
    }
    const isMissing = timedOut && (verdict === 'fail' || verdict === 'warn');
    if (!isMissing || this.#passed.size >= this.#most) return false;
    this.#passed.set(id, false);
    return true;
  }

  /** The cases that passed at the second try. */
  passed(): string[] {
    return [...this.#passed].filter(([, passed]) => passed).map(([id]) => id);
  }
}
