import type { Endpoint } from '../address.ts';
import { ipToBytes } from '../address.ts';

/** Columns of /proc/net/udp and udp6, after the slot. */
const LOCAL = 1;
const DROPS = 12;

/**
 * What the kernel has dropped of a socket because its receive buffer was full, by the text of `/proc/net/udp`
 * or `/proc/net/udp6` of Linux.
 * @param local what it is bound to, which no other socket is
 * @returns undefined if the socket is not in it
 */
export function dropsOf(text: string, local: Endpoint): number | undefined {
  const name = procName(local);
  const line = text.split('\n').find((each) => columns(each)[LOCAL] === name);
  return line === undefined ? undefined : Number(columns(line)[DROPS]);
}

function columns(line: string): string[] {
  return line.trim().split(/\s+/);
}

/** Each 32 bits of the address as the machine reads them, which is little-endian here, and the port. */
function procName({ ip, port }: Endpoint): string {
  const bytes = ipToBytes(ip);
  let name = '';
  for (let at = 0; at < bytes.length; at += 4)
    name += [...bytes.slice(at, at + 4)].reverse().map(hex).join('');
  return `${name}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
