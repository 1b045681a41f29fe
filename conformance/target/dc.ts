/** A DC behind an adapter, and all who are played around it. */
import type { Fields } from '../../adapters/cbor.ts';
import type { Endpoint, Ip } from '../../reference/address.ts';
import { family, formatEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import type { EndRole } from '../../reference/wire/registry.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import { associationWith, DEFAULT_TEST_SECRET, RUN_LIMITS, TEST_PROFILE } from '../identities.ts';
import { AssociatedPeer } from '../played/associated-peer.ts';
import { PlayedChannel } from '../played/channel.ts';
import type { PlayedDc } from '../played/dc.ts';
import type { PlayedDnsServer } from '../played/dns-server.ts';
import type { Habits } from '../played/habits.ts';
import { OtherDc } from '../played/other-dc.ts';
import type { Bind, Party } from '../played/party.ts';
import { RegisteringNode } from '../played/registering-node.ts';
import { RegisteringRelay } from '../played/registering-relay.ts';
import type { Stage } from '../played/stage.ts';
import type { UpdateServer } from '../played/update-server.ts';
import { UPDATE_KEY } from '../played/update-server.ts';
import type { DcTestOptions, DcUnderTest, DnsTestOptions } from './dc-under-test.ts';
import { lentPool, NAME_SERVER, OTHERS, OWN_ZONE, POOLS, PUBLIC_ADDRESSES } from './dc-under-test.ts';
import type { InstanceParts } from './instance.ts';
import { AdapterInstance } from './instance.ts';

/** The node that asks for a path where the DC is to open towards another one. */
const PROVOKING = 1;

/** Who is played around a DC. */
export interface Around {
  readonly nodes: readonly RegisteringNode[];
  readonly relays: readonly RegisteringRelay[];
  readonly others: readonly OtherDc[];
}

export class AdapterDc extends AdapterInstance implements DcUnderTest {
  readonly nodes: readonly RegisteringNode[];
  readonly relays: readonly RegisteringRelay[];
  readonly others: readonly OtherDc[];

  readonly unused: () => PlayedChannel;
  readonly #habits: Partial<Habits>;
  readonly resolver: PlayedDnsServer | undefined;
  readonly updates: UpdateServer | undefined;

  /** @param habits of the one that stands for the associated peer. */
  constructor(
    parts: InstanceParts<PlayedDc>,
    around: Around,
    habits: Partial<Habits> = {},
    resolver?: PlayedDnsServer,
    updates?: UpdateServer,
  ) {
    super(parts);
    this.resolver = resolver;
    this.#habits = habits;
    this.nodes = around.nodes;
    this.relays = around.relays;
    this.others = around.others;
    this.updates = updates;
    this.unused = unusedOf(around.nodes);
  }

  node(index: number): RegisteringNode {
    return at(this.nodes, index, 'node');
  }

  relay(index = 0): RegisteringRelay {
    return at(this.relays, index, 'relay');
  }

  other(index = 0): OtherDc {
    return at(this.others, index, 'other DC');
  }

  provoke(): Promise<void> {
    return provokeBy(this.nodes);
  }

  override async start(): Promise<void> {
    await super.start();
    for (const party of this.#parties)
      for (const peer of party.sockets) peer.target = this.endpoint(family(peer.local.ip));
  }

  override async restart(how: { readonly hard: boolean }): Promise<void> {
    await this.stop(how.hard);
    // Keys and addresses do not survive, and what comes from the new instance is not taken for the old one's.
    for (const party of this.#parties) party.forget();
    await this.start();
  }

  startRow(stage: Stage): void {
    this.resolver?.startRow();
    for (const party of this.#parties) party.startRow(stage);
    Object.assign(this.dc.peer.habits, this.#habits);
  }

  override async close(): Promise<void> {
    await super.close();
    for (const party of this.#parties) await party.close();
    await this.resolver?.close();
    await this.updates?.close();
  }

  get #parties(): readonly Party[] {
    return [...this.nodes, ...this.relays, ...this.others];
  }
}

/** Gives associations of the nodes but the first, in turns, as they are when nothing was sent yet. */
export function unusedOf(nodes: readonly RegisteringNode[]): () => PlayedChannel {
  let next = 0;
  return () => {
    const { kind, id, secret, own, peer } = at(nodes, 1 + (next++ % (nodes.length - 1)), 'node').association;
    return new PlayedChannel({ kind, id, secret, own, peer });
  };
}

/** Has a node ask for one of the first other DC's. */
export async function provokeBy(nodes: readonly RegisteringNode[]): Promise<void> {
  const node = at(nodes, PROVOKING, 'node');
  await node.register();
  const content = node.directionRequest({ peerFqdn: `node.${OTHERS[0].zone}` });
  node.peer.sendSealed(node.association, MessageType.directionRequest, content, { auto: true });
}

/** All parties. Nobody is bound yet. */
export function playedAround(stage: Stage, options: DcTestOptions, dcNodeId: Uint8Array, bind: Bind): Around {
  const { nodes = 3, relays = 2, others = 1, dcNodeId: side = 'higher' } = options;
  const association = (role: EndRole) => {
    // Each another Node ID, all on the same side of the DC's.
    const nodeId = stage.fresh(16);
    nodeId[0] = side === 'lower' ? 0x00 : 0xff;
    return new PlayedChannel({
      kind: 'association',
      ...associationWith(DEFAULT_TEST_SECRET, stage.fresh(16)),
      own: { nodeId, role },
      peer: { nodeId: dcNodeId, role: 'dc' },
    });
  };
  const some = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index));
  return {
    nodes: some(
      nodes,
      (index) => new RegisteringNode(`node ${index + 1}`, nodeName(index), association('node'), bind),
    ),
    relays: some(relays, (index) => new RegisteringRelay(`relay ${index + 1}`, association('rs'), bind)),
    others: some(others, (index) => new OtherDc(`DC ${index + 2}`, association('dc'), bind)),
  };
}

/** The one of the parties that stands for the associated peer where a case wants just one. */
export async function peerOf({ nodes, others }: Around, options: DcTestOptions): Promise<PlayedDc> {
  const isDc = options.peer === 'dc';
  const party: Party | undefined = isDc ? others[0] : nodes[0];
  if (party === undefined) throw new Error('a DC with nobody around it');
  // Where other DCs are stands in the configuration.
  for (const other of others) await other.socket();
  const peer = await party.socket();
  Object.assign(peer.habits, options.habits);
  // A DC asks for the node that is registered to provoke an opening.
  return new AssociatedPeer(peer, party.association, at(nodes, isDc ? PROVOKING : 0, 'node').fqdn);
}

/** The name of a played node. */
export function nodeName(index: number): string {
  return `node${index + 1}.${OWN_ZONE}`;
}

/** The configuration of a DC. */
export function dcConfig(
  options: DcTestOptions,
  nodeId: Uint8Array,
  around: Around,
  listen: readonly Ip[],
  resolver?: Endpoint,
  updates?: Endpoint,
): Fields {
  const timers = Object.entries(options.timers ?? {}).map(([name, s]) => [
    name,
    Number.isInteger(s) ? s : `${s}`,
  ]);
  const other = around.others[0];
  const isToldWhere = options.silentStart !== true && options.findsOthers !== true;
  return {
    role: 'dc',
    nodeId: toHex(nodeId),
    listen: listen.map((ip) => formatEndpoint({ ip, port: 0 })),
    zones: [OWN_ZONE],
    pools: [...(options.pools ?? POOLS)],
    associations: [
      ...around.nodes.map((node) => ({ ...trust(node), peerRole: 'node', name: node.fqdn })),
      ...around.relays.map((relay, index) => ({
        ...trust(relay),
        peerRole: 'rs',
        kinds: [...(options.relayKinds ?? (['S', 'N', 'T'] as const))],
        pool: [...(options.lent?.[index] ?? lentPool(index))],
      })),
      ...around.others.map((dc, index) => ({
        ...trust(dc),
        peerRole: 'dc',
        endpoints: isToldWhere ? dc.sockets.map(({ local }) => formatEndpoint(local)) : [],
        zones: [OTHERS[index]?.zone ?? ''],
        prefixes: [...(OTHERS[index]?.prefixes ?? [])],
      })),
    ],
    ...(options.access && { access: withNodeId(options.access, other?.nodeId) }),
    ...(options.dns && { dns: dnsConfig(options.dns, listen, updates) }),
    ...(resolver && { resolver: formatEndpoint(resolver) }),
    ...(options.advertise && { advertise: [...options.advertise] }),
    limits: { ...RUN_LIMITS, ...options.limits },
    ...(timers.length > 0 && { timers: Object.fromEntries(timers) as Fields }),
    ...(options.withoutProfile === true
      ? {}
      : { testProfile: { global: [...TEST_PROFILE.global], private: [] } }),
  };
}

function dnsConfig(
  { policy, addresses = {} }: DnsTestOptions,
  listen: readonly Ip[],
  updates: Endpoint | undefined,
): Fields {
  // Another server is told no more than it takes.
  const usual = updates === undefined ? PUBLIC_ADDRESSES : { [NAME_SERVER.name]: NAME_SERVER.addresses };
  const provisioned = { ...addresses, ...usual };
  return {
    listen: listen.map((ip) => formatEndpoint({ ip, port: 0 })),
    nameServers: [NAME_SERVER.name],
    addresses: Object.entries(provisioned).map(([name, list]) => ({ name, addresses: [...list] })),
    ...(policy !== undefined && { policy }),
    ...(updates && {
      update: { server: formatEndpoint(updates), key: UPDATE_KEY.name, secret: UPDATE_KEY.base64 },
    }),
  };
}

function trust({ association }: Party): Fields {
  const { id, secret, own } = association;
  return { id: toHex(id), secret: toHex(secret), peer: toHex(own.nodeId) };
}

function withNodeId(access: Fields, other: Uint8Array | undefined): Fields {
  const list = access.nodeInformation;
  if (!Array.isArray(list) || other === undefined) return access;
  const nodeInformation = list.map((item) => (item === 'other DC' ? toHex(other) : item));
  return { ...access, nodeInformation };
}

function at<T>(list: readonly T[], index: number, what: string): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`no ${what} ${index}`);
  return item;
}
