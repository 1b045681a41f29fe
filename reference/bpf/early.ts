/**
 * The relay's program in the driver, before the kernel has made anything of a packet: what stays in its family and leaves
 * by the device that it came by goes out again at once. Everything else goes on, as if there were no program, to the one
 * of relay.ts, which has the same map: what changes its family, another device, a neighbour that is not known yet, an end
 * on this host. [RSS-01, RSS-09]
 *
 * A driver hands over packets as they were on the wire, with their checksums. From another namespace of the same host they
 * come with unfinished ones, which nobody can see here.
 */
import type { Endpoint } from '../address.ts';
import { family } from '../address.ts';
import type { Line } from './assembler.ts';
import { Assembler } from './assembler.ts';
import { FRAME, loadPacket, storePacket, swap16 } from './frame.ts';
import {
  ETH_IPV4,
  ETH_IPV6,
  ETHERNET_LENGTH,
  FIB,
  HELPER,
  XDP_DROP,
  XDP_IFINDEX,
  XDP_PASS,
  XDP_TX,
} from './kernel.ts';
import { ageIpv4, ageIpv6, askWay, count, HEADER, loadUdpLength, sumAddresses } from './onward.ts';
import type { Rates } from './rates.ts';
import { charge, isLimited } from './rates.ts';
import { lookUp, readIpv4, readIpv6 } from './read.ts';
import type { RelayProgram } from './relay.ts';
import { END } from './table.ts';

/** The program for one relay. It names the map `paths`. */
export function earlyProgram({ own, rates }: RelayProgram): Line[] {
  const a = new Assembler();
  const load = HELPER.xdp_load_bytes;
  const [own4, own6] = ([4, 6] as const).map((version) => own.find(({ ip }) => family(ip) === version));
  a.mov(6, 'r1');
  loadPacket(a, load, FRAME.ethernet, ETHERNET_LENGTH, 0);
  // What is for a group of hosts is for none alone.
  a.load(1, 1, 10, FRAME.ethernet);
  a.jump('jset', 1, 1, 'pass');
  a.load(2, 7, 10, FRAME.ethernet + ETHERNET_LENGTH - 2);
  if (own4 !== undefined) a.jump('jeq', 7, ETH_IPV4, 'in4');
  if (own6 !== undefined) a.jump('jeq', 7, ETH_IPV6, 'in6');
  a.label('pass');
  a.mov(0, XDP_PASS);
  a.exit();
  if (own4 !== undefined) readIpv4(a, own4, load);
  if (own6 !== undefined) readIpv6(a, own6, load);
  lookUp(a);
  a.load(2, 1, 9, END.family);
  a.jump('jne', 1, 'r7', 'pass');
  a.load(4, 1, 9, END.local);
  a.jump('jne', 1, 0, 'pass');
  if (own4 !== undefined && own6 !== undefined) a.jump('jeq', 7, 6, 'out6');
  if (own4 !== undefined) backAs(a, 4, own4, rates);
  if (own6 !== undefined) backAs(a, 6, own6, rates);
  if (isLimited(rates)) {
    a.label('refused');
    a.mov(1, 1);
    a.atomicAdd(8, END.refused, 1);
    a.mov(0, XDP_DROP);
    a.exit();
  }
  return a.lines;
}

/** Out by the device that it came by, if the way is known as far as to the neighbour. */
function backAs(a: Assembler, version: 4 | 6, own: Endpoint, rates: Rates): void {
  a.label(`out${version}`);
  askWay(a, version, own, XDP_IFINDEX, 0);
  a.load(4, 1, 10, FRAME.fib + FIB.ifindex);
  a.load(4, 2, 6, XDP_IFINDEX);
  a.jump('jne', 1, 'r2', 'pass');
  a.call(HELPER.ktime_get_ns);
  a.store(8, 10, FRAME.now, 'r0');
  charge(a, rates, () => loadUdpLength(a, 4), 'refused');
  if (version === 4) ageIpv4(a, own);
  else ageIpv6(a, own);
  const ip = version === 4 ? FRAME.ipv4 : FRAME.ipv6;
  storePacket(a, HELPER.xdp_store_bytes, ETHERNET_LENGTH, ip, HEADER[version]);
  writeUdp(a, version, own);
  for (const [index, from] of [FIB.destinationMac, FIB.sourceMac].entries())
    for (let offset = 0; offset < 6; offset += 2) {
      a.load(2, 1, 10, FRAME.fib + from + offset);
      a.store(2, 10, FRAME.ethernet + 6 * index + offset, 'r1');
    }
  storePacket(a, HELPER.xdp_store_bytes, 0, FRAME.ethernet, ETHERNET_LENGTH - 2);
  count(a);
  a.mov(0, XDP_TX);
  a.exit();
}

/** Ports, and the checksum by what has changed (RFC 1624): what came wrong stays wrong. */
function writeUdp(a: Assembler, version: 4 | 6, own: Endpoint): void {
  // Where a program that asks for no neighbour keeps the next hop.
  const ports = FRAME.nextHop;
  const none = a.unique('no-sum');
  a.store(2, 10, ports, swap16(own.port));
  a.load(2, 1, 9, END.port);
  a.store(2, 10, ports + 2, 'r1');
  a.load(2, 5, 10, FRAME.udpSum);
  if (version === 4) a.jump('jeq', 5, 0, none);
  a.alu('xor', 5, 0xffff);
  sumAddresses(a);
  a.call(HELPER.csum_diff);
  a.mov(5, 'r0');
  a.mov(1, 'r10');
  a.alu('add', 1, FRAME.udp);
  a.mov(2, 4);
  a.mov(3, 'r10');
  a.alu('add', 3, ports);
  a.mov(4, 4);
  a.call(HELPER.csum_diff);
  // 32 bits of sum, and what goes over is added again.
  a.alu32('mov', 0, 'r0');
  for (let i = 0; i < 2; i++) {
    a.mov(1, 'r0');
    a.alu('rsh', 1, 16);
    a.alu('and', 0, 0xffff);
    a.alu('add', 0, 'r1');
  }
  a.alu('xor', 0, 0xffff);
  // One that is 0 would say that there is none.
  const isSome = a.unique('sum');
  a.jump('jne', 0, 0, isSome);
  a.mov(0, 0xffff);
  a.label(isSome);
  a.store(2, 10, FRAME.udpSum, 'r0');
  a.label(none);
  a.load(4, 1, 10, ports);
  a.store(4, 10, FRAME.udp, 'r1');
  storePacket(a, HELPER.xdp_store_bytes, ETHERNET_LENGTH + HEADER[version], FRAME.udp, 8);
}
