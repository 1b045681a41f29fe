/** Values of all bodies for fast-check, by the registry of section 16.6. */
import fc from 'fast-check';
import type { Cbor } from '../../twin/index.ts';
import { cbor } from '../../twin/index.ts';

const { array, bytes, int, map, simple, text, TRUE } = cbor;

function blob(length: number): fc.Arbitrary<Cbor> {
  return fc.uint8Array({ minLength: length, maxLength: length }).map(bytes);
}

const uint = fc
  .oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(23, 24, 255, 256, 65535, 65536))
  .map(int);
const seconds = fc.integer({ min: 1, max: 86_400 }).map(int);
/** Not mapped ones: the first byte is never 0. */
const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
const ipv6 = fc.uint8Array({ minLength: 15, maxLength: 15 }).map((rest) => Uint8Array.from([0x20, ...rest]));
const port = fc.integer({ min: 1, max: 0xffff }).map((value) => [value >> 8, value & 0xff]);
const address = fc.oneof(ipv4, ipv6).map(bytes);
const endpoint = fc
  .tuple(fc.oneof(ipv4, ipv6), port)
  .map(([ip, at]) => bytes(Uint8Array.from([...ip, ...at])));
const oneOfEach = (v4: fc.Arbitrary<Cbor>, v6: fc.Arbitrary<Cbor>) =>
  fc.tuple(fc.option(v4), fc.option(v6)).map((both) => array(...both.filter((item) => item !== null)));
const label = fc.stringMatching(/^[a-z0-9]{1,12}$/);
const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => text(labels.join('.')));

function list(of: fc.Arbitrary<Cbor>, minLength: number, maxLength: number): fc.Arbitrary<Cbor> {
  return fc.array(of, { minLength, maxLength }).map((items) => array(...items));
}

/** Keys that have to be there and keys that may. */
interface Fields {
  readonly has?: readonly number[];
  readonly may?: readonly number[];
  readonly with?: Readonly<Record<number, fc.Arbitrary<Cbor>>>;
}

const kindS = int(1);

const VALUES: Readonly<Record<number, fc.Arbitrary<Cbor>>> = {
  0: blob(8),
  1: fc.constant(int(0)),
  2: fc.integer({ min: 0, max: 40 }).map((size) => bytes(new Uint8Array(size))),
  3: name,
  4: blob(16),
  5: blob(8),
  6: list(endpoint, 0, 8),
  7: list(fc.integer({ min: 1, max: 2 }).map(int), 0, 2),
  8: fc.constantFrom(array(int(1)), array(int(2), int(1)), array(int(1), int(2), int(77))),
  9: seconds,
  10: oneOfEach(ipv4.map(bytes), ipv6.map(bytes)),
  11: endpoint,
  12: fc.integer({ min: 5, max: 25 }).map(int),
  13: list(blob(16), 0, 4),
  14: name,
  15: address,
  16: fc.integer({ min: 1, max: 3 }).map(int),
  17: blob(16),
  18: fc.integer({ min: 1, max: 3 }).map(int),
  19: blob(16),
  20: blob(32),
  21: fc.integer({ min: 1, max: 2 }).map(int),
  22: fc.integer({ min: 1, max: 3 }).map(int),
  24: list(endpoint, 0, 8),
  26: fc.constant(kindS),
  27: list(endpoint, 1, 8),
  28: blob(16),
  29: blob(32),
  33: oneOfEach(
    fc.tuple(ipv4, port).map(([ip, at]) => bytes(Uint8Array.from([...ip, ...at]))),
    fc.tuple(ipv6, port).map(([ip, at]) => bytes(Uint8Array.from([...ip, ...at]))),
  ),
  34: fc.constantFrom(array(), array(int(4)), array(int(6)), array(int(4), int(6))),
  37: fc.constant(simple(TRUE)),
  38: address,
  39: list(fc.integer({ min: 1, max: 3 }).map(int), 1, 3),
  40: uint,
  41: list(address, 0, 4),
  42: fc.integer({ min: 1, max: 2 }).map(int),
  43: fc.constant(simple(TRUE)),
};

