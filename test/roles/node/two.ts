/** Two nodes, each with its DC played, and a played RS-S; the test is what the DCs agree on. */
import type { Endpoint, Ip } from '../../../reference/address.ts';
import { fromHex } from '../../../reference/bytes.ts';
import type { NodeConfigInput } from '../../../reference/config/node.ts';
import { nodeConfig } from '../../../reference/config/node.ts';
import type { Random } from '../../../reference/core.ts';
import { addressQuery } from '../../../reference/dns/addresses.ts';
import { echoReply, echoRequest, readEcho } from '../../../reference/packet/echo.ts';
import { createNode } from '../../../reference/roles/node/core.ts';
import type { DirectionRequest, RouteDirection } from '../../../reference/wire/messages.ts';
import { endpoint, seededBytes } from '../../channel/pair.ts';
import { direction, PlayedDc } from './played-dc.ts';
import type { Leg } from './played-relay.ts';
import { PlayedRelay } from './played-relay.ts';
import { RoleParty, Sim } from './sim.ts';
import { TEST_PROFILE } from './world.ts';

export interface End {
  readonly config: NodeConfigInput;
  readonly name: string;
  readonly node: RoleParty;
  readonly dc: PlayedDc;
  readonly virtual: { readonly 4: Ip; readonly 6: Ip };
}

const PLACES = [
  { at: ['203.0.113.1:5000', '[2001:db8:1::1]:5000'], dc: ['192.0.2.11:4411', '[2001:db8::11]:4411'] },
  { at: ['198.51.100.2:6000', '[2001:db8:2::2]:6000'], dc: ['192.0.2.12:4411', '[2001:db8::12]:4411'] },
] as const;

export const RELAY = ['192.0.2.50:4411', '[2001:db8::50]:4411'].map(endpoint);

function configOf(index: 0 | 1): NodeConfigInput {
  const { at, dc } = PLACES[index];
  return {
    role: 'node',
    testProfile: TEST_PROFILE,
    nodeId: ['0a', 'b0'][index]?.repeat(16) ?? '',
    name: ['alice.ntmobile.example', 'bob.ntmobile.test'][index] ?? '',
    listen: [...at],
    association: {
      id: ['c0', 'c1'][index]?.repeat(16) ?? '',
      secret: 'd0'.repeat(32),
      peer: ['a0', 'a1'][index]?.repeat(16) ?? '',
      peerRole: 'dc',
      endpoints: [...dc],
    },
  };
}

/** How a path is directed. */
export interface Plan {
  readonly number?: number;
  /** Of the end that asks; the other one's goes with it. */
  readonly part?: 1 | 2 | 3;
  /** Of each end, as the other one is told. */
  readonly candidates?: readonly [Endpoint[], Endpoint[]];
  readonly relay?: boolean;
  readonly suite?: 1 | 2;
  readonly lifetime?: number;
  readonly replaces?: Uint8Array;
}

export class Two {
  readonly sim = new Sim();
  readonly ends: readonly [End, End];
  readonly relay: PlayedRelay;
  private queries = 0;
  private readonly starts: [number, number] = [0, 0];

  /** @param locals where the nodes' sockets are bound. */
  constructor(
    locals: readonly (readonly Endpoint[])[] = [],
    change: readonly Partial<NodeConfigInput>[] = [],
  ) {
    this.relay = new PlayedRelay(this.sim, new Uint8Array(16).fill(0x55), RELAY);
    this.ends = [0, 1].map((index) => {
      const which = index as 0 | 1;
      const input = { ...configOf(which), ...change[index] };
      const dc = new PlayedDc(this.sim, nodeConfig.parse(input), PLACES[which].dc.map(endpoint));
      dc.addresses = [`198.18.0.${index + 1}`, `fd00:1::${index + 1}`] as Ip[];
      const node = this.boot(which, input, locals[index] ?? PLACES[which].at.map(endpoint));
      const virtual = { 4: dc.addresses[0] as Ip, 6: dc.addresses[1] as Ip };
      return { config: input, name: input.name, node, dc, virtual };
    }) as [End, End] as readonly [End, End];
    for (const { node } of this.ends) node.start();
    this.sim.run(1000);
  }

  /** A node comes up again where it was, with nothing but its configuration. */
  restart(which: 0 | 1): void {
    const end = this.ends[which];
    this.sim.remove(end.node);
    const node = this.boot(which, end.config, end.node.locals);
    (this.ends as [End, End])[which] = { ...end, node };
    node.start();
  }

