/** The second half of the relay's program: the way out, the headers of the family out, checksums, counters. */
import type { Endpoint } from '../address.ts';
import type { Assembler } from './assembler.ts';
import { FRAME, storePacket, swap16, UDP, wordsOf } from './frame.ts';
import {
  BPF_F_MARK_MANGLED_0,
  BPF_F_PSEUDO_HDR,
  BPF_FIB_LOOKUP_SKIP_NEIGH,
  ETH_IPV4,
  ETH_IPV6,
  ETHERNET_LENGTH,
  FIB,
  HELPER,
  LOOPBACK_IFINDEX,
  NEXT_HOP_SIZE,
  SKB,
} from './kernel.ts';
import { ageIpv4, ageIpv6, askWay, count, HEADER, loadUdpLength, sumAddresses } from './onward.ts';
import type { Rates } from './rates.ts';
import { charge } from './rates.ts';
import { END } from './table.ts';

/** Without "don't fragment" a relay on the way would have to number what it makes of IPv6. */
const DONT_FRAGMENT = 0x0040;

/** What comes after `found` when the end that it goes to is of that family. */
export function forwardAs(
  a: Assembler,
  out: 4 | 6,
  own: Endpoint,
  other: Endpoint | undefined,
  rates: Rates,
): void {
  const way = a.unique('way');
  a.label(`out${out}`);
  if (out === 6 && other !== undefined) {
    // IPv6 has no datagrams without a checksum.
    a.load(2, 1, 10, FRAME.udpSum);
    a.jump('jeq', 1, 0, 'pass');
  }
  a.load(4, 1, 9, END.local);
  a.jump('jne', 1, 0, way);
  findWay(a, out, own);
  a.label(way);
  a.call(HELPER.ktime_get_ns);
  a.store(8, 10, FRAME.now, 'r0');
  charge(a, rates, () => loadUdpLength(a, 4), 'refused');
  if (out === 4) writeIpv4(a, own, other !== undefined);
  else writeIpv6(a, own, other !== undefined);
  writeUdp(a, out, own, other);
  count(a);
  redirect(a);
}

/** Device and next hop, or `pass`. */
function findWay(a: Assembler, out: 4 | 6, own: Endpoint): void {
  const { fib, nextHop } = FRAME;
  askWay(a, out, own, SKB.ifindex, BPF_FIB_LOOKUP_SKIP_NEIGH);
  a.load(1, 1, 10, fib + FIB.family);
  a.store(4, 10, nextHop, 'r1');
  for (let offset = 0; offset < 16; offset += 4) {
    a.load(4, 1, 10, fib + FIB.to + offset);
    a.store(4, 10, nextHop + 4 + offset, 'r1');
  }
}

/** RSS-11: type of service goes along. A header that was IPv4 before keeps its identification. */
function writeIpv4(a: Assembler, own: Endpoint, mixed: boolean): void {
  const ip = FRAME.ipv4;
  if (mixed) {
    const same = a.unique('same-family');
    a.jump('jeq', 7, 4, same);
    a.store(1, 10, ip, 0x45);
    a.load(1, 1, 10, FRAME.trafficClass);
    a.store(1, 10, ip + 1, 'r1');
    a.load(2, 1, 10, FRAME.udpLength);
    a.swap(1, 16);
    a.alu('add', 1, 20);
    a.swap(1, 16);
    a.store(2, 10, ip + 2, 'r1');
    a.store(2, 10, ip + 4, 0);
    a.store(2, 10, ip + 6, DONT_FRAGMENT);
    a.store(1, 10, ip + 9, UDP);
    changeFamily(a, ETH_IPV4);
    a.label(same);
  }
  ageIpv4(a, own);
  storePacket(a, HELPER.skb_store_bytes, ETHERNET_LENGTH, ip, 20);
}

