/**
 * DC, the party that knows where its nodes are: it gives them virtual addresses, and directs them, the relays
 * and other DCs. A datagram belongs to one of its associations or to nobody.
 */
import type { Endpoint } from '../../address.ts';
import { family, sameEndpoint } from '../../address.ts';
import { fromHex, toHex } from '../../bytes.ts';
import { hasFailed } from '../../channel/types.ts';
import type { DcConfig } from '../../config/dc.ts';
import type { Timers } from '../../config/timers.ts';
import { timersFrom } from '../../config/timers.ts';
import type { Counters, Effect, Input, Instant, Random, Role } from '../../core.ts';
import type { TestProfile } from '../../locator.ts';
import { parsePrefix } from '../../locator.ts';
import { Refusal } from '../../refusal.ts';
import { readHeader } from '../../wire/header.ts';
import type { Message } from '../../wire/messages.ts';
import type { RelayKind } from '../../wire/registry.ts';
import { MessageType } from '../../wire/registry.ts';
import type { AssociationEvent } from '../association/association.ts';
import type { Schedule } from '../association/requests.ts';
import { endpoints, isLocator, testProfile } from '../settings.ts';
import { Sources } from '../sources.ts';
import { Tally } from '../tally.ts';
import { Wakeups } from '../wakeups.ts';
import { tableSizes } from './counters.ts';
import { Directions } from './direction/directions.ts';
import { Federation } from './direction/federation.ts';
import { leaseIsLost } from './direction/lease.ts';
import { Paths } from './direction/paths.ts';
import { schedules } from './direction/schedules.ts';
import { Ledger } from './ledger.ts';
import { Names } from './names/names.ts';
import type { Leaving } from './nodes.ts';
import { Nodes } from './nodes.ts';
import type {
  Answered,
  Dc,
  DcPeer,
  LiveRelayDirection,
  NodePeer,
  Peer,
  Registered,
  RegisteredRelay,
  RelayPeer,
} from './parts.ts';
import { its, Peers } from './peers.ts';
import { Pools } from './pools.ts';
import { RelayDirections } from './relay-directions.ts';
import { Relays } from './relays.ts';
import { Reopening } from './reopening.ts';
import { StandIns } from './stand-ins.ts';

/** DOS-04: source addresses whose rate is watched. */
const SOURCES_BOUND = 4096;
const TRANSACTION_LENGTH = 8;

type Then = (answer: Answered, now: Instant) => void;
type LookedUp = (response: Uint8Array | undefined, now: Instant) => void;
type RequestEvent = Extract<AssociationEvent, { kind: 'request' }>;

/** Makes a DC from a configuration. */
export function createDc(config: DcConfig, random: Random): { readonly role: Role } {
  return { role: new DcRole(config, random) };
}

class DcRole implements Role, Dc {
  readonly config: DcConfig;
  readonly timers: Timers;
  readonly profile: TestProfile;
  readonly tally = new Tally();
  readonly random: Random;
  readonly self: Uint8Array;
  readonly standIns: StandIns;
  private readonly peers: Peers;
  private readonly nodes: Nodes;
  private readonly relayTable: Relays;
  private readonly live: RelayDirections;
  private readonly ledger: Ledger;
  private readonly sources: Sources;
  private readonly directions: Directions;
  private readonly federation: Federation;
  private readonly reopening = new Reopening();
  private readonly names: Names;
  private readonly wakeups = new Wakeups<Peer>();
  private readonly asked = new Map<Peer, Map<string, Then>>();
  private readonly lookUps = new Map<number, LookedUp>();
  private refs = 0;
  private locals: readonly Endpoint[] = [];

