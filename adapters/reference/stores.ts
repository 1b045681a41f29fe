/** What instances that were started with one name after another keep: values, and how far their clock was moved. */
import type { Store } from '../../reference/store.ts';
import { memoryStore } from '../../reference/store.ts';

export interface Kept {
  readonly store: Store;
  /** Milliseconds that the time of day is ahead. */
  ahead: number;
}

export class Stores {
  readonly #kept = new Map<string, Kept>();

  /** That of a name, or a new one for an instance alone. */
  of(name: string | undefined): Kept {
    const known = name === undefined ? undefined : this.#kept.get(name);
    const kept = known ?? { store: memoryStore(), ahead: 0 };
    if (name !== undefined) this.#kept.set(name, kept);
    return kept;
  }

  forget(name: string): void {
    this.#kept.delete(name);
  }
}
