/** The configuration of a DC. */
import { z } from 'zod';
import { parseIp } from '../address.ts';
import { canonicalName, isZone, zoneOf } from '../dns/names.ts';
import { isIn, parsePrefix } from '../locator.ts';
import type { Fault } from './common.ts';
import {
  associationFaults,
  PLACE,
  perSourcePerSecond,
  placeFaults,
  repeats,
  TESTS,
  timerFaults,
  withFaults,
} from './common.ts';
import {
  address,
  choice,
  count,
  dnsName,
  endpoint,
  id,
  list,
  literal,
  network,
  secret,
  strict,
} from './fields.ts';
import { shown, wanted, wantedOneOf } from './messages.ts';
import { dns, dnsFaults } from './zone.ts';

/** [DNS-18] */
const zone = dnsName('ntmobile.example.net, the marker first', (name) => isZone(name));
const kind = choice(['S', 'N', 'T']);
const TRUST = { id, secret, peer: id };

const association = z.discriminatedUnion(
  'peerRole',
  [
    strict('an object', {
      ...TRUST,
      peerRole: literal('node', ''),
      /** In a zone of this DC's own. [DC-07] */
      name: dnsName('alice.ntmobile.example.net', (name) => zoneOf(name) !== undefined),
      endpoints: list(endpoint, 'endpoints of the node', 0, 8).default([]),
      /** What it may ask for, of what the DC offers; all of that if not given. [DC-16, DC-17] */
      relayKinds: list(kind, 'kinds of relay', 0, 3).optional(),
    }),
    strict('an object', {
      ...TRUST,
      peerRole: literal('rs', ''),
      /** Of those that it registers only these are used. [DC-40] */
      kinds: list(kind, 'kinds of relay', 1, 3),
      endpoints: list(endpoint, 'endpoints of the relay', 0, 8).default([]),
      /** Real addresses that an RS-T lends. [RST-09] */
      pool: list(address, 'addresses to lend', 0, 65_536).optional(),
    }),
    strict('an object', {
      ...TRUST,
      peerRole: literal('dc', ''),
      /** None: found by DNS. [FED-01, FED-11] */
      endpoints: list(endpoint, 'endpoints of the DC', 0, 8),
      /** What it may speak for. [DC-26] */
      zones: list(zone, 'zones of the DC', 0, 1024),
      prefixes: list(network, 'prefixes of the DC', 0, 1024),
    }),
  ],
  wantedOneOf('peerRole', ['node', 'rs', 'dc']),
);

const PATTERN = 'write a name, *.zone, or * for all';

/** A name, all names below another one, or all. */
const pattern = z.string(wanted('', PATTERN)).transform((text, context) => {
  const below = text.startsWith('*.');
  const name = canonicalName(below ? text.slice(2) : text);
  if (text === '*') return text;
  if (name !== undefined) return below ? `*.${name}` : name;
  context.addIssue({ code: 'custom', message: `is ${shown(text)}: ${PATTERN}` });
  return z.NEVER;
});

const access = strict('an object', {
  /** DCs, by Node ID, that get no Node Information. [FED-03] */
  nodeInformation: list(id, 'Node IDs of DCs', 0, 1024).default([]),
  /** Directions that are refused. */
  directions: list(strict('an object', { from: pattern, to: pattern }), 'directions', 0, 1024).default([]),
  /** Paths to general peers that are refused: of which nodes, to which addresses. [DC-32] */
  general: list(
    strict('an object', { from: pattern, to: network }),
    'paths to general peers',
    0,
    1024,
  ).default([]),
  relayKinds: list(kind, 'kinds of relay', 0, 3).default(['S', 'N', 'T']),
});

