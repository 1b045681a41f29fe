/** What the reference's DC publishes and answers in the situations of the family `dns-answers`. */
import type { DnsSituation, DnsWorld } from '../../conformance/twin/index.ts';
import type { Endpoint, Ip } from '../../reference/address.ts';
import { family, parseIp } from '../../reference/address.ts';
import { fromHex } from '../../reference/bytes.ts';
import { dcConfig } from '../../reference/config/dc.ts';
import { timersFrom } from '../../reference/config/timers.ts';
import type { Instant, Transport } from '../../reference/core.ts';
import { Ledger } from '../../reference/roles/dc/ledger.ts';
import { Names } from '../../reference/roles/dc/names/names.ts';
import type { Dc, NodePeer, Registered } from '../../reference/roles/dc/parts.ts';
import { endpoint } from '../channel/pair.ts';
import { WALL_CLOCK } from '../roles/dc/world.ts';

const NOW: Instant = 100_000;

function ip(text: string): Ip {
  const found = parseIp(text);
  if (found === undefined) throw new Error(`no address: ${text}`);
  return found;
}

/** A node as its registration left it. */
function registered(world: DnsWorld, name: string, left: number): Registered {
  const node = world.nodes.find((one) => one.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  const observed: { [Family in 4 | 6]?: Endpoint } = {};
  for (const one of node.observedEndpoints.map(endpoint)) observed[family(one.ip)] = one;
  return {
    peer: { name } as NodePeer,
    nodeId: fromHex(node.nodeId),
    instance: new Uint8Array(16),
    name,
    locals: node.localEndpoints.map(endpoint),
    observed,
    observedUntil: Number.POSITIVE_INFINITY,
    virtualAddresses: node.virtualAddresses.map(ip),
    features: [],
    suites: [1],
    expiresAt: NOW + left * 1000,
  };
}

/** Asks the part of a DC that answers DNS. @returns what it answers to a query, if anything */
export function referenceDns(
  world: DnsWorld,
  situation: DnsSituation,
): (query: Uint8Array, transport: Transport) => Uint8Array | undefined {
  const config = dcConfig.parse({
    role: 'dc',
    nodeId: world.dc.nodeId,
    listen: world.dc.endpoints,
    zones: world.zones,
    pools: ['198.18.0.0/24', 'fd00:1::/64'],
    associations: [],
    dns: {
      listen: ['192.0.2.10:53'],
      nameServers: world.nameServers,
      addresses: world.addresses,
      policy: situation.policy,
    },
    testProfile: { global: world.testGlobal },
  });
  const there = new Map(
    situation.registered.map(({ name, left }) => [name, registered(world, name, left)] as const),
  );
  const dc: ConstructorParameters<typeof Names>[0] = {
    config,
    timers: timersFrom(config.timers),
    registeredPeer: (peer: NodePeer) => there.get(peer.name),
  } as unknown as Dc;
  const names = new Names(dc, new Ledger(() => 1));
  names.start(world.dc.endpoints.map(endpoint), new Map(), WALL_CLOCK, NOW);
  for (const { peer } of there.values()) names.touch(peer);
  names.refresh(NOW);
  return (message, transport) =>
    names.answer({ kind: 'query', query: 1, message, transport, from: undefined }, NOW);
}
