/** The node's DC: how it is found, the association with it, the registration there, and what keeps both. */
import type { Endpoint, Ip } from '../../address.ts';
import { fromHex, toHex } from '../../bytes.ts';
import { hasFailed } from '../../channel/types.ts';
import type { NodeConfig } from '../../config/node.ts';
import type { Timers } from '../../config/timers.ts';
import type { Instant, Random } from '../../core.ts';
import type { Header } from '../../wire/header.ts';
import type { Message, RegistrationResponse } from '../../wire/messages.ts';
import type { Status } from '../../wire/registry.ts';
import { MessageType, STATUS_NAMES } from '../../wire/registry.ts';
import type { AssociationEvent } from '../association/association.ts';
import { Association } from '../association/association.ts';
import { endpoints } from '../settings.ts';
import type { Tally } from '../tally.ts';
import { Aliases } from './aliases.ts';
import { Finder } from './finder.ts';
import { KeepAlive } from './keep-alive.ts';
import type { Location } from './location.ts';
import { RegistrationPlan } from './plan.ts';
import { featuresOf, nodeAssociation, scheduleOf, suitesOf } from './settings.ts';

type Family = 4 | 6;

/** HO-02: bytes of UDP payload, so that a new address has room for the answer and the DC's probes. */
const LEAST = 128;
const TRANSACTION_LENGTH = 8;

export type HomeEvent =
  /** Registered, for the first time or again. */
  | {
      readonly kind: 'registered';
      /** The virtual addresses are others than before. [NODE-19] */
      readonly isChanged: boolean;
    }
  /** A Route Direction: a request with its sender, or an answer, which may be an error. */
  | { readonly kind: 'direction'; readonly message: Message; readonly from: Endpoint | undefined }
  /** A Direction Request was given up. */
  | { readonly kind: 'unanswered'; readonly transaction: Uint8Array };

interface Pending {
  readonly version: Family;
  readonly sentAt: Instant;
}

export interface HomeParts {
  readonly config: NodeConfig;
  readonly timers: Timers;
  readonly location: Location;
  readonly instance: Uint8Array;
  readonly tally: Tally;
  readonly random: Random;
  /** Whether an endpoint can be another host's at all. [KEY-40] */
  readonly usable: (endpoint: Endpoint) => boolean;
  /** Asks DNS. */
  readonly lookUp: (
    message: Uint8Array,
    answered: (response: Uint8Array | undefined, now: Instant) => void,
  ) => void;
}

export class Home {
  readonly association: Association;
  private readonly parts: HomeParts;
  private readonly plan: RegistrationPlan;
  private readonly finder: Finder | undefined;
  private readonly keepAlive: KeepAlive;
  private readonly aliases = new Aliases();
  private readonly pending = new Map<string, Pending>();
  /** Set while the node is not to be registered. [NODE-14, NODE-15] */
  private isUnwanted = false;
  private virtual: readonly Ip[] | undefined;
  /** Where the DC is said to be. */
  private places: readonly Endpoint[];
  private out: HomeEvent[] = [];

  constructor(parts: HomeParts) {
    const { config, timers, random, location } = parts;
    this.parts = parts;
    this.association = new Association(nodeAssociation(config, timers, parts.usable, location), random);
    this.plan = new RegistrationPlan(
      { retryMin: timers['registration-retry-min'], retryMax: timers['registration-retry-max'] },
      random,
    );
    this.keepAlive = new KeepAlive(random);
    this.places = endpoints(config.association.endpoints);
    const { name, marker, association } = config;
    const finder = { name, marker, peer: fromHex(association.peer), pause: timers['dc-lookup'] };
    // NODE-02: where endpoints are configured, they are used.
    this.finder = association.endpoints.length > 0 ? undefined : new Finder(finder, random);
  }

  /** Virtual addresses of the last registration. [NODE-04] */
  addresses(): readonly Ip[] {
    return this.virtual ?? [];
  }

  isRegistered(now: Instant): boolean {
    return !this.isUnwanted && this.plan.isRegistered(now);
  }

  /** Whether a context, as hex, is the association's ID or an alias of it. [KEY-14] */
  isContext(context: string): boolean {
    return context === this.parts.config.association.id || this.aliases.has(context);
  }

