/** Datagrams of somebody without keys, made from what he may have seen. */
import type { Endpoint } from '../../../reference/address.ts';
import { concat } from '../../../reference/bytes.ts';
import { endpoint } from '../../channel/pair.ts';
import type { Dice } from '../dice.ts';
import type { Shot } from '../shot.ts';
import { flip, scratch } from '../values.ts';
import type { Adept } from './adept.ts';

const FLOOD = 120;

/** One forged datagram, or a flood of them. */
export function forge(adepts: readonly Adept[], dice: Dice): Shot[] {
  const from = stranger(dice);
  const seen = (): Uint8Array => anything(adepts, dice);
  const one = (what: string, bytes: Uint8Array): Shot[] => [{ bytes, from, claim: 'forged', what }];
  return dice.weighted<() => Shot[]>([
    [3, () => one('bytes of no meaning', dice.bytes(dice.between(0, 300)))],
    [2, () => one('cut off', seen().slice(0, dice.below(44)))],
    [1, () => one('very long', concat(seen().subarray(0, 28), dice.bytes(dice.pick([1473, 1500, 9000]))))],
    [5, () => one('another header', flip(seen(), dice.below(28), dice.between(1, 255)))],
    [6, () => one('changed under the seal', changed(seen(), dice))],
    [4, () => one('sealed under no key', keyless(adepts, dice))],
    [3, () => one('an opening without the secret', opening(adepts, dice))],
    [
      0.2,
      () =>
        Array.from({ length: FLOOD }, () => ({
          ...(one('one of a flood', keyless(adepts, dice))[0] as Shot),
          atOnce: true,
        })),
    ],
  ])();
}

function stranger(dice: Dice): Endpoint {
  const port = dice.between(1, 65_535);
  const [a, b] = [dice.below(8), dice.below(250)];
  return endpoint(dice.chance(0.7) ? `192.0.2.${a}:${port}` : `[2001:db8:dead::${b.toString(16)}]:${port}`);
}

/** A datagram that an adept sent once. */
function anything(adepts: readonly Adept[], dice: Dice): Uint8Array {
  const { hand } = dice.pick(adepts);
  const known = [...hand.datagrams, ...hand.openings.map(({ message1 }) => message1)];
  return known.length > 0 ? dice.pick(known).slice() : opening(adepts, dice);
}

function changed(bytes: Uint8Array, dice: Dice): Uint8Array {
  return concat(bytes.subarray(0, 28), scratch(bytes.subarray(28), dice));
}

function keyless(adepts: readonly Adept[], dice: Dice): Uint8Array {
  const { hand } = dice.pick(adepts);
  const bytes = dice.bytes(dice.between(44, 120));
  const keyId = hand.newest()?.handshake.keyId ?? 1;
  bytes.set([5, dice.pick([1, 3, 4, 5, 13, 14, 15, 16, 17]), keyId >> 8, keyId & 255]);
  bytes.set(hand.config.id, 4);
  return bytes;
}

function opening(adepts: readonly Adept[], dice: Dice): Uint8Array {
  const bytes = dice.bytes(76);
  bytes.set([5, dice.pick([0x0b, 0x0b, 0x0c]), 0, 0]);
  bytes.set(dice.pick(adepts).hand.config.id, 4);
  bytes.fill(0, 20, 27);
  return bytes;
}
