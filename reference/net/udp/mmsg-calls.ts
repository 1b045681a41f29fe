/** The calls of the C library that sockets of recvmmsg and sendmmsg need; names and numbers of Linux headers. */
import type { Found } from '../../ffi/koffi.ts';
import type { Libc } from '../../ffi/libc.ts';
import { loadLibc } from '../../ffi/libc.ts';
import type { AddressOf } from '../mmsg/vector.ts';

export const SOCK_DGRAM = 2;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1;
export const SO_RCVBUF = 8;
export const SO_RCVBUFFORCE = 33;
export const SO_MEMINFO = 55;
export const SOL_UDP = 17;
/** linux/udp.h */
export const UDP_GRO = 104;
export const IPPROTO_IPV6 = 41;
export const IPV6_V6ONLY = 26;
export const MSG_DONTWAIT = 0x40;
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLLIN = 1;

/** `struct epoll_event` is packed on x86-64 alone: the data follow the events at once there. */
export const EPOLL_EVENT = process.arch === 'x64' ? { size: 12, data: 4 } : { size: 16, data: 8 };

export interface Calls {
  readonly libc: Libc;
  readonly addressOf: AddressOf;
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, name: Uint8Array, length: number): number;
  getsockname(fd: number, name: Uint8Array, length: Uint8Array): number;
  setsockopt(fd: number, level: number, option: number, value: Uint8Array, length: number): number;
  getsockopt(fd: number, level: number, option: number, value: Uint8Array, length: Uint8Array): number;
  recvmmsg(fd: number, messages: Uint8Array, count: number, flags: number, timeout: null): number;
  sendmmsg(fd: number, messages: Uint8Array, count: number, flags: number): number;
  epollCreate(flags: number): number;
  epollControl(poll: number, action: number, fd: number, event: Uint8Array): number;
  epollWait(poll: number, events: Uint8Array, count: number, timeout: number): number;
  /** The same in the thread pool. */
  epollWaitLater(poll: number, events: Uint8Array, count: number, timeout: number): Promise<number>;
}

interface EpollWait {
  (poll: number, events: Uint8Array, count: number, timeout: number): number;
  async(
    poll: number,
    events: Uint8Array,
    count: number,
    timeout: number,
    done: (error: Error | null, ready: number) => void,
  ): void;
}

let loaded: Found<Calls> | undefined;

/** Those calls, or what is missing for them. */
export function loadCalls(): Found<Calls> {
  loaded ??= load();
  return loaded;
}

function load(): Found<Calls> {
  if (process.arch !== 'x64' && process.arch !== 'arm64')
    return { missing: `it is not known how ${process.arch} lays out its messages` };
  const libc = loadLibc();
  return libc.found === undefined ? libc : { found: declareAll(libc.found) };
}

function declareAll(libc: Libc): Calls {
  const { declare } = libc;
  // It returns its first argument, and writes nothing here.
  const memcpy = declare<(to: Uint8Array, from: Uint8Array, length: number) => number | bigint>(
    'uintptr_t memcpy(void *to, void *from, size_t length)',
  );
  const epollWait = declare<EpollWait>('int epoll_wait(int poll, void *events, int count, int timeout)');
  return {
    libc,
    addressOf: (memory) => Number(memcpy(memory, memory, 0)),
    socket: declare('int socket(int domain, int type, int protocol)'),
    bind: declare('int bind(int fd, void *name, unsigned int length)'),
    getsockname: declare('int getsockname(int fd, void *name, void *length)'),
    setsockopt: declare('int setsockopt(int fd, int level, int option, void *value, unsigned int length)'),
    getsockopt: declare('int getsockopt(int fd, int level, int option, void *value, void *length)'),
    recvmmsg: declare('int recvmmsg(int fd, void *messages, unsigned int count, int flags, void *timeout)'),
    sendmmsg: declare('int sendmmsg(int fd, void *messages, unsigned int count, int flags)'),
    epollCreate: declare('int epoll_create1(int flags)'),
    epollControl: declare('int epoll_ctl(int poll, int action, int fd, void *event)'),
    epollWait,
    epollWaitLater: (poll, events, count, timeout) =>
      new Promise((resolve, reject) => {
        epollWait.async(poll, events, count, timeout, (error, ready) => {
          // The engine may collect what nothing holds, while C still writes to it.
          if (error !== null || events.length === 0) reject(error ?? new Error('no room for events'));
          else resolve(ready);
        });
      }),
  };
}