  /** The host has these addresses: from the start, or since a change of network. [NODE-01, HO-02] */
  attach(isMove: boolean, now: Instant): HomeEvent[] {
    this.association.setFamilies(this.parts.location.ways());
    this.reachAt(this.places);
    if (isMove) {
      this.keepAlive.clear();
      const alias = this.aliases.takeFresh();
      if (alias !== undefined) this.association.channel.useContext(alias);
    }
    if (!this.isUnwanted) this.restart(now);
    if (this.association.channel.isConfirmed()) return this.settle(now);
    this.finder?.want(now);
    this.absorb(this.association.open(now), now);
    return this.settle(now);
  }

  /** Whether the node is to be registered; if not, it deregisters. */
  want(isWanted: boolean, now: Instant): HomeEvent[] {
    if (isWanted === !this.isUnwanted) return this.settle(now);
    this.isUnwanted = !isWanted;
    this.restart(now);
    return this.settle(now);
  }

  /** @returns also whether the datagram cost cryptography and did not verify. [DOS-03] */
  receive(
    header: Header,
    bytes: Uint8Array,
    from: Endpoint,
    now: Instant,
  ): { readonly events: HomeEvent[]; readonly failed: boolean } {
    const events = this.association.receive(header, bytes, from, now);
    this.absorb(events, now);
    return { events: this.settle(now), failed: hasFailed(events) };
  }

  /** Sends a Direction Request. */
  ask(message: Message, now: Instant): HomeEvent[] {
    this.absorb(this.association.request(message, scheduleOf(this.parts.timers), now), now);
    return this.settle(now);
  }

  /** Answers a Route Direction that came as a request. */
  acknowledge(transaction: Uint8Array, status: Status, to: Endpoint, now: Instant): HomeEvent[] {
    this.parts.tally.answered(status);
    const message: Message = { type: MessageType.acknowledgement, transaction, status };
    this.absorb(this.association.answer(message, to, now), now);
    return this.settle(now);
  }

  tick(now: Instant): HomeEvent[] {
    this.absorb(this.association.tick(now), now);
    const { location } = this.parts;
    for (const version of this.keepAlive.takeDue(now)) {
      const isNeeded = location.ways().includes(version) && location.isNatted(version);
      if (isNeeded) this.absorb(this.association.keepAlive(version, now), now);
    }
    return this.settle(now);
  }

  wakeAt(): Instant {
    const canRegister = this.association.channel.isConfirmed() || this.association.needsOpening();
    return Math.min(
      this.association.wakeAt(),
      this.keepAlive.wakeAt(),
      this.finder?.wakeAt() ?? Number.POSITIVE_INFINITY,
      canRegister ? this.plan.wakeAt() : Number.POSITIVE_INFINITY,
    );
  }

  /** All families anew; a deregistration is for both at once. */
  private restart(now: Instant): void {
    this.association.cancel(MessageType.registrationRequest);
    this.pending.clear();
    const families = this.parts.location.ways();
    const known = families.filter((version) => this.association.addressOf(version) !== undefined);
    const wanted = known.length > 0 ? known : families;
    this.plan.restart(this.isUnwanted ? wanted.slice(0, 1) : wanted, now);
  }

  /** What is due by now, after whatever happened. */
  private settle(now: Instant): HomeEvent[] {
    this.find(now);
    this.register(now);
    const events = this.out;
    this.out = [];
    return events;
  }

  private find(now: Instant): void {
    const question = this.finder?.takeDue(now);
    if (question !== undefined) this.parts.lookUp(question, (response, at) => this.found(response, at));
  }

  private found(response: Uint8Array | undefined, now: Instant): void {
    const found = this.finder?.answered(response, now) ?? [];
    if (found.length === 0) {
      this.parts.tally.event('dc-not-found', { zone: this.finder?.zone ?? '' });
      return;
    }
    this.reachAt(found);
    if (this.association.channel.isConfirmed()) return;
    this.restart(now);
    this.absorb(this.association.open(now), now);
  }

  private reachAt(places: readonly Endpoint[]): void {
    this.places = places;
    this.association.setEndpoints(this.parts.location.reached(places));
  }

  private register(now: Instant): void {
    if (this.plan.wakeAt() > now) return;
    if (!this.association.channel.isConfirmed()) {
      if (this.association.needsOpening()) this.absorb(this.association.open(now), now);
      return;
    }
    for (const version of this.plan.takeDue(now)) this.send(version, now);
  }

