/**
 * RS-S, the relay that switches tunnels. A datagram takes one of three ways in here: to a path of the
 * Relay Table that the hot table did not forward, to a leg's channel, or to an association with a DC.
 */
import type { Endpoint } from '../../address.ts';
import { sameEndpoint } from '../../address.ts';
import { fromHex, toHex } from '../../bytes.ts';
import { hasFailed } from '../../channel/types.ts';
import type { RsConfig } from '../../config/schema.ts';
import type { Timers } from '../../config/timers.ts';
import { timersFrom } from '../../config/timers.ts';
import type { Counters, Effect, HotTable, Input, Instant, Random, Role } from '../../core.ts';
import type { TestProfile } from '../../locator.ts';
import { Refusal } from '../../refusal.ts';
import { HEADER_LENGTH, MAGIC, readHeader, TAG_LENGTH } from '../../wire/header.ts';
import type { Message, RelayDirection } from '../../wire/messages.ts';
import { MessageType, RelayKind, Status, Suite } from '../../wire/registry.ts';
import type { AssociationEvent } from '../association/association.ts';
import { Association } from '../association/association.ts';
import { RegistrationPlan } from '../relay/registration.ts';
import type { PathRates } from '../relay/table.ts';
import { RelayTable } from '../relay/table.ts';
import { channelTimers, endpoints, isLocator, relayAssociation, testProfile } from '../settings.ts';
import { Sources } from '../sources.ts';
import { Tally } from '../tally.ts';
import { Wakeups } from '../wakeups.ts';
import { Entries } from './entries.ts';

/** DOS-04: source addresses whose rate is watched. */
const SOURCES_BOUND = 4096;
const INSTANCE_LENGTH = 8;
const TRANSACTION_LENGTH = 8;
/** KEY-22: unconfirmed, 4 that were answered and one of its own. */
const HANDSHAKES_A_CHANNEL = 5;

/** One DC that this relay serves. */
interface Dc {
  readonly association: Association;
  readonly plan: RegistrationPlan;
}

/** Makes an RS-S and its hot table from a configuration. */
export function createRsS(
  config: RsConfig,
  random: Random,
): { readonly role: Role; readonly table: HotTable } {
  const table = new RelayTable(ratesOf(config));
  return { role: new RsS(config, table, random), table };
}

/** Of each path. [RS-14] */
function ratesOf({ limits: { packetsPerSecond, bytesPerSecond } }: RsConfig): PathRates {
  return { packetsPerSecond, bytesPerSecond };
}

class RsS implements Role {
  private readonly config: RsConfig;
  private readonly table: RelayTable;
  private readonly random: Random;
  private readonly timers: Timers;
  private readonly profile: TestProfile;
  private readonly tally = new Tally();
  private readonly entries: Entries;
  private readonly sources: Sources;
  private readonly dcs = new Map<string, Dc>();
  private readonly wakeups = new Wakeups<Dc>();
  /** Drawn once a boot. [RS-15] */
  private readonly instance: Uint8Array;
  private locals: readonly Endpoint[] = [];

  constructor(config: RsConfig, table: RelayTable, random: Random) {
    this.config = config;
    this.table = table;
    this.random = random;
    this.timers = timersFrom(config.timers);
    this.profile = testProfile(config.testProfile);
    this.instance = random(INSTANCE_LENGTH);
    this.sources = new Sources(config.limits.perSourcePerSecond, SOURCES_BOUND);
    for (const settings of config.associations) {
      this.dcs.set(settings.id, {
        association: new Association(relayAssociation(config, settings, this.timers, this.usable), random),
        plan: new RegistrationPlan(
          { retryMin: this.timers['register-retry-min'], retryMax: this.timers['register-retry-max'] },
          random,
        ),
      });
    }
    this.entries = new Entries(
      {
        capacity: config.capacity,
        holdTime: this.timers['hold-time'],
        rates: ratesOf(config),
        leg: {
          kind: 'leg',
          suite: Suite.chacha20Poly1305,
          self: fromHex(config.nodeId),
          opens: 'peer',
          selfRole: 'rs',
          peerRole: 'node',
          followsContext: false,
          addressing: 'one',
          timers: channelTimers(this.timers, 'leg'),
        },
        usable: this.usable,
        isTaken: (context) => this.dcs.has(context),
      },
      this.tally,
      random,
    );
  }

