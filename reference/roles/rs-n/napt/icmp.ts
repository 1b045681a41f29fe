/** ICMP errors as the other family says them: RFC 7915, 4.2 and 5.2. */

/** Type, code, and the word that follows the checksum. */
export interface IcmpError {
  readonly type: number;
  readonly code: number;
  readonly word: number;
}

/** The MTUs to choose from where a router told none: RFC 1191, 7.1. */
const PLATEAUS = [65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68];
const LEAST_IPV6_MTU = 1280;
/** What an IPv6 header is longer than an IPv4 one. */
const LONGER = 20;

/** ICMPv6 [type, code] by the codes of ICMP's unreachable. 4 is in `toIcmpv6`. */
const UNREACHABLE_TO_6: Readonly<Record<number, readonly [type: number, code: number, word?: number]>> = {
  0: [1, 0],
  1: [1, 0],
  // Protocol unreachable: the next header of the fixed header is not known.
  2: [4, 1, 6],
  3: [1, 4],
  5: [1, 0],
  6: [1, 0],
  7: [1, 0],
  8: [1, 0],
  9: [1, 1],
  10: [1, 1],
  11: [1, 0],
  12: [1, 0],
  13: [1, 1],
  15: [1, 1],
};

/** Where the field of an IPv6 header stands, by the byte of an IPv4 header. */
const POINTER_TO_6: Readonly<Record<number, number>> = {
  0: 0,
  1: 1,
  2: 4,
  3: 4,
  8: 7,
  9: 6,
  12: 8,
  13: 8,
  14: 8,
  15: 8,
  16: 24,
  17: 24,
  18: 24,
  19: 24,
};

/**
 * @param about how long the IPv4 packet was that the error is about, in bytes
 * @param mtu of the IPv6 side
 * @returns undefined if IPv6 has no word for it.
 */
export function toIcmpv6({ type, code, word }: IcmpError, about: number, mtu: number): IcmpError | undefined {
  if (type === 3 && code === 4) {
    const told = word & 0xffff;
    const narrow = told === 0 ? (PLATEAUS.find((plateau) => plateau < about) ?? 68) : told;
    return { type: 2, code: 0, word: Math.max(LEAST_IPV6_MTU, Math.min(narrow + LONGER, mtu)) };
  }
  if (type === 3) {
    const [becomes, its = 0, pointer = 0] = UNREACHABLE_TO_6[code] ?? [];
    return becomes === undefined ? undefined : { type: becomes, code: its, word: pointer };
  }
  if (type === 11) return { type: 3, code, word: 0 };
  if (type !== 12 || (code !== 0 && code !== 2)) return undefined;
  const pointer = POINTER_TO_6[word >>> 24];
  return pointer === undefined ? undefined : { type: 4, code: 0, word: pointer };
}

const UNREACHABLE_TO_4: readonly number[] = [1, 10, 1, 1, 3];

/**
 * @param mtu of the IPv4 side
 * @returns undefined if IPv4 has no word for it.
 */
export function toIcmp({ type, code, word }: IcmpError, mtu: number): IcmpError | undefined {
  if (type === 1) {
    const its = UNREACHABLE_TO_4[code];
    return its === undefined ? undefined : { type: 3, code: its, word: 0 };
  }
  if (type === 2) return { type: 3, code: 4, word: Math.max(68, Math.min(word - LONGER, mtu)) };
  if (type === 3) return { type: 11, code, word: 0 };
  if (type !== 4) return undefined;
  if (code === 1) return { type: 3, code: 2, word: 0 };
  const pointer = code === 0 ? pointerTo4(word) : undefined;
  return pointer === undefined ? undefined : { type: 12, code: 0, word: pointer * 0x1000000 };
}

function pointerTo4(at: number): number | undefined {
  if (at < 2) return at;
  if (at === 4 || at === 5) return 2;
  if (at === 6) return 9;
  if (at === 7) return 8;
  if (at >= 8 && at < 24) return 12;
  return at >= 24 && at < 40 ? 16 : undefined;
}
