/**
 * What a DC without an adapter is configured with: it is the DC of the pool's nodes, relays and other DCs, all of which
 * the tester plays. Everything comes out of one test secret, as with a relay.
 */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import type { DcConfigInput } from '../../reference/config/dc.ts';
import type { Identity } from '../identities.ts';
import {
  associationOf,
  DEFAULT_TEST_SECRET,
  POOL,
  poolIdentity,
  RUN_LIMITS,
  relayIdentity,
  TEST_PROFILE,
} from '../identities.ts';
import { lentPool, NAME_SERVER, OTHERS, OWN_ZONE, POOLS, PUBLIC_ADDRESSES } from './dc-under-test.ts';

/** Where a DC answers DNS if nothing is said: 53 takes a right that few have. */
const DNS_PORT = 5300;

export interface DcPoolOptions {
  readonly testSecret?: Uint8Array;
  /** Where the target listens: one endpoint of each family at most. */
  readonly listen: readonly Endpoint[];
  /** Where it answers DNS: its addresses and port 5300 if not given. */
  readonly dns?: readonly Endpoint[];
  /** Where the tester plays the two other DCs. */
  readonly dcs: readonly [readonly Endpoint[], readonly Endpoint[]];
}

/** The configuration of a DC, as JSON, with nothing left to defaults that the suite depends on. */
export type ProvisionedDc = Pick<
  DcConfigInput,
  'role' | 'nodeId' | 'listen' | 'advertise' | 'zones' | 'pools' | 'limits' | 'testProfile' | 'dns'
> & { readonly associations: NonNullable<DcConfigInput['associations']> };

/** Nodes have, in turns, a Node ID above and below that of the DC, so that both outcomes of crossed openings can be had. */
function nodeOf(testSecret: Uint8Array, number: number): Identity {
  const side = number % 2 === 1 ? 0xff : 0x00;
  return poolIdentity(testSecret, `node ${number}`, `node${number}.${OWN_ZONE}`, side);
}

/** The configuration of the DC that is under test. */
export function provisionDc(options: DcPoolOptions): ProvisionedDc {
  const testSecret = options.testSecret ?? DEFAULT_TEST_SECRET;
  const dc = poolIdentity(testSecret, 'dc under test', OWN_ZONE);
  const trust = (peer: Identity) => {
    const { id, secret } = associationOf(testSecret, peer, dc);
    return { id: toHex(id), secret: toHex(secret), peer: toHex(peer.nodeId) };
  };
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  return {
    role: 'dc',
    nodeId: toHex(dc.nodeId),
    listen: options.listen.map(formatEndpoint),
    zones: [OWN_ZONE],
    pools: [...POOLS],
    associations: [
      ...numbers(POOL.nodes).map((number) => {
        const node = nodeOf(testSecret, number);
        return { ...trust(node), peerRole: 'node' as const, name: node.fqdn };
      }),
      ...numbers(POOL.relays).map((number) => ({
        ...trust(relayIdentity(testSecret, number)),
        peerRole: 'rs' as const,
        kinds: ['S' as const, 'N' as const, 'T' as const],
        pool: [...lentPool(number - 1)],
      })),
      ...OTHERS.map(({ zone, prefixes }, index) => ({
        ...trust(poolIdentity(testSecret, `other dc ${index + 1}`, zone, 0xff)),
        peerRole: 'dc' as const,
        endpoints: (options.dcs[index] ?? []).map(formatEndpoint),
        zones: [zone],
        prefixes: [...prefixes],
      })),
    ],
    limits: { ...RUN_LIMITS, dnsPerSecond: RUN_LIMITS.perSourcePerSecond },
    testProfile: { global: [...TEST_PROFILE.global], private: [] },
    dns: {
      listen: (options.dns ?? options.listen.map(({ ip }) => ({ ip, port: DNS_PORT }))).map(formatEndpoint),
      nameServers: [NAME_SERVER.name],
      addresses: Object.entries(PUBLIC_ADDRESSES).map(([name, addresses]) => ({
        name,
        addresses: [...addresses],
      })),
    },
  };
}
