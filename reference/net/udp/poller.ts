/** Waits for all sockets of a thread at once, in the thread pool, where the event loop goes on meanwhile. */
import { EFD_CLOEXEC, EFD_NONBLOCK } from '../../ffi/libc.ts';
import type { Calls } from './mmsg-calls.ts';
import { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_EVENT, EPOLLIN, SOCK_CLOEXEC } from './mmsg-calls.ts';

/** Sockets that one call names. */
const EVENTS = 64;

/** Milliseconds; a runtime that ends waits for its threads. */
const LONGEST = 1000;

/** Milliseconds for which the event loop may be kept, while packets come one after the other. */
const SHORT = 1;

const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

export class Poller {
  private readonly calls: Calls;
  private readonly poll: number;
  private readonly wake: number;
  private readonly events = new Uint8Array(EVENTS * EPOLL_EVENT.size);
  private readonly view = new DataView(this.events.buffer);
  private readonly readers = new Map<number, () => void>();
  private isRunning = false;
  private isEager = false;

  constructor(calls: Calls) {
    this.calls = calls;
    this.poll = calls.epollCreate(SOCK_CLOEXEC);
    this.wake = calls.libc.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (this.poll < 0 || this.wake < 0) throw new Error(`epoll: ${calls.libc.errno()}`);
    this.control(EPOLL_CTL_ADD, this.wake);
    process.once('exit', this.interrupt);
  }

  /** @param read is called while the socket has something; it need not take all of it */
  add(fd: number, read: () => void): void {
    this.readers.set(fd, read);
    this.control(EPOLL_CTL_ADD, fd);
    if (this.isRunning) return;
    this.isRunning = true;
    void this.run();
  }

  /** The way through the thread pool takes longer than many a packet: from now on what comes next is waited for here. */
  hurry(): void {
    this.isEager = true;
  }

  remove(fd: number): void {
    this.readers.delete(fd);
    this.control(EPOLL_CTL_DEL, fd);
    if (this.readers.size === 0) this.interrupt();
  }

  private control(action: number, fd: number): void {
    const event = new DataView(new ArrayBuffer(EPOLL_EVENT.size));
    event.setUint32(0, EPOLLIN, true);
    event.setInt32(EPOLL_EVENT.data, fd, true);
    if (this.calls.epollControl(this.poll, action, fd, new Uint8Array(event.buffer)) < 0)
      throw new Error(`epoll_ctl: ${this.calls.libc.errno()}`);
  }

  private readonly interrupt = (): void => {
    this.calls.libc.write(this.wake, ONE, ONE.length);
  };

  private async run(): Promise<void> {
    while (this.readers.size > 0) {
      // Timers and others have their turn.
      await new Promise((resolve) => setImmediate(resolve));
      let ready = this.calls.epollWait(this.poll, this.events, EVENTS, 0);
      if (ready === 0 && this.isEager) ready = this.calls.epollWait(this.poll, this.events, EVENTS, SHORT);
      if (ready === 0) ready = await this.calls.epollWaitLater(this.poll, this.events, EVENTS, LONGEST);
      this.serve(ready);
    }
    this.isRunning = false;
  }

  private serve(ready: number): void {
    for (let index = 0; index < ready; index++) {
      const fd = this.view.getInt32(index * EPOLL_EVENT.size + EPOLL_EVENT.data, true);
      if (fd === this.wake) this.calls.libc.read(this.wake, new Uint8Array(8), 8);
      else this.readers.get(fd)?.();
    }
  }
}

let own: Poller | undefined;

/** The one of this thread. */
export function threadPoller(calls: Calls): Poller {
  own ??= new Poller(calls);
  return own;
}
