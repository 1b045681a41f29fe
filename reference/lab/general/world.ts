/** General peers on the simulated Internet: nodes, their DC, relays that are tunnel ends, and hosts that run nothing. */
import type { Endpoint, Ip } from '../../address.ts';
import { formatEndpoint, parseIp } from '../../address.ts';
import { dcConfig } from '../../config/dc.ts';
import type { NodeConfigInput } from '../../config/node.ts';
import { nodeConfig } from '../../config/node.ts';
import { rsNConfig } from '../../config/rs-n.ts';
import { rsTConfig } from '../../config/rs-t.ts';
import { addressAnswer, errorAnswer, Rcode } from '../../dns/answer.ts';
import { readQuery } from '../../dns/query.ts';
import type { Host } from '../../net/sim/host.ts';
import { Internet } from '../../net/sim/internet.ts';
import type { AfterPromises } from '../../net/sim/time.ts';
import { createDc } from '../../roles/dc/core.ts';
import { createNode } from '../../roles/node/core.ts';
import { createRsN } from '../../roles/rs-n/core.ts';
import { createRsT } from '../../roles/rs-t/core.ts';
import { Chance } from '../chance.ts';
import { PORT } from '../configs.ts';
import type { Created } from '../party.ts';
import { Party } from '../party.ts';
import type { Place } from '../places.ts';
import { bring, Places } from '../places.ts';
import { Stack } from '../stack.ts';
import type { Member, Server, Wanderer } from './configs.ts';
import { DC, hostAddresses, nodeConfigOf, RS_T, rsNConfigOf, WANDERERS } from './configs.ts';
import { GeneralHost } from './host.ts';

const SERVERS: readonly Server[] = ['dc', 'rsn1', 'rsn2', 'rst'];
const LINK = { delayMin: 5 };
/** Registration takes that long at most. */
const READY = 10_000;

export class GeneralWorld {
  readonly net: Internet;
  readonly places: Places;
  readonly parties: Readonly<Record<Member, Party>>;
  readonly stacks: Readonly<Record<Wanderer, Stack>>;
  /** Sees what roles draw by chance: keys, among others. */
  onDraw: (bytes: Uint8Array) => void = () => {};
  private readonly where = new Map<Wanderer, Place>();
  /** What DNS says of general hosts. */
  private readonly names = new Map<string, readonly Ip[]>();
  private readonly seed: string;

  /** @param general the policy of alice, and that of bob */
  constructor(
    seed: string,
    afterPromises: AfterPromises,
    general: NodeConfigInput['general'],
    ofBob: NodeConfigInput['general'] = general,
  ) {
    this.seed = seed;
    this.net = new Internet(seed, afterPromises);
    this.places = new Places(this.net);
    const servers = SERVERS.map((name) => [name, this.server(name)] as const);
    const nodes = WANDERERS.map((node) => [node, this.node(node, node === 'bob' ? ofBob : general)] as const);
    this.parties = Object.fromEntries<Party>([...servers, ...nodes]) as Record<Member, Party>;
    const stacks = nodes.map(([node, party]) => [node, new Stack(party)] as const);
    this.stacks = Object.fromEntries(stacks) as Record<Wanderer, Stack>;
  }

  get alice(): Stack {
    return this.stacks.alice;
  }

  now(): number {
    return this.net.time.now();
  }

  run(duration: number, isDone?: () => boolean): Promise<boolean> {
    return this.net.time.run(duration, isDone);
  }

  /** Starts all, with alice at a place, and bob if there is one for him. @throws Error if a node does not register */
  async start(...places: readonly Place[]): Promise<void> {
    const nodes = WANDERERS.slice(0, places.length);
    for (const [index, place] of places.entries()) this.move(place, nodes[index]);
    await Promise.all(SERVERS.map((name) => this.parties[name].start()));
    await this.run(1000);
    await Promise.all(nodes.map((node) => this.parties[node].start()));
    const isReady = (): boolean => nodes.every((node) => this.parties[node].addresses().length > 0);
    if (!(await this.run(READY, isReady))) throw new Error('a node does not register');
  }

  move(place: Place, node: Wanderer = 'alice'): void {
    this.where.set(node, place);
    bring(this.parties[node].host, place);
  }

  /** Where a node is. @throws Error before the start. */
  placeOf(node: Wanderer): Place {
    const place = this.where.get(node);
    if (place === undefined) throw new Error(`${node} is nowhere`);
    return place;
  }

  /** A host of the Internet that runs nothing of NTMobile, with its name in DNS. */
  general(
    name: string,
    ...addresses: readonly string[]
  ): { readonly ground: GeneralHost; readonly stack: Stack } {
    const host = this.net.host(name);
    this.plug(host, addresses);
    this.names.set(name, host.addresses);
    const ground = new GeneralHost(host);
    return { ground, stack: new Stack(ground) };
  }

  private answer(message: Uint8Array): Uint8Array | undefined {
    const query = readQuery(message);
    if (query === undefined) return undefined;
    const addresses = this.names.get(query.name ?? '');
    return addresses === undefined ? errorAnswer(query, Rcode.nameError) : addressAnswer(query, addresses);
  }

  private node(name: Wanderer, general: NodeConfigInput['general']): Party {
    const party = this.party(name, this.net.host(name), (listen, random) =>
      createNode(nodeConfig.parse(nodeConfigOf(name, listen.map(formatEndpoint), general)), random),
    );
    party.lookUp = (message) => Promise.resolve(this.answer(message));
    return party;
  }

  private server(name: Server): Party {
    const host = this.net.host(name);
    this.plug(host, hostAddresses(name));
    const party = this.party(name, host, (_, random) => createServer(name, random));
    // What comes out of a tunnel here is for the Internet, and the other way round.
    party.onPacket = (packet) => host.sendIp(packet);
    host.onIp = (packet) => party.packet(packet);
    return party;
  }

  private plug(host: Host, addresses: readonly string[]): void {
    host.plug(
      'eth',
      this.net.realm,
      LINK,
      addresses.map((text) => parseIp(text) as Ip),
    );
  }

  private party(
    name: Member,
    host: Host,
    create: (listen: readonly Endpoint[], random: Chance['bytes']) => Created,
  ): Party {
    let starts = 0;
    return new Party(host, PORT, (listen) => {
      const { bytes } = new Chance(`${this.seed} ${name} ${++starts}`);
      return create(listen, (length) => {
        const drawn = bytes(length);
        this.onDraw(drawn);
        return drawn;
      });
    });
  }
}

function createServer(name: Server, random: Chance['bytes']): Created {
  switch (name) {
    case 'dc':
      return createDc(dcConfig.parse(DC), random);
    case 'rst':
      return createRsT(rsTConfig.parse(RS_T), random);
    default:
      return createRsN(rsNConfig.parse(rsNConfigOf(name)), random);
  }
}
