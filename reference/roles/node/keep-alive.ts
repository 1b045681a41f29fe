import type { Instant, Random } from '../../core.ts';

type Family = 4 | 6;

/** When the mapping of each family towards the DC is to be kept open: at 80 to 100 % of the interval. [TUN-08] */
export class KeepAlive {
  private readonly random: Random;
  private readonly dueAt = new Map<Family, Instant>();
  private interval = Number.POSITIVE_INFINITY;

  constructor(random: Random) {
    this.random = random;
  }

  /** @param interval milliseconds, as the DC gave it. */
  set(version: Family, interval: number, now: Instant): void {
    this.interval = interval;
    if (!this.dueAt.has(version)) this.draw(version, now);
  }

  /** The host moved: what there was to keep is left behind. */
  clear(): void {
    this.dueAt.clear();
  }

  /** The families to keep alive now. */
  takeDue(now: Instant): Family[] {
    const due = [...this.dueAt].filter(([, at]) => at <= now).map(([version]) => version);
    for (const version of due) this.draw(version, now);
    return due;
  }

  wakeAt(): Instant {
    return Math.min(Number.POSITIVE_INFINITY, ...this.dueAt.values());
  }

  private draw(version: Family, now: Instant): void {
    const [byte = 0] = this.random(1);
    this.dueAt.set(version, now + this.interval * (0.8 + (0.2 * byte) / 255));
  }
}
