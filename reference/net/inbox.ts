import type { Endpoint } from '../address.ts';
import type { Instant } from '../core.ts';
import type { Net, Socket } from './net.ts';

/** One datagram that arrived. */
export interface Received {
  readonly bytes: Uint8Array;
  readonly from: Endpoint;
  readonly at: Instant;
}

/** What an inbox keeps; an arrival beyond it is lost, as it would be in a socket's own buffer. */
const BOUND = 4096;

/** A socket whose datagrams are waited for one by one, so that a script reads from top to bottom. */
export class Inbox {
  private readonly socket: Socket;
  private readonly mail: Mail;

  private constructor(socket: Socket, mail: Mail) {
    this.socket = socket;
    this.mail = mail;
  }

  /**
   * Binds a socket and collects what arrives at it.
   * @param bound datagrams to keep until someone asks for them
   * @throws NetError as `Net.bind` does.
   */
  static async open(net: Net, local: Endpoint, bound = BOUND): Promise<Inbox> {
    const mail = new Mail(net, bound);
    const socket = await net.bind(local, (bytes, from) => {
      mail.arrive({ bytes: bytes.slice(), from, at: net.now() });
    });
    return new Inbox(socket, mail);
  }

  get local(): Endpoint {
    return this.socket.local;
  }

  /** Datagrams that have arrived and that nobody has asked for, the oldest first. */
  get pending(): readonly Received[] {
    return this.mail.queue;
  }

  /** How many were lost because nobody asked in time. */
  get lost(): number {
    return this.mail.lost;
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    this.socket.send(bytes, to);
  }

  /** The next datagram, or undefined if there is none by then or the inbox is closed. */
  receive(until: Instant): Promise<Received | undefined> {
    return this.mail.take(() => true, until);
  }

  /**
   * The first datagram that matches; the others stay for later calls. Of several calls that wait, the
   * first one that a datagram matches gets it.
   */
  receiveWhere(matches: (received: Received) => boolean, until: Instant): Promise<Received | undefined> {
    return this.mail.take(matches, until);
  }

  /** Closes the socket. Who waits gets undefined; what has arrived can still be asked for. */
  close(): Promise<void> {
    this.mail.close();
    return this.socket.close();
  }
}

interface Waiter {
  readonly matches: (received: Received) => boolean;
  readonly settle: (received: Received | undefined) => void;
  readonly fail: (fault: unknown) => void;
}

/** What has arrived, and who waits for something else. */
class Mail {
  readonly queue: Received[] = [];
  lost = 0;
  private readonly net: Net;
  private readonly bound: number;
  private waiters: readonly Waiter[] = [];
  private isClosed = false;

  constructor(net: Net, bound: number) {
    this.net = net;
    this.bound = bound;
  }

  take(matches: (received: Received) => boolean, until: Instant): Promise<Received | undefined> {
    return new Promise((resolve, reject) => {
      const index = this.queue.findIndex(matches);
      const [found] = index < 0 ? [] : this.queue.splice(index, 1);
      if (found !== undefined || this.isClosed) {
        resolve(found);
        return;
      }
      const leaving =
        <T>(then: (value: T) => void) =>
        (value: T): void => {
          cancel();
          this.waiters = this.waiters.filter((other) => other !== waiter);
          then(value);
        };
      const waiter: Waiter = { matches, settle: leaving(resolve), fail: leaving(reject) };
      const cancel = this.net.schedule(until, () => waiter.settle(undefined));
      this.waiters = [...this.waiters, waiter];
    });
  }

  arrive(received: Received): void {
    for (const waiter of this.waiters) {
      // A predicate that throws is a fault of the one who waits, and of no other.
      try {
        if (!waiter.matches(received)) continue;
      } catch (fault) {
        waiter.fail(fault);
        continue;
      }
      waiter.settle(received);
      return;
    }
    if (this.queue.length < this.bound) this.queue.push(received);
    else this.lost++;
  }

  close(): void {
    this.isClosed = true;
    for (const waiter of this.waiters) waiter.settle(undefined);
  }
}
