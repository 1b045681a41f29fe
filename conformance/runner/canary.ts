/**
 * The overload canary: measures how late the host's own timers and loopback datagrams are, so that an
 * answer that is missing while the host is busy is not held against the target.
 */
import type { Endpoint } from '../../reference/address.ts';
import type { Instant } from '../../reference/core.ts';
import type { Net, Socket } from '../../reference/net/net.ts';
import type { HostHealth } from '../report.ts';
import { Windows } from '../windows.ts';

const INTERVAL = 20;
/** Milliseconds late from which a window counts as bad: what a loopback answer takes is far below. */
const BAD = 50;
/** Milliseconds late from which the host as good as stood still: the shortest timers of the roles have run out then. */
const STILL = 500;
/** How long before and after a bad moment nothing is held against the target. */
const MARGIN = 250;

/** Milliseconds from which on what the suite itself computes says nothing of the host before. */
export const APART = MARGIN + 2 * INTERVAL;

/** A datagram to oneself that takes longer does not come any more. */
const LOST = 1000;

export class Canary {
  readonly #net: Net;
  readonly #bad = new Windows();
  #socket: Socket | undefined = undefined;
  #cancel: () => void = () => undefined;
  #samples = 0;
  #worst = 0;
  #sentAt: Instant | undefined = undefined;

  constructor(net: Net) {
    this.#net = net;
  }

  /** @param local a loopback address to send to itself from. */
  async start(local: Endpoint): Promise<void> {
    this.#socket = await this.#net.bind(local, () => {
      if (this.#sentAt !== undefined) this.#measured(this.#sentAt, this.#net.now() - this.#sentAt);
      this.#sentAt = undefined;
    });
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#cancel();
    await this.#socket?.close();
  }

  /** Whether the host was overloaded at some time between two instants. */
  wasBad(from: Instant, to: Instant): boolean {
    return this.#bad.meets(from, to);
  }

  /** Whether at some time between them it did nothing for so long that timers run out. */
  stoodStill(from: Instant, to: Instant): boolean {
    return this.#bad.meets(from, to, STILL);
  }

  /** What there is to say of the host, with what the run has tried again. */
  health(tried: Pick<HostHealth, 'reruns' | 'secondTries' | 'onlyWhenBusy'>): HostHealth {
    return {
      samples: this.#samples,
      badWindows: this.#bad.count,
      worstDelay: Math.round(this.#worst * 10) / 10,
      ...tried,
    };
  }

  #schedule(): void {
    const due = this.#net.now() + INTERVAL;
    this.#cancel = this.#net.schedule(due, () => {
      this.#measured(due, this.#net.now() - due);
      this.#send();
      this.#schedule();
    });
  }

  #send(): void {
    const now = this.#net.now();
    // One that is still under way is measured when it comes, unless it was lost.
    const waiting = this.#sentAt !== undefined && now - this.#sentAt < LOST;
    if (waiting || this.#socket === undefined) return;
    this.#sentAt = now;
    this.#socket.send(Uint8Array.of(0), this.#socket.local);
  }

  #measured(since: Instant, late: number): void {
    this.#samples++;
    this.#worst = Math.max(this.#worst, late);
    if (late < BAD) return;
    this.#bad.add(since - MARGIN, since + late + MARGIN, late);
  }
}
