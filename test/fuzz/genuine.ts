/** Datagrams by somebody who has the keys, and what he can do wrong with them. */
import type { Endpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import { encodeCbor } from '../../reference/wire/cbor.ts';
import { Key, RelayKind } from '../../reference/wire/registry.ts';
import type { Cast, Path } from './cast.ts';
import { directionOf, withdrawalOf } from './cast.ts';
import type { Hand, Keys } from './hand.ts';
import type { Requests } from './requests.ts';
import { inertUntil } from './requests.ts';
import type { Shot } from './shot.ts';
import type { Body } from './values.ts';
import { anyBody, bend, valueFor } from './values.ts';

export interface Genuine {
  readonly cast: Cast;
  readonly requests: Requests;
}

/** Makers by weight. */
export const MAKERS: readonly (readonly [number, (world: Genuine) => Shot[]])[] = [
  [9, direct],
  [3, withdraw],
  [6, bentRequest],
  [5, wrongType],
  [4, onlyResembles],
  [10, probe],
  [5, replay],
  [5, repeat],
  [3, reuse],
  [3, jump],
  [2.5, open],
  [1, openAgain],
  [0.4, openMany],
  [0.5, openLate],
  [14, relayed],
  [2, relayedFlood],
];

/** Keys to seal under: mostly the newest, now and then old ones. */
function keysOf(hand: Hand, { dice }: Cast): Keys | undefined {
  return dice.chance(0.9) ? hand.newest() : hand.keys.length > 0 ? dice.pick(hand.keys) : undefined;
}

function sealed(
  hand: Hand,
  type: number,
  body: Uint8Array,
  from: Endpoint,
  what: string,
  cast: Cast,
  sequence?: bigint,
): Shot[] {
  const keys = keysOf(hand, cast);
  if (keys === undefined) return openFrom(hand, from);
  return [{ bytes: hand.seal(type, body, keys, sequence), from, claim: 'sealed', what }];
}

/** A new opening. */
export function openFrom(hand: Hand, from: Endpoint): Shot[] {
  const order = hand.config.kind === 'association' ? 0n : hand.order + 1n;
  return [{ bytes: hand.open(order), from, claim: 'sealed', what: 'an opening' }];
}

/** Where a DC's datagrams come from: mostly where it is provisioned. */
function dcPlace(index: 0 | 1, { dice, places }: Cast): Endpoint {
  return dice.chance(0.9)
    ? places.dcs[index]
    : dice.pick([...places.mutes, ...places.excluded, ...places.nodes]);
}

/** A leg and where its node is, or else who pretends to be that node. */
function anyLeg(cast: Cast): { readonly hand: Hand; readonly from: Endpoint; readonly path: Path } {
  const { dice, places } = cast;
  const strange = (): Endpoint => dice.pick([...places.mutes, ...places.excluded]);
  if (dice.chance(0.1)) return { hand: dice.pick(cast.canary.legs), from: strange(), path: cast.canary };
  const path = anyPath(cast);
  const side = dice.below(2) as 0 | 1;
  const from = dice.chance(0.75) ? path.homes[side] : dice.chance(0.5) ? strange() : dice.pick(places.nodes);
  return { hand: path.legs[side], from, path };
}

function anyPath({ dice, paths, gone }: Cast): Path {
  const live = paths.filter((path) => path.isLive);
  if (gone.length > 0 && dice.chance(0.03)) return dice.pick(gone);
  return dice.pick(live.length > 0 && dice.chance(0.9) ? live : paths);
}

function anyDc({ dice }: Cast): 0 | 1 {
  return dice.below(2) as 0 | 1;
}

function transactionOf(cast: Cast): Uint8Array {
  return cast.dice.bytes(8);
}

// ---- requests of a DC ----

/** A request that is noted, so that it can be repeated. */
function asked(
  { cast, requests }: Genuine,
  dc: 0 | 1,
  type: number,
  body: Uint8Array,
  what: string,
  path?: Path,
): Shot[] {
  const hand = cast.dcs[dc];
  if (hand.newest() !== undefined) requests.note(hand, type, body, path);
  return sealed(hand, type, body, dcPlace(dc, cast), what, cast);
}

function direct(world: Genuine): Shot[] {
  const { cast } = world;
  const { dice } = cast;
  const idle = cast.paths.filter((path) => !path.isLive);
  const path =
    idle.length > 0 && dice.chance(0.8)
      ? dice.pick(idle)
      : dice.chance(0.2)
        ? cast.canary
        : dice.pick(cast.paths);
  const dc = dice.chance(0.85) ? path.owner : anyDc(cast);
  const body = directionOf(path, transactionOf(cast));
  if (dice.chance(0.1)) body.set(Key.lifetime, dice.between(1, 86_400));
  if (dice.chance(0.05)) body.set(Key.kind, dice.pick([0, RelayKind.n, RelayKind.t, 4, 1000]));
  const isTrue = dc === path.owner && body.get(Key.kind) === RelayKind.s && path !== cast.canary;
  return asked(world, dc, 0x07, encodeCbor(body), 'a Relay Direction', isTrue ? path : undefined);
}

function withdraw(world: Genuine): Shot[] {
  const { cast } = world;
  const { dice } = cast;
  // The canary's owner never withdraws it; the other DC may try.
  if (dice.chance(0.2)) {
    const dc = cast.canary.owner === 0 ? 1 : 0;
    return asked(
      world,
      dc,
      0x07,
      encodeCbor(withdrawalOf(cast.canary, transactionOf(cast))),
      "another's withdrawal",
    );
  }
  const path = dice.chance(0.5) ? anyPath(cast) : dice.pick(cast.paths);
  const dc = dice.chance(0.6) ? path.owner : anyDc(cast);
  return asked(world, dc, 0x07, encodeCbor(withdrawalOf(path, transactionOf(cast))), 'a withdrawal', path);
}

function bentRequest(world: Genuine): Shot[] {
  const { cast } = world;
  const path = cast.dice.pick(cast.paths);
  const whole = cast.dice.chance(0.8)
    ? directionOf(path, transactionOf(cast))
    : withdrawalOf(path, transactionOf(cast));
  return asked(world, anyDc(cast), 0x07, bend(whole, cast.dice), 'a bent Relay Direction');
}

/** Any type with any body, fitting or not. */
function wrongType({ cast }: Genuine): Shot[] {
  const { dice } = cast;
  const dc = anyDc(cast);
  const { hand, from } = dice.chance(0.6) ? { hand: cast.dcs[dc], from: dcPlace(dc, cast) } : anyLeg(cast);
  const type = dice.pick([1, 2, 3, 4, 5, 6, 8, 9, 15, 16, 17]);
  return sealed(hand, type, encodeCbor(anyBody(dice)), from, `type ${type} with any body`, cast);
}

/** Answers to nothing, and bodies of the right type that are none. */
function onlyResembles({ cast }: Genuine): Shot[] {
  const { dice } = cast;
  const dc = anyDc(cast);
  const { hand, from } = dice.chance(0.6) ? { hand: cast.dcs[dc], from: dcPlace(dc, cast) } : anyLeg(cast);
  const type = dice.pick([0x0a, 0x0e, 0x0d, 0x07]);
  const body: Body = new Map();
  body.set(Key.transaction, transactionOf(cast));
  body.set(Key.status, dice.pick([0, 0, 1, 5, 9, 10, 1000]));
  if (dice.chance(0.5)) body.set(Key.observedEndpoint, valueFor(Key.observedEndpoint, dice));
  if (dice.chance(0.5)) body.set(Key.lifetime, dice.between(0, 90_000));
  const bytes = dice.chance(0.5) ? encodeCbor(body) : bend(body, dice);
  return sealed(hand, type, bytes, from, `type ${type} that answers nothing`, cast);
}

function probe({ cast }: Genuine): Shot[] {
  const { dice } = cast;
  const dc = anyDc(cast);
  const { hand, from } = dice.chance(0.2) ? { hand: cast.dcs[dc], from: dcPlace(dc, cast) } : anyLeg(cast);
  const body: Body = new Map([[Key.transaction, transactionOf(cast)]]);
  if (dice.chance(0.3)) body.set(Key.padding, valueFor(Key.padding, dice));
  const bytes = dice.chance(0.8) ? encodeCbor(body) : bend(body, dice);
  return sealed(hand, 0x0d, bytes, from, 'a probe', cast);
}

// ---- again ----

/** The same bytes again, from the same place or another one. */
function replay({ cast }: Genuine): Shot[] {
  const { dice, places } = cast;
  const hand = dice.pick(cast.channels());
  if (hand.datagrams.length === 0) return [];
  const from = dice.pick([...places.mutes, ...places.dcs, ...places.nodes, ...places.excluded]);
  return [{ bytes: dice.pick(hand.datagrams), from, claim: 'sealed', what: 'a replay' }];
}

/** The same request sealed anew. */
function repeat(world: Genuine): Shot[] {
  const { cast, requests } = world;
  const dc = anyDc(cast);
  const request = requests.any(cast.dcs[dc], cast.dice);
  if (request === undefined) return direct(world);
  const [shot] = sealed(cast.dcs[dc], request.type, request.body, dcPlace(dc, cast), 'a request again', cast);
  return shot === undefined ? [] : [{ ...shot, inertUntil: inertUntil(request) }];
}

/** The transaction of an earlier request with something else. */
function reuse(world: Genuine): Shot[] {
  const { cast, requests } = world;
  const dc = anyDc(cast);
  const request = requests.any(cast.dcs[dc], cast.dice);
  if (request?.answer === undefined) return direct(world);
  const body = directionOf(cast.dice.pick(cast.paths), request.transaction);
  body.set(Key.lifetime, cast.dice.between(1000, 2000));
  const [shot] = sealed(
    cast.dcs[dc],
    0x07,
    encodeCbor(body),
    dcPlace(dc, cast),
    'a transaction for something else',
    cast,
  );
  return shot === undefined ? [] : [{ ...shot, inertUntil: inertUntil(request) }];
}

/** Sequences far ahead, and then one from far below. */
function jump({ cast }: Genuine): Shot[] {
  const { dice } = cast;
  const { hand, from } = anyLeg(cast);
  const keys = hand.newest();
  if (keys === undefined) return openFrom(hand, from);
  const before = keys.handshake.sent;
  const ahead = before + BigInt(dice.pick([1, 2, 31, 32, 8191, 8192, 16_352, 16_384, 100_000, 2 ** 40]));
  if (ahead > 2n ** 63n) return openFrom(hand, from);
  const body = (): Uint8Array => encodeCbor(new Map([[Key.transaction, transactionOf(cast)]]));
  const far = hand.seal(0x0d, body(), keys, ahead);
  const back = hand.seal(0x0d, body(), keys, before > 0n && dice.chance(0.5) ? before - 1n : before);
  keys.handshake.sent = ahead + 1n;
  return [far, back].map((bytes) => ({ bytes, from, claim: 'sealed', what: 'a jump of sequences' }));
}

// ---- openings ----

function anyChannel(cast: Cast): { readonly hand: Hand; readonly from: Endpoint } {
  const dc = anyDc(cast);
  return cast.dice.chance(0.25) ? { hand: cast.dcs[dc], from: dcPlace(dc, cast) } : anyLeg(cast);
}

function open({ cast }: Genuine): Shot[] {
  const { hand, from } = anyChannel(cast);
  return openFrom(hand, from);
}

/** An opening again, byte for byte, late or from elsewhere. */
function openAgain({ cast }: Genuine): Shot[] {
  const { dice, places } = cast;
  const { hand, from } = anyChannel(cast);
  if (hand.openings.length === 0) return openFrom(hand, from);
  const { message1 } = dice.pick(hand.openings);
  const elsewhere = dice.chance(0.5) ? from : dice.pick([...places.mutes, ...places.excluded]);
  return [{ bytes: message1, from: elsewhere, claim: 'sealed', what: 'an opening again' }];
}

/** More openings than a source may send in a second. */
function openMany({ cast }: Genuine): Shot[] {
  const { hand, from } = anyChannel(cast);
  return Array.from({ length: cast.dice.between(5, 12) }, () =>
    openFrom(hand, from).map((shot) => ({ ...shot, atOnce: true })),
  ).flat();
}

/** Order numbers of the past, and openings that overtake each other. */
function openLate({ cast }: Genuine): Shot[] {
  const { dice } = cast;
  const { hand, from } = anyLeg(cast);
  const orders = [hand.order + 2n, hand.order + 1n, hand.order, 0n, 1n];
  const order = dice.chance(0.02) ? 2n ** 63n : dice.pick(orders);
  const later = hand.open(order);
  const earlier = hand.open(order > 0n ? order - 1n : 0n);
  return [later, earlier].map((bytes) => ({ bytes, from, claim: 'sealed', what: 'openings out of order' }));
}

// ---- what is relayed ----

/** With a Path ID, from a place where one of the path's nodes may be. */
function relayed({ cast }: Genuine): Shot[] {
  const { dice, places } = cast;
  const path = anyPath(cast);
  const bytes = relayable(path, dice.pick([44, 45, 60, 100, 1200, 1500, 1501, 9000]), cast);
  const from = dice.chance(0.9) ? dice.pick(path.homes) : dice.pick(places.nodes);
  return [{ bytes, from, claim: 'relayed', what: `a datagram of a path, ${toHex(bytes.subarray(0, 4))}` }];
}

/** More in no time than a path may carry, or than is held for it. */
function relayedFlood({ cast }: Genuine): Shot[] {
  const { dice } = cast;
  const path = anyPath(cast);
  const from = dice.pick(path.homes);
  const many = dice.chance(0.1) ? 200 : dice.between(5, 8);
  return Array.from({ length: many }, () => ({
    bytes: relayable(path, 44, cast),
    from,
    claim: 'relayed' as const,
    what: 'one of a flood on a path',
    atOnce: true,
  }));
}

function relayable(path: Path, size: number, { dice }: Cast): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set([5, dice.below(256), dice.below(256), dice.below(256)]);
  bytes.set(path.id, 4);
  bytes.set(dice.bytes(24), 20);
  return bytes;
}
