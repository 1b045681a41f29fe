/**
 * NTM node. Its applications speak by packets and DNS queries, its DC and its peers by datagrams. A name becomes
 * a direction, a direction a path, and a path carries packets.
 */
import type { Endpoint } from '../../address.ts';
import { sameEndpoint } from '../../address.ts';
import { fromHex, toHex } from '../../bytes.ts';
import type { NodeConfig } from '../../config/node.ts';
import type { Timers } from '../../config/timers.ts';
import { timersFrom } from '../../config/timers.ts';
import type {
  Counters,
  Effect,
  Input,
  Instant,
  Random,
  Role,
  Transport,
  TunnelHotTable,
} from '../../core.ts';
import type { MakeAead } from '../../crypto/aead.ts';
import type { Prefix, TestProfile } from '../../locator.ts';
import { parsePrefix } from '../../locator.ts';
import { Refusal } from '../../refusal.ts';
import { readHeader } from '../../wire/header.ts';
import { MessageType } from '../../wire/registry.ts';
import { endpoints, isLocator, testProfile } from '../settings.ts';
import { Sources } from '../sources.ts';
import { Tally } from '../tally.ts';
import { TunnelTable } from '../tunnel/table.ts';
import { Connections } from './connections.ts';
import { withSizes } from './counters.ts';
import { Flows } from './flows.ts';
import { General } from './general.ts';
import type { HomeEvent } from './home.ts';
import { Home } from './home.ts';
import { hostInterface } from './host-interface.ts';
import { conflict, formatPrefix, Location } from './location.ts';
import { Paths } from './paths.ts';
import { Resolver } from './resolver.ts';
import { suitesOf } from './settings.ts';
import { pathMaker } from './tunnels.ts';

/** DOS-04: source addresses whose rate is watched, and queries that wait. */
const SOURCES_BOUND = 4096;
const QUERIES_BOUND = 1024;
const INSTANCE_LENGTH = 8;

/**
 * Makes a node and its hot table from a configuration.
 * @param aeads what makes the AEADs of paths; the runtime if not given
 */
export function createNode(
  config: NodeConfig,
  random: Random,
  aeads?: MakeAead,
): { readonly role: Role; readonly tunnels: TunnelHotTable } {
  return { role: new Node(config, random, aeads), tunnels: new TunnelTable() };
}

type LookedUp = (response: Uint8Array | undefined, now: Instant) => void;

class Node implements Role {
  private readonly timers: Timers;
  private readonly profile: TestProfile;
  private readonly tally = new Tally();
  private readonly sources: Sources;
  private readonly location: Location;
  private readonly home: Home;
  private readonly paths: Paths;
  private readonly connections: Connections;
  private readonly general: General;
  private readonly config: NodeConfig;
  private readonly lookUps = new Map<number, LookedUp>();
  private lastRef = 0;
  private links: readonly Prefix[];
  private movedAt: Instant = Number.NEGATIVE_INFINITY;
  /** What the host's interface has may have to be something else. */
  private isChanged = false;
  private interface = '';

