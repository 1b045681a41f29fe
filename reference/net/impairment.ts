import type { Instant } from '../core.ts';
import type { Xoshiro128 } from './xoshiro.ts';

/** What one direction between two addresses does to datagrams. Shares are from 0 to 1, delays milliseconds. */
export interface Impairment {
  /** Share that never arrives. */
  readonly loss: number;
  /** Share that arrives twice. */
  readonly duplicate: number;
  /** Share that later datagrams overtake; all others arrive in the order in which they were sent. */
  readonly reorder: number;
  readonly delayMin: number;
  readonly delayMax: number;
}

export const PERFECT: Impairment = { loss: 0, duplicate: 0, reorder: 0, delayMin: 0, delayMax: 0 };

/** An overtaken datagram arrives up to this much later than the longest delay. */
const OVERTAKEN = 20;

/**
 * A perfect network with some faults.
 * @throws RangeError for a share that is none, or delays that are no range.
 */
export function impairment(faults: Partial<Impairment>): Impairment {
  const whole: Impairment = { ...PERFECT, delayMax: faults.delayMin ?? 0, ...faults };
  for (const share of ['loss', 'duplicate', 'reorder'] as const) {
    if (!(whole[share] >= 0 && whole[share] <= 1))
      throw new RangeError(`${share} is ${whole[share]}, not from 0 to 1`);
  }
  if (!(whole.delayMin >= 0 && whole.delayMax >= whole.delayMin && Number.isFinite(whole.delayMax)))
    throw new RangeError(`no range of delays: ${whole.delayMin} to ${whole.delayMax}`);
  return whole;
}

/** One direction between two endpoints: its own random stream, and what keeps its datagrams in order. */
export class Direction {
  private readonly random: Xoshiro128;
  private lastArrival: Instant = 0;

  constructor(random: Xoshiro128) {
    this.random = random;
  }

  /** When a datagram that is sent now arrives: no, one or two instants, the earliest first. */
  arrivals(sentAt: Instant, { loss, duplicate, reorder, delayMin, delayMax }: Impairment): Instant[] {
    // As many draws for every datagram, so that one fault more or less leaves the others as they are.
    const [lost, twice, late, delay, delayOfCopy, overtaken] = this.draw();
    if (lost < loss) return [];
    const after = (milliseconds: number) => Math.max(sentAt, wholeMicroseconds(sentAt + milliseconds));
    const within = (share: number) => after(delayMin + (delayMax - delayMin) * share);
    const first =
      late < reorder ? after(delayMax + OVERTAKEN * (1 - overtaken)) : this.inOrder(within(delay));
    return twice < duplicate ? [first, Math.max(first, within(delayOfCopy))] : [first];
  }

  private inOrder(at: Instant): Instant {
    this.lastArrival = Math.max(this.lastArrival, at);
    return this.lastArrival;
  }

  private draw(): [number, number, number, number, number, number] {
    const unit = () => this.random.unit();
    return [unit(), unit(), unit(), unit(), unit(), unit()];
  }
}

/** What a person can read in a transcript. */
function wholeMicroseconds(at: Instant): Instant {
  return Math.round(at * 1000) / 1000;
}
