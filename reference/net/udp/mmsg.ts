/**
 * UDP through recvmmsg and sendmmsg of Linux: many datagrams with one call, without an object for each but
 * the view that the listener sees. All sockets of a thread share the memory for it.
 */
import type { Endpoint } from '../../address.ts';
import { family } from '../../address.ts';
import { bindFault } from '../bind-fault.ts';
import { AF_INET, AF_INET6, NAME_SIZE, SocketNames, socketName } from '../mmsg/sockaddr.ts';
import { Receiving, Sending } from '../mmsg/vector.ts';
import type { OnDatagram } from '../net.ts';
import { NetError } from '../net.ts';
import type { Calls } from './mmsg-calls.ts';
import {
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  loadCalls,
  MSG_DONTWAIT,
  SO_MEMINFO,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOL_SOCKET,
  SOL_UDP,
  UDP_GRO,
} from './mmsg-calls.ts';
import type { CountedSocket, SocketCounts } from './parts.ts';
import { handOver, isReachable, noCounts, RECEIVE_BUFFER, SEND_QUEUE } from './parts.ts';
import type { Poller } from './poller.ts';
import { threadPoller } from './poller.ts';

/** Milliseconds after which what the system had no room for is tried again. */
const RETRY = 1;

/** What may go in one message with others of its length; longer ones are parted by IP, each for itself. */
const LARGEST_RUN = 1472;

/** What the system says of several in one message that are too long for the way, or that it cannot part. */
const TOGETHER = new Set(['EINVAL', 'EMSGSIZE', 'EIO']);

interface Waiting {
  readonly bytes: Uint8Array;
  readonly to: Endpoint;
}

/** What all sockets of a thread share. */
interface Shared {
  readonly calls: Calls;
  readonly poller: Poller;
  readonly receiving: Receiving;
  readonly sending: Sending;
  /** Whose datagrams `sending` has. */
  owner: UdpSocket | undefined;
}

let shared: Shared | undefined;

function share(): Shared {
  if (shared !== undefined) return shared;
  const { found: calls, missing } = loadCalls();
  if (calls === undefined) throw new NetError(`UDP by "mmsg" is not to be had: ${missing}`);
  const receiving = new Receiving(calls.addressOf);
  const sending = new Sending(calls.addressOf, receiving);
  shared = { calls, poller: threadPoller(calls), receiving, sending, owner: undefined };
  return shared;
}

/** @throws NetError if the address is in use or not of this machine. */
export async function bindMmsg(local: Endpoint, onDatagram: OnDatagram): Promise<CountedSocket> {
  const parts = share();
  const socket = new UdpSocket(parts, open(parts.calls, local), local, onDatagram);
  // As with other sockets nothing comes before the caller has it.
  await Promise.resolve();
  return socket;
}

function open(calls: Calls, local: Endpoint): number {
  const isSix = family(local.ip) === 6;
  const type = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const fd = calls.socket(isSix ? AF_INET6 : AF_INET, type, 0);
  const name = socketName(local);
  const isDone =
    fd >= 0 &&
    (!isSix || calls.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, int(1), 4) === 0) &&
    // Beyond what the system usually grants, where this program may.
    (calls.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, int(RECEIVE_BUFFER), 4) === 0 ||
      calls.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, int(RECEIVE_BUFFER), 4) === 0) &&
    calls.bind(fd, name, name.length) === 0;
  // A kernel that cannot do it hands over each datagram for itself.
  if (isDone) calls.setsockopt(fd, SOL_UDP, UDP_GRO, int(1), 4);
  if (isDone) return fd;
  const code = calls.libc.errno();
  if (fd >= 0) calls.libc.close(fd);
  throw new NetError(bindFault(local, Object.assign(new Error(code), { code })));
}

