/** A whole NTMobile on a simulated Internet in virtual time: two DCs, two relays, some nodes. The same seed gives the same run. */
import type { Endpoint, Ip } from '../address.ts';
import { formatEndpoint, parseIp } from '../address.ts';
import { dcConfig } from '../config/dc.ts';
import { nodeConfig } from '../config/node.ts';
import { rsConfig } from '../config/rs-s.ts';
import { Internet } from '../net/sim/internet.ts';
import type { LinkOptions } from '../net/sim/link.ts';
import type { AfterPromises } from '../net/sim/time.ts';
import { createDc } from '../roles/dc/core.ts';
import { createNode } from '../roles/node/core.ts';
import { createRsS } from '../roles/rs-s/core.ts';
import { Chance } from './chance.ts';
import type { Name, NodeName } from './configs.ts';
import {
  dcConfigOf,
  fqdn,
  NAMES,
  NODES,
  nodeConfigOf,
  PORT,
  relayConfigOf,
  SERVER_NAMES,
  SERVERS,
} from './configs.ts';
import { Flow } from './flow.ts';
import type { Created } from './party.ts';
import { Party } from './party.ts';
import type { Place } from './places.ts';
import { bring, Places } from './places.ts';
import { Stack } from './stack.ts';

const SERVER_LINK: LinkOptions = { delayMin: 5 };
/** Registration takes that long at most. */
const READY = 10_000;
const FLOW_PORT = 9000;

export class World {
  readonly net: Internet;
  readonly places: Places;
  readonly chance: Chance;
  readonly parties: Readonly<Record<Name, Party>>;
  readonly stacks: Readonly<Record<NodeName, Stack>>;
  /** Nodes that start behind a NAT64 are told of it. */
  isNat64Known = false;
  /** Sees what roles draw by chance: keys, among others. */
  onDraw: (bytes: Uint8Array) => void = () => {};
  private readonly seed: string;
  private readonly where = new Map<NodeName, Place>();
  private flows = 0;

  constructor(seed: string, afterPromises: AfterPromises) {
    this.seed = seed;
    this.chance = new Chance(`${seed} chance`);
    this.net = new Internet(seed, afterPromises);
    this.places = new Places(this.net);
    const parties = NAMES.map((name) => [name, this.party(name)] as const);
    this.parties = Object.fromEntries(parties) as Record<Name, Party>;
    const stacks = NODES.map((name) => [name, new Stack(this.parties[name])] as const);
    this.stacks = Object.fromEntries(stacks) as Record<NodeName, Stack>;
  }

  now(): number {
    return this.net.time.now();
  }

  /**
   * Starts the servers, and as many nodes as there are places, alice at the first one, and waits until they are
   * registered. @throws Error if they are not
   */
  async start(...places: readonly Place[]): Promise<void> {
    const nodes = NODES.slice(0, places.length);
    for (const [index, place] of places.entries()) this.move(nodes[index] ?? 'alice', place);
    await Promise.all([...SERVER_NAMES, ...nodes].map((name) => this.parties[name].start()));
    const isReady = (): boolean => nodes.every((name) => this.parties[name].events('registered').length > 0);
    if (!(await this.run(READY, isReady))) throw new Error('a node does not register');
  }

  run(duration: number, isDone?: () => boolean): Promise<boolean> {
    return this.net.time.run(duration, isDone);
  }

  /** A node's host comes to a place, which its driver is told. */
  move(name: NodeName, place: Place, link?: LinkOptions): void {
    this.where.set(name, place);
    bring(this.parties[name].host, place, link);
  }

  /** Where a node is. @throws Error before the start. */
  placeOf(name: NodeName): Place {
    const place = this.where.get(name);
    if (place === undefined) throw new Error(`${name} is nowhere`);
    return place;
  }

  /** One node's application sends to another node, by name, until the flow is stopped. */
  flow(from: NodeName, interval = 200, to: NodeName = 'bob', version: 4 | 6 = 4): Flow {
    const port = FLOW_PORT + this.flows++;
    return new Flow(this.stacks[from], { name: fqdn(to), version, interval, port });
  }

  private isBehindNat64(name: Name): boolean {
    const node = NODES.find((some) => some === name);
    const sites = node === undefined ? [] : (this.where.get(node)?.sites ?? []);
    return sites.some(({ gateway }) => gateway.nat64 !== undefined);
  }

  private party(name: Name): Party {
    const host = this.net.host(name);
    if (isServer(name))
      host.plug(
        'eth',
        this.net.realm,
        SERVER_LINK,
        SERVERS[name].map((text) => parseIp(text) as Ip),
      );
    let starts = 0;
    return new Party(host, PORT, (listen) => {
      const { bytes } = new Chance(`${this.seed} ${name} ${++starts}`);
      const knowsNat64 = this.isNat64Known && this.isBehindNat64(name);
      return create(name, listen, knowsNat64, (length) => {
        const drawn = bytes(length);
        this.onDraw(drawn);
        return drawn;
      });
    });
  }
}

function isServer(name: Name): name is keyof typeof SERVERS {
  return name in SERVERS;
}

function create(
  name: Name,
  listen: readonly Endpoint[],
  knowsNat64: boolean,
  random: Chance['bytes'],
): Created {
  switch (name) {
    case 'dc1':
    case 'dc2':
      return createDc(dcConfig.parse(dcConfigOf(name)), random);
    case 'rs1':
    case 'rs2':
      return createRsS(rsConfig.parse(relayConfigOf(name)), random);
    default:
      return createNode(nodeConfig.parse(nodeConfigOf(name, listen.map(formatEndpoint), knowsNat64)), random);
  }
}