const dc = strict('an object', {
  role: literal('dc', ''),
  nodeId: id,
  ...PLACE,
  /** Its own. */
  zones: list(zone, 'zones', 1, 64),
  /** Virtual prefixes of which it gives addresses to nodes. [DC-02] */
  pools: list(network, 'prefixes of virtual addresses', 1, 64),
  associations: list(association, 'associations', 0, 1_000_000),
  access: access.prefault({}),
  limits: strict('an object', {
    perSourcePerSecond,
    /** Live Relay Directions and directions under way. */
    paths: count(1_000_000).default(65_536),
    /** Answers of DNS over UDP to the prefix of an asker. [DOS-08] */
    dnsPerSecond: count().default(100),
  }).prefault({}),
  ...TESTS,
  /** The folder of what has to last, as seen from where the configuration is. [DC-25] */
  store: z
    .string(wanted('', 'write the path of a folder'))
    .min(1, { error: 'is empty: write the path of a folder' })
    .optional(),
  /** The DNS server that it asks; what the system has if not given. [FED-11] */
  resolver: endpoint.optional(),
  /** Without it the zones are not published by this DC. */
  dns: dns.optional(),
});

export type DcConfig = z.output<typeof dc>;
/** The same as people write it, without the defaults. */
export type DcConfigInput = z.input<typeof dc>;

export const dcConfig = withFaults(dc, function* (config) {
  yield* placeFaults(config);
  yield* poolFaults(config);
  yield* associationFaults(config.nodeId, config.associations, 'DC', 'the other end');
  yield* nodeFaults(config);
  yield* relayFaults(config);
  yield* accessFaults(config);
  yield* dnsFaults(config);
  yield* timerFaults(config);
});

/** Of two prefixes that share addresses one is in the other. */
function* poolFaults({ pools }: DcConfig): Generator<Fault> {
  const parsed = pools.map((text) => ({ prefix: parsePrefix(text), ip: parseIp(text.split('/')[0] ?? '') }));
  for (const [index, { prefix, ip }] of parsed.entries()) {
    const before = parsed.findIndex(
      (other, at) =>
        at < index &&
        ((other.prefix && ip && isIn(ip, other.prefix)) || (prefix && other.ip && isIn(other.ip, prefix))),
    );
    if (before >= 0)
      yield { path: ['pools', index], message: `shares addresses with pools[${before}]: keep one of them` };
  }
}

/** [DC-01, DC-07] */
function* nodeFaults({ zones, associations }: DcConfig): Generator<Fault> {
  const name = (association: DcConfig['associations'][number]) =>
    association.peerRole === 'node' ? association.name : undefined;
  for (const [index, association] of associations.entries()) {
    const zone = zoneOf(name(association) ?? '');
    if (zone !== undefined && !zones.includes(zone))
      yield {
        path: ['associations', index, 'name'],
        message: `is in the zone ${zone}: add that to zones, or write a name in one of them`,
      };
  }
  for (const [index, before] of repeats(associations, name))
    yield {
      path: ['associations', index, 'name'],
      message: `is the one of associations[${before}] too: give each node a name of its own`,
    };
  for (const [index, before] of repeats(associations, ({ peerRole, peer }) =>
    peerRole === 'node' ? peer : undefined,
  ))
    yield {
      path: ['associations', index, 'peer'],
      message: `is the one of associations[${before}] too: give each node a Node ID of its own`,
    };
}

/** [DC-40] */
function* relayFaults({ associations }: DcConfig): Generator<Fault> {
  const lent = associations.flatMap((association, index) =>
    association.peerRole === 'rs' ? (association.pool ?? []).map((ip, at) => ({ ip, index, at })) : [],
  );
  for (const [later, before] of repeats(lent, ({ ip }) => ip)) {
    const [{ index = 0, at = 0, ip = '' } = {}, first] = [lent[later], lent[before]];
    yield {
      path: ['associations', index, 'pool', at],
      message: `is ${ip}, which associations[${first?.index}] has too: keep one of them`,
    };
  }
}

/** A slip here would let through what was to be refused. */
function* accessFaults({ access, associations }: DcConfig): Generator<Fault> {
  const known = new Set(associations.filter(({ peerRole }) => peerRole === 'dc').map(({ peer }) => peer));
  for (const [index, nodeId] of access.nodeInformation.entries())
    if (!known.has(nodeId))
      yield {
        path: ['access', 'nodeInformation', index],
        message: 'is the peer of no association with a DC: write the Node ID of one, or remove it',
      };
}
