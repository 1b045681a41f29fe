/** A network that writes down all that a run has of it, so that a {@link ./replay.ts} can stand in for it. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import type { Instant } from '../../reference/core.ts';
import type { Net, OnDatagram, Socket } from '../../reference/net/net.ts';
import { NetError } from '../../reference/net/net.ts';
import type { Streams } from '../../reference/net/streams.ts';
import { RecordedStreams } from './recorded-streams.ts';
import type { Turn, TurnEvent } from './turn.ts';
import { fingerprint } from './turn.ts';

export interface RecorderOptions {
  readonly net: Net;
  /** Takes each turn when it is over. */
  readonly write: (turn: Turn) => void;
  /** Calls back once nothing is left to do for promises: `setImmediate`. */
  readonly afterPromises: (callback: () => void) => unknown;
}

interface Pending {
  readonly event: TurnEvent;
  readonly act: () => void;
  /** Whether it is still wanted: a timer may have been cancelled meanwhile, a socket closed. */
  readonly isWanted: () => boolean;
}

/**
 * Events wait in a queue, and each has a turn of its own: some runtimes hand over several datagrams before
 * what waits for the first has gone on, and such an order could not be had again.
 */
export class Recorder implements Net {
  /** The TCP of the network, recorded too. */
  readonly streams: Streams | undefined;
  readonly #options: RecorderOptions;
  readonly #queue: Pending[] = [];
  #turn: { event: TurnEvent; clock: number[]; sent: string[] } = turnOf({ kind: 'start' });
  /** The last reading of the clock, in whole microseconds. */
  #micros = 0;
  #timers = 0;
  #sockets = 0;
  #isDue = false;
  #isOver = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
    const { streams } = options.net;
    this.streams =
      streams &&
      new RecordedStreams(streams, {
        add: (event, act, isWanted) => this.#add({ event, act, isWanted }),
        settled: (promise, good, bad) => this.#settled(promise, good, bad),
        did: (mark) => this.#did(mark),
      });
  }

  now(): Instant {
    const micros = Math.max(this.#micros, Math.floor(this.#options.net.now() * 1000));
    this.#turn.clock.push(micros - this.#micros);
    this.#micros = micros;
    return micros / 1000;
  }

  schedule(at: Instant, callback: () => void): () => void {
    const timer = this.#timers++;
    let isWanted = true;
    const act = (): void => {
      isWanted = false;
      callback();
    };
    const cancel = this.#options.net.schedule(at, () => {
      this.#add({ event: { kind: 'timer', timer }, act, isWanted: () => isWanted });
    });
    return () => {
      isWanted = false;
      cancel();
    };
  }

  async bind(local: Endpoint, onDatagram: OnDatagram): Promise<Socket> {
    const socket = this.#sockets++;
    let isOpen = true;
    const arrived: OnDatagram = (buffer, from) => {
      const bytes = Uint8Array.from(buffer);
      const event = { kind: 'datagram', socket, from: formatEndpoint(from), bytes } as const;
      this.#add({ event, act: () => onDatagram(bytes, from), isWanted: () => isOpen });
    };
    const inner = await this.#settled(
      this.#options.net.bind(local, arrived),
      (bound) => ({ kind: 'bound', socket, local: formatEndpoint(bound.local) }),
      (why) => ({ kind: 'refused', socket, why }),
    );
    let closing: Promise<void> | undefined;
    return {
      local: inner.local,
      send: (bytes, to) => {
        this.#did(fingerprint(socket, to, bytes));
        inner.send(bytes, to);
      },
      close: () => {
        isOpen = false;
        closing ??= this.#settled(inner.close(), () => ({ kind: 'closed', socket }));
        return closing;
      },
    };
  }

  /** Something from outside that is no event of the network: Ctrl-C. */
  interrupt(act: () => void): void {
    this.#add({ event: { kind: 'interrupt' }, act, isWanted: () => true });
  }

  /** Ends the log with the turn that is under way; the network goes on as a plain one. */
  end(): void {
    if (this.#isOver) return;
    this.#options.write(this.#turn);
    this.#isOver = true;
  }

  /** What a promise of the network comes to, in a turn of its own. */
  #settled<T>(
    promise: Promise<T>,
    good: (value: T) => TurnEvent,
    bad?: (why: string) => TurnEvent,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const isWanted = (): boolean => true;
      promise.then(
        (value) => this.#add({ event: good(value), act: () => resolve(value), isWanted }),
        (error: unknown) => {
          if (!(error instanceof NetError) || bad === undefined) return reject(error);
          this.#add({ event: bad(error.message), act: () => reject(error), isWanted });
        },
      );
    });
  }

  #did(mark: string): void {
    if (!this.#isOver) this.#turn.sent.push(mark);
  }

  #add(pending: Pending): void {
    this.#queue.push(pending);
    this.#next();
  }

  #next(): void {
    if (this.#isDue || this.#queue.length === 0) return;
    this.#isDue = true;
    this.#options.afterPromises(() => {
      this.#isDue = false;
      const pending = this.#queue.shift();
      this.#next();
      if (pending?.isWanted()) this.#take(pending);
    });
  }

  #take({ event, act }: Pending): void {
    if (!this.#isOver) this.#options.write(this.#turn);
    this.#turn = turnOf(event);
    act();
  }
}

function turnOf(event: TurnEvent): { event: TurnEvent; clock: number[]; sent: string[] } {
  return { event, clock: [], sent: [] };
}
