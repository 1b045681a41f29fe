/** A whole NTMobile on a simulated Internet in virtual time: two DCs, two relays, two nodes. The same seed gives the same run. */
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
import { dcConfigOf, fqdn, NAMES, nodeConfigOf, PORT, relayConfigOf, SERVERS } from './configs.ts';
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
    this.stacks = { alice: new Stack(this.parties.alice), bob: new Stack(this.parties.bob) };
  }

  now(): number {
    return this.net.time.now();
  }

  /** Starts everybody, the nodes at those places, and waits until both are registered. @throws Error if they are not. */
  async start(alice: Place, bob: Place): Promise<void> {
    this.move('alice', alice);
    this.move('bob', bob);
    await Promise.all(NAMES.map((name) => this.parties[name].start()));
    const isReady = (): boolean =>
      (['alice', 'bob'] as const).every((name) => this.parties[name].events('registered').length > 0);
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

  /** One node's application sends to the other node, by name, until the flow is stopped. */
  flow(from: NodeName, interval = 200, version: 4 | 6 = 4): Flow {
    const name = fqdn(from === 'alice' ? 'bob' : 'alice');
    return new Flow(this.stacks[from], { name, version, interval, port: FLOW_PORT + this.flows++ });
  }

  private party(name: Name): Party {
    const host = this.net.host(name);
    if (name !== 'alice' && name !== 'bob')
      host.plug(
        'eth',
        this.net.realm,
        SERVER_LINK,
        SERVERS[name].map((text) => parseIp(text) as Ip),
      );
    let starts = 0;
    return new Party(host, PORT, (listen) =>
      create(name, listen, new Chance(`${this.seed} ${name} ${++starts}`).bytes),
    );
  }
}

function create(name: Name, listen: readonly Endpoint[], random: Chance['bytes']): Created {
  switch (name) {
    case 'dc1':
    case 'dc2':
      return createDc(dcConfig.parse(dcConfigOf(name)), random);
    case 'rs1':
    case 'rs2':
      return createRsS(rsConfig.parse(relayConfigOf(name)), random);
    default:
      return createNode(nodeConfig.parse(nodeConfigOf(name, listen.map(formatEndpoint))), random);
  }
}