  /** [NODE-03, NODE-13, NODE-14] */
  private send(version: Family, now: Instant): void {
    const { config, timers, location, instance, random } = this.parts;
    const transaction = random(TRANSACTION_LENGTH);
    this.pending.set(toHex(transaction), { version, sentAt: now });
    const message: Message = {
      type: MessageType.registrationRequest,
      transaction,
      fqdn: config.name,
      nodeId: fromHex(config.nodeId),
      instance,
      localEndpoints: location.real(this.addresses()),
      features: featuresOf(config),
      suites: suitesOf(config),
      lifetime: this.isUnwanted ? 0 : Math.round(timers['registration-lifetime'] / 1000),
    };
    const options = { family: this.isUnwanted ? undefined : version, least: LEAST };
    this.absorb(this.association.request(message, scheduleOf(timers), now, options), now);
  }

  private absorb(events: readonly AssociationEvent[], now: Instant): void {
    const { tally } = this.parts;
    for (const event of events) {
      switch (event.kind) {
        case 'send':
          tally.send(event.bytes, event.to);
          break;
        case 'refused':
          tally.refuse(event.layer, event.from);
          break;
        case 'confirmed':
          tally.count('opened.association');
          break;
        case 'status':
          tally.answered(event.status);
          break;
        case 'request':
          // GEN-18: nothing else is a DC's to ask of a node.
          this.out.push({ kind: 'direction', message: event.message, from: event.from });
          break;
        case 'answer':
          this.receiveAnswer(event.message, now);
          break;
        case 'unanswered':
          if (event.type === MessageType.directionRequest)
            this.out.push({ kind: 'unanswered', transaction: event.transaction });
          else this.fail(event.transaction, event.why === 'silence' ? 'no answer' : 'unusable answer', now);
          break;
        case 'address':
          break;
        case 'attempt-over':
          tally.event('dc-silent', {});
          this.finder?.want(now);
          break;
        default:
          throw new Error(`no such event: ${event satisfies never}`);
      }
    }
  }

  private receiveAnswer(message: Message, now: Instant): void {
    if (message.type === MessageType.routeDirection) {
      this.out.push({ kind: 'direction', message, from: undefined });
    } else if (message.type === MessageType.registrationResponse) {
      if ('virtualAddresses' in message) this.granted(message, now);
      else this.fail(message.transaction, STATUS_NAMES[message.status] ?? `status ${message.status}`, now);
    }
  }

  /** [NODE-18] */
  private fail(transaction: Uint8Array, status: string, now: Instant): void {
    const pending = this.takePending(transaction);
    if (pending === undefined) return;
    this.plan.failed(pending.version, now);
    this.parts.tally.event('not-registered', { family: pending.version, status });
  }

  private granted(response: RegistrationResponse, now: Instant): void {
    const pending = this.takePending(response.transaction);
    if (pending === undefined) return;
    const { version, sentAt } = pending;
    if (this.isUnwanted) {
      this.plan.end();
      this.parts.tally.event('deregistered', {});
      return;
    }
    const wasRegistered = this.plan.isRegistered(now);
    this.plan.granted(version, sentAt, response.lifetime * 1000);
    const before = this.virtual;
    this.virtual = response.virtualAddresses;
    const isSame = before?.length === this.virtual.length && this.virtual.every((ip) => before.includes(ip));
    this.parts.location.observe(version, response.observedEndpoint);
    this.keepAlive.set(version, response.keepAlive * 1000, now);
    this.takeAliases(response.aliases ?? []);
    if (!wasRegistered) {
      const addresses = this.virtual.join(' ');
      this.parts.tally.event('registered', { addresses, observed: response.observedEndpoint.ip });
    }
    this.out.push({ kind: 'registered', isChanged: before !== undefined && !isSame });
  }

  private takeAliases(given: readonly Uint8Array[]): void {
    this.aliases.add(given);
    const { channel } = this.association;
    if (!channel.hasAlias() || this.aliases.isLive(channel.ownContext())) return;
    // KEY-39: the one in use is about to die.
    channel.useContext(this.aliases.takeFresh() ?? channel.config.id);
  }

  private takePending(transaction: Uint8Array): Pending | undefined {
    const key = toHex(transaction);
    const pending = this.pending.get(key);
    this.pending.delete(key);
    return pending;
  }
}