function fields({ has = [], may = [], with: own = {} }: Fields): fc.Arbitrary<Cbor> {
  const keys = [...has, ...may];
  const values = keys.map((key) => {
    const value = own[key] ?? VALUES[key];
    if (value === undefined) throw new Error(`no values for key ${key}`);
    return has.includes(key) ? value : fc.option(value);
  });
  return fc.tuple(...values).map((drawn) => {
    const entries = drawn.flatMap((value, i) => (value === null ? [] : [[keys[i] ?? 0, value] as const]));
    return map(...entries);
  });
}

const leg = fields({ has: [28, 29] });
const relayLegs = fc
  .tuple(fields({ has: [4, 28, 29] }), fields({ has: [4, 28, 29] }))
  .map((both) => array(...both));
const peer = fields({ has: [4], may: [5, 3, 10] });
const relayS = fields({ has: [26, 4, 27, 35], with: { 35: leg } });
const refused = fields({ has: [0, 1], with: { 1: fc.integer({ min: 1, max: 9 }).map(int) } });

/** A message type with a body that is right for it. */
export interface Sample {
  readonly type: number;
  readonly body: Cbor;
}

function of(type: number, ...bodies: readonly fc.Arbitrary<Cbor>[]): fc.Arbitrary<Sample> {
  return fc.oneof(...bodies).map((body) => ({ type, body }));
}

/** Bodies as section 6.3 lists them. */
export const sample: fc.Arbitrary<Sample> = fc.oneof(
  of(0x01, fields({ has: [0, 3, 4, 5, 6, 7, 8, 9], may: [2] })),
  of(0x02, fields({ has: [0, 1, 9, 10, 11, 12], may: [13] }), refused),
  of(0x03, fields({ has: [0, 14], may: [16] }), fields({ has: [0, 14, 17, 18] })),
  of(
    0x04,
    fields({ has: [0, 19, 20, 21, 22, 23, 9], may: [1, 24, 17], with: { 23: peer } }),
    fields({ has: [0, 1, 19, 20, 21, 22, 23, 25, 9], may: [24], with: { 23: peer, 25: relayS } }),
    refused,
  ),
  of(0x05, fields({ has: [0, 3] })),
  of(0x06, fields({ has: [0, 1, 4, 5, 6, 7, 8, 10, 33, 34] }), refused),
  of(
    0x07,
    fields({ has: [0, 19, 26, 36, 9], may: [2], with: { 36: relayLegs } }),
    fields({ has: [0, 19, 37] }),
  ),
  of(0x08, fields({ has: [0, 1], may: [27, 38] }), refused),
  of(0x09, fields({ has: [0, 5, 8, 27, 39, 40] })),
  of(0x0a, fields({ has: [0, 1, 9], may: [41] }), refused),
  of(0x0d, fields({ has: [0], may: [2] })),
  of(0x0e, fields({ has: [0, 1, 11] }), refused),
  of(0x0f, fields({ has: [0], may: [24, 42, 43] })),
  of(0x11, fields({ has: [0, 1] }), refused),
);

/** Unknown keys below the critical ones, grease among them, with any value. [GEN-07, GEN-21] */
export const ignored: fc.Arbitrary<readonly (readonly [number, Cbor])[]> = fc.uniqueArray(
  fc.tuple(
    fc.oneof(fc.constantFrom(0x0a0a, 0x7a7a), fc.integer({ min: 45, max: 0x7fff })),
    fc.oneof(uint, blob(3), fc.constant(text('x')), fc.constant(simple(TRUE)), leg),
  ),
  { maxLength: 3, selector: ([key]) => key },
);

/** Adds entries to a map. */
export function withEntries(body: Cbor, extra: readonly (readonly [number, Cbor])[]): Cbor {
  if (body.kind !== 'map') return body;
  return { kind: 'map', entries: [...body.entries, ...map(...extra).entries] };
}
