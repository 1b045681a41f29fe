import { toHex } from '../../bytes.ts';

/** KEY-39: a set lives until the next but one; what the DC sends under it can come a little later. */
const SETS_HEARD = 3;
const SETS_USED = 2;

/** The aliases that the DC gave for the association, the latest set first. [KEY-14, KEY-42] */
export class Aliases {
  private sets: (readonly Uint8Array[])[] = [];
  private readonly used = new Set<string>();

  /** A registration gave a set; that of the one before again, as long as none of it was used. [KEY-39] */
  add(set: readonly Uint8Array[]): void {
    const isLatest = set.every((alias) => this.sets[0]?.some((other) => toHex(other) === toHex(alias)));
    if (isLatest) return;
    this.sets = [set, ...this.sets].slice(0, SETS_HEARD);
    for (const name of this.used) if (!this.has(name)) this.used.delete(name);
  }

  /** Whether a context, as hex, is an alias under which the DC may send. */
  has(context: string): boolean {
    return this.sets.some((set) => set.some((alias) => toHex(alias) === context));
  }

  /** Whether the DC still takes what is sent under an alias. */
  isLive(alias: Uint8Array): boolean {
    return this.sets.slice(0, SETS_USED).some((set) => set.some((other) => toHex(other) === toHex(alias)));
  }

  /** One that was not used yet, if there is one; it counts as used now. */
  takeFresh(): Uint8Array | undefined {
    const fresh = this.sets[0]?.find((alias) => !this.used.has(toHex(alias)));
    if (fresh !== undefined) this.used.add(toHex(fresh));
    return fresh;
  }
}
