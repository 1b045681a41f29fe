/** Datagrams by somebody who has no keys: bytes of no meaning, wrong headers, and genuine ones changed. */
import type { Endpoint } from '../../reference/address.ts';
import { concat } from '../../reference/bytes.ts';
import type { Cast } from './cast.ts';
import type { Shot } from './shot.ts';
import { flip, scratch } from './values.ts';

const LOW_ORDER = [
  new Uint8Array(32),
  new Uint8Array(32).fill(1, 0, 1),
  new Uint8Array(32).fill(0xff, 0, 31).fill(0x7f, 31),
];

/** Forgers by weight. */
export const FORGERS: readonly (readonly [number, (cast: Cast) => Shot[]])[] = [
  [4, noise],
  [2, tiny],
  [2, huge],
  [6, wrongHeader],
  [8, changedSealed],
  [4, underUnknownKeys],
  [2, changedOpening],
  [2, inventedOpening],
  [1, uninvitedAnswer],
  [2, strayContext],
  [3, otherOnPath],
  [0.3, flood],
];

/** Where forged datagrams come from. */
function anywhere({ dice, places }: Cast): Endpoint {
  if (!places.forgesAll || dice.chance(0.7)) return places.stranger(dice);
  return dice.pick([...places.dcs, ...places.nodes, ...places.mutes, ...places.excluded]);
}

function forged(cast: Cast, what: string, bytes: Uint8Array, from = anywhere(cast)): Shot[] {
  return [{ bytes, from, claim: 'forged', what }];
}

function noise(cast: Cast): Shot[] {
  const bytes = cast.dice.bytes(cast.dice.between(44, 300));
  if (cast.dice.chance(0.5)) bytes[0] = 5;
  if (cast.dice.chance(0.5)) bytes[1] = cast.dice.between(1, 17);
  return forged(cast, 'bytes of no meaning', bytes);
}

function tiny(cast: Cast): Shot[] {
  const { dice } = cast;
  const bytes = dice.chance(0.5) ? dice.bytes(dice.below(44)) : genuine(cast).slice(0, dice.below(44));
  return forged(cast, 'less than a header and a tag', bytes);
}

function huge(cast: Cast): Shot[] {
  const { dice } = cast;
  const size = dice.pick([1500, 1501, 9000, 20_000, 65_507]);
  const header = genuine(cast).subarray(0, 28);
  return forged(
    cast,
    'very long',
    concat(header, dice.bytes(Math.min(size - 28, 1600)), new Uint8Array(Math.max(0, size - 1628))),
  );
}

function wrongHeader(cast: Cast): Shot[] {
  const { dice } = cast;
  const bytes = genuine(cast);
  const [at, what] = dice.pick([
    [0, 'another magic'],
    [1, 'another type'],
    [2, 'another key ID'],
    [3, 'another key ID'],
    [4 + dice.below(16), 'another context'],
    [20 + dice.below(8), 'another sequence'],
  ] as const);
  if (what === 'another key ID' && dice.chance(0.4))
    return forged(cast, 'key ID 0, or not 0', keyIdTurned(bytes));
  return forged(cast, what, flip(bytes, at, dice.between(1, 255)));
}

/** 0 where it is not, and the other way round. */
function keyIdTurned(bytes: Uint8Array): Uint8Array {
  const turned = bytes.slice();
  const wasZero = turned[2] === 0 && turned[3] === 0;
  turned.set(wasZero ? [0x12, 0x34] : [0, 0], 2);
  return turned;
}

function changedSealed(cast: Cast): Shot[] {
  const bytes = genuine(cast);
  const sealed = bytes.subarray(28);
  return forged(cast, 'changed under the seal', concat(bytes.subarray(0, 28), scratch(sealed, cast.dice)));
}

