import { toHex } from '../../bytes.ts';
import type { Random } from '../../core.ts';

/** Aliases in a set: as many as a Registration Response can have. */
const COUNT = 4;
const LENGTH = 16;

type Set4 = readonly Uint8Array[];

/**
 * The aliases of one association. A node is given the same set until it used one of it, so that a set does not
 * end under a node that goes on with what it has. [KEY-14, KEY-39]
 */
export class Aliases {
  private latest: Set4 = [];
  private before: Set4 = [];

  /**
   * The set to give with an answer.
   * @param context what the node sent under last, as hex.
   * @param admit makes a context live, unless it is taken; @param end takes one out.
   */
  give(
    context: string,
    random: Random,
    admit: (alias: string) => boolean,
    end: (alias: string) => void,
  ): Set4 {
    const isUsed = this.latest.some((alias) => toHex(alias) === context);
    if (this.latest.length > 0 && !isUsed) return this.latest;
    for (const alias of this.before) end(toHex(alias));
    this.before = this.latest;
    const drawn: Uint8Array[] = [];
    while (drawn.length < COUNT) {
      const alias = random(LENGTH);
      if (admit(toHex(alias))) drawn.push(alias);
    }
    this.latest = drawn;
    return drawn;
  }
}