  /** From now on the DC of an end gives the path of a plan for each name that it is asked for, the other end first. */
  plan(asks: 0 | 1, plan: Plan | ((request: DirectionRequest) => Plan)): void {
    const from = this.ends[asks];
    from.dc.onDirection = (request, { from: at }) => {
      const { mine, other } = this.directions(asks, typeof plan === 'function' ? plan(request) : plan);
      this.ends[1 - asks]?.dc.tell(other);
      from.dc.tell({ ...mine, transaction: request.transaction, status: 0 }, at);
    };
  }

  /** The directions of a path, for the end that asks and for the other one; the relay is told. */
  directions(asks: 0 | 1, plan: Plan): { readonly mine: RouteDirection; readonly other: RouteDirection } {
    const { number = 1, part = 1, candidates, relay = false, suite = 1, lifetime = 300, replaces } = plan;
    const ids = this.ends.map(({ config }) => fromHex(config.nodeId)) as [Uint8Array, Uint8Array];
    const legs = [0, 1].map(
      (index): Leg => ({
        legId: new Uint8Array(16).fill(0x80 + 2 * number + index),
        legSecret: new Uint8Array(32).fill(0x80 + 2 * number + index),
      }),
    ) as [Leg, Leg];
    const shared = direction(number, { suite, lifetime });
    if (relay)
      this.relay.direct(shared.pathId, [
        [ids[0], legs[0]],
        [ids[1], legs[1]],
      ]);
    const directionOf = (which: 0 | 1): RouteDirection => {
      const peer = this.ends[(1 - which) as 0 | 1];
      const own = which === asks ? part : part === 3 ? 3 : ((3 - part) as 1 | 2);
      const given = candidates?.[1 - which];
      return {
        ...direction(number, { suite, lifetime }),
        part: own,
        peer: {
          nodeId: ids[1 - which] as Uint8Array,
          instance: this.instance((1 - which) as 0 | 1),
          fqdn: peer.name,
          virtualAddresses: [peer.virtual[4], peer.virtual[6]],
        },
        ...(given && { candidates: given }),
        ...(relay && { relay: { kind: 1, nodeId: this.relay.nodeId, endpoints: RELAY, leg: legs[which] } }),
        ...(replaces && { replaces }),
      } as RouteDirection;
    };
    return { mine: directionOf(asks), other: directionOf((1 - asks) as 0 | 1) };
  }

  instance(which: 0 | 1): Uint8Array {
    const instance = this.ends[which].dc.of(1).at(-1)?.message.instance;
    if (instance === undefined) throw new Error('not registered');
    return instance;
  }

  /** An application of an end asks for the name of the other one. */
  resolve(from: 0 | 1, version: 4 | 6 = 4): void {
    const message = addressQuery(this.ends[(1 - from) as 0 | 1].name, version, 7);
    this.ends[from].node.handle({ kind: 'query', query: ++this.queries, message, transport: 'udp' });
  }

  /** How many paths an end has. */
  paths(of: 0 | 1): number {
    return this.ends[of].node.role.counters()['table.paths.size'] ?? -1;
  }

  /** Sends an echo request from an end to the other one. */
  ping(from: 0 | 1, version: 4 | 6, sequence: number, size = 20): void {
    const [own, other] = [this.ends[from], this.ends[(1 - from) as 0 | 1]];
    const data = new Uint8Array(size);
    const request = {
      source: own.virtual[version],
      destination: other.virtual[version],
      id: 1,
      sequence,
      data,
    };
    own.node.packet(echoRequest(request));
  }

  /** Sequences of the echo replies that an end got. */
  replies(to: 0 | 1): number[] {
    return this.ends[to].node.delivered.flatMap((packet) => {
      const echo = readEcho(packet);
      return echo?.kind === 'reply' ? [echo.sequence] : [];
    });
  }

  protected create(_: 0 | 1, config: NodeConfigInput, random: Random): ReturnType<typeof createNode> {
    return createNode(nodeConfig.parse(config), random);
  }

  private boot(which: 0 | 1, config: NodeConfigInput, locals: readonly Endpoint[]): RoleParty {
    const seed = 10 * (which + 1) + ++this.starts[which];
    const node = new RoleParty(this.sim, this.create(which, config, seededBytes(seed)), locals);
    node.onPacket = (packet) => {
      const reply = echoReply(packet);
      if (reply !== undefined) node.packet(reply);
    };
    return node;
  }
}