  constructor(config: DcConfig, random: Random) {
    this.config = config;
    this.random = random;
    this.timers = timersFrom(config.timers);
    this.profile = testProfile(config.testProfile);
    this.self = fromHex(config.nodeId);
    this.sources = new Sources(config.limits.perSourcePerSecond, SOURCES_BOUND);
    this.peers = new Peers(config, this.timers, this.usable, random);
    this.ledger = new Ledger(() => ++this.refs);
    const pools = new Pools(config.pools.flatMap((text) => parsePrefix(text) ?? []));
    const { timers, ledger, tally } = this;
    this.standIns = new StandIns({ timers, pools, ledger, tally, bound: config.limits.paths });
    this.live = new RelayDirections(this.timers, this.standIns);
    this.relayTable = new Relays({
      timers: this.timers,
      ledger: this.ledger,
      tally: this.tally,
      answer: (peer, message, to, now) => this.answer(peer, message, to, now),
      cameAnew: (peer, now) => this.repeat(peer, now),
    });
    this.names = new Names(this, this.ledger);
    const paths = new Paths(this);
    this.directions = new Directions(this, paths);
    this.federation = new Federation(this, paths);
    this.nodes = new Nodes(
      {
        timers: this.timers,
        pools,
        ledger: this.ledger,
        tally: this.tally,
        answer: (peer, message, to, now) => this.answer(peer, message, to, now),
        aliases: (peer) => this.peers.aliasesFor(peer, (id) => this.live.has(id)),
        left: (peer, how, now) => this.left(peer, how, now),
        changed: (peer) => this.names.touch(peer),
      },
      this.peers.all.filter((peer) => peer.is === 'node'),
    );
  }

  handle(input: Input, now: Instant): Effect[] {
    switch (input.kind) {
      case 'start':
        this.start(input, now);
        break;
      case 'datagram':
        this.receive(input.bytes, input.from, now);
        break;
      case 'tick':
        this.tick(now);
        break;
      case 'done':
        this.done(input, now);
        break;
      case 'query':
        this.tally.add({ kind: 'dns-answer', query: input.query, message: this.names.answer(input, now) });
        break;
      case 'stop':
        // A DC has no word for goodbye: what it promised holds, and paths go on without it.
        break;
      default:
        throw new Error(`a DC has no use for an input of kind ${input.kind}`);
    }
    this.names.refresh(now);
    const persist = this.ledger.take();
    if (persist !== undefined) this.tally.add(persist);
    return this.tally.take();
  }

