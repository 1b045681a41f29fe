/** Chance that a seed decides. What is drawn here keeps no secret. */
import type { Random } from '../core.ts';
import { Xoshiro128 } from '../net/xoshiro.ts';

export class Chance {
  private readonly source: Xoshiro128;

  constructor(seed: string) {
    this.source = new Xoshiro128(seed);
  }

  readonly bytes: Random = (length) => Uint8Array.from({ length }, () => this.source.next() & 0xff);

  /** A whole number below another one. */
  below(end: number): number {
    return Math.floor(this.source.unit() * end);
  }

  /** @throws RangeError if there are none. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }
}
