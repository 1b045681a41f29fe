import type { Effect, Instant } from '../../core.ts';

type Then = (ok: boolean, now: Instant) => void;

/**
 * What is to be made durable. Values of one input go out together, behind all else that it caused, so that a
 * store that fails holds nothing up but what depends on it. [DC-25]
 */
export class Ledger {
  private readonly nextRef: () => number;
  private readonly changes = new Map<string, Uint8Array | undefined>();
  private thens: Then[] = [];
  private readonly underWay = new Map<number, readonly Then[]>();

  constructor(nextRef: () => number) {
    this.nextRef = nextRef;
  }

  /** Sets a value; undefined erases it. @param then told once, later, whether the store has it. */
  set(key: string, value: Uint8Array | undefined, then?: Then): void {
    this.changes.set(key, value);
    if (then !== undefined) this.thens.push(then);
  }

  /** What there is to be done, if anything. */
  take(): Effect | undefined {
    if (this.changes.size === 0) return undefined;
    const ref = this.nextRef();
    const effect: Effect = { kind: 'persist', ref, changes: [...this.changes] };
    this.underWay.set(ref, this.thens);
    this.changes.clear();
    this.thens = [];
    return effect;
  }

  /** The store answered. @throws for what was not asked. */
  done(ref: number, ok: boolean, now: Instant): void {
    const thens = this.underWay.get(ref);
    if (thens === undefined) throw new Error(`nothing of ref ${ref} was to be stored`);
    this.underWay.delete(ref);
    for (const then of thens) then(ok, now);
  }
}
