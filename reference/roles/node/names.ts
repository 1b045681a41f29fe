import type { Ip } from '../../address.ts';
import type { Instant } from '../../core.ts';
import type { Goal } from './goal.ts';

interface Known {
  readonly goal: Goal;
  usedAt: Instant;
}

/** Whom an address was last directed for, while it is in use and for some time after. [NODE-10] */
export class Names {
  private readonly known = new Map<Ip, Known>();
  private readonly memory: number;
  readonly bound: number;

  /** @param memory milliseconds after the last use. @param bound addresses; the one longest unused makes room. */
  constructor(memory: number, bound: number) {
    this.memory = memory;
    this.bound = bound;
  }

  /** Addresses are used, now or at an earlier time. */
  note(addresses: readonly Ip[], goal: Goal, usedAt: Instant): void {
    for (const address of addresses) {
      const before = this.known.get(address);
      const latest = before?.goal.key === goal.key ? Math.max(before.usedAt, usedAt) : usedAt;
      this.known.delete(address);
      this.known.set(address, { goal, usedAt: latest });
    }
    for (const oldest of this.known.keys()) {
      if (this.known.size <= this.bound) break;
      this.known.delete(oldest);
    }
  }

  /** All that are known; some may be so no longer. */
  addresses(): Ip[] {
    return [...this.known.keys()];
  }

  /** Whom an address is of that a packet is for. */
  goalOf(address: Ip, now: Instant): Goal | undefined {
    const known = this.known.get(address);
    if (known === undefined) return undefined;
    if (now < known.usedAt + this.memory) return known.goal;
    this.known.delete(address);
    return undefined;
  }
}