  handle(input: Input, now: Instant): Effect[] {
    switch (input.kind) {
      case 'start':
        this.locals = input.locals;
        for (const dc of this.dcs.values()) this.perform(dc, dc.association.open(now), now);
        break;
      case 'datagram':
        this.receive(input.bytes, input.from, now);
        break;
      case 'tick':
        this.tick(now);
        break;
      case 'done':
        if (input.outcome.what !== 'last-use')
          throw new Error(`an RS-S asked nothing that is ${input.outcome.what}`);
        this.entries.answerLastUse(input.ref, input.outcome.at, now);
        break;
      case 'stop':
        // A relay has no word for goodbye: its DCs notice by the registration that is not renewed.
        break;
      default:
        throw new Error(`an RS-S has no use for an input of kind ${input.kind}`);
    }
    return this.tally.take();
  }

  wakeAt(): Instant | undefined {
    const next = Math.min(
      this.wakeups.next() ?? Number.POSITIVE_INFINITY,
      this.entries.wakeAt() ?? Number.POSITIVE_INFINITY,
    );
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  counters(): Counters {
    const counters = this.tally.counters();
    const { paths, legs, held, handshakes } = this.entries.sizes();
    const associations = [...this.dcs.values()].map((dc) => dc.association);
    const sum = (of: (association: Association) => number): number =>
      associations.reduce((total, association) => total + of(association), 0);
    const { capacity } = this.config;
    const channels = this.dcs.size + 2 * capacity;
    const tables: Record<string, readonly [number, number]> = {
      associations: [this.dcs.size, this.dcs.size],
      paths: [paths, capacity],
      legs: [legs, 2 * capacity],
      handshakes: [
        handshakes + sum((association) => association.channel.unconfirmedCount()),
        HANDSHAKES_A_CHANNEL * channels,
      ],
      answers: [
        sum((association) => association.answerCount()),
        sum((association) => association.config.answerBound),
      ],
      held: [held, this.entries.heldBound()],
      sources: [this.sources.size, this.sources.bound],
    };
    for (const [name, [size, bound]] of Object.entries(tables)) {
      counters[`table.${name}.size`] = size;
      counters[`table.${name}.bound`] = bound;
    }
    counters['relay.packets'] = (counters['relay.packets'] ?? 0) + this.table.packets;
    counters['relay.bytes'] = (counters['relay.bytes'] ?? 0) + this.table.bytes;
    for (const name of ['relay.held', 'opened.association', 'opened.leg']) counters[name] ??= 0;
    return counters;
  }

  /** Not our own, and not one that no datagram can come from. [RS-09, GEN-16] */
  private readonly usable = (endpoint: Endpoint): boolean =>
    isLocator(endpoint, this.profile) &&
    ![...this.locals, ...this.advertised()].some((own) => sameEndpoint(own, endpoint));

  private receive(bytes: Uint8Array, from: Endpoint, now: Instant): void {
    const context = contextOf(bytes);
    const named = context === undefined ? undefined : this.entries.find(context);
    // RSS-10: a path's datagrams are the relay's whatever their type.
    if (named?.is === 'path') return this.entries.receiveRelayed(named, bytes, from, now);

    const header = readHeader(bytes);
    if (header instanceof Refusal) return this.tally.refuse(header.layer, from);
    const dc = this.dcs.get(toHex(header.context));
    if (named === undefined && dc === undefined) return this.tally.refuse('context', from);
    if (!this.sources.admits(from.ip, now)) return this.tally.refuse('rate-source', from);
    let failed = false;
    if (named !== undefined) {
      failed = hasFailed(this.entries.receiveOnLeg(named, header, bytes, from, now));
    } else if (dc !== undefined) {
      const events = dc.association.receive(header, bytes, from, now);
      failed = hasFailed(events);
      this.perform(dc, events, now);
    }
    if (failed) this.sources.failed(from.ip, now);
  }

  private tick(now: Instant): void {
    this.entries.tick(now);
    for (;;) {
      const dc = this.wakeups.takeDue(now);
      if (dc === undefined) return;
      this.perform(dc, dc.association.tick(now), now);
    }
  }

  private perform(dc: Dc, events: readonly AssociationEvent[], now: Instant): void {
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
          dc.plan.confirmed(now);
          break;
        case 'status':
          this.tally.answered(event.status);
          break;
        case 'request':
          this.answer(dc, event.message, event.from, now);
          break;
        case 'answer':
          this.receiveAnswer(dc, event.message, now);
          break;
        case 'unanswered':
          dc.plan.failed(now);
          break;
      }
    }
    if (dc.plan.takeDue(now)) this.register(dc, now);
    this.wakeups.set(dc, Math.min(dc.association.wakeAt(), dc.plan.wakeAt()));
  }

  /** The one switch over the requests that a DC can send to an RS-S. */
  private answer(dc: Dc, message: Message, from: Endpoint, now: Instant): void {
    switch (message.type) {
      case MessageType.relayDirection: {
        const status = this.direct(dc, message, now);
        const isMade = status === Status.ok && message.withdraw === undefined;
        this.tally.answered(status);
        const { transaction } = message;
        const type = MessageType.directionResponse;
        const answer: Message =
          status === Status.ok
            ? { type, transaction, status, ...(isMade ? { endpoints: this.advertised() } : {}) }
            : { type, transaction, status };
        this.perform(dc, dc.association.answer(answer, from, now), now);
        break;
      }
      default:
        throw new Error(`type ${message.type} passed a channel that does not carry it`);
    }
  }

  /** [RS-02, RS-11, RSS-04] */
  private direct(dc: Dc, direction: RelayDirection, now: Instant): Status {
    if (direction.withdraw !== undefined)
      return this.entries.withdraw(toHex(direction.pathId), dc.association);
    // RS-17: a relay of another kind, or of one that there is not.
    if (!('legs' in direction)) return Status.unsupported;
    return this.entries.direct(direction, dc.association, now);
  }

  /** [RS-15] */
  private register(dc: Dc, now: Instant): void {
    const message: Message = {
      type: MessageType.relayRegistrationRequest,
      transaction: this.random(TRANSACTION_LENGTH),
      kinds: [RelayKind.s],
      instance: this.instance,
      endpoints: this.advertised(),
      suites: [Suite.chacha20Poly1305],
      capacity: this.config.capacity,
    };
    const schedule = { tries: this.timers['try-rs-dc'], over: this.timers['try-over-rs-dc'] };
    this.perform(dc, dc.association.request(message, schedule, now), now);
  }

  private receiveAnswer(dc: Dc, message: Message, now: Instant): void {
    if (
      message.type === MessageType.relayRegistrationResponse &&
      message.status === Status.ok &&
      'lifetime' in message
    ) {
      dc.plan.granted(message.lifetime * 1000, now);
    } else {
      dc.plan.failed(now);
    }
  }

  /** Where legs are opened: as configured, or where the sockets are bound. */
  private advertised(): readonly Endpoint[] {
    const { advertise } = this.config;
    return advertise === undefined ? this.locals : endpoints(advertise);
  }
}

/** The context of what looks like one of our datagrams, whatever its type. */
function contextOf(bytes: Uint8Array): string | undefined {
  if (bytes.length < HEADER_LENGTH + TAG_LENGTH || bytes[0] !== MAGIC) return undefined;
  return toHex(bytes.subarray(4, 20));
}
