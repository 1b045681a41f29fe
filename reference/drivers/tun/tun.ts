/** The host's virtual interface as a TUN device. It is waited for together with the sockets of its thread. */
import type { HostInterface } from '../../core.ts';
import type { Libc } from '../../ffi/libc.ts';
import type { Link } from '../../host/plan.ts';
import { changeLines, upLines } from '../../host/plan.ts';
import { loadCalls } from '../../net/udp/mmsg-calls.ts';
import type { Poller } from '../../net/udp/poller.ts';
import { threadPoller } from '../../net/udp/poller.ts';
import { FRAME_HEADER } from '../../packet/offload/frame.ts';
import { Joining } from '../../packet/offload/joining.ts';
import { Parting } from '../../packet/offload/parting.ts';
import { UsageError } from '../config.ts';
import { openDevice } from './device.ts';
import { runIp } from './ip.ts';

export interface TunOptions extends Omit<Link, 'name'> {
  /** The kernel's choice if not given: `ntm0`, or the next. */
  readonly name?: string | undefined;
  /** The sockets of this thread are waited for in the same way: then that may take the thread for a moment. */
  readonly isQuick?: boolean | undefined;
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
  /** Hands a packet to the kernel, together with those after it that come at once. */
  write(packet: Uint8Array): void;
  /** Sees to it that the interface has these addresses and routes, and no others. */
  set(has: HostInterface): void;
  /** Takes it down, any number of times. */
  close(): void;
}

/** The largest that the kernel hands over. */
const LONGEST = FRAME_HEADER + 65_535;
/** So that the packet after a frame's header begins at a multiple of four. */
const FRAME = 2;
/** Bytes that are taken before others have their turn, and reads, each of a packet or of many in one. */
const BURST_BYTES = 131_072;
const BURST = 64;
const NOTHING_YET = ['EAGAIN', 'EINTR'];
const NOTHING: HostInterface = { addresses: [], routes: [] };

/**
 * Makes a virtual interface and brings it up.
 * @throws UsageError with what is missing for it.
 */
export function openTun(options: TunOptions): Tun {
  const { found: calls, missing } = loadCalls();
  if (calls === undefined) throw new UsageError(`--tun: ${missing}`);
  const { libc, fd, name } = openDevice(options.name);
  const link = { ...options, name };
  try {
    const [fault] = runIp(upLines(link));
    if (fault !== undefined) throw new UsageError(`--tun: ${fault}`);
    return new TunDevice(libc, fd, link, options, threadPoller(calls));
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
  private readonly poller: Poller;
  private readonly memory = new Uint8Array(FRAME + LONGEST);
  private readonly room = this.memory.subarray(FRAME);
  private readonly parting: Parting;
  private readonly joining = new Joining((frame, packets) => this.put(frame, packets));
  private isPromised = false;

  constructor(libc: Libc, fd: number, link: Link, options: TunOptions, poller: Poller) {
    this.libc = libc;
    this.fd = fd;
    this.link = link;
    this.options = options;
    this.name = link.name;
    this.poller = poller;
    this.parting = new Parting(this.memory, (packet) => {
      if (!this.isClosed) options.onPacket(packet);
    });
    poller.add(fd, this.read);
    if (options.isQuick) poller.hurry();
  }

  write(packet: Uint8Array): void {
    if (this.isClosed) return;
    this.joining.add(packet);
    if (this.isPromised) return;
    this.isPromised = true;
    queueMicrotask(this.keepPromise);
  }

  private readonly keepPromise = (): void => {
    this.isPromised = false;
    this.joining.flush();
  };

  private put(frame: Uint8Array, packets: number): void {
    if (!this.isClosed && this.libc.write(this.fd, frame, frame.length) < 0) this.dropped += packets;
  }

  set(has: HostInterface): void {
    if (this.isClosed) return;
    for (const fault of runIp(changeLines(this.link, this.has, has))) this.options.onFault(fault);
    this.has = has;
  }

  close(): void {
    if (this.isClosed) return;
    this.joining.flush();
    this.isClosed = true;
    this.poller.remove(this.fd);
    this.libc.close(this.fd);
  }

  /** Some of what is there; then the sockets have their turn. */
  private readonly read = (): void => {
    const { libc, fd, room } = this;
    let bytes = 0;
    for (let count = 0; count < BURST && bytes < BURST_BYTES && !this.isClosed; count++) {
      const length = libc.read(fd, room, LONGEST);
      if (length < 0) {
        const errno = libc.errno();
        if (NOTHING_YET.includes(errno)) return;
        throw new Error(`the interface ${this.name} is gone: ${errno}`);
      }
      if (!this.parting.part(FRAME, FRAME + length)) this.dropped++;
      bytes += length;
    }
  };
}
