/** How large inner packets may be on a route, as size probes find it out. */
import type { Instant, Random } from '../../core.ts';
import { jittered } from '../jitter.ts';

/** TUN-06, TUN-15: inner sizes. */
export const LEAST = 1152;
export const USUAL = 1280;
const MOST = 1400;
/** TUN-06: header and tag of a Data message, so the UDP payload of a probe is this much more. */
const OVERHEAD = 44;
/** TUN-16: milliseconds after which sizes are probed again, ±10 %. */
const AGAIN = 600_000;

/** The state of one route; what its methods return is the UDP payload of the probe to send next, if any. */
export class RouteSize {
  private readonly random: Random;
  private inner: typeof LEAST | typeof USUAL | typeof MOST = USUAL;
  private probing: number | undefined;
  /** When something was first heard by the route since that probe began. */
  private heardAt: Instant | undefined;
  /** The same size is probed once more. */
  private isRepeated = false;
  /** A probe of 1280 bytes was answered, and none of them was given up since. [OPT-03] */
  isProven = false;
  private dueAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(random: Random) {
    this.random = random;
  }

  /** Packets of 1280 bytes do not come through. [TUN-15] */
  get isNarrow(): boolean {
    return this.inner === LEAST;
  }

  /** The largest inner packet; over a narrow route IPv6 ones go in outer fragments. [TUN-06, TUN-15] */
  mtu(version: 4 | 6): number {
    return this.isNarrow && version === 6 ? USUAL : this.inner;
  }

  /** Whether the next data by this route is to be accompanied by a size probe. [TUN-06, TUN-16] */
  isDue(now: Instant): boolean {
    return this.probing === undefined && now >= this.dueAt;
  }

  begin(now: Instant): number | undefined {
    if (!this.isDue(now)) return undefined;
    return this.probe(this.inner === MOST ? MOST : USUAL);
  }

  /** Something came by the route. */
  heard(now: Instant): void {
    if (this.probing !== undefined) this.heardAt ??= now;
  }

  /** What was found out does not count any more. [OPT-03] */
  doubt(): void {
    this.isProven = false;
    this.inner = USUAL;
    this.probing = undefined;
    this.dueAt = Number.NEGATIVE_INFINITY;
  }

  /** Large packets seem to be lost: it is measured now. [TUN-21] */
  suspect(now: Instant): number | undefined {
    this.dueAt = Number.NEGATIVE_INFINITY;
    return this.begin(now);
  }

  answered(size: number, now: Instant): number | undefined {
    if (size !== this.probing) return undefined;
    this.isProven = true;
    if (size - OVERHEAD === MOST) {
      this.inner = MOST;
      return this.end(now);
    }
    if (this.isNarrow) this.inner = USUAL;
    return this.probe(MOST);
  }

  /**
   * A route that came back only after the last try says nothing about sizes: then the probe is repeated, once. [TUN-15]
   * @param lastTryAt when the probe was last sent
   */
  unanswered(size: number, lastTryAt: Instant, now: Instant): number | undefined {
    if (size !== this.probing) return undefined;
    const isAlive = this.heardAt !== undefined;
    if (isAlive && (this.heardAt ?? now) > lastTryAt && !this.isRepeated) {
      this.isRepeated = true;
      this.heardAt = undefined;
      return size;
    }
    const wasMost = this.inner === MOST;
    if (size - OVERHEAD === USUAL) this.isProven = false;
    if (isAlive || wasMost) this.inner = size - OVERHEAD === MOST ? USUAL : LEAST;
    if (wasMost) return this.probe(USUAL);
    // Nothing was found out: the next data asks again.
    if (!isAlive && size - OVERHEAD === USUAL) return this.end(Number.NEGATIVE_INFINITY);
    return this.end(now);
  }

  private probe(inner: number): number {
    this.heardAt = undefined;
    this.isRepeated = false;
    this.probing = inner + OVERHEAD;
    return this.probing;
  }

  private end(now: Instant): undefined {
    this.probing = undefined;
    this.dueAt = now + jittered(AGAIN, this.random);
  }
}
