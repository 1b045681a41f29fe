import type { InnerMap, Shape } from './shapes.ts';

const ANY_UINT: Shape = { is: 'uint', low: 0n, high: (1n << 32n) - 1n };
const NAME: Shape = { is: 'name' };
const ADDRESS: Shape = { is: 'address' };
const ENDPOINT: Shape = { is: 'endpoint' };
const TRUE: Shape = { is: 'true' };

function bytes(size?: number): Shape {
  return size === undefined ? { is: 'bytes' } : { is: 'bytes', size };
}

function list(low: number, high: number, of: Shape): Shape {
  return { is: 'list', low, high, of };
}

/** At most one of each family (GEN-43). */
function oneAFamily(of: Shape): Shape {
  return { is: 'list', low: 0, high: 2, of, oneAFamily: true };
}

export function range(low: number, high: number): Shape {
  return { is: 'uint', low: BigInt(low), high: BigInt(high) };
}

function inner(name: InnerMap): Shape {
  return { is: 'map', name };
}

/** The body keys with their one type each (16.6, GEN-22; `known` of ntmobile.cddl). */
export const KEYS: ReadonlyMap<number, Shape> = new Map<number, Shape>([
  [0, bytes(8)], // transaction
  [1, ANY_UINT], // status
  [2, bytes()], // padding
  [3, NAME], // fqdn
  [4, bytes(16)], // node-id
  [5, bytes(8)], // instance
  [6, list(0, 8, ENDPOINT)], // local-endpoints
  [7, list(0, Infinity, ANY_UINT)], // features
  [8, list(1, Infinity, ANY_UINT)], // suites
  [9, ANY_UINT], // lifetime
  [10, oneAFamily(ADDRESS)], // virtual-addresses
  [11, ENDPOINT], // observed-endpoint
  [12, range(1, 25)], // keep-alive
  [13, list(0, 4, bytes(16))], // aliases
  [14, NAME], // peer-fqdn
  [15, ADDRESS], // peer-address
  [16, ANY_UINT], // want
  [17, bytes(16)], // replaces
  [18, ANY_UINT], // reason
  [19, bytes(16)], // path-id
  [20, bytes(32)], // path-secret
  [21, ANY_UINT], // suite
  [22, range(1, 3)], // part
  [23, inner('peer')], // peer
  [24, list(0, 8, ENDPOINT)], // candidates
  [25, inner('relay')], // relay
  [26, ANY_UINT], // kind
  [27, list(1, 8, ENDPOINT)], // endpoints
  [28, bytes(16)], // leg-id
  [29, bytes(32)], // leg-secret
  [30, ADDRESS], // peer-virtual-address
  [31, ADDRESS], // lent-address
  [32, NAME], // for-fqdn
  [33, oneAFamily(ENDPOINT)], // observed-endpoints
  [34, oneAFamily({ is: 'family' })], // natted-families
  [35, inner('leg')], // leg
  [36, list(2, 2, inner('relay-leg'))], // legs
  [37, TRUE], // withdraw
  [38, ADDRESS], // allocated-address
  [39, list(1, Infinity, ANY_UINT)], // kinds
  [40, ANY_UINT], // capacity
  [41, list(0, Infinity, ADDRESS)], // pool
  [42, range(1, 2)], // route
  [43, TRUE], // close
  [44, list(1, 8, ENDPOINT)], // dc-endpoints
]);

/** Unknown keys from here up are critical (GEN-07). */
export const FIRST_CRITICAL = 0x8000n;

/** Keys listed for a place: those that have to be there, those that may, and narrower types of some. */
export interface Fields {
  readonly has: readonly number[];
  readonly may: readonly number[];
  readonly narrow?: ReadonlyMap<number, Shape>;
}

/** Lifetimes of paths and entries (6.3.3, RSS-14, `entry-lifetime`). */
const ENTRY_LIFETIME = new Map<number, Shape>([[9, range(1, 86400)]]);

/** Inner maps (16.6, ntmobile.cddl). */
export const INNER: Readonly<Record<InnerMap, Fields>> = {
  peer: { has: [4], may: [3, 5, 10] },
  relay: { has: [4, 26, 27], may: [35] },
  leg: { has: [28, 29], may: [] },
  'relay-leg': { has: [4, 28, 29], may: [] },
};

/** Bodies (6.3, ntmobile.cddl), by the names of the latter. */
export const BODIES = {
  'registration-request': { has: [0, 3, 4, 5, 6, 7, 8, 9], may: [] },
  'registration-response-ok': { has: [0, 1, 9, 10, 11, 12], may: [13] },
  'direction-request': { has: [0], may: [14, 15, 16, 17, 18] },
  'route-direction-order': {
    has: [0, 9, 19, 20, 21, 22],
    may: [1, 15, 17, 23, 24, 25, 30, 31, 32],
    narrow: ENTRY_LIFETIME,
  },
  'node-information-request': { has: [0, 3], may: [] },
  'node-information-response-ok': { has: [0, 1, 4, 5, 6, 7, 8, 10, 33, 34], may: [] },
  'relay-direction-withdraw': { has: [0, 19, 37], may: [] },
  'relay-direction-s': { has: [0, 9, 19, 26, 36], may: [], narrow: ENTRY_LIFETIME },
  'relay-direction-nt': { has: [0, 4, 9, 10, 19, 20, 21, 26], may: [15, 17, 30], narrow: ENTRY_LIFETIME },
  'relay-direction-other': { has: [0, 19, 26], may: [] },
  'direction-response-ok': { has: [0, 1], may: [27, 38] },
  'relay-registration-request': { has: [0, 5, 8, 27, 39, 40], may: [] },
  'relay-registration-response-ok': { has: [0, 1, 9], may: [41], narrow: ENTRY_LIFETIME },
  'tunnel-request': { has: [0], may: [2] },
  'tunnel-response-ok': { has: [0, 1, 11], may: [] },
  'path-update': { has: [0], may: [24, 42, 43] },
  'acknowledgement-ok': { has: [0, 1], may: [] },
  refusal: { has: [0, 1], may: [] },
} as const satisfies Record<string, Fields>;

export type BodyName = keyof typeof BODIES;