  constructor(config: NodeConfig, random: Random, aeads: MakeAead | undefined) {
    const timers = timersFrom(config.timers);
    const { tally } = this;
    this.config = config;
    this.timers = timers;
    this.profile = testProfile(config.testProfile);
    this.links = prefixes(config.links);
    const nat64 = config.nat64 === undefined ? undefined : parsePrefix(config.nat64);
    this.location = new Location(endpoints(config.advertise ?? []), this.profile, nat64);
    this.sources = new Sources(config.limits.perSourcePerSecond, SOURCES_BOUND);
    this.home = new Home({
      config,
      timers,
      location: this.location,
      instance: random(INSTANCE_LENGTH),
      tally,
      random,
      usable: this.usable,
      lookUp: (message, answered) => this.lookUp(message, answered),
    });
    this.paths = new Paths(
      config.limits.paths,
      { after: timers['lowest-path'], heard: timers['lowest-path-heard'] },
      tally,
    );
    const nodeId = fromHex(config.nodeId);
    const suites = suitesOf(config);
    const flows = new Flows();
    const general = new General({
      config: config.general,
      profile: this.profile,
      links: () => this.links,
      memory: timers['name-memory'],
      paths: this.paths,
      own: () => this.home.addresses(),
      changed: this.changed,
    });
    this.general = general;
    this.connections = new Connections({
      tally,
      random,
      paths: this.paths,
      resolver: new Resolver({
        marker: config.marker,
        wait: timers['dns-wait'],
        ttl: timers['dns-ttl'] / 1000,
        bound: QUERIES_BOUND,
        bypass: config.dns.onFailure === 'bypass',
        tally,
        random,
        lookUp: (message, transport, answered) => this.lookUp(message, answered, transport),
        want: (goal, now) => this.connections.reach(goal, now),
        resolved: (name, addresses, now) => general.resolved(name, addresses, now),
      }),
      general,
      flows,
      timers: {
        packetHold: timers['packet-hold-time'],
        nameMemory: timers['name-memory'],
        replaceRepeat: timers['replace-repeat'],
        patience: timers['try-over-node-dc'],
      },
      judging: () => ({
        nodeId,
        addresses: this.home.addresses(),
        links: this.links,
        suites,
        isTaken: (context) => this.home.isContext(context) || this.paths.isLeg(context),
      }),
      isRegistered: (now) => this.home.isRegistered(now),
      movedAt: () => this.movedAt,
      makePath: pathMaker({
        config,
        timers,
        random,
        aeads,
        location: this.location,
        rules: {
          profile: this.profile,
          usable: this.usable,
          isVirtual: (ip) => this.home.addresses().includes(ip) || this.paths.forAddress(ip).length > 0,
          isRelay: (endpoint) => this.paths.isRelay(endpoint),
          nat64,
        },
        own: () => this.home.addresses(),
        general: general.anyPeer,
        watch: flows.sent,
      }),
      ask: (message, now) => this.follow(this.home.ask(message, now), now),
      acknowledge: (transaction, status, to, now) =>
        this.follow(this.home.acknowledge(transaction, status, to, now), now),
      lentChanged: this.changed,
    });
  }

  handle(input: Input, now: Instant): Effect[] {
    switch (input.kind) {
      case 'start':
        this.location.set(input.locals);
        this.follow(this.home.attach(false, now), now);
        break;
      case 'datagram':
        this.receive(input.bytes, input.from, now);
        break;
      case 'tick':
        this.follow(this.home.tick(now), now);
        this.connections.follow(this.paths.tick(now), now);
        this.connections.tick(now);
        break;
      case 'packet':
        this.connections.packet(input.packet, now);
        break;
      case 'query':
        this.connections.query(input.query, input.message, input.transport, now);
        break;
      case 'addresses':
        this.move(input.locals, input.links, now);
        break;
      case 'path-event':
        this.connections.follow(this.paths.event(input.pathId, input.event, now), now);
        break;
      case 'done':
        this.lookedUp(input.ref, input.outcome, now);
        break;
      case 'stop':
        // NODE-14: the peers first, while they can still be told.
        this.connections.follow(this.paths.closeAll(now), now);
        if (this.home.isRegistered(now)) this.follow(this.home.want(false, now), now);
        break;
      default:
        throw new Error(`no such input: ${input satisfies never}`);
    }
    const effects = this.tally.take();
    return this.isChanged ? [...this.shown(), ...effects] : effects;
  }

