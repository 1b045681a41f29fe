/**
 * A network in memory with virtual time: datagrams and timers are events in one queue, and time goes to the
 * next event as soon as nobody has anything left to do. The same seed gives the same run on every runtime.
 *
 * Every address is there to be bound but the wildcards. A datagram to an endpoint that nobody has bound is
 * lost. What runs on it may wait for this network and for promises made from it, not for anything else.
 */
import type { Endpoint, Ip } from '../../address.ts';
import { family, formatEndpoint } from '../../address.ts';
import type { Instant } from '../../core.ts';
import type { Impairment } from '../impairment.ts';
import { Direction, impairment, PERFECT } from '../impairment.ts';
import type { Net, OnDatagram, Socket } from '../net.ts';
import { NetError } from '../net.ts';
import { WiredSocket } from '../wired-socket.ts';
import { Xoshiro128 } from '../xoshiro.ts';
import { Events } from './events.ts';
import { MemoryStreams } from './streams.ts';

export interface MemoryNetOptions {
  /** Everything that is left to chance depends on this and on the endpoints. */
  readonly seed: string;
  /**
   * Calls back once nothing is left to do for promises: `setImmediate`, the fastest that Node, Deno and
   * Bun all have (1 µs).
   */
  readonly afterPromises: (callback: () => void) => unknown;
  /** Datagrams on their way to one endpoint; what exceeds them is lost. 4096 if not given. */
  readonly queue?: number;
}

/** One datagram as it was sent, for a transcript. */
export interface Sent {
  readonly at: Instant;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
  /** When it arrives at the other address: never, once or twice. */
  readonly arrivals: readonly Instant[];
}

/** Nothing that could still happen would settle what was waited for; the message says why. */
export class DeadlockError extends Error {}

/** Ports for sockets bound to port 0 begin here, as RFC 6335 has it. */
const FIRST_DYNAMIC_PORT = 49_152;
const LAST_PORT = 65_535;
/** What fits into one UDP datagram. */
const MAX_BYTES = { 4: 65_507, 6: 65_527 };
const MAX_STANDING_EVENTS = 250_000;
const MAX_DURATION = 30 * 24 * 3_600_000;

export class MemoryNet implements Net {
  readonly streams = new MemoryStreams({
    soon: (callback) => this.schedule(this.time, callback),
    freePort: (ip) => this.freePort(ip),
  });
  private readonly options: MemoryNetOptions;
  private readonly events = new Events();
  private readonly sockets = new Map<string, WiredSocket>();
  private readonly directions = new Map<string, Direction>();
  private readonly impairments = new Map<string, Impairment>();
  /** Datagrams on their way, by the endpoint that they go to. */
  private readonly underway = new Map<string, number>();
  private readonly nextPort = new Map<Ip, number>();
  private readonly listeners = new Set<(sent: Sent) => void>();
  private everywhere = PERFECT;
  private time: Instant = 0;
  private running = false;

  constructor(options: MemoryNetOptions) {
    this.options = options;
  }

  now(): Instant {
    return this.time;
  }

  schedule(at: Instant, callback: () => void): () => void {
    return this.events.add(Math.max(at, this.time), callback);
  }

  bind(local: Endpoint, onDatagram: OnDatagram): Promise<Socket> {
    // A promise of what throws, too.
    return Promise.resolve().then(() => this.bindNow(local, onDatagram));
  }

  private bindNow(local: Endpoint, onDatagram: OnDatagram): Socket {
    if (local.ip === '0.0.0.0' || local.ip === '::')
      throw new NetError(`${local.ip} cannot be bound in memory: bind one address`);
    const bound = local.port === 0 ? { ip: local.ip, port: this.freePort(local.ip) } : local;
    const name = formatEndpoint(bound);
    if (this.sockets.has(name)) throw new NetError(`${name} is in use: close it first or bind another port`);
    const socket = new WiredSocket(bound, onDatagram, {
      send: (bytes, to) => this.send(bytes, bound, to),
      closed: () => this.sockets.delete(name),
    });
    this.sockets.set(name, socket);
    return socket;
  }

