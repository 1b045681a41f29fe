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
import { FRAME, loadPacket } from './frame.ts';
import { ETH_IPV4, ETH_IPV6, HELPER, SKB, TC_ACT_OK, TC_ACT_SHOT, TCX_NEXT } from './kernel.ts';
import type { Rates } from './rates.ts';
import { charge, isLimited } from './rates.ts';
import { findElement, lookUp, readIpv4, readIpv6 } from './read.ts';
import { END, KEY_SIZE } from './table.ts';

/** What a program is made for. */
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
  if (own4 !== undefined) readIpv4(a, own4, HELPER.skb_load_bytes);
  if (own6 !== undefined) readIpv6(a, own6, HELPER.skb_load_bytes);
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
  loadPacket(a, HELPER.skb_load_bytes, FRAME.pathId, KEY_SIZE + 4);
  a.load(4, 7, 10, FRAME.pathId + KEY_SIZE);
  findElement(a);
  a.call(HELPER.ktime_get_ns);
  a.store(8, 10, FRAME.now, 'r0');
}
