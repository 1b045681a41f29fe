/** The host's virtual interface as a TUN device, beside the event loop: the kernel's packets come in bursts. */
import type { HostInterface } from '../../core.ts';
import type { Libc } from '../../ffi/libc.ts';
import { EFD_CLOEXEC, EFD_NONBLOCK, POLLFD_SIZE, POLLIN } from '../../ffi/libc.ts';
import type { Link } from '../../host/plan.ts';
import { changeLines, upLines } from '../../host/plan.ts';
import { UsageError } from '../config.ts';
import { openDevice } from './device.ts';
import { runIp } from './ip.ts';

export interface TunOptions extends Omit<Link, 'name'> {
  /** The kernel's choice if not given: `ntm0`, or the next. */
  readonly name?: string | undefined;
  /** Takes a packet of the kernel, which is valid during the call only. */
  readonly onPacket: (packet: Uint8Array) => void;
  /** Takes what the host did not do, a line each time. */
  readonly onFault: (fault: string) => void;
}

/** A virtual interface that is up. */
export interface Tun {
  readonly name: string;
  /** Packets that the kernel had no room for, or would not have. */
  readonly dropped: number;
  /** Hands a packet to the kernel. */
  write(packet: Uint8Array): void;
  /** Sees to it that the interface has these addresses and routes, and no others. */
  set(has: HostInterface): void;
  /** Takes it down, any number of times. */
  close(): Promise<void>;
}

/** The largest that the kernel hands over. */
const LONGEST = 65_535;
/** Packets that are taken before others have their turn. */
const BURST = 64;
const NOTHING_YET = ['EAGAIN', 'EINTR'];
const NOTHING: HostInterface = { addresses: [], routes: [] };

/**
 * Makes a virtual interface and brings it up.
 * @throws UsageError with what is missing for it.
 */
export function openTun(options: TunOptions): Tun {
  const { libc, fd, name } = openDevice(options.name);
  const link = { ...options, name };
  try {
    const [fault] = runIp(upLines(link));
    if (fault !== undefined) throw new UsageError(`--tun: ${fault}`);
    return new TunDevice(libc, fd, link, options);
  } catch (fault) {
    libc.close(fd);
    throw fault;
  }
}

class TunDevice implements Tun {
  readonly name: string;
  dropped = 0;
  private readonly libc: Libc;
  private readonly fd: number;
  private readonly link: Link;
  private readonly options: TunOptions;
  private has = NOTHING;
  private isClosed = false;
  /** Ends the wait for packets. */
  private readonly waker: number;
  private readonly over: Promise<void>;

  constructor(libc: Libc, fd: number, link: Link, options: TunOptions) {
    this.libc = libc;
    this.fd = fd;
    this.link = link;
    this.options = options;
    this.name = link.name;
    this.waker = libc.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (this.waker < 0) throw new Error(`eventfd: ${libc.errno()}`);
    this.over = this.read();
  }

  write(packet: Uint8Array): void {
    if (!this.isClosed && this.libc.write(this.fd, packet, packet.length) < 0) this.dropped++;
  }

  set(has: HostInterface): void {
    if (this.isClosed) return;
    for (const fault of runIp(changeLines(this.link, this.has, has))) this.options.onFault(fault);
    this.has = has;
  }

  async close(): Promise<void> {
    if (!this.isClosed) {
      this.isClosed = true;
      this.libc.write(this.waker, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), 8);
    }
    await this.over;
  }

  /** Waits in the thread pool, where nothing else waits for long, and takes what is there on this thread. */
  private async read(): Promise<void> {
    const { libc, fd, waker } = this;
    const buffer = new Uint8Array(LONGEST);
    // Two struct pollfd: fd 0..3 | events 4..5 | revents 6..7, in the order of the machine
    const fds = new Uint8Array(64);
    const view = new DataView(fds.buffer);
    for (const [index, one] of [fd, waker].entries()) {
      view.setInt32(index * POLLFD_SIZE, one, IS_LITTLE);
      view.setInt16(index * POLLFD_SIZE + 4, POLLIN, IS_LITTLE);
    }
    try {
      while (!this.isClosed) {
        if (this.drain(buffer)) await new Promise((resolve) => setImmediate(resolve));
        else await libc.pollLater(fds, 2, -1);
      }
    } finally {
      this.isClosed = true;
      libc.close(fd);
      libc.close(waker);
    }
  }

  /** @returns whether there may be more. */
  private drain(buffer: Uint8Array): boolean {
    for (let count = 0; count < BURST; count++) {
      const length = this.libc.read(this.fd, buffer, LONGEST);
      if (length <= 0) {
        const errno = this.libc.errno();
        if (!NOTHING_YET.includes(errno)) throw new Error(`the interface ${this.name} is gone: ${errno}`);
        return false;
      }
      this.options.onPacket(buffer.subarray(0, length));
      if (this.isClosed) return false;
    }
    return true;
  }
}

const IS_LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
