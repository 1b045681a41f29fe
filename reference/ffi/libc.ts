/** Functions of the C library on Linux, with the names and numbers of its headers. */
import type { Found, Koffi } from './koffi.ts';
import { loadKoffi } from './koffi.ts';

// fcntl.h
export const O_RDWR = 0o2;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;

// poll.h
export const POLLIN = 0x001;
export const POLLOUT = 0x004;
export const POLLERR = 0x008;
export const POLLHUP = 0x010;

// sys/eventfd.h
export const EFD_NONBLOCK = O_NONBLOCK;
export const EFD_CLOEXEC = O_CLOEXEC;

/** Bytes of a `struct pollfd`. */
export const POLLFD_SIZE = 8;

/** Each returns what C does: a number from 0 on, or -1, and then `errno` has the reason. */
export interface Libc {
  open(path: string, flags: number): number;
  close(fd: number): number;
  /** Reads at most that many bytes into a buffer. */
  read(fd: number, buffer: Uint8Array, length: number): number;
  write(fd: number, buffer: Uint8Array, length: number): number;
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  /** Waits, and keeps this thread for so long. @param timeout milliseconds, -1: without end */
  poll(fds: Uint8Array, count: number, timeout: number): number;
  /** Waits in the thread pool. `fds` must have at least 64 bytes, and stay as it is till then. */
  pollLater(fds: Uint8Array, count: number, timeout: number): Promise<number>;
  eventfd(initial: number, flags: number): number;
  /** The name of the last fault, like EPERM; its number if it has no name. Ask at once after the call. */
  errno(): string;
  /** Any other function, by its C declaration. */
  declare<Call extends (...values: never[]) => unknown>(declaration: string): Call;
}

let bound: Found<Libc> | undefined;

/** The C library, loaded once a thread. */
export function loadLibc(): Found<Libc> {
  bound ??= bindLibc();
  return bound;
}

function bindLibc(): Found<Libc> {
  const koffi = loadKoffi();
  return koffi.found === undefined ? koffi : { found: declareAll(koffi.found) };
}

function declareAll(koffi: Koffi): Libc {
  // Of two names the first: EAGAIN, not EWOULDBLOCK.
  const names = new Map(
    Object.entries(koffi.os.errno)
      .reverse()
      .map(([name, number]) => [number, name]),
  );
  const library = koffi.load(null);
  const declare: Libc['declare'] = <Call>(declaration: string) => library.func(declaration) as Call;
  const poll = library.func('int poll(void *fds, unsigned long nfds, int timeout)');
  return {
    declare,
    open: declare('int open(const char *path, int flags)'),
    close: declare('int close(int fd)'),
    read: declare('long read(int fd, void *buffer, size_t length)'),
    write: declare('long write(int fd, void *buffer, size_t length)'),
    ioctl: declare('int ioctl(int fd, unsigned long request, void *argument)'),
    poll: poll as unknown as Libc['poll'],
    pollLater: (fds, count, timeout) =>
      new Promise((resolve, reject) => {
        const done = (error: Error | null, ready: number): void => {
          // The engine may collect what nothing holds, while C still writes to it.
          if (error !== null || fds.length < count) reject(error ?? new Error('poll: buffer too short'));
          else resolve(ready);
        };
        poll.async(fds, count, timeout, done);
      }),
    eventfd: declare('int eventfd(unsigned int initial, int flags)'),
    errno: () => names.get(koffi.errno()) ?? String(koffi.errno()),
  };
}
