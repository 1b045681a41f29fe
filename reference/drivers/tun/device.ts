/** A TUN device of the Linux kernel. It is gone when its process is. */
import type { Libc } from '../../ffi/libc.ts';
import { loadLibc, O_CLOEXEC, O_NONBLOCK, O_RDWR } from '../../ffi/libc.ts';
import { UsageError } from '../config.ts';

// linux/if_tun.h
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const IFF_VNET_HDR = 0x4000;
const TUNSETOFFLOAD = 0x400454d0;
const TUN_F_CSUM = 1;
const TUN_F_TSO4 = 2;
const TUN_F_TSO6 = 4;

// linux/if.h: IFNAMSIZ bytes with the zero after it
const NAME_LENGTH = 16;
/** The kernel puts the first free number in its place. */
const ANY_NAME = 'ntm%d';

export interface Device {
  readonly libc: Libc;
  /** Its reads and writes do not wait. */
  readonly fd: number;
  readonly name: string;
}

/**
 * Makes a TUN device without packet information: what is read and written are IP packets, each after the ten bytes of a
 * frame (reference/packet/offload/frame.ts).
 * @param name its name; `ntm0` or the next that is free, if not given
 * @throws UsageError with what is missing: Linux, koffi, the TUN driver, the right to it, or the name.
 */
export function openDevice(name = ANY_NAME): Device {
  if (name !== ANY_NAME && !/^[A-Za-z0-9_.-]{1,15}$/.test(name))
    throw new UsageError(`--tun is ${name}: write 1 to 15 letters, digits, or one of _.-`);
  const { found: libc, missing } = loadLibc();
  if (libc === undefined) throw new UsageError(`--tun: ${missing}`);
  const fd = libc.open('/dev/net/tun', O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) throw new UsageError(`--tun: /dev/net/tun cannot be opened: ${mended(libc.errno())}`);
  // struct ifreq: name 0..15 | flags 16..17, in the order of the machine | room for other uses
  const request = new Uint8Array(40);
  new TextEncoder().encodeInto(name, request);
  request[NAME_LENGTH] = IFF_TUN & 0xff;
  request[NAME_LENGTH + 1] = (IFF_NO_PI | IFF_VNET_HDR) >> 8;
  if (libc.ioctl(fd, TUNSETIFF, request) < 0) {
    const errno = libc.errno();
    libc.close(fd);
    throw new UsageError(`--tun: no interface ${name} can be made: ${mended(errno)}`);
  }
  // A kernel that knows nothing of it hands over each packet for itself, with its checksum.
  const offer = libc.declare<(fd: number, request: number, value: number) => number>(
    'int ioctl(int fd, unsigned long request, unsigned long value)',
  );
  offer(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6);
  const given = new TextDecoder().decode(request.subarray(0, request.indexOf(0)));
  return { libc, fd, name: given };
}

function mended(errno: string): string {
  return errno in MENDED ? `${errno}, ${MENDED[errno]}` : errno;
}

const MENDED: Readonly<Record<string, string>> = {
  EPERM: 'run as root, or with CAP_NET_ADMIN',
  EACCES: 'run as root, or with CAP_NET_ADMIN',
  ENOENT: 'load the driver ("modprobe tun"), or hand the device to the container',
  ENODEV: 'load the driver ("modprobe tun"), or hand the device to the container',
  EBUSY: 'another program has it: name another one',
  EINVAL: 'there is one of that name that is no TUN: name another one',
};
