/** The first half of the relay's programs: what a packet has to be, and the element that it is of. */
import type { Endpoint } from '../address.ts';
import type { Assembler } from './assembler.ts';
import type { Load } from './frame.ts';
import { FRAME, headerSum, loadPacket, swap16, UDP, UDP_LENGTH, wordsOf } from './frame.ts';
import { HELPER } from './kernel.ts';
import { END, PATHS } from './table.ts';

const MAGIC = 0x05;
/** GEN-02: header and tag. */
const SHORTEST = UDP_LENGTH + 44;
/** Of the NTM header: up to the end of the Path ID. */
const LOOKED_AT = UDP_LENGTH + 20;

/** No options, no fragments, a right header checksum, and a TTL that lasts. */
export function readIpv4(a: Assembler, own: Endpoint, load: Load): void {
  const ip = FRAME.ipv4;
  a.label('in4');
  loadPacket(a, load, ip, 20 + LOOKED_AT);
  a.load(1, 1, 10, ip);
  a.jump('jne', 1, 0x45, 'pass');
  a.load(1, 1, 10, ip + 9);
  a.jump('jne', 1, UDP, 'pass');
  a.load(2, 1, 10, ip + 6);
  a.jump('jset', 1, 0xff3f, 'pass');
  a.load(4, 1, 10, ip + 16);
  a.jump32('jne', 1, wordsOf(own)[0] ?? 0, 'pass');
  headerSum(a, ip);
  a.jump('jne', 1, 0xffff, 'pass');
  a.load(2, 1, 10, ip + 2);
  a.swap(1, 16);
  a.alu('sub', 1, 20);
  a.load(1, 2, 10, ip + 1);
  a.load(1, 3, 10, ip + 8);
  a.load(4, 4, 10, ip + 12);
  a.store(8, 10, FRAME.source, 0);
  a.store(8, 10, FRAME.source + 8, 0);
  a.store(4, 10, FRAME.source, 'r4');
  a.mov(7, 4);
  readUdp(a, own);
  a.goto('look-up');
}

/** No extension headers, a UDP checksum, and a hop limit that lasts. */
export function readIpv6(a: Assembler, own: Endpoint, load: Load): void {
  const ip = FRAME.ipv6;
  a.label('in6');
  loadPacket(a, load, ip, 40 + LOOKED_AT);
  a.load(1, 1, 10, ip + 6);
  a.jump('jne', 1, UDP, 'pass');
  const words = wordsOf(own);
  for (const [index, offset] of [24, 28, 32, 36].entries()) {
    a.load(4, 1, 10, ip + offset);
    a.jump32('jne', 1, words[index] ?? 0, 'pass');
  }
  a.load(2, 1, 10, FRAME.udpSum);
  a.jump('jeq', 1, 0, 'pass');
  // The traffic class lies across the first two bytes.
  a.load(2, 2, 10, ip);
  a.swap(2, 16);
  a.mov(1, 'r2');
  a.alu('rsh', 1, 12);
  a.jump('jne', 1, 6, 'pass');
  a.alu('rsh', 2, 4);
  a.alu('and', 2, 0xff);
  a.load(2, 1, 10, ip + 4);
  a.swap(1, 16);
  a.load(1, 3, 10, ip + 7);
  for (const offset of [0, 8]) {
    a.load(8, 4, 10, ip + 8 + offset);
    a.store(8, 10, FRAME.source + offset, 'r4');
  }
  a.mov(7, 6);
  readUdp(a, own);
}

/** r1: length of what IP carries; r2: traffic class; r3: TTL. Writes the rest of the source. */
function readUdp(a: Assembler, own: Endpoint): void {
  a.load(2, 4, 10, FRAME.udpLength);
  a.swap(4, 16);
  a.jump('jne', 1, 'r4', 'pass');
  a.jump('jlt', 4, SHORTEST, 'pass');
  a.jump('jle', 3, 1, 'pass');
  a.load(2, 4, 10, FRAME.udpDestination);
  a.jump('jne', 4, swap16(own.port), 'pass');
  a.load(1, 4, 10, FRAME.magic);
  a.jump('jne', 4, MAGIC, 'pass');
  a.store(1, 10, FRAME.trafficClass, 'r2');
  a.store(1, 10, FRAME.ttl, 'r3');
  a.load(2, 4, 10, FRAME.udp);
  a.store(2, 10, FRAME.source + END.port, 'r4');
  a.store(2, 10, FRAME.source + END.family, 'r7');
  a.store(4, 10, FRAME.source + END.family + 2, 0);
}

/** r0: the element of the Path ID in the frame, which has its address from then on; or `pass`. */
export function findElement(a: Assembler): void {
  a.map(1, PATHS);
  a.mov(2, 'r10');
  a.alu('add', 2, FRAME.pathId);
  a.call(HELPER.map_lookup_elem);
  a.jump('jeq', 0, 0, 'pass');
  a.store(8, 10, FRAME.value, 'r0');
}

/** The element, and which of its ends the packet came from. [RSS-12] */
export function lookUp(a: Assembler): void {
  a.label('look-up');
  findElement(a);
  for (const [register, offset] of [
    [1, 0],
    [2, 8],
    [3, 16],
  ] as const)
    a.load(8, register, 10, FRAME.source + offset);
  for (const end of [0, 1] as const) {
    const other = end === 0 ? 'second' : 'pass';
    for (const [register, offset] of [
      [1, 0],
      [2, 8],
      [3, 16],
    ] as const) {
      a.load(8, 4, 0, end * END.size + offset);
      a.jump('jne', 4, `r${register}`, other);
    }
    a.mov(8, 'r0');
    a.mov(9, 'r0');
    a.alu('add', end === 0 ? 9 : 8, END.size);
    if (end === 0) {
      a.goto('found');
      a.label('second');
    }
  }
  a.label('found');
}
