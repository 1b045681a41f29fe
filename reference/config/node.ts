/** The configuration of a node. */
import { z } from 'zod';
import { MARKER, zoneOf } from '../dns/names.ts';
import { parsePrefix } from '../locator.ts';
import { NAT64_LENGTHS } from '../nat64.ts';
import type { Fault } from './common.ts';
import {
  PLACE,
  perSourcePerSecond,
  placeFaults,
  repeats,
  SUITES,
  TESTS,
  timerFaults,
  withFaults,
} from './common.ts';
import {
  choice,
  count,
  dnsName,
  endpoint,
  id,
  list,
  listenEndpoint,
  literal,
  network,
  secret,
  strict,
} from './fields.ts';
import { shown } from './messages.ts';
import { general } from './policy.ts';

const MARKER_MEND = 'write one label in lower case, like "ntmobile"';

/** What a node and an NTMA have alike. */
export const NODE = {
  nodeId: id,
  /** Its NTM FQDN. */
  name: dnsName('alice.ntmobile.example.net'),
  ...PLACE,
  association: strict('an object', {
    id,
    secret,
    /** The DC's Node ID. */
    peer: id,
    peerRole: literal('dc', ', a node has an association with its DC only'),
    /** Where the DC is reached; none: found by DNS. [NODE-02, NODE-17] */
    endpoints: list(endpoint, 'endpoints of the DC', 0, 8),
  }),
  /** The label of names by which NTM nodes are told. [DNS-18] */
  marker: z
    .string({ error: ({ input }) => `is ${shown(input)}: ${MARKER_MEND}` })
    .regex(/^[a-z0-9_-]{1,63}$/, { error: ({ input }) => `is ${shown(input)}: ${MARKER_MEND}` })
    .default(MARKER),
  /** By their numbers, in the order of preference. [NODE-03] */
  suites: SUITES,
  features: list(choice(['nat64', 'relay-only']), 'features', 0, 2).default([]),
  /** The prefix of the NAT64 that it is behind. [OPT-08, NODE-21] */
  nat64: network.optional(),
  /** Prefixes of the links that it is attached to. [NODE-15] */
  links: list(network, 'prefixes of links', 0, 64).default([]),
  limits: strict('an object', {
    perSourcePerSecond,
    paths: count(65_536).default(1024),
  }).prefault({}),
  ...TESTS,
  /** The DNS server that it asks; what the system has if not given. */
  resolver: endpoint.optional(),
};

const node = strict('an object', {
  role: literal('node', ''),
  ...NODE,
  /** What it is to its applications. */
  dns: strict('an object', {
    /** Where it takes their queries, over UDP and TCP. [DNS-10] */
    listen: list(listenEndpoint, 'endpoints to listen on', 0, 4).default([]),
    /** What they get where a direction fails. [DNS-11] */
    onFailure: choice(['servfail', 'bypass']).default('servfail'),
  }).prefault({}),
  general: general.prefault({}),
});

export type NodeConfig = z.output<typeof node>;
/** The same as people write it, without the defaults. */
export type NodeConfigInput = z.input<typeof node>;

/** @param self what the role is called */
export function* nodeFaults(config: z.output<z.ZodObject<typeof NODE>>, self: string): Generator<Fault> {
  const { nodeId, name, marker, association, suites } = config;
  yield* placeFaults(config, true);
  if (zoneOf(name, marker) === undefined)
    yield {
      path: ['name'],
      message: `is ${shown(name)}: write a name with the label ${marker} after the first, like alice.${marker}.example.net`,
    };
  if (association.peer === nodeId)
    yield {
      path: ['association', 'peer'],
      message: `is this ${self}'s own nodeId: write the Node ID of the DC`,
    };
  for (const [index] of repeats(suites, String))
    yield { path: ['suites', index], message: 'is there twice: remove one' };
  const nat64 = config.nat64 === undefined ? undefined : parsePrefix(config.nat64);
  if (nat64 !== undefined && !(nat64.bytes.length === 16 && NAT64_LENGTHS.includes(nat64.length)))
    yield {
      path: ['nat64'],
      message: `is ${shown(config.nat64)}: write an IPv6 prefix of ${NAT64_LENGTHS.join(', ')} bits, like 64:ff9b::/96`,
    };
  if (nat64 !== undefined && !config.features.includes('nat64'))
    yield { path: ['nat64'], message: 'is of no use: add "nat64" to features, or remove it' };
  yield* timerFaults(config);
}

export const nodeConfig = withFaults(node, function* (config) {
  if (config.resolver !== undefined && config.dns.listen.includes(config.resolver))
    yield {
      path: ['resolver'],
      message: `is ${shown(config.resolver)}, where this node itself listens: write the server that it is to ask`,
    };
  yield* nodeFaults(config, 'node');
});
