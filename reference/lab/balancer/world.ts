/**
 * A service behind a balancer, which clients reach by an NTMA in front of it, on the simulated Internet: the topology of
 * the paper's figure 4, with the NTMA and nodes in place of its packet generator.
 */
import type { Endpoint, Ip } from '../../address.ts';
import { formatEndpoint, parseIp } from '../../address.ts';
import { dcConfig } from '../../config/dc.ts';
import { nodeConfig } from '../../config/node.ts';
import { ntmaConfig } from '../../config/ntma.ts';
import { addressQuery, readAddresses } from '../../dns/addresses.ts';
import { addressAnswer } from '../../dns/answer.ts';
import { readQuery, Type } from '../../dns/query.ts';
import { encodeName } from '../../dns/zone/names.ts';
import type { Host } from '../../net/sim/host.ts';
import { Internet } from '../../net/sim/internet.ts';
import type { AfterPromises } from '../../net/sim/time.ts';
import { readHead } from '../../packet/head.ts';
import { readInner } from '../../packet/inner.ts';
import { Refusal } from '../../refusal.ts';
import { createDc } from '../../roles/dc/core.ts';
import { createNode } from '../../roles/node/core.ts';
import { createNtma } from '../../roles/ntma/core.ts';
import { Chance } from '../chance.ts';
import { isVirtual, PORT } from '../configs.ts';
import { GeneralHost } from '../general/host.ts';
import type { Created } from '../party.ts';
import { Party } from '../party.ts';
import type { Place } from '../places.ts';
import { bring, Places } from '../places.ts';
import { Stack } from '../stack.ts';
import type { Algorithm } from './algorithms.ts';
import { Balancer } from './balancer.ts';
import type { Adaptor, ClientName } from './configs.ts';
import {
  ADAPTORS,
  BALANCER,
  clientConfigOf,
  dcConfigFor,
  fqdn,
  GENERAL,
  hostAddresses,
  ntmaConfigOf,
  PUBLIC,
  SERVERS,
  SERVICE,
  SERVICE_PORT,
} from './configs.ts';
import { readdressed } from './readdress.ts';
import { ServerGround } from './server.ts';
import { Service } from './service.ts';
import { Wire } from './wire.ts';

const LINK = { delayMin: 5 };
/** Registration takes that long at most. */
const READY = 10_000;
const ip = (text: string): Ip => parseIp(text) as Ip;

export interface BalancerWorldOptions {
  readonly seed: string;
  readonly algorithm: Algorithm;
  /** Milliseconds for which a client stays at its server. */
  readonly persistence: number;
  /** How many clients there are. */
  readonly clients: number;
  /** How many NTMAs serve the balancer. [NTMA-08] */
  readonly adaptors?: 1 | 2;
}

export interface Client {
  readonly name: ClientName;
  readonly party: Party;
  readonly stack: Stack;
}

export class BalancerWorld {
  readonly net: Internet;
  readonly places: Places;
  readonly balancer: Balancer;
  readonly clients: readonly Client[];
  readonly adaptors: readonly Party[];
  /** A host that runs nothing of NTMobile. */
  readonly general: Stack;
  /** What stands on both sides of the balancer. */
  readonly outside: Wire;
  readonly inside: Wire;
  private readonly options: BalancerWorldOptions;
  private readonly dc: Party;
  private readonly router: Host;
  private readonly servers: readonly ServerGround[];
  private lookUps = 0;

  constructor(options: BalancerWorldOptions, afterPromises: AfterPromises) {
    const { seed, algorithm, persistence, clients, adaptors = 1 } = options;
    this.options = options;
    this.net = new Internet(seed, afterPromises);
    this.places = new Places(this.net);
    this.outside = new Wire(this.net.time);
    this.inside = new Wire(this.net.time);
    const names = Array.from({ length: clients }, (_, index): ClientName => `client${index + 1}`);
    this.dc = this.fixed('dc', (random) => createDc(dcConfig.parse(dcConfigFor(names)), random));
    this.adaptors = ADAPTORS.slice(0, adaptors).map((name) => this.adaptor(name));
    this.clients = names.map((name) => this.makeClient(name));
    this.servers = SERVERS.map(({ addresses }) => this.server(addresses));
    this.balancer = new Balancer({
      algorithm,
      persistence,
      servers: SERVERS.map(({ addresses: [v4, v6], weight }) => ({
        addresses: { 4: ip(v4), 6: ip(v6) },
        weight,
      })),
      isService: (address) =>
        address === BALANCER.outside || this.adaptors.some((party) => party.addresses().includes(address)),
    });
    this.router = this.host('router', [PUBLIC]);
    this.router.onIp = (packet) => this.forward(packet);
    const plain = new GeneralHost(this.host('general', [GENERAL]));
    plain.query = (message) => this.answer(message);
    this.general = new Stack(plain);
  }

  now(): number {
    return this.net.time.now();
  }

