/** IP packets that are right, cut into pieces, or broken. */
import { concat } from '../../reference/bytes.ts';
import { fragment, fragmentIpv6 } from '../../reference/packet/fragment.ts';
import { icmp, ip, tcp, udp } from '../roles/rs-n/napt/packets.ts';
import type { Dice } from './dice.ts';

export interface Made {
  readonly bytes: Uint8Array;
  /** Made with right checksums, and not changed since. */
  readonly isGenuine: boolean;
}

/**
 * Mostly one with right checksums.
 * @param about whom a packet inside an ICMP error was for
 */
export function packet(
  dice: Dice,
  head: { readonly from: string; readonly to: string; readonly hops: number },
  ports: readonly [number, number],
  about: string,
): Made {
  const data = dice.bytes(dice.below(dice.chance(0.1) ? 2200 : 60));
  const flags = dice.chance(0.5) ? 0 : 0x4000;
  const whole = { ...head, flags, identification: dice.below(4), trafficClass: dice.below(256) };
  const isIpv6 = head.from.includes(':');
  const error = (): Uint8Array => {
    const inner = { from: head.to, to: about };
    const back = [ports[1], ports[0]] as const;
    const inside = dice.chance(0.5)
      ? udp({ ...inner, ports: back }, data)
      : tcp({ ...inner, ports: back }, 16, data);
    const type = isIpv6 ? dice.between(1, 5) : dice.pick([3, 3, 4, 5, 11, 12]);
    return icmp(whole, type, dice.below(6), [...dice.bytes(4)], inside.subarray(0, dice.between(20, 600)));
  };
  const echo = (): Uint8Array =>
    icmp(whole, isIpv6 ? dice.pick([128, 129]) : dice.pick([8, 0]), 0, [0x13, dice.below(64), 0, 1], data);
  const made: (readonly [number, () => Uint8Array])[] = [
    [4, () => udp({ ...whole, ports }, data)],
    [4, () => tcp({ ...whole, ports }, dice.pick([2, 18, 16, 16, 17, 4]), data)],
    [2, echo],
    [3, error],
  ];
  if (dice.chance(0.85)) return { bytes: dice.weighted(made)(), isGenuine: true };
  const bytes = dice.chance(0.5) ? ip(whole, dice.below(256), data) : dice.bytes(dice.below(120));
  return { bytes, isGenuine: false };
}

/** As it is, in pieces, or broken. */
export function varied(dice: Dice, made: Made): Made[] {
  const all = dice.chance(0.15) ? cut(dice, made) : [made];
  return all.map((one) => (dice.chance(0.6) ? one : mutated(dice, one)));
}

/** Fragments; with those of another packet of the same identification they can become one that nobody made. */
function cut(dice: Dice, { bytes }: Made): Made[] {
  const size = dice.between(90, 700);
  const isIpv6 = (bytes[0] ?? 0) >> 4 === 6 && bytes.length >= 40;
  const pieces = isIpv6 ? fragmentIpv6(bytes, size, dice.below(4)) : (fragment(bytes, size) ?? [bytes]);
  const ordered = dice.chance(0.5) ? pieces : pieces.reverse();
  if (dice.chance(0.3)) ordered.splice(dice.below(ordered.length), 1);
  return ordered.map((piece) => ({ bytes: piece, isGenuine: false }));
}

function mutated(dice: Dice, { bytes }: Made): Made {
  const changed = bytes.slice(0, dice.chance(0.2) ? dice.below(bytes.length + 1) : bytes.length);
  for (let i = dice.below(4); i >= 0 && changed.length > 0; i--) {
    changed[dice.below(dice.chance(0.7) ? Math.min(60, changed.length) : changed.length)] = dice.below(256);
  }
  const more = dice.chance(0.1) ? dice.bytes(dice.below(40)) : new Uint8Array();
  return { bytes: concat(changed, more), isGenuine: false };
}
