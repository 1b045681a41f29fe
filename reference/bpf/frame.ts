/** Where the relay's program keeps what, below the frame pointer, and how numbers look to it there. */
import type { Endpoint } from '../address.ts';
import { ipToBytes } from '../address.ts';
import type { Assembler } from './assembler.ts';
import { BPF_F_RECOMPUTE_CSUM, ETHERNET_LENGTH, HELPER } from './kernel.ts';

/** UDP is in the same place after either IP header. */
export const FRAME = {
  pathId: -20,
  magic: -24,
  udpSum: -26,
  udpLength: -28,
  udpDestination: -30,
  udp: -32,
  ipv4: -52,
  ipv6: -72,
  source: -96,
  fib: -160,
  nextHop: -184,
  now: -192,
  value: -200,
  ttl: -201,
  trafficClass: -202,
  etherType: -204,
  ethernet: -224,
} as const;

export const UDP = 17;
export const UDP_LENGTH = 8;

/** An address as words of the machine, as it reads them from a packet. */
export function wordsOf({ ip }: Endpoint): number[] {
  const bytes = ipToBytes(ip);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getInt32(4 * index, true));
}

/** A 16-bit number as the machine reads it from a packet. */
export function swap16(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8);
}

/** How a program reads packets: what is in the kernel's buffers, or in the driver's. */
export type Load = typeof HELPER.skb_load_bytes | typeof HELPER.xdp_load_bytes;

/** Copies the packet from its IP header, or from another place, on to the frame, or goes to `pass`. */
export function loadPacket(
  a: Assembler,
  load: Load,
  to: number,
  length: number,
  from = ETHERNET_LENGTH,
): void {
  a.mov(1, 'r6');
  a.mov(2, from);
  a.mov(3, 'r10');
  a.alu('add', 3, to);
  a.mov(4, length);
  a.call(load);
  a.jump('jne', 0, 0, 'pass');
}

/** How it writes them. */
export type Store = typeof HELPER.skb_store_bytes | typeof HELPER.xdp_store_bytes;

/** Copies from the frame into the packet, where there is room for it. */
export function storePacket(a: Assembler, store: Store, to: number, from: number, length: number): void {
  a.mov(1, 'r6');
  a.mov(2, to);
  a.mov(3, 'r10');
  a.alu('add', 3, from);
  a.mov(4, length);
  if (store === HELPER.skb_store_bytes) a.mov(5, BPF_F_RECOMPUTE_CSUM);
  a.call(store);
}

/** r1 = the sum of an IPv4 header at that place, folded; loses r2. */
export function headerSum(a: Assembler, ip: number): void {
  a.load(4, 1, 10, ip);
  for (let offset = 4; offset < 20; offset += 4) {
    a.load(4, 2, 10, ip + offset);
    a.alu('add', 1, 'r2');
  }
  // Five words sum up to 35 bits; what goes over is added again.
  for (let i = 0; i < 3; i++) {
    a.mov(2, 'r1');
    a.alu('rsh', 2, 16);
    a.alu('and', 1, 0xffff);
    a.alu('add', 1, 'r2');
  }
}
