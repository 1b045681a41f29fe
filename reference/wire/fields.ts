/**
 * What bodies are made of: one entry for each body key, with its type in CDDL and its schema.
 *
 * Schemas work both ways (`z.decode`, `z.encode`): on the wire an endpoint is a byte string, in a
 * message an {@link Endpoint}. Names are those of the key registry.
 */
import { z } from 'zod';
import type { Endpoint, Ip } from '../address.ts';
import { endpointFromBytes, endpointToBytes, family, ipFromBytes, ipToBytes, isMapped } from '../address.ts';
import type { Key } from './registry.ts';
import { Part, Route } from './registry.ts';
import type { Field, Shape } from './shape.ts';
import { field, shapeOf } from './shape.ts';

export type FieldName = keyof typeof Key;

const bstr = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'not a byte string');
const fixed = (length: number) => bstr.refine((bytes) => bytes.length === length, `not ${length} bytes`);
const oneOf = <T extends number>(numbers: Readonly<Record<string, T>>) => z.literal(Object.values(numbers));

/** [GEN-41] */
const uint = z.int().min(0).max(0xffff_ffff);

/** Lower case, no final dot; labels and name as long as DNS allows. [GEN-42] */
const name = z
  .string()
  .max(253)
  .regex(/^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/, 'not a lower-case name');

/** [GEN-13] */
const address = z.codec(
  bstr.refine((bytes) => (bytes.length === 4 || bytes.length === 16) && !isMapped(bytes), 'not an address'),
  z.custom<Ip>((value) => typeof value === 'string'),
  { decode: (bytes) => ipFromBytes(bytes) as Ip, encode: ipToBytes },
);

/** [GEN-13, GEN-31] */
const endpoint = z.codec(
  bstr.refine(isEndpoint, 'not an endpoint'),
  z.custom<Endpoint>((value) => typeof value === 'object' && value !== null),
  { decode: (bytes) => endpointFromBytes(bytes) as Endpoint, encode: endpointToBytes },
);

function isEndpoint(bytes: Uint8Array): boolean {
  return !isMapped(bytes) && (endpointFromBytes(bytes)?.port ?? 0) > 0;
}

/** In order of preference. */
function list<S extends z.ZodType>(item: S, minimum = 0, maximum = Number.MAX_SAFE_INTEGER) {
  const array = z.array(item).min(minimum).max(maximum);
  // Not zod's readonly(), which freezes what is no array too, and throws on a byte string.
  return array as unknown as z.ZodReadonly<typeof array>;
}

/** A list of at most one value of each address family. [GEN-43] */
function oneAFamily<S extends z.ZodType>(item: S, familyOf: (value: z.output<S>) => number) {
  return list(item, 0, 2).refine(
    (values) => new Set(values.map(familyOf)).size === values.length,
    // What is no address has no family.
    { error: 'two of one address family', when: ({ issues }) => issues.length === 0 },
  );
}

/** [GEN-07, GEN-13, GEN-22] */
const LEAVES = {
  transaction: field('transaction', fixed(8)),
  status: field('status', uint),
  padding: field('padding', bstr),
  fqdn: field('name', name),
  nodeId: field('node-id', fixed(16)),
  instance: field('instance', fixed(8)),
  localEndpoints: field('local-endpoints', list(endpoint, 0, 8)),
  features: field('features', list(uint)),
  suites: field('suites', list(uint, 1)),
  lifetime: field('lifetime', uint),
  virtualAddresses: field('virtual-addresses', oneAFamily(address, family)),
  observedEndpoint: field('endpoint', endpoint),
  keepAlive: field('keep-alive', z.int().min(1).max(25)),
  aliases: field('aliases', list(fixed(16), 0, 4)),
  peerFqdn: field('name', name),
  peerAddress: field('address', address),
  want: field('want', uint),
  replaces: field('path-id', fixed(16)),
  reason: field('reason', uint),
  pathId: field('path-id', fixed(16)),
  pathSecret: field('path-secret', fixed(32)),
  suite: field('suite', uint),
  part: field('part', oneOf(Part)),
  candidates: field('candidates', list(endpoint, 0, 8)),
  kind: field('kind', uint),
  endpoints: field('endpoints', list(endpoint, 1, 8)),
  legId: field('leg-id', fixed(16)),
  legSecret: field('leg-secret', fixed(32)),
  peerVirtualAddress: field('address', address),
  lentAddress: field('address', address),
  forFqdn: field('name', name),
  observedEndpoints: field(
    'observed-endpoints',
    oneAFamily(endpoint, ({ ip }) => family(ip)),
  ),
  nattedFamilies: field(
    'natted-families',
    oneAFamily(z.literal([4, 6]), (version) => version),
  ),
  withdraw: field('true', z.literal(true)),
  allocatedAddress: field('address', address),
  kinds: field('kinds', list(uint, 1)),
  capacity: field('capacity', uint),
  pool: field('pool', list(address)),
  route: field('route', oneOf(Route)),
  close: field('true', z.literal(true)),
  dcEndpoints: field('dc-endpoints', list(endpoint, 1, 8)),
};

const LEG = shapeOf(LEAVES, ['legId', 'legSecret']);
const RELAY_LEG = shapeOf(LEAVES, ['nodeId', 'legId', 'legSecret']);
const PEER = shapeOf(LEAVES, ['nodeId'], ['instance', 'fqdn', 'virtualAddresses']);
const WITH_LEG = { ...LEAVES, leg: field('leg', LEG.schema, LEG) };
const RELAY = shapeOf(WITH_LEG, ['kind', 'nodeId', 'endpoints'], ['leg']);

export const FIELDS = {
  ...WITH_LEG,
  peer: field('peer', PEER.schema, PEER),
  relay: field('relay', RELAY.schema, RELAY),
  legs: field('legs', list(RELAY_LEG.schema, 2, 2), RELAY_LEG, true),
} satisfies Readonly<Record<FieldName, Field>>;

/** The maps inside of bodies, by the names of their CDDL rules. */
export const INNER_SHAPES: Readonly<Record<string, Shape>> = {
  leg: LEG,
  'relay-leg': RELAY_LEG,
  peer: PEER,
  relay: RELAY,
};
