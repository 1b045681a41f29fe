/**
 * What bodies are made of: one entry for each body key, with its type in CDDL and its schema.
 *
 * Schemas work both ways (`z.decode`, `z.encode`): on the wire an endpoint is a byte string, in a
 * message an {@link Endpoint}. Names are those of the key registry.
 */
import { z } from 'zod';
import { endpointFromBytes, endpointToBytes, ipFromBytes, ipToBytes, isMapped } from '../address.ts';
import type { Endpoint, Ip } from '../address.ts';
import { Feature, Key, Part, Reason, RelayKind, Route, Suite } from './registry.ts';
import { shapeOf } from './shape.ts';
import type { Field } from './shape.ts';

export type FieldName = keyof typeof Key;

const MAX_UINT32 = 0xffff_ffff;

const bstr = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'not a byte string');
const uint = z.number().int().min(0);
const seconds = uint.max(MAX_UINT32);
const fixed = (length: number) => bstr.refine((bytes) => bytes.length === length, `not ${length} bytes`);
const oneOf = <T extends number>(numbers: Readonly<Record<string, T>>) => z.literal(Object.values(numbers));

/** Lower case, no final dot; labels and name as long as DNS allows. */
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

/** [GEN-13] */
const endpoint = z.codec(
  bstr.refine((bytes) => (bytes.length === 6 || bytes.length === 18) && !isMapped(bytes), 'not an endpoint'),
  z.custom<Endpoint>((value) => typeof value === 'object' && value !== null),
  { decode: (bytes) => endpointFromBytes(bytes) as Endpoint, encode: endpointToBytes },
);

/** In order of preference. */
function list<S extends z.ZodType>(item: S, minimum = 0, maximum = Number.MAX_SAFE_INTEGER) {
  return z.array(item).min(minimum).max(maximum).readonly();
}

function field<S extends z.ZodType>(type: string, schema: S): Field<S> {
  return { type, schema, inner: undefined };
}

/** [GEN-07, GEN-13] */
const LEAVES = {
  transaction: field('transaction', fixed(8)),
  status: field('status', uint),
  padding: field('bstr', bstr),
  fqdn: field('name', name),
  nodeId: field('id', fixed(16)),
  instance: field('instance', fixed(8)),
  localEndpoints: field('[* 8 endpoint]', list(endpoint, 0, 8)),
  features: field('[* feature]', list(uint)),
  suites: field('[+ suite]', list(uint, 1)),
  lifetime: field('seconds', seconds),
  virtualAddresses: field('[* 2 address]', list(address, 0, 2)),
  observedEndpoint: field('endpoint', endpoint),
  keepAlive: field('seconds', seconds),
  aliases: field('[* 4 id]', list(fixed(16), 0, 4)),
  peerFqdn: field('name', name),
  peerAddress: field('address', address),
  want: field('relay-kind', oneOf(RelayKind)),
  replaces: field('id', fixed(16)),
  reason: field('reason', oneOf(Reason)),
  pathId: field('id', fixed(16)),
  pathSecret: field('secret', fixed(32)),
  suite: field('suite', uint.min(1).max(255)),
  part: field('part', oneOf(Part)),
  candidates: field('[* 8 endpoint]', list(endpoint, 0, 8)),
  kind: field('relay-kind', oneOf(RelayKind)),
  endpoints: field('[1*8 endpoint]', list(endpoint, 1, 8)),
  legId: field('id', fixed(16)),
  legSecret: field('secret', fixed(32)),
  peerVirtualAddress: field('address', address),
  lentAddress: field('address', address),
  forFqdn: field('name', name),
  observedEndpoints: field('[* 2 endpoint]', list(endpoint, 0, 2)),
  nattedFamilies: field('[* 2 family]', list(z.literal([4, 6]), 0, 2)),
  withdraw: field('true', z.literal(true)),
  allocatedAddress: field('address', address),
  kinds: field('[+ relay-kind]', list(oneOf(RelayKind), 1)),
  capacity: field('uint', uint),
  pool: field('[* address]', list(address)),
  route: field('route', oneOf(Route)),
  close: field('true', z.literal(true)),
  dcEndpoints: field('[1*8 endpoint]', list(endpoint, 1, 8)),
};

const LEG = shapeOf(LEAVES, ['legId', 'legSecret']);
const LEG_OF_NODE = shapeOf(LEAVES, ['nodeId', 'legId', 'legSecret']);
const PEER = shapeOf(LEAVES, ['nodeId'], ['instance', 'fqdn', 'virtualAddresses']);
const WITH_LEG = { ...LEAVES, leg: { type: 'leg', schema: LEG.schema, inner: LEG } };
const RELAY = shapeOf(WITH_LEG, ['kind', 'nodeId', 'endpoints'], ['leg']);

export const FIELDS = {
  ...WITH_LEG,
  peer: { type: 'peer', schema: PEER.schema, inner: PEER },
  relay: { type: 'relay', schema: RELAY.schema, inner: RELAY },
  legs: { type: '[2*2 leg-of-node]', schema: list(LEG_OF_NODE.schema, 2, 2), inner: LEG_OF_NODE },
} satisfies Readonly<Record<FieldName, Field>>;

/** Whether a suite is one of ours. */
export function isSuite(value: number): value is Suite {
  return value === Suite.chacha20Poly1305 || value === Suite.aes256Gcm;
}

/** Whether a feature is one of ours. */
export function isFeature(value: number): value is Feature {
  return value === Feature.nat64 || value === Feature.relayOnly;
}
