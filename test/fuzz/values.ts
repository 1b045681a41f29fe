/** Contents of bodies: what fits, what nearly fits, and what never did. */
import { concat } from '../../reference/bytes.ts';
import type { CborValue } from '../../reference/wire/cbor.ts';
import { encodeCbor } from '../../reference/wire/cbor.ts';
import { GREASE_KEYS, Key } from '../../reference/wire/registry.ts';
import type { Dice } from './dice.ts';

export type Body = Map<CborValue, CborValue>;

const KEYS: readonly number[] = Object.values(Key);
const NUMBERS: readonly CborValue[] = [
  0,
  1,
  2,
  23,
  24,
  255,
  256,
  65_535,
  65_536,
  86_400,
  86_401,
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
  -1,
  -(2n ** 64n),
];
const TEXTS = ['', 'a', 'node1.example', 'NODE.example', 'a..b', `${'x'.repeat(64)}.example`, '\ufeff', 'ä'];

/** A value of the type that a key has, as a sender would write it. */
export function valueFor(key: number, dice: Dice): CborValue {
  const many = (of: () => CborValue, most = 8): CborValue => Array.from({ length: dice.below(most + 1) }, of);
  const endpoint = (): Uint8Array => dice.bytes(dice.pick([6, 18]));
  switch (key) {
    case Key.transaction:
    case Key.instance:
      return dice.bytes(8);
    case Key.padding:
      return new Uint8Array(dice.below(dice.pick([4, 64, 1400])));
    case Key.nodeId:
    case Key.pathId:
    case Key.replaces:
    case Key.legId:
      return dice.bytes(16);
    case Key.pathSecret:
    case Key.legSecret:
      return dice.bytes(32);
    case Key.fqdn:
    case Key.peerFqdn:
    case Key.forFqdn:
      return dice.pick(TEXTS);
    case Key.localEndpoints:
    case Key.candidates:
    case Key.endpoints:
    case Key.observedEndpoints:
    case Key.dcEndpoints:
      return many(endpoint, 9);
    case Key.observedEndpoint:
      return endpoint();
    case Key.virtualAddresses:
    case Key.pool:
      return many(() => dice.bytes(dice.pick([4, 16])), 3);
    case Key.peerAddress:
    case Key.peerVirtualAddress:
    case Key.lentAddress:
    case Key.allocatedAddress:
      return dice.bytes(dice.pick([4, 16]));
    case Key.features:
    case Key.suites:
    case Key.kinds:
    case Key.nattedFamilies:
      return many(() => dice.below(4), 3);
    case Key.aliases:
      return many(() => dice.bytes(16), 5);
    case Key.peer:
      return record(dice, [Key.nodeId, Key.instance]);
    case Key.relay:
      return record(dice, [Key.nodeId, Key.kind, Key.endpoints, Key.leg]);
    case Key.leg:
      return record(dice, [Key.legId, Key.legSecret]);
    case Key.legs:
      return many(() => record(dice, [Key.nodeId, Key.legId, Key.legSecret]), 3);
    case Key.withdraw:
    case Key.close:
      return true;
    default:
      return dice.pick(NUMBERS);
  }
}

function record(dice: Dice, keys: readonly number[]): CborValue {
  return new Map(keys.map((key) => [key, valueFor(key, dice)]));
}

/** A body of any keys, with a transaction more often than not. */
export function anyBody(dice: Dice): Body {
  const body: Body = new Map();
  if (dice.chance(0.9)) body.set(Key.transaction, dice.bytes(8));
  for (let i = dice.below(8); i > 0; i--) {
    const key = dice.pick(KEYS);
    if (key !== Key.transaction) body.set(key, valueFor(key, dice));
  }
  return body;
}

/** A value that fits no key, or only some. */
export function anyValue(dice: Dice, depth = 0): CborValue {
  return dice.weighted<() => CborValue>([
    [4, () => dice.pick(NUMBERS)],
    [4, () => dice.bytes(dice.pick([0, 1, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 300]))],
    [2, () => dice.pick(TEXTS)],
    [1, () => dice.pick([true, false, null])],
    [depth < 12 ? 2 : 0, () => Array.from({ length: dice.below(4) }, () => anyValue(dice, depth + 1))],
    [depth < 12 ? 2 : 0, () => new Map([[dice.pick(KEYS), anyValue(dice, depth + 1)]])],
    [1, () => nested(dice.between(5, 12))],
  ])();
}

