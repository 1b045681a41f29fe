/**
 * A network whose clock can be moved forward: each instance has one of its own, so that the `time` op
 * moves that instance alone.
 */
import type { Endpoint } from '../../reference/address.ts';
import type { Instant } from '../../reference/core.ts';
import type { Net, OnDatagram, Socket } from '../../reference/net/net.ts';

/** A role that wants its next tick at once for ever would never come to the end of an advance. */
const MAX_STEPS = 100_000;

interface Timer {
  readonly at: Instant;
  readonly callback: () => void;
  disarm: () => void;
}

export class ShiftedNet implements Net {
  readonly streams: Net['streams'];
  readonly #net: Net;
  readonly #timers = new Set<Timer>();
  #shift = 0;

  constructor(net: Net) {
    this.#net = net;
    this.streams = net.streams;
  }

  bind(local: Endpoint, onDatagram: OnDatagram): Promise<Socket> {
    return this.#net.bind(local, onDatagram);
  }

  now(): Instant {
    return this.#net.now() + this.#shift;
  }

  schedule(at: Instant, callback: () => void): () => void {
    const timer: Timer = { at, callback, disarm: () => {} };
    this.#timers.add(timer);
    this.#arm(timer);
    return () => this.#drop(timer);
  }

  /**
   * Moves the clock forward as if the time had passed without a datagram: it stops at each timer that
   * falls due on the way, and what that sends goes out.
   * @throws Error if there is no end of timers.
   */
  advance(milliseconds: number): void {
    const target = this.now() + milliseconds;
    for (let steps = 0; ; steps++) {
      const next = this.#next(target);
      if (next === undefined) break;
      if (steps === MAX_STEPS) throw new Error(`more than ${MAX_STEPS} timers in ${milliseconds} ms`);
      this.#drop(next);
      this.#shift += Math.max(0, next.at - this.now());
      next.callback();
    }
    this.#shift += Math.max(0, target - this.now());
    for (const timer of this.#timers) {
      timer.disarm();
      this.#arm(timer);
    }
  }

  /** The earliest timer that is due by then; of equals the one set first. */
  #next(target: Instant): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= target && (next === undefined || timer.at < next.at)) next = timer;
    }
    return next;
  }

  #arm(timer: Timer): void {
    timer.disarm = this.#net.schedule(timer.at - this.#shift, () => {
      this.#timers.delete(timer);
      timer.callback();
    });
  }

  #drop(timer: Timer): void {
    timer.disarm();
    this.#timers.delete(timer);
  }
}
