/** What the relay's programs do alike with a packet that goes on: its way, its IP header, counters. */
import type { Endpoint } from '../address.ts';
import type { Assembler } from './assembler.ts';
import { FRAME, headerSum, swap16, UDP, UDP_LENGTH, wordsOf } from './frame.ts';
import { AF_INET, AF_INET6, FIB, HELPER } from './kernel.ts';
import { END } from './table.ts';

/** Bytes of an IP header without options. */
export const HEADER = { 4: 20, 6: 40 } as const;

/**
 * Asks the kernel's routes for the way to the other end, or goes to `pass`: no way, too long for it, or this host does not
 * forward. The answer is in the frame. Loses r0 to r5.
 *
 * @param ifindex where the program's context has the device that the packet came by
 * @param flags of fib_lookup
 */
export function askWay(a: Assembler, out: 4 | 6, own: Endpoint, ifindex: number, flags: number): void {
  const { fib } = FRAME;
  for (let offset = 0; offset < FIB.size; offset += 8) a.store(8, 10, fib + offset, 0);
  a.store(1, 10, fib + FIB.family, out === 4 ? AF_INET : AF_INET6);
  a.store(1, 10, fib + FIB.protocol, UDP);
  a.store(2, 10, fib + FIB.sourcePort, swap16(own.port));
  a.load(2, 1, 9, END.port);
  a.store(2, 10, fib + FIB.destinationPort, 'r1');
  a.load(2, 1, 10, FRAME.udpLength);
  a.swap(1, 16);
  a.alu('add', 1, HEADER[out]);
  a.store(2, 10, fib + FIB.length, 'r1');
  a.load(4, 1, 6, ifindex);
  a.store(4, 10, fib + FIB.ifindex, 'r1');
  writeAddresses(a, fib + FIB.from, fib + FIB.to, own);
  a.mov(1, 'r6');
  a.mov(2, 'r10');
  a.alu('add', 2, fib);
  a.mov(3, FIB.size);
  a.mov(4, flags);
  a.call(HELPER.fib_lookup);
  a.jump('jne', 0, 0, 'pass');
}

/** Writes the RS-S's own address and that of the end it goes to. */
function writeAddresses(a: Assembler, from: number, to: number, own: Endpoint): void {
  for (const [index, word] of wordsOf(own).entries()) {
    a.store(4, 10, from + 4 * index, word);
    a.load(4, 1, 9, END.address + 4 * index);
    a.store(4, 10, to + 4 * index, 'r1');
  }
}

/** One hop older, with new addresses; the rest of the header stays. In the frame. */
export function ageIpv4(a: Assembler, own: Endpoint): void {
  const ip = FRAME.ipv4;
  a.load(1, 1, 10, FRAME.ttl);
  a.alu('sub', 1, 1);
  a.store(1, 10, ip + 8, 'r1');
  a.store(2, 10, ip + 10, 0);
  writeAddresses(a, ip + 12, ip + 16, own);
  headerSum(a, ip);
  a.alu('xor', 1, 0xffff);
  a.store(2, 10, ip + 10, 'r1');
}

/** The same for IPv6. */
export function ageIpv6(a: Assembler, own: Endpoint): void {
  const ip = FRAME.ipv6;
  a.load(1, 1, 10, FRAME.ttl);
  a.alu('sub', 1, 1);
  a.store(1, 10, ip + 7, 'r1');
  writeAddresses(a, ip + 8, ip + 24, own);
}

/** r1 to r5 for csum_diff: what the address that the packet came from is replaced by. */
export function sumAddresses(a: Assembler): void {
  a.mov(1, 'r10');
  a.alu('add', 1, FRAME.source);
  a.mov(2, 16);
  a.mov(3, 'r9');
  a.mov(4, 16);
}

/** What came from this end, and when. [RS-08] */
export function count(a: Assembler): void {
  a.mov(1, 1);
  a.atomicAdd(8, END.packets, 1);
  loadUdpLength(a, 1);
  a.atomicAdd(8, END.bytes, 1);
  a.load(8, 1, 10, FRAME.now);
  a.store(8, 8, END.lastUse, 'r1');
}

/** Bytes of UDP payload. */
export function loadUdpLength(a: Assembler, register: 1 | 4): void {
  a.load(2, register, 10, FRAME.udpLength);
  a.swap(register, 16);
  a.alu('sub', register, UDP_LENGTH);
}