  run(duration: number, isDone?: () => boolean): Promise<boolean> {
    return this.net.time.run(duration, isDone);
  }

  /** Starts all, each client at its place. @throws Error if one does not register */
  async start(places: readonly Place[]): Promise<void> {
    for (const [index, place] of places.entries()) this.move(index, place);
    const nodes = [...this.adaptors, ...this.clients.map(({ party }) => party)];
    await this.dc.start();
    await this.run(1000);
    for (const party of nodes) await party.start();
    const isReady = (): boolean => nodes.every((party) => party.addresses().length > 0);
    if (!(await this.run(READY, isReady))) throw new Error('not everybody registers');
  }

  move(client: number, place: Place): void {
    bring(this.client(client).party.host, place);
  }

  /** @throws RangeError */
  client(index: number): Client {
    const client = this.clients[index];
    if (client === undefined) throw new RangeError(`there is no client ${index}`);
    return client;
  }

  /** What DNS says: the service's name leads to one NTMA after the other. [NTMA-06, NTMA-07, NTMA-08] */
  async answer(message: Uint8Array): Promise<Uint8Array> {
    const query = readQuery(message);
    if (query === undefined) throw new Error('not a query');
    if (query.name !== SERVICE) return this.dc.query(message);
    const { adaptors = 1 } = this.options;
    const target = fqdn(ADAPTORS[this.lookUps++ % adaptors] ?? 'ntma1');
    const further = addressQuery(target, query.type === Type.aaaa ? 6 : 4, query.id);
    const addresses = readAddresses(await this.dc.query(further), further)?.addresses ?? [];
    const links = [{ name: encodeName(SERVICE), ttl: 60, target: encodeName(target) }];
    return addressAnswer(query, addresses, { links });
  }

  /** The router of the site has the public address, and gives the balancer what comes for it. */
  private forward(packet: Uint8Array): void {
    const head = readHead(packet);
    const inward = head && readdressed(head, 'destination', ip(BALANCER.outside));
    if (inward !== undefined) this.toBalancer(inward);
  }

  private toBalancer(packet: Uint8Array): void {
    this.outside.send('in', packet, (arrived) => {
      const inward = this.balancer.inward(arrived, this.now());
      if (inward !== undefined) this.toServer(inward);
    });
  }

  private toServer(packet: Uint8Array): void {
    this.inside.send('in', packet, (arrived) => {
      const inner = readInner(arrived);
      if (inner instanceof Refusal) return;
      this.servers.find(({ addresses }) => addresses.includes(inner.destination))?.onPacket(arrived);
    });
  }

  private toClients(packet: Uint8Array): void {
    const outward = this.balancer.outward(packet, this.now());
    if (outward !== undefined) this.outside.send('out', outward, (arrived) => this.route(arrived));
  }

  /** Virtual prefixes lead to the NTMA whose service address it is, all else to the router. */
  private route(packet: Uint8Array): void {
    const inner = readInner(packet);
    if (inner instanceof Refusal) return;
    const { source, destination } = inner;
    if (isVirtual(destination)) {
      this.adaptors.find((party) => party.addresses().includes(source))?.packet(packet);
      return;
    }
    const head = readHead(packet);
    const outward = head && readdressed(head, 'source', ip(PUBLIC));
    if (outward !== undefined) this.router.sendIp(outward);
  }

  private adaptor(name: Adaptor): Party {
    const party = this.fixed(name, (random) => createNtma(ntmaConfig.parse(ntmaConfigOf(name)), random));
    party.onPacket = (packet) => this.toBalancer(packet);
    return party;
  }

  private makeClient(name: ClientName): Client {
    const party = this.party(name, this.net.host(name), (listen, random) =>
      createNode(nodeConfig.parse(clientConfigOf(name, listen.map(formatEndpoint))), random),
    );
    party.lookUp = (message) => this.answer(message);
    return { name, party, stack: new Stack(party) };
  }

  private server(addresses: readonly string[]): ServerGround {
    const ground = new ServerGround(this.net.host(addresses[0] ?? ''), addresses.map(ip), (packet) =>
      this.inside.send('out', packet, (arrived) => this.toClients(arrived)),
    );
    new Service(new Stack(ground), SERVICE_PORT, addresses[0] ?? '');
    return ground;
  }

  private fixed(name: 'dc' | Adaptor, create: (random: Chance['bytes']) => Created): Party {
    return this.party(name, this.host(name, hostAddresses(name)), (_, random) => create(random));
  }

  private host(name: string, addresses: readonly string[]): Host {
    const host = this.net.host(name);
    host.plug('eth', this.net.realm, LINK, addresses.map(ip));
    return host;
  }

  private party(
    name: string,
    host: Host,
    create: (listen: readonly Endpoint[], random: Chance['bytes']) => Created,
  ): Party {
    let starts = 0;
    return new Party(host, PORT, (listen) =>
      create(listen, new Chance(`${this.options.seed} ${name} ${++starts}`).bytes),
    );
  }
}