  wakeAt(): Instant | undefined {
    const next = Math.min(this.home.wakeAt(), this.paths.wakeAt(), this.connections.wakeAt());
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  counters(): Counters {
    const { association } = this.home;
    const [kept, keepable] = this.paths.answers();
    return withSizes(this.tally.counters(), {
      paths: [this.paths.all.size, this.paths.bound],
      legs: this.paths.legCount,
      handshakes: association.channel.unconfirmedCount() + this.paths.unconfirmedCount(),
      answers: [association.answerCount() + kept, association.config.answerBound + keepable],
      held: [this.connections.held.size, this.connections.held.bound],
      sources: [this.sources.size, this.sources.bound],
    });
  }

  /** Not our own, and not one that no datagram can come from. [KEY-40, GEN-16] */
  private readonly usable = (endpoint: Endpoint): boolean =>
    isLocator(endpoint, this.profile) &&
    !this.location.own().some((own) => sameEndpoint(own, endpoint)) &&
    !this.home.addresses().includes(endpoint.ip);

  private receive(bytes: Uint8Array, from: Endpoint, now: Instant): void {
    const header = readHeader(bytes);
    if (header instanceof Refusal) return this.tally.refuse(header.layer, from);
    const context = toHex(header.context);
    const isHome = this.home.isContext(context);
    if (!isHome && !this.paths.isContext(context)) return this.tally.refuse('context', from);
    if (!this.sources.admits(from.ip, now)) return this.tally.refuse('rate-source', from);
    let hasFailed: boolean;
    if (isHome) {
      const { events, failed } = this.home.receive(header, bytes, from, now);
      hasFailed = failed;
      this.follow(events, now);
    } else {
      const { events, failed } = this.paths.receive(context, header, bytes, from, now);
      hasFailed = failed;
      this.connections.follow(events, now);
    }
    if (hasFailed) this.sources.failed(from.ip, now);
  }

  private follow(events: readonly HomeEvent[], now: Instant): void {
    for (const event of events) {
      switch (event.kind) {
        case 'registered':
          this.registered(event.isChanged, now);
          break;
        case 'direction': {
          const { message, from } = event;
          if (message.type !== MessageType.routeDirection) break;
          if (from === undefined) this.connections.answered(message, now);
          else if ('pathId' in message) this.connections.directed(message, from, now);
          break;
        }
        case 'unanswered':
          this.connections.unanswered(event.transaction, now);
          break;
        default:
          throw new Error(`no such event: ${event satisfies never}`);
      }
    }
  }

  private readonly changed = (): void => {
    this.isChanged = true;
  };

  /** Comes first, so that what is answered and delivered then is of use. [NODE-04, NODE-15] */
  private shown(): Effect[] {
    this.isChanged = false;
    const addresses = this.home.addresses();
    const has = hostInterface({
      virtual: conflict(addresses, this.links) === undefined ? addresses : [],
      paths: this.paths.all.values(),
      config: this.config.general,
      told: this.general.toldAddresses(),
    });
    const content = JSON.stringify(has);
    if (content === this.interface) return [];
    this.interface = content;
    return [{ kind: 'interface', has }];
  }

  /** [NODE-04, NODE-19] */
  private registered(isChanged: boolean, now: Instant): void {
    if (isChanged) {
      this.tally.event('virtual-addresses-changed', { addresses: this.home.addresses().join(' ') });
      this.connections.follow(this.paths.closeAll(now), now);
    }
    this.connections.follow(this.paths.observed(now), now);
    this.checkLinks(now);
    this.connections.registered(now);
  }

  /** [NODE-15] */
  private checkLinks(now: Instant): void {
    this.changed();
    const found = conflict(this.home.addresses(), this.links);
    if (found !== undefined) {
      const { address, link } = found;
      this.tally.event('address-conflict', { address, link: formatPrefix(link) });
      this.connections.follow(this.paths.closeAll(now), now);
    }
    this.follow(this.home.want(found === undefined, now), now);
  }

  /** [HO-02, NODE-01] */
  private move(locals: readonly Endpoint[], links: readonly string[] | undefined, now: Instant): void {
    this.movedAt = now;
    this.location.set(locals);
    if (links !== undefined) this.links = prefixes(links);
    this.follow(this.home.attach(true, now), now);
    this.connections.follow(this.paths.move(now), now);
    this.checkLinks(now);
  }

  private lookUp(message: Uint8Array, answered: LookedUp, transport?: Transport): void {
    const ref = ++this.lastRef;
    this.lookUps.set(ref, answered);
    this.tally.add({ kind: 'look-up', ref, message, ...(transport && { transport }) });
  }

  private lookedUp(ref: number, outcome: Extract<Input, { kind: 'done' }>['outcome'], now: Instant): void {
    if (outcome.what !== 'looked-up') throw new Error(`a node asked nothing that is ${outcome.what}`);
    const answered = this.lookUps.get(ref);
    this.lookUps.delete(ref);
    answered?.(outcome.response, now);
  }
}

function prefixes(texts: readonly string[]): Prefix[] {
  return texts.map((text) => {
    const prefix = parsePrefix(text);
    if (prefix === undefined) throw new RangeError(`not a prefix: ${text}`);
    return prefix;
  });
}