  /**
   * Sets what happens to datagrams: everywhere, or only to those from one address to another (not back),
   * which then counts instead. Faults that are not named are none.
   */
  impair(faults: Partial<Impairment>): void;
  impair(faults: Partial<Impairment>, from: Ip, to: Ip): void;
  impair(faults: Partial<Impairment>, from?: Ip, to?: Ip): void {
    if (from === undefined || to === undefined) this.everywhere = impairment(faults);
    else this.impairments.set(`${from} ${to}`, impairment(faults));
  }

  /** Calls a listener for each datagram that is sent from now on. Returns what ends that. */
  onSend(listener: (sent: Sent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Lets time pass until a promise settles, and gives its result. Between two events everything that waits
   * for promises goes on until it waits for the network again; so any number of scripts can run side by side.
   * @throws DeadlockError if nothing is left that could settle it, or not within 30 days of virtual time.
   * @throws whatever a callback throws, since no caller of it could.
   */
  async run<T>(promise: Promise<T>): Promise<T> {
    if (this.running) throw new Error('this network runs already: give run() one promise for all scripts');
    this.running = true;
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    promise.then(settle, settle);
    try {
      const end = this.time + MAX_DURATION;
      for (let standing = 0; ; standing++) {
        await new Promise<void>((resolve) => this.options.afterPromises(resolve));
        if (settled) return await promise;
        const before = this.time;
        this.step();
        if (this.time > before) standing = 0;
        if (standing > MAX_STANDING_EVENTS) throw new DeadlockError(`time stands still at ${this.time} ms`);
        if (this.time > end) throw new DeadlockError('nothing came of waiting for 30 days of virtual time');
      }
    } finally {
      this.running = false;
    }
  }

  private step(): void {
    const event = this.events.take();
    if (event === undefined) {
      const bound = [...this.sockets.keys()].join(', ') || 'none';
      throw new DeadlockError(
        `waiting for ever: at ${this.time} ms no datagram is on its way and no timer is set (sockets: ${bound})`,
      );
    }
    this.time = event.at;
    event.callback();
  }

  private send(bytes: Uint8Array, from: Endpoint, to: Endpoint): void {
    const version = family(to.ip);
    if (version !== family(from.ip) || to.port === 0 || bytes.length > MAX_BYTES[version]) return;
    const faults = this.impairments.get(`${from.ip} ${to.ip}`) ?? this.everywhere;
    const arrivals = faults === PERFECT ? [this.time] : this.direction(from, to).arrivals(this.time, faults);
    const arriving = arrivals.filter((at) => this.deliver(bytes.slice(), from, to, at));
    for (const listener of this.listeners)
      listener({ at: this.time, from, to, bytes: bytes.slice(), arrivals: arriving });
  }

  /** @returns whether there is room for it on the way. */
  private deliver(bytes: Uint8Array, from: Endpoint, to: Endpoint, at: Instant): boolean {
    const name = formatEndpoint(to);
    const underway = this.underway.get(name) ?? 0;
    if (underway >= (this.options.queue ?? 4096)) return false;
    this.underway.set(name, underway + 1);
    this.events.add(at, () => {
      const left = (this.underway.get(name) ?? 0) - 1;
      if (left > 0) this.underway.set(name, left);
      else this.underway.delete(name);
      this.sockets.get(name)?.onDatagram(bytes, from);
    });
    return true;
  }

  private direction(from: Endpoint, to: Endpoint): Direction {
    const name = `${formatEndpoint(from)} ${formatEndpoint(to)}`;
    let direction = this.directions.get(name);
    if (direction === undefined) {
      direction = new Direction(new Xoshiro128(`${this.options.seed} ${name}`));
      this.directions.set(name, direction);
    }
    return direction;
  }

  /** Goes round, so that a port comes back as late as possible. */
  private freePort(ip: Ip): number {
    const range = LAST_PORT - FIRST_DYNAMIC_PORT + 1;
    const start = this.nextPort.get(ip) ?? FIRST_DYNAMIC_PORT;
    for (let i = 0; i < range; i++) {
      const port = FIRST_DYNAMIC_PORT + ((start - FIRST_DYNAMIC_PORT + i) % range);
      if (this.sockets.has(formatEndpoint({ ip, port }))) continue;
      this.nextPort.set(ip, port + 1);
      return port;
    }
    throw new NetError(`${ip} has no free port: close sockets`);
  }
}