function int(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

class UdpSocket implements CountedSocket {
  readonly local: Endpoint;
  private readonly shared: Shared;
  private readonly fd: number;
  private readonly version: 4 | 6;
  private readonly onDatagram: OnDatagram;
  private readonly counted = noCounts();
  private closing: Promise<void> | undefined;
  private isClosed = false;
  private isReceiving = false;
  private isPromised = false;
  /** What the system had no room for. */
  private waiting: Waiting[] = [];
  /** Bytes of a datagram that may go in one message with others. */
  private longest = LARGEST_RUN;

  constructor(parts: Shared, fd: number, local: Endpoint, onDatagram: OnDatagram) {
    this.shared = parts;
    this.fd = fd;
    this.version = family(local.ip);
    this.onDatagram = onDatagram;
    const name = new Uint32Array(NAME_SIZE / 4);
    parts.calls.getsockname(fd, new Uint8Array(name.buffer), int(NAME_SIZE));
    this.local = { ip: local.ip, port: new SocketNames().read(name, 0)?.port ?? 0 };
    this.counted.receiveBuffer = this.option(SO_RCVBUF, 1)[0];
    parts.poller.add(fd, this.receive);
  }

  counts(): SocketCounts {
    // SK_MEMINFO_DROPS of linux/sock_diag.h is the ninth.
    const dropped = this.isClosed ? this.counted.dropped : this.option(SO_MEMINFO, 9)[8];
    return { ...this.counted, dropped };
  }

  private option(option: number, words: number): Uint32Array {
    const value = new Uint32Array(words);
    const bytes = new Uint8Array(value.buffer);
    this.shared.calls.getsockopt(this.fd, SOL_SOCKET, option, bytes, int(bytes.length));
    return value;
  }

  private readonly receive = (): void => {
    const { calls, receiving } = this.shared;
    const count = calls.recvmmsg(this.fd, receiving.memory, receiving.slots, MSG_DONTWAIT, null);
    if (count <= 0) return;
    this.counted.batches++;
    this.isReceiving = true;
    receiving.begin(count);
    for (let slot = 0; slot < count; slot++) {
      const size = receiving.size(slot);
      const from = receiving.from(slot);
      if (from !== undefined) this.take(receiving.bytes(slot), size, from);
    }
    this.isReceiving = false;
    // Also what other sockets send on: the memory is that of the next datagrams.
    this.shared.owner?.flush();
  };

  /** Hands over datagrams of one sender, each but the last of this length. */
  private take(bytes: Uint8Array, size: number, from: Endpoint): void {
    let at = 0;
    do {
      if (this.closing !== undefined) return;
      this.counted.received++;
      handOver(this.onDatagram, bytes.length <= size ? bytes : bytes.subarray(at, at + size), from);
      at += size;
    } while (at < bytes.length);
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.closing !== undefined || !isReachable(this.version, to)) return;
    if (this.waiting.length > 0) this.keep(bytes.slice(), to);
    else this.put(bytes, to);
  }

  private put(bytes: Uint8Array, to: Endpoint): void {
    const { sending } = this.shared;
    if (this.shared.owner !== this) {
      this.shared.owner?.flush();
      this.shared.owner = this;
    }
    if (!sending.add(bytes, to, this.longest)) {
      this.flush();
      this.shared.owner = this;
      if (this.waiting.length > 0) this.keep(bytes.slice(), to);
      else if (!sending.add(bytes, to, this.longest)) this.counted.unsent++;
    }
    if (this.isReceiving || this.isPromised) return;
    this.isPromised = true;
    queueMicrotask(this.keepPromise);
  }

  private readonly keepPromise = (): void => {
    this.isPromised = false;
    if (this.shared.owner === this) this.flush();
  };

  private keep(bytes: Uint8Array, to: Endpoint): void {
    if (this.waiting.length >= SEND_QUEUE) this.counted.unsent++;
    else this.waiting.push({ bytes, to });
  }

  private flush(): void {
    const { calls, sending } = this.shared;
    const rest: Waiting[] = [];
    let next = 0;
    while (next < sending.messages) {
      const sent = calls.sendmmsg(this.fd, sending.from(next), sending.messages - next, MSG_DONTWAIT);
      for (const end = next + sent; next < end; next++) this.counted.sent += sending.datagramsOf(next);
      if (sent >= 0) continue;
      const reason = calls.libc.errno();
      if (reason === 'EAGAIN') break;
      rest.push(...this.refused(reason, sending.copies(next)));
      next++;
    }
    for (; next < sending.messages; next++) rest.push(...sending.copies(next));
    sending.clear();
    this.shared.owner = undefined;
    for (const { bytes, to } of rest) this.keep(bytes, to);
    if (rest.length > 0) setTimeout(this.retry, RETRY);
  }

  /** @returns what to try again: one by one, if the system or the way does not take several together. */
  private refused(reason: string, datagrams: readonly Waiting[]): readonly Waiting[] {
    const [first, ...others] = datagrams;
    if (first !== undefined && others.length > 0 && TOGETHER.has(reason)) {
      this.longest = Math.min(this.longest, first.bytes.length - 1);
      return datagrams;
    }
    // Too long, or no way there: lost, as any datagram may be.
    this.counted.unsent += datagrams.length;
    return [];
  }

  private readonly retry = (): void => {
    const { waiting } = this;
    this.waiting = [];
    for (const { bytes, to } of waiting) {
      if (this.waiting.length > 0) this.keep(bytes, to);
      else this.put(bytes, to);
    }
    if (this.shared.owner === this) this.flush();
  };

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    if (this.shared.owner === this) this.flush();
    while (this.waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, RETRY));
    this.counted.dropped = this.option(SO_MEMINFO, 9)[8];
    this.isClosed = true;
    this.shared.poller.remove(this.fd);
    this.shared.calls.libc.close(this.fd);
  }
}
