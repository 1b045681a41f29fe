import { ethernetDevices } from '../../../reference/drivers/kernel/interfaces.ts';
import { loadLibc } from '../../../reference/ffi/libc.ts';

// linux/bpf.h
const BPF_PROG_QUERY = 16;
const BPF_TCX_INGRESS = 46;

//  0         4      8                            24      28
// +---------+------+----------------------------+-------+
// | ifindex | type |                            | count |   what of `union bpf_attr` BPF_PROG_QUERY uses
// +---------+------+----------------------------+-------+

/** Programs that run on what comes in at the devices of this namespace. */
export function attached(): number {
  const libc = loadLibc();
  if (libc.found === undefined) return 0;
  const syscall = libc.found.declare<(n: number, c: number, a: Uint8Array, s: number) => number>(
    'long syscall(long number, long command, void *attribute, unsigned long size)',
  );
  let count = 0;
  for (const { ifindex } of ethernetDevices()) {
    const view = new DataView(new ArrayBuffer(64));
    view.setUint32(0, ifindex, true);
    view.setUint32(4, BPF_TCX_INGRESS, true);
    const number = process.arch === 'arm64' ? 280 : 321;
    syscall(number, BPF_PROG_QUERY, new Uint8Array(view.buffer), 64);
    count += view.getUint32(24, true);
  }
  return count;
}
