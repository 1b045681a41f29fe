/** A network that consists of what a {@link ./recorder.ts} wrote down: the same events in the same turns. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint, parseEndpoint } from '../../reference/address.ts';
import type { Instant } from '../../reference/core.ts';
import type { Net, OnDatagram, Socket } from '../../reference/net/net.ts';
import { NetError } from '../../reference/net/net.ts';
import { ReplayedStreams } from './replayed-streams.ts';
import type { Turn, TurnEvent } from './turn.ts';
import { fingerprint } from './turn.ts';

/** The tester left the way that the log goes: nothing can be said of its verdicts. */
export class Divergence extends Error {
  /** Which turn, from 0. */
  readonly turn: number;
  /** The datagram that was to be sent instead of the recorded one, if that was it. */
  readonly datagram: Uint8Array | undefined;

  constructor(message: string, turn: number, datagram?: Uint8Array) {
    super(message);
    this.turn = turn;
    this.datagram = datagram;
  }
}

export interface ReplayOptions {
  /** In their order, the turn of the start first. */
  readonly turns: AsyncIterable<Turn> | Iterable<Turn>;
  /** Calls back once nothing is left to do for promises: `setImmediate`. */
  readonly afterPromises: (callback: () => void) => unknown;
}

interface Open {
  readonly local: Endpoint;
  readonly onDatagram: OnDatagram;
  readonly settle: (socket: Socket) => void;
  readonly fail: (error: NetError) => void;
  isClosing: boolean;
  closed: () => void;
}

export class Replay implements Net {
  readonly streams: ReplayedStreams = new ReplayedStreams({
    did: (mark, what) => this.#did(mark, what, undefined),
    diverge: (message) => this.#diverge(message),
  });
  readonly #options: ReplayOptions;
  readonly #timers = new Map<number, () => void>();
  readonly #sockets: Open[] = [];
  #current: Turn = { event: { kind: 'start' }, clock: [], sent: [] };
  #turn = -1;
  #readings = 0;
  #sent = 0;
  #micros = 0;
  #asked = 0;
  #divergence: Divergence | undefined = undefined;
  #onInterrupt: () => void = () => undefined;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /** Turns that were gone through. */
  get turns(): number {
    return this.#turn + 1;
  }

  now(): Instant {
    const delta = this.#current.clock[this.#readings++];
    if (delta === undefined) this.#diverge('it asks for the time once more than it did in the run');
    this.#micros += delta ?? 0;
    return this.#micros / 1000;
  }

  schedule(_at: Instant, callback: () => void): () => void {
    const timer = this.#asked++;
    this.#timers.set(timer, callback);
    return () => this.#timers.delete(timer);
  }

  bind(local: Endpoint, onDatagram: OnDatagram): Promise<Socket> {
    return new Promise((settle, fail) => {
      this.#sockets.push({ local, onDatagram, settle, fail, isClosing: false, closed: () => undefined });
    });
  }

  /** Calls back where Ctrl-C was pressed in the run. */
  onInterrupt(callback: () => void): void {
    this.#onInterrupt = callback;
  }

  /**
   * Runs on this network what was run on the recorded one.
   * @throws Divergence as soon as it does something else; whatever it throws itself.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    let isSettled = false;
    let result: Promise<T> | undefined;
    for await (const turn of this.#options.turns) {
      if (isSettled) this.#diverge('it is at its end, and the run went on');
      this.#begin(turn);
      if (result === undefined) {
        result = work();
        const settled = (): void => {
          isSettled = true;
        };
        result.then(settled, settled);
      } else if (this.#divergence === undefined) this.#play(turn.event);
      await new Promise<void>((resolve) => this.#options.afterPromises(resolve));
      this.#end();
      if (this.#divergence !== undefined) throw this.#divergence;
    }
    if (result !== undefined && isSettled) return await result;
    throw new Divergence('it goes on, and the run was at its end', this.#turn);
  }

  #begin(turn: Turn): void {
    this.#turn++;
    this.#current = turn;
    this.#readings = 0;
    this.#sent = 0;
  }

  #end(): void {
    const { clock, sent } = this.#current;
    if (this.#sent < sent.length) this.#diverge('it does not send what the run sent');
    if (this.#readings < clock.length)
      this.#diverge('it asks for the time less often than it did in the run');
  }

  #play(event: TurnEvent): void {
    switch (event.kind) {
      case 'start':
        return this.#diverge('the log begins anew');
      case 'interrupt':
        return this.#onInterrupt();
      case 'timer':
        return this.#ring(event.timer);
      case 'datagram': {
        const socket = this.#socket(event.socket);
        const from = this.#endpoint(event.from);
        if (socket?.isClosing) return this.#diverge('it closed a socket that something came to in the run');
        return socket && from && socket.onDatagram(event.bytes, from);
      }
      case 'bound':
        return this.#bound(event.socket, event.local);
      case 'refused':
        return this.#socket(event.socket)?.fail(new NetError(event.why));
      case 'closed': {
        const socket = this.#socket(event.socket);
        if (socket !== undefined && !socket.isClosing)
          return this.#diverge('it keeps a socket that the run closed');
        return socket?.closed();
      }
      default:
        return this.streams.play(event);
    }
  }

  #ring(timer: number): void {
    const callback = this.#timers.get(timer);
    this.#timers.delete(timer);
    if (callback === undefined) return this.#diverge('it does not wait for what it waited for in the run');
    callback();
  }

  #bound(index: number, text: string): void {
    const open = this.#socket(index);
    const local = this.#endpoint(text);
    if (open === undefined || local === undefined) return;
    const isAsked = open.local.ip === local.ip && [0, local.port].includes(open.local.port);
    if (!isAsked) return this.#diverge(`it binds ${formatEndpoint(open.local)}, and the run ${text}`);
    const closed = new Promise<void>((resolve) => {
      open.closed = resolve;
    });
    open.settle({
      local,
      send: (bytes, to) => {
        this.#did(fingerprint(index, to, bytes), `sends a datagram of ${bytes.length} bytes`, bytes);
      },
      close: () => {
        open.isClosing = true;
        return closed;
      },
    });
  }

  #did(mark: string, what: string, bytes: Uint8Array | undefined): void {
    const recorded = this.#current.sent[this.#sent++];
    if (recorded === mark) return;
    const instead = recorded === undefined ? 'where the run sent nothing' : 'and the run sent another';
    this.#diverge(`it ${what}, ${instead}`, bytes);
  }

  #socket(index: number): Open | undefined {
    const socket = this.#sockets[index];
    if (socket === undefined) this.#diverge('it has not bound a socket that the run had bound');
    return socket;
  }

  #endpoint(text: string): Endpoint | undefined {
    const endpoint = parseEndpoint(text);
    if (endpoint === undefined) this.#diverge(`the log has ${text} for an endpoint`);
    return endpoint;
  }

  /** The first one counts: all that follows comes of it. */
  #diverge(message: string, datagram?: Uint8Array): void {
    this.#divergence ??= new Divergence(message, this.#turn, datagram);
  }
}
