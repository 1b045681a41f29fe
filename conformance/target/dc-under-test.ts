/** A DC under test: what it is configured with, and who is played around it. */
import type { Fields } from '../../adapters/cbor.ts';
import type { Endpoint } from '../../reference/address.ts';
import type { PlayedChannel } from '../played/channel.ts';
import type { PlayedDnsServer } from '../played/dns-server.ts';
import type { OtherDc } from '../played/other-dc.ts';
import type { RegisteringNode } from '../played/registering-node.ts';
import type { RegisteringRelay } from '../played/registering-relay.ts';
import type { Stage } from '../played/stage.ts';
import type { UpdateServer } from '../played/update-server.ts';
import type { RsOptions, RsUnderTest } from './under-test.ts';

/** The zone of the DC under test. */
export const OWN_ZONE = 'ntmobile.one.example';
/** Of the other DCs, each its zone, and the virtual prefixes that it may speak for. */
export const OTHERS = [
  { zone: 'ntmobile.two.example', prefixes: ['198.19.0.0/16', 'fd00:2::/64'] },
  { zone: 'ntmobile.three.example', prefixes: ['198.18.128.0/17'] },
] as const;
/** The virtual prefixes of which the DC under test gives out addresses. */
export const POOLS: readonly string[] = ['198.18.0.0/24', 'fd00:1::/64'];

/** Real addresses that each played relay may lend as an RS-T, of both families. [RST-09] */
export function lentPool(index: number): readonly string[] {
  const first = 1 + 4 * index;
  return [0, 1].flatMap((offset) => [
    `203.0.113.${first + offset}`,
    `2001:db8:1e::${(first + offset).toString(16)}`,
  ]);
}

export interface DcTestOptions extends Omit<RsOptions, 'dcs' | 'capacity'> {
  /** Played nodes that have an association, 3 if not given. */
  readonly nodes?: number;
  /** Played relays that have one, 2 if not given; they are not registered. */
  readonly relays?: number;
  /** Kinds that the associations of relays allow. */
  readonly relayKinds?: readonly ('S' | 'N' | 'T')[];
  /** What each relay may lend; `lentPool` if not given. */
  readonly lent?: readonly (readonly string[])[];
  /** Other DCs, 1 if not given. */
  readonly others?: 0 | 1 | 2;
  readonly pools?: readonly string[];
  /** Access lists, as the configuration has them; `other DC` stands for the Node ID of the first other DC. */
  readonly access?: Fields;
  /** What it publishes of its zone; without it nothing. Level 1. */
  readonly dns?: DnsTestOptions;
  /** Where the other DCs are is to be found by DNS, whose server is played. Level 1. */
  readonly findsOthers?: boolean;
  /** Who stands for the associated peer where a case wants just one; a node if not given. */
  readonly peer?: 'node' | 'dc';
}

/** By the names of the configuration. */
export interface DnsTestOptions {
  readonly policy?: 'locator-free' | 'full';
  /** It publishes into a server of the tester's. */
  readonly update?: true;
  /** Public addresses by name, beside those that each DC has. */
  readonly addresses?: Readonly<Record<string, readonly string[]>>;
}

/** The zone's name server, and where it is said to be. */
export const NAME_SERVER = { name: `ns.${OWN_ZONE}`, addresses: ['192.0.2.53', '2001:db8::53'] } as const;

/** Names of the zone with public addresses of their own, which every DC that publishes has. */
export const NAMED = {
  /** Answers of 12 + 36 + 28 bytes for each address: one that fits, and one that does not. */
  small: `small.${OWN_ZONE}`,
  large: `large.${OWN_ZONE}`,
  /** Nothing is at the two names between it and the zone. */
  deep: `a.b.c.${OWN_ZONE}`,
  twice: `a.ntmobile.b.${OWN_ZONE}`,
} as const;

function some(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `2001:db8::${(at + 1).toString(16)}`);
}

export const PUBLIC_ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  [NAME_SERVER.name]: NAME_SERVER.addresses,
  [NAMED.small]: some(35),
  [NAMED.large]: some(60),
  [NAMED.deep]: ['192.0.2.7'],
  [NAMED.twice]: ['192.0.2.7'],
};

/** One running DC. */
export interface DcUnderTest extends RsUnderTest {
  readonly nodes: readonly RegisteringNode[];
  readonly relays: readonly RegisteringRelay[];
  readonly others: readonly OtherDc[];
  /** The server that it publishes into, if it does. */
  readonly updates?: UpdateServer | undefined;
  /** Where it answers DNS, if it does. */
  readonly dnsEndpoints?: readonly Endpoint[];
  /** Where it tells others that it is, if that is not `endpoints`. */
  readonly advertised?: readonly Endpoint[];
  /** The DNS server that it asks, if one is played. */
  readonly resolver?: PlayedDnsServer | undefined;
  /** A node by its index. */
  node(index: number): RegisteringNode;
  relay(index?: number): RegisteringRelay;
  other(index?: number): OtherDc;
  /** An association of one of the nodes but the first, as it is when nothing was sent yet. */
  readonly unused: () => PlayedChannel;
  /** Begins a row. */
  startRow(stage: Stage): void;
}