/** A channel, key ID and sequence that could be, and no key. */
function underUnknownKeys(cast: Cast): Shot[] {
  const { dice } = cast;
  const hand = dice.pick(cast.channels());
  const bytes = dice.bytes(dice.between(44, 120));
  bytes.set([5, dice.pick([1, 7, 8, 10, 13, 14, 15, 16, 17])]);
  bytes.set(hand.config.id, 4);
  const keys = hand.newest();
  if (keys !== undefined && dice.chance(0.7))
    bytes.set([keys.handshake.keyId >> 8, keys.handshake.keyId & 255], 2);
  if (dice.chance(0.5)) bytes.fill(0, 20, 26);
  return forged(cast, 'sealed under no key', bytes);
}

function changedOpening(cast: Cast): Shot[] {
  const { dice } = cast;
  const [opening] = dice.pick(cast.channels()).openings.slice(-1);
  if (opening === undefined) return inventedOpening(cast);
  const at = dice.between(4, 75);
  return forged(cast, 'an opening changed in one byte', flip(opening.message1, at, 1 << dice.below(8)));
}

function inventedOpening(cast: Cast): Shot[] {
  const { dice } = cast;
  const bytes = dice.bytes(76);
  bytes.set([5, 0x0b, 0, 0]);
  bytes.set(dice.pick(cast.channels()).config.id, 4);
  bytes.set([0, 0, 0, 0, 0, 0], 20);
  if (dice.chance(0.3)) bytes.set(dice.pick(LOW_ORDER), 28);
  return forged(cast, 'an opening without the psk', bytes);
}

function uninvitedAnswer(cast: Cast): Shot[] {
  const { dice } = cast;
  const bytes = dice.bytes(76);
  bytes.set([5, 0x0c, 0, 0]);
  bytes.set(dice.pick(dice.chance(0.5) ? cast.dcs : cast.channels()).config.id, 4);
  bytes.fill(0, 20, 28);
  if (dice.chance(0.3)) bytes.set(dice.pick(LOW_ORDER), 28);
  return forged(cast, 'a message 2 without the psk', bytes);
}

function strayContext(cast: Cast): Shot[] {
  const { dice } = cast;
  const bytes = genuine(cast);
  bytes.set(dice.bytes(16), 4);
  return forged(cast, 'a context that is none', bytes);
}

/** A live path's ID from where none of its nodes is. */
function otherOnPath(cast: Cast): Shot[] {
  const { dice, places } = cast;
  const path = dice.chance(0.3) ? cast.canary : dice.pick(cast.paths);
  const bytes = dice.bytes(dice.pick([44, 45, 100, 1300, 1501, 3000]));
  bytes.set([5, dice.below(256)]);
  bytes.set(path.id, 4);
  const from = dice.chance(0.5) ? places.stranger(dice) : dice.pick([...places.mutes, ...places.excluded]);
  return forged(
    cast,
    'a Path ID from a wrong source',
    bytes,
    places.forgesAll ? from : places.stranger(dice),
  );
}

/** Enough failures from one address to use up its budget. */
function flood(cast: Cast): Shot[] {
  const { dice, places } = cast;
  const from = places.stranger(dice);
  const hand = dice.pick([...cast.dcs, ...cast.canary.legs]);
  const keyId = hand.newest()?.handshake.keyId ?? 1;
  return Array.from({ length: 120 }, () => {
    const bytes = bare(hand.config.id, cast);
    bytes.set([keyId >> 8, keyId & 255], 2);
    const port = places.forgesAll ? dice.between(1, 65_535) : from.port;
    return { bytes, from: { ip: from.ip, port }, claim: 'forged', what: 'one of a flood', atOnce: true };
  });
}

/** A copy of a datagram that was sealed once, or of an opening. */
function genuine(cast: Cast): Uint8Array {
  const { dice } = cast;
  const hand = dice.pick(cast.channels());
  const known = [...hand.datagrams, ...hand.openings.map(({ message1 }) => message1)];
  return known.length > 0 ? dice.pick(known).slice() : bare(hand.config.id, cast);
}

function bare(context: Uint8Array, { dice }: Cast): Uint8Array {
  const bytes = dice.bytes(60);
  bytes.set([5, 0x0d, 1, 1]);
  bytes.set(context, 4);
  return bytes;
}