/** RSS-11: the traffic class goes along, between IPv6 and IPv6 the flow label too. */
function writeIpv6(a: Assembler, own: Endpoint, mixed: boolean): void {
  const ip = FRAME.ipv6;
  if (mixed) {
    const same = a.unique('same-family');
    a.jump('jeq', 7, 6, same);
    a.load(1, 1, 10, FRAME.trafficClass);
    a.alu('lsh', 1, 4);
    a.alu('or', 1, 0x6000);
    a.swap(1, 16);
    a.store(2, 10, ip, 'r1');
    a.store(2, 10, ip + 2, 0);
    a.load(2, 1, 10, FRAME.udpLength);
    a.store(2, 10, ip + 4, 'r1');
    a.store(1, 10, ip + 6, UDP);
    changeFamily(a, ETH_IPV6);
    a.label(same);
  }
  ageIpv6(a, own);
  storePacket(a, HELPER.skb_store_bytes, ETHERNET_LENGTH, ip, 40);
}

/** Makes room for the header of the other family, and names it in front. */
function changeFamily(a: Assembler, etherType: number): void {
  a.mov(1, 'r6');
  a.mov(2, etherType);
  a.mov(3, 0);
  a.call(HELPER.skb_change_proto);
  a.jump('jne', 0, 0, 'pass');
  a.store(2, 10, FRAME.etherType, etherType);
  storePacket(a, HELPER.skb_store_bytes, ETHERNET_LENGTH - 2, FRAME.etherType, 2);
}

/**
 * Ports, and the checksum by what has changed: the own address is on either side of it, so that only a change of
 * family makes it count. What came wrong stays wrong, and what the device is to finish stays unfinished.
 */
function writeUdp(a: Assembler, out: 4 | 6, own: Endpoint, other: Endpoint | undefined): void {
  const udp = ETHERNET_LENGTH + HEADER[out];
  const sum = udp + 6;
  sumAddresses(a);
  a.mov(5, 0);
  if (other !== undefined) {
    const same = a.unique('same-family');
    a.jump('jeq', 7, out, same);
    a.mov(5, difference(own, other));
    a.label(same);
  }
  a.call(HELPER.csum_diff);
  a.mov(4, 'r0');
  a.mov(3, 0);
  replaceSum(a, sum, BPF_F_PSEUDO_HDR);
  a.load(4, 3, 10, FRAME.udp);
  a.store(2, 10, FRAME.udp, swap16(own.port));
  a.load(2, 1, 9, END.port);
  a.store(2, 10, FRAME.udpDestination, 'r1');
  a.load(4, 4, 10, FRAME.udp);
  replaceSum(a, sum, 4);
  storePacket(a, HELPER.skb_store_bytes, udp, FRAME.udp, 4);
}

/** r3: what was in the sum; r4: what is in it now. One that is 0 says that there is none, and stays. */
function replaceSum(a: Assembler, offset: number, flags: number): void {
  a.mov(1, 'r6');
  a.mov(2, offset);
  a.mov(5, flags | BPF_F_MARK_MANGLED_0);
  a.call(HELPER.l4_csum_replace);
}

/** Out, by the neighbour that the way leads to; to an end on this host by the loopback. */
function redirect(a: Assembler): void {
  const away = a.unique('away');
  a.load(4, 1, 9, END.local);
  a.jump('jeq', 1, 0, away);
  a.mov(1, LOOPBACK_IFINDEX);
  a.mov(2, 0);
  a.mov(3, 0);
  a.mov(4, 0);
  a.call(HELPER.redirect_neigh);
  a.exit();
  a.label(away);
  a.load(4, 1, 10, FRAME.fib + FIB.ifindex);
  a.mov(2, 'r10');
  a.alu('add', 2, FRAME.nextHop);
  a.mov(3, NEXT_HOP_SIZE);
  a.mov(4, 0);
  a.call(HELPER.redirect_neigh);
  a.exit();
}

/** What the sum of 16-bit words grows by when one address takes the place of the other, in one's complement. */
function difference(now: Endpoint, before: Endpoint): number {
  const sum = (endpoint: Endpoint): number =>
    wordsOf(endpoint).reduce((total, word) => total + (word & 0xffff) + (word >>> 16), 0);
  return fold(sum(now) + 0xffff - fold(sum(before)));
}

function fold(sum: number): number {
  return sum > 0xffff ? fold((sum & 0xffff) + (sum >>> 16)) : sum;
}
