/** What a played peer needs of the case that it plays in. */

import { toHex } from '../../reference/bytes.ts';
import type { Instant } from '../../reference/core.ts';
import type { Net } from '../../reference/net/net.ts';
import { sleepUntil } from '../../reference/net/net.ts';
import { Explainer } from '../observe/explain.ts';
import type { Received } from '../observe/received.ts';
import { SentHash } from '../observe/sent-hash.ts';
import type { Sent } from '../observe/transcript.ts';
import { Transcript } from '../observe/transcript.ts';
import { Violation } from '../verdict.ts';

/** Sees every datagram of a run: the scans, the capture, the twin. */
export interface Tap {
  sent(sent: Sent, stage: Stage): void;
  received(received: Received, stage: Stage): void;
}

export interface StageOptions {
  readonly caseId: string;
  readonly net: Net;
  /** Milliseconds that an answer may take. */
  readonly timeout: number;
  /** What is required, where an expectation does not say. */
  readonly requirement: string;
  /** The network may lose, double or reorder. */
  readonly impaired?: boolean;
  readonly tap?: Tap;
}

/** One case's own side of the network: its transcript, its identifiers, what it is waiting for. */
export class Stage {
  readonly caseId: string;
  readonly net: Net;
  readonly requirement: string;
  readonly transcript: Transcript;
  readonly explainer: Explainer;
  readonly sentHash = new SentHash((hex) => this.#freshBytes.has(hex));
  timeout: number;
  /** The slowest answer so far, milliseconds. */
  slowestAnswer = 0;
  /** The network may lose, double or reorder. */
  readonly impaired: boolean;
  readonly #tap: Tap | undefined;
  #isByTheClock = false;
  readonly #freshBytes = new Set<string>();
  #fresh: (length: number) => Uint8Array = () => {
    throw new Error('no row has begun');
  };

  constructor(options: StageOptions) {
    this.caseId = options.caseId;
    this.net = options.net;
    this.timeout = options.timeout;
    this.requirement = options.requirement;
    this.impaired = options.impaired ?? false;
    this.explainer = new Explainer(this.impaired);
    this.transcript = new Transcript(options.net.now());
    this.#tap = options.tap;
  }

  /** How often an answer goes out: where some are lost, further ones, for which nobody waits. [ERR-03] */
  get answers(): number {
    return this.impaired ? 4 : 1;
  }

  /** Begins a row; identifiers come from this source from now on. */
  startRow(fresh: (length: number) => Uint8Array): void {
    this.#fresh = fresh;
  }

  /** Ends a row that passed: its exchange will not be wanted any more. */
  endRow(): void {
    this.transcript.forget();
  }

  /**
   * Identifiers, secrets, transactions, ephemeral keys: bytes that have to be new but mean nothing.
   * They are left out of the hash of what was sent.
   */
  readonly fresh = (length: number): Uint8Array => {
    const bytes = this.#fresh(length);
    this.meansNothing(bytes);
    return bytes;
  };

  /** Bytes that stand for somebody, whoever it is: they are left out of the hash like what is new. */
  meansNothing(bytes: Uint8Array): void {
    this.#freshBytes.add(toHex(bytes));
  }

  now(): Instant {
    return this.net.now();
  }

  sent(sent: Sent): void {
    this.explainer.sent(sent);
    if (!this.#isByTheClock) this.sentHash.add(sent);
    this.transcript.sent(sent);
    this.#tap?.sent(sent, this);
  }

  /** What goes on until a clock says so: how often it is sent depends on the host, so it is no part of the hash. */
  async byTheClock<T>(act: () => Promise<T>): Promise<T> {
    this.#isByTheClock = true;
    try {
      return await act();
    } finally {
      this.#isByTheClock = false;
    }
  }

  received(received: Received): void {
    this.transcript.received(received);
    this.#tap?.received(received, this);
  }

  /** Tells those who wait, once the peer that it came to has done with it what any peer does. */
  tell(received: Received): void {
    this.transcript.tell(received);
  }

  /** Waits, where datagrams overtake each other, until those that are under way are there. */
  async arrived(): Promise<void> {
    if (this.impaired) await sleepUntil(this.net, this.now() + 3 * this.slowestAnswer);
  }

  /** Ends the case here: the target did something else than what was expected. */
  violated(
    expected: string | readonly string[],
    actual: string,
    about: {
      readonly requirement?: string | undefined;
      readonly peer?: string;
      readonly timedOut?: boolean;
    } = {},
  ): never {
    const list = typeof expected === 'string' ? [expected] : expected;
    const { peer = 'target', requirement = this.requirement, timedOut = false } = about;
    this.transcript.missed(this.now(), peer, list.join(' or '), timedOut);
    throw new Violation(requirement, list, actual, timedOut);
  }

  /** Resolves with the first value that `poll` gives when asked now or after a datagram came; undefined after `ms`. */
  until<T>(
    poll: (received: Received | undefined) => T | undefined,
    ms = this.timeout,
  ): Promise<T | undefined> {
    const first = poll(undefined);
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        stopListening();
        cancel();
        act();
      };
      const stopListening = this.transcript.onReceived((received) => {
        try {
          const value = poll(received);
          if (value !== undefined) finish(() => resolve(value));
        } catch (error) {
          finish(() => reject(error));
        }
      });
      const cancel = this.net.schedule(this.now() + ms, () => finish(() => resolve(undefined)));
    });
  }
}
