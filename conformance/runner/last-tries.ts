/** What is done at the end of a run about that which a busy host has left in doubt. */
import type { Net } from '../../reference/net/net.ts';
import type { Target } from '../target/target.ts';
import type { World } from '../world.ts';
import type { Canary } from './canary.ts';
import type { Judged } from './judged.ts';
import { inLanes } from './lanes.ts';
import type { CaseRun, RunnableCase } from './run-case.ts';

/** How many of those that are left are tried side by side, and for how many milliseconds in all. */
const LANES = 8;
const LONGEST = 60_000;

/** A case that has come to its end. */
export interface Finished {
  readonly info: RunnableCase;
  judged: Judged;
  worlds: readonly World[];
  /** Something came that nothing had asked for, after it was judged. */
  hasLate?: boolean;
}

export interface LastTriesParts {
  readonly net: Net;
  readonly canary: Canary;
  readonly target: Pick<Target, 'wasSlow'>;
  readonly finished: readonly Finished[];
  /** Whether another may be begun. */
  mayGoOn(): boolean;
  isAborted(): boolean;
  again(info: RunnableCase): Promise<CaseRun>;
}

export class LastTries {
  /** How many are still to be tried once more. */
  left = 0;
  tried = 0;
  readonly onlyWhenBusy: string[] = [];
  readonly #parts: LastTriesParts;

  constructor(parts: LastTriesParts) {
    this.#parts = parts;
  }

  /**
   * What a busy host left unjudged, and what failed on it each time or while the target's was busy, is tried once more when nothing else runs: a few
   * side by side, for most of them wait; then, in case these were too much for the host, one by one. A host that stays
   * busy ends it.
   */
  async run(): Promise<void> {
    const { net } = this.#parts;
    const until = net.now() + LONGEST;
    const mayGoOn = () => this.#parts.mayGoOn() && net.now() < until;
    for (let lanes = LANES, left = this.#unjudged(); left.length > 0; lanes = 1, left = this.#unjudged()) {
      this.left = left.length;
      await inLanes(left, lanes, (entry) => this.#try(entry), mayGoOn);
      if (lanes === 1 || left.length === 1) break;
    }
    this.left = 0;
    for (const entry of this.#unjudged()) this.#doubt(entry);
  }

  #unjudged(): Finished[] {
    return this.#parts.finished.filter(({ judged: { verdict, blame, from, to } }) => {
      if (verdict === 'inconclusive') return blame === 'host';
      const { canary, target } = this.#parts;
      return isFault(verdict) && (canary.wasBad(from, to) || target.wasSlow?.(from, to) === true);
    });
  }

  async #try(entry: Finished): Promise<void> {
    const { judged, info } = entry;
    const { canary } = this.#parts;
    const isOfTime = judged.timedOut || info.waits !== undefined || entry.hasLate === true;
    this.tried++;
    const again = await this.#parts.again(info);
    this.left--;
    // A busy host makes a target's own timers run out, too; but that it was that shows on an idle one alone.
    const isDoubtful = !isOfTime && canary.wasBad(again.judged.from, again.judged.to);
    if (this.#parts.isAborted() || isDoubtful) {
      for (const world of again.worlds) await world.close();
      return;
    }
    // What takes time passes on an idle host; what it was that took it, is known of the tester's own alone.
    const isHost = isOfTime && canary.wasBad(judged.from, judged.to);
    if (!isHost && again.judged.verdict === 'pass') this.onlyWhenBusy.push(info.id);
    // What came late in the earlier tries is told already.
    for (const world of entry.worlds) await world.close();
    Object.assign(entry, { judged: again.judged, worlds: again.worlds, hasLate: false });
  }

  /** While a host stands still the timers of both sides run out, and neither is to blame for what comes of it. */
  #doubt(entry: Finished): void {
    const { judged } = entry;
    if (!isFault(judged.verdict) || !this.#parts.canary.stoodStill(judged.from, judged.to)) return;
    const reason = `the host stood still meanwhile: ${judged.actual ?? judged.reason}`;
    entry.judged = { ...judged, verdict: 'inconclusive', blame: 'host', reason };
  }
}

function isFault(verdict: Judged['verdict']): boolean {
  return verdict === 'fail' || verdict === 'warn';
}