function nested(depth: number): CborValue {
  let value: CborValue = 0;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : new Map([[1, value]]);
  return value;
}

/** The same body with one or a few things wrong or odd with it; some of these are allowed. */
export function bend(body: Body, dice: Dice): Uint8Array {
  const bent: Body = new Map(body);
  const keys = [...bent.keys()];
  const one = (): CborValue => (keys.length > 0 ? dice.pick(keys) : 0);
  return dice.weighted<() => Uint8Array>([
    [3, () => without(bent, one())],
    [4, () => encodeCbor(bent.set(one(), anyValue(dice)))],
    [3, () => encodeCbor(bent.set(dice.pick(KEYS), anyValue(dice)))],
    [2, () => encodeCbor(bent.set(dice.pick([...GREASE_KEYS, 0x7fff, 45, 999]), anyValue(dice)))],
    [2, () => encodeCbor(bent.set(dice.pick([0x8000, 0xff00, 0xffff, 2n ** 64n - 1n]), anyValue(dice)))],
    [1, () => encodeCbor(bent.set(dice.pick<CborValue>([-1, 'a', new Uint8Array(1), true]), 0))],
    [2, () => encodeCbor(anyBody(dice))],
    [1, () => encodeCbor(anyValue(dice))],
    [4, () => loose(body, dice)],
    [4, () => scratch(encodeCbor(bent), dice)],
    [1, () => dice.bytes(dice.pick([0, 1, 2, 40, 400]))],
  ])();
}

function without(body: Body, key: CborValue): Uint8Array {
  body.delete(key);
  return encodeCbor(body);
}

/** Well-formed, mostly, but not the one deterministic encoding. */
function loose(body: Body, dice: Dice): Uint8Array {
  const entries = [...body].map(([key, value]) => concat(encodeCbor(key), encodeCbor(value)));
  const count = entries.length;
  const first = entries[0] ?? new Uint8Array(0);
  const short = 0xa0 | Math.min(count, 23);
  return dice.weighted<() => Uint8Array>([
    [1, () => concat(Uint8Array.of(short), ...entries.reverse())],
    [1, () => concat(Uint8Array.of(0xa0 | Math.min(count + 1, 23)), first, ...entries)],
    [1, () => concat(Uint8Array.of(0xb8, count), ...entries)],
    [1, () => concat(Uint8Array.of(0xbf), ...entries, Uint8Array.of(0xff))],
    [1, () => concat(Uint8Array.of(0xc1, short), ...entries)],
    [
      1,
      () =>
        concat(
          Uint8Array.of(0xa0 | Math.min(count + 1, 23)),
          ...entries,
          Uint8Array.of(0x18, 0x63, 0xf9, 0, 0),
        ),
    ],
    [
      1,
      () =>
        concat(Uint8Array.of(0xa0 | Math.min(count + 1, 23)), ...entries, Uint8Array.of(0x18, 0x63, 0xf7)),
    ],
    [1, () => concat(Uint8Array.of(0xbb, 255, 255, 255, 255, 255, 255, 255, 255), ...entries)],
  ])();
}

/** Any bytes, changed by a few at least. */
export function scratch(bytes: Uint8Array, dice: Dice): Uint8Array {
  const at = dice.below(Math.max(1, bytes.length));
  return dice.weighted<() => Uint8Array>([
    [4, () => flip(bytes, at, 1 << dice.below(8))],
    [1, () => flip(bytes, at, dice.between(1, 255))],
    [1, () => bytes.slice(0, at)],
    [1, () => concat(bytes, dice.bytes(dice.between(1, 40)))],
    [1, () => concat(bytes.subarray(0, at), dice.bytes(dice.between(1, 4)), bytes.subarray(at))],
    [1, () => concat(bytes.subarray(0, at), bytes.subarray(at + 1))],
  ])();
}

/** The bytes with one of them changed. @param by not 0 */
export function flip(bytes: Uint8Array, at: number, by: number): Uint8Array {
  const flipped = bytes.length > 0 ? bytes.slice() : new Uint8Array(1);
  flipped[at] = (flipped[at] ?? 0) ^ by;
  return flipped;
}
