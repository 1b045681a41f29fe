/**
 * The relay's program: what comes in at a device for one of the RS-S's endpoints, with the Path ID of an element
 * and from one of its ends, leaves for the other end at once. Everything else, and what a kernel cannot forward
 * as the spec wants, goes on to the daemon's socket as if there were no program. [RSS-01, RSS-09]
 *
 *     ctx r6   family in r7   from-end r8   to-end r9
 *
 *     frame   -200    -192   -184       -160      -96      -72    -52    -32   -24      -20      -4
 *            +-------+------+----------+---------+--------+------+------+-----+--------+---------+
 *            | value | now  | next hop | way out | source | IPv6 | IPv4 | UDP | header | Path ID |
 *            +-------+------+----------+---------+--------+------+------+-----+--------+---------+
 */
import type { Endpoint } from '../address.ts';
import { family } from '../address.ts';
import type { Line } from './assembler.ts';
import { Assembler } from './assembler.ts';
import { forwardAs } from './forward.ts';
import { FRAME, headerSum, loadPacket, swap16, UDP, UDP_LENGTH, wordsOf } from './frame.ts';
import { ETH_IPV4, ETH_IPV6, HELPER, SKB, TC_ACT_OK, TC_ACT_SHOT, TCX_NEXT } from './kernel.ts';
import type { Rates } from './rates.ts';
import { charge, isLimited } from './rates.ts';
import { END, KEY_SIZE } from './table.ts';

/** Name of the map in the program. */
export const PATHS = 'paths';

const MAGIC = 0x05;
/** GEN-02: header and tag. */
const SHORTEST = UDP_LENGTH + 44;
/** Of the NTM header: up to the end of the Path ID. */
const LOOKED_AT = UDP_LENGTH + 20;

export interface RelayProgram {
  /** The RS-S's own endpoints, one of a family, with the addresses that packets carry. */
  readonly own: readonly Endpoint[];
  readonly rates: Rates;
}

/** The program for one relay. It names the map `paths`. */
export function relayProgram({ own, rates }: RelayProgram): Line[] {
  const a = new Assembler();
  const [own4, own6] = ([4, 6] as const).map((version) => own.find(({ ip }) => family(ip) === version));
  a.mov(6, 'r1');
  // A tag in the frame comes again at its VLAN's device; many datagrams in one packet are for the socket to part.
  for (const field of [SKB.vlanPresent, SKB.pktType, SKB.gsoSize]) {
    a.load(4, 1, 6, field);
    a.jump('jne', 1, 0, 'pass');
  }
  a.load(4, 7, 6, SKB.protocol);
  if (own4 !== undefined) a.jump('jeq', 7, ETH_IPV4, 'in4');
  if (own6 !== undefined) a.jump('jeq', 7, ETH_IPV6, 'in6');
  a.label('pass');
  a.mov(0, TCX_NEXT);
  a.exit();
  if (own4 !== undefined) readIpv4(a, own4);
  if (own6 !== undefined) readIpv6(a, own6);
  lookUp(a);
  if (own4 !== undefined && own6 !== undefined) {
    a.load(2, 1, 9, END.family);
    a.jump('jeq', 1, 6, 'out6');
  }
  if (own4 !== undefined) forwardAs(a, 4, own4, own6, rates);
  if (own6 !== undefined) forwardAs(a, 6, own6, own4, rates);
  if (isLimited(rates)) {
    a.label('refused');
    a.mov(1, 1);
    a.atomicAdd(8, END.refused, 1);
    a.mov(0, TC_ACT_SHOT);
    a.exit();
  }
  return a.lines;
}

/** No options, no fragments, a right header checksum, and a TTL that lasts. */
function readIpv4(a: Assembler, own: Endpoint): void {
  const ip = FRAME.ipv4;
  a.label('in4');
  loadPacket(a, ip, 20 + LOOKED_AT);
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
function readIpv6(a: Assembler, own: Endpoint): void {
  const ip = FRAME.ipv6;
  a.label('in6');
  loadPacket(a, ip, 40 + LOOKED_AT);
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

/** The element, and which of its ends the packet came from. [RSS-12] */
function lookUp(a: Assembler): void {
  a.label('look-up');
  a.map(1, PATHS);
  a.mov(2, 'r10');
  a.alu('add', 2, FRAME.pathId);
  a.call(HELPER.map_lookup_elem);
  a.jump('jeq', 0, 0, 'pass');
  a.store(8, 10, FRAME.value, 'r0');
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

/** Charges one datagram to its path, for the daemon: the packet is 14 bytes, the Path ID, the length. [RS-14] */
export function chargeProgram(rates: Rates): Line[] {
  const a = new Assembler();
  loadForCharge(a);
  charge(a, rates, () => a.mov(4, 'r7'), 'refused');
  a.label('pass');
  a.mov(0, TC_ACT_OK);
  a.exit();
  a.label('refused');
  a.mov(0, TC_ACT_SHOT);
  a.exit();
  return a.lines;
}

function loadForCharge(a: Assembler): void {
  a.mov(6, 'r1');
  loadPacket(a, FRAME.pathId, KEY_SIZE + 4);
  a.load(4, 7, 10, FRAME.pathId + KEY_SIZE);
  a.map(1, PATHS);
  a.mov(2, 'r10');
  a.alu('add', 2, FRAME.pathId);
  a.call(HELPER.map_lookup_elem);
  a.jump('jeq', 0, 0, 'pass');
  a.store(8, 10, FRAME.value, 'r0');
  a.call(HELPER.ktime_get_ns);
  a.store(8, 10, FRAME.now, 'r0');
}
