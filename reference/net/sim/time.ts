/** Virtual time: it goes to the next event as soon as nobody has anything left to do. */
import type { Instant } from '../../core.ts';
import { Events } from '../memory/events.ts';

/** Calls back once nothing is left to do for promises: `setImmediate` is the fastest that all runtimes have. */
export type AfterPromises = (callback: () => void) => unknown;

const MOST_STANDING = 250_000;

export class VirtualTime {
  private readonly events = new Events();
  private readonly afterPromises: AfterPromises;
  private time: Instant = 0;
  private isRunning = false;

  constructor(afterPromises: AfterPromises) {
    this.afterPromises = afterPromises;
  }

  now(): Instant {
    return this.time;
  }

  schedule(at: Instant, callback: () => void): () => void {
    return this.events.add(Math.max(at, this.time), callback);
  }

  /**
   * Lets time pass, that many milliseconds or until something is so, which is looked at after each event.
   * @returns whether it is so; false if there was nothing to wait for.
   * @throws what a callback throws; Error if time does not go on.
   */
  async run(duration: number, isDone: () => boolean = () => false): Promise<boolean> {
    if (this.isRunning) throw new Error('time runs already');
    this.isRunning = true;
    const end = this.time + duration;
    let isOver = false;
    const cancel = this.schedule(end, () => {
      isOver = true;
    });
    try {
      for (let standing = 0; ; standing++) {
        await new Promise<void>((resolve) => this.afterPromises(resolve));
        if (isDone()) return true;
        if (isOver) return false;
        const before = this.time;
        this.step();
        if (this.time > before) standing = 0;
        if (standing > MOST_STANDING) throw new Error(`time stands still at ${this.time} ms`);
      }
    } finally {
      cancel();
      this.isRunning = false;
    }
  }

  private step(): void {
    const event = this.events.take();
    if (event === undefined) throw new Error('nothing is left to happen');
    this.time = event.at;
    event.callback();
  }
}
