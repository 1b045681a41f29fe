/** A node behind an adapter. */
import type { Fields } from '../../adapters/cbor.ts';
import type { Endpoint, Ip } from '../../reference/address.ts';
import { family, formatEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import { RUN_LIMITS, TEST_PROFILE } from '../identities.ts';
import type { PlayedDnsServer } from '../played/dns-server.ts';
import type { PlayedNodeDc } from '../played/node-dc.ts';
import type { InstanceParts } from './instance.ts';
import type { NodeTestOptions, NodeUnderTest } from './node-under-test.ts';
import { NODE_NAME } from './node-under-test.ts';
import { AdapterWithPackets } from './with-packets.ts';

/** Milliseconds that an application waits for DNS at most. */
const DNS_GIVE_UP = 15_000;

export class AdapterNode extends AdapterWithPackets<PlayedNodeDc> implements NodeUnderTest {
  readonly #dns: PlayedDnsServer | undefined;

  constructor(parts: InstanceParts<PlayedNodeDc>, dns?: PlayedDnsServer) {
    super(parts);
    this.#dns = dns;
  }

  get dns(): PlayedDnsServer {
    if (this.#dns === undefined) throw new Error('no DNS server is played for this node');
    return this.#dns;
  }

  startRow(): void {
    this.#dns?.startRow();
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#dns?.close();
  }

  async resolve(query: Uint8Array, transport?: 'udp' | 'tcp'): Promise<Uint8Array> {
    const instance = this.running();
    const fields = { what: 'resolve', instance, query, ...(transport && { transport }) } as const;
    const { response } = await this.client.call('trigger', fields, DNS_GIVE_UP);
    return response ?? new Uint8Array(0);
  }

  async move(addresses: readonly string[]): Promise<void> {
    await this.client.call('trigger', { what: 'move', instance: this.running(), addresses: [...addresses] });
  }
}

/** The configuration of a node or an NTMA. */
export function nodeConfig(
  options: NodeTestOptions,
  dc: PlayedNodeDc,
  listen: readonly Ip[],
  claimed: readonly number[],
  dns?: PlayedDnsServer,
): Fields {
  const { association, sockets, rsOpens } = dc;
  const timers = Object.entries(options.timers ?? {}).map(([name, s]) => [
    name,
    Number.isInteger(s) ? s : `${s}`,
  ]);
  const isToldWhere = rsOpens && options.findsDc !== true;
  const places: readonly Endpoint[] = isToldWhere ? sockets.map(({ local }) => local) : [];
  const isNtma = options.role === 'ntma';
  return {
    role: isNtma ? 'ntma' : 'node',
    nodeId: toHex(association.peer.nodeId),
    name: NODE_NAME,
    listen: listen.map((ip) => formatEndpoint({ ip, port: 0 })),
    ...(options.advertise && { advertise: [...options.advertise] }),
    association: {
      id: toHex(association.id),
      secret: toHex(association.secret),
      peer: toHex(association.own.nodeId),
      peerRole: 'dc',
      endpoints: places.map(formatEndpoint),
    },
    marker: 'ntmobile',
    suites: [...(options.suites ?? claimed)],
    features: (options.features ?? []).map((feature) => (feature === 1 ? 'nat64' : 'relay-only')),
    links: [...(options.links ?? [])],
    limits: { ...RUN_LIMITS, paths: 1024, ...options.limits },
    ...(dns && { resolver: formatEndpoint(dns.local) }),
    ...(!isNtma && options.dns?.onFailure && { dns: { onFailure: options.dns.onFailure } }),
    ...(!isNtma &&
      options.general && {
        general: { ...options.general, destinations: [...(options.general.destinations ?? [])] },
      }),
    ...(timers.length > 0 && { timers: Object.fromEntries(timers) as Fields }),
    ...(options.withoutProfile === true ? {} : { testProfile: profile(options.private, listen) }),
  };
}

/** The profile of all cases, or one in which addresses of the node and of others are private. [GEN-16] */
function profile(others: readonly Ip[] | undefined, own: readonly Ip[]): Fields {
  if (others === undefined) return { global: [...TEST_PROFILE.global], private: [] };
  const all = [...new Set([...others, ...own])];
  return { global: [], private: all.map((ip) => `${ip}/${family(ip) === 4 ? 32 : 128}`) };
}

/** The families of some addresses. */
export function familiesOf(addresses: readonly Ip[]): Set<4 | 6> {
  return new Set(addresses.map(family));
}