  wakeAt(): Instant | undefined {
    const next = Math.min(
      this.wakeups.next() ?? Number.POSITIVE_INFINITY,
      this.nodes.wakeAt(),
      this.live.wakeAt(),
      this.standIns.wakeAt(),
      this.directions.wakeAt(),
      this.names.wakeAt(),
      this.reopening.wakeAt(),
    );
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  counters(): Counters {
    const paths = { size: this.live.size, bound: this.config.limits.paths };
    const opened = { 'opened.association': 0 };
    return { ...opened, ...this.tally.counters(), ...tableSizes(this.peers.all, this.sources, paths) };
  }

  request(peer: Peer, message: Message, schedule: Schedule, now: Instant, then: Then): void {
    const waiting = this.asked.get(peer) ?? new Map<string, Then>();
    this.asked.set(peer, waiting);
    waiting.set(toHex(message.transaction), then);
    this.perform(peer, peer.association.request(message, schedule, now), now);
  }

  answer(peer: Peer, message: Message, to: Endpoint, now: Instant): void {
    if ('status' in message && message.status !== undefined) this.tally.answered(message.status);
    this.perform(peer, peer.association.answer(message, to, now), now);
  }

  registered(name: string, now: Instant): Registered | undefined {
    const peer = this.peers.named(name);
    return peer && this.nodes.registered(peer, now);
  }

  registeredPeer(peer: NodePeer, now: Instant): Registered | undefined {
    return this.nodes.registered(peer, now);
  }

  provisioned(name: string): NodePeer | undefined {
    return this.peers.named(name);
  }

  dcFor(zone: string): DcPeer | undefined {
    return this.peers.ofZone(zone);
  }

  relays(kind: RelayKind, families: readonly (4 | 6)[], now: Instant): readonly RegisteredRelay[] {
    return this.relayTable.choose(kind, families, (relay) => this.live.countAt(relay), now);
  }

  relayed(live: LiveRelayDirection, now: Instant): void {
    this.live.add(live, now);
  }

  replaced(pathId: string, now: Instant): void {
    this.live.replaced(pathId, now);
  }

  withdraw(relay: RelayPeer, pathId: Uint8Array, now: Instant): void {
    this.live.remove(toHex(pathId), now);
    const message: Message = {
      type: MessageType.relayDirection,
      transaction: this.random(TRANSACTION_LENGTH),
      pathId,
      withdraw: true,
    };
    this.request(relay, message, schedules(this.timers).dcRs, now, () => {});
  }

  liveAt(pathId: string): LiveRelayDirection | undefined {
    return this.live.get(pathId);
  }

  hasRoom(underWay: number): boolean {
    return this.live.size + underWay < this.config.limits.paths;
  }

  isTaken(id: Uint8Array): boolean {
    const hex = toHex(id);
    return this.live.has(hex) || this.peers.find(hex) !== undefined;
  }

  lookUp(query: Uint8Array, then: LookedUp, how: Parameters<Dc['lookUp']>[2] = undefined): void {
    const ref = ++this.refs;
    this.lookUps.set(ref, then);
    this.tally.add({ kind: 'look-up', ref, message: query, ...how });
  }

  /** Not our own, and not one that no datagram can come from. [GEN-16, KEY-40] */
  private readonly usable = (endpoint: Endpoint): boolean =>
    isLocator(endpoint, this.profile) &&
    ![...this.locals, ...endpoints(this.config.advertise ?? [])].some((own) => sameEndpoint(own, endpoint));

  private start(input: Extract<Input, { kind: 'start' }>, now: Instant): void {
    const { locals, stored = new Map(), wallClock = now } = input;
    this.locals = locals;
    const families = [...new Set(locals.map(({ ip }) => family(ip)))];
    for (const { association } of this.peers.all) association.setFamilies(families);
    const relays = this.peers.all.filter((peer) => peer.is === 'rs');
    this.standIns.restore(stored, wallClock, now);
    const registered = [
      ...this.relayTable.restore(stored, relays, wallClock, now),
      ...this.nodes.restore(stored, wallClock, now),
    ];
    this.names.start(locals, stored, wallClock, now);
    // FED-15, DC-43: until then the others send under keys that are gone.
    for (const peer of this.peers.all)
      if (peer.is === 'dc') this.perform(peer, peer.association.open(now), now);
    this.reopening.start(registered, now);
    this.reopen(now);
  }

  private reopen(now: Instant): void {
    const peer = this.reopening.takeDue(now);
    if (peer !== undefined) this.perform(peer, peer.association.open(now), now);
  }

  private receive(bytes: Uint8Array, from: Endpoint, now: Instant): void {
    const header = readHeader(bytes);
    if (header instanceof Refusal) return this.tally.refuse(header.layer, from);
    const peer = this.peers.find(toHex(header.context));
    if (peer === undefined) return this.tally.refuse('context', from);
    if (!this.sources.admits(from.ip, now)) return this.tally.refuse('rate-source', from);
    const events = peer.association.receive(header, bytes, from, now);
    if (hasFailed(events)) this.sources.failed(from.ip, now);
    this.perform(peer, events, now);
  }

  private tick(now: Instant): void {
    for (;;) {
      const peer = this.wakeups.takeDue(now);
      if (peer === undefined) break;
      this.perform(peer, peer.association.tick(now), now);
    }
    this.nodes.tick(now);
    this.live.tick(now);
    this.standIns.tick(now);
    this.directions.tick(now);
    this.names.tick(now);
    this.reopen(now);
  }

  private done({ ref, outcome }: Extract<Input, { kind: 'done' }>, now: Instant): void {
    switch (outcome.what) {
      case 'stored':
        return this.ledger.done(ref, outcome.ok, now);
      case 'looked-up': {
        const then = this.lookUps.get(ref);
        if (then === undefined) throw new Error(`nothing of ref ${ref} was looked up`);
        this.lookUps.delete(ref);
        return then(outcome.response, now);
      }
      default:
        throw new Error(`a DC asked nothing that is ${outcome.what}`);
    }
  }

  private perform(peer: Peer, events: readonly AssociationEvent[], now: Instant): void {
    for (const event of events) {
      switch (event.kind) {
        case 'send':
          this.tally.send(event.bytes, event.to);
          break;
        case 'refused':
          this.tally.refuse(event.layer, event.from);
          break;
        case 'confirmed':
          this.tally.count('opened.association');
          break;
        case 'address':
          if (peer.is === 'node') this.nodes.addressed(peer, event.endpoint);
          else if (peer.is === 'rs') this.relayTable.addressed(peer);
          break;
        case 'status':
          this.tally.answered(event.status);
          break;
        case 'request':
          this.take(peer, event, now);
          break;
        case 'answer':
          this.answered(peer, event.message.transaction, event.message, now);
          break;
        case 'unanswered':
          this.tally.event('unanswered', { type: event.type, peer: peer.nodeId });
          this.answered(peer, event.transaction, event.why, now);
          break;
      }
    }
    this.wakeups.set(peer, peer.association.wakeAt());
  }

  /** The one switch over what a DC can be asked; who may ask what is in the table of messages. */
  private take(peer: Peer, { message, from, origin }: RequestEvent, now: Instant): void {
    switch (message.type) {
      case MessageType.registrationRequest:
        return this.nodes.request(its(peer, 'node'), message, from, origin, now);
      case MessageType.relayRegistrationRequest:
        return this.relayTable.request(its(peer, 'rs'), message, from, origin, now);
      case MessageType.directionRequest:
        return this.directions.asked(its(peer, 'node'), message, from, now);
      case MessageType.nodeInformationRequest:
        return this.federation.information(its(peer, 'dc'), message, from, now);
      case MessageType.routeDirection:
        if (!('pathId' in message)) throw new Error('an error passed for a request');
        return this.federation.pass(its(peer, 'dc'), message, from, now);
      default:
        throw new Error(`type ${message.type} passed a channel that does not carry it`);
    }
  }

  private answered(peer: Peer, transaction: Uint8Array, answer: Answered, now: Instant): void {
    const key = toHex(transaction);
    const waiting = this.asked.get(peer);
    const then = waiting?.get(key);
    waiting?.delete(key);
    if (peer.is === 'rs') this.relayTable.answered(peer, answer);
    then?.(answer, now);
  }

  /** No entry of the relay survived: the same content with new transactions. [DC-39, RS-15] */
  private repeat(peer: RelayPeer, now: Instant): void {
    for (const live of this.live.repeat(peer, now)) {
      const message = { ...live.direction, transaction: this.random(TRANSACTION_LENGTH) };
      this.request(peer, message, schedules(this.timers).dcRs, now, (answer, later) => {
        if (leaseIsLost(live, answer)) this.withdraw(peer, live.direction.pathId, later);
      });
    }
  }

  /** What a node had is over: its Relay Directions are live no more. [DC-39] */
  private left(peer: NodePeer, how: Leaving, now: Instant): void {
    const instance = how === 'began anew' ? this.nodes.registered(peer, now)?.instance : undefined;
    const gone = this.live.takeOf(peer, instance, now);
    // One that only ran out may go on without its DC. [HO-13]
    if (how !== 'ended') for (const { relay, direction } of gone) this.withdraw(relay, direction.pathId, now);
    else this.tally.event('registration-ended', { name: peer.name });
  }
}
