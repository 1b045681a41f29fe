/** The DCs of a relay: it says who it is to each, and takes the Relay Directions of each. */
import type { Endpoint, Ip } from '../../address.ts';
import { hasFailed } from '../../channel/types.ts';
import type { RelayConfig } from '../../config/relay.ts';
import type { Timers } from '../../config/timers.ts';
import type { Instant, Random } from '../../core.ts';
import type { Header } from '../../wire/header.ts';
import type { Message, RelayDirection } from '../../wire/messages.ts';
import type { RelayKind } from '../../wire/registry.ts';
import { MessageType, Status } from '../../wire/registry.ts';
import type { AssociationEvent } from '../association/association.ts';
import { Association } from '../association/association.ts';
import { relayAssociation } from '../settings.ts';
import type { Tally } from '../tally.ts';
import { Wakeups } from '../wakeups.ts';
import { RegistrationPlan } from './registration.ts';

const INSTANCE_LENGTH = 8;
const TRANSACTION_LENGTH = 8;

/** What came of a Relay Direction; `allocated`: the address that the path got. */
export interface Directed {
  readonly status: Status;
  readonly allocated?: Ip | undefined;
}

export interface DcsParts {
  readonly config: RelayConfig;
  readonly kind: RelayKind;
  readonly suites: readonly number[];
  readonly timers: Timers;
  readonly tally: Tally;
  readonly random: Random;
  /** Whether an endpoint can be another host's at all. */
  readonly usable: (endpoint: Endpoint) => boolean;
  /** Where ends reach the relay. [RS-21] */
  readonly advertised: () => readonly Endpoint[];
  /** Does what a DC directs. [RS-02] */
  readonly direct: (direction: RelayDirection, owner: Association, now: Instant) => Directed;
  /** A DC has said which addresses may be lent. [RST-09] */
  readonly lends?: (pool: readonly Ip[], owner: Association, now: Instant) => void;
}

interface Dc {
  readonly association: Association;
  readonly plan: RegistrationPlan;
}

export class RelayDcs {
  private readonly parts: DcsParts;
  private readonly dcs = new Map<string, Dc>();
  private readonly wakeups = new Wakeups<Dc>();
  /** Drawn once a boot. [RS-15] */
  private readonly instance: Uint8Array;

  constructor(parts: DcsParts) {
    const { config, timers, random, usable } = parts;
    this.parts = parts;
    this.instance = random(INSTANCE_LENGTH);
    const plan = { retryMin: timers['register-retry-min'], retryMax: timers['register-retry-max'] };
    for (const settings of config.associations) {
      this.dcs.set(settings.id, {
        association: new Association(relayAssociation(config, settings, timers, usable), random),
        plan: new RegistrationPlan(plan, random),
      });
    }
  }

  get all(): readonly Association[] {
    return [...this.dcs.values()].map(({ association }) => association);
  }

  /** Whether a context, as hex, is an association. */
  has(context: string): boolean {
    return this.dcs.has(context);
  }

  start(now: Instant): void {
    for (const dc of this.dcs.values()) this.perform(dc, dc.association.open(now), now);
  }

  /**
   * A datagram with the context of one of them.
   * @returns whether it cost cryptography and did not verify. [DOS-03]
   */
  receive(context: string, header: Header, bytes: Uint8Array, from: Endpoint, now: Instant): boolean {
    const dc = this.dcs.get(context);
    if (dc === undefined) return false;
    const events = dc.association.receive(header, bytes, from, now);
    this.perform(dc, events, now);
    return hasFailed(events);
  }

  tick(now: Instant): void {
    for (;;) {
      const dc = this.wakeups.takeDue(now);
      if (dc === undefined) return;
      this.perform(dc, dc.association.tick(now), now);
    }
  }

  wakeAt(): Instant | undefined {
    return this.wakeups.next();
  }

  private perform(dc: Dc, events: readonly AssociationEvent[], now: Instant): void {
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
          dc.plan.confirmed(now);
          break;
        case 'status':
          tally.answered(event.status);
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

  /** The one switch over the requests that a DC can send to a relay. */
  private answer(dc: Dc, message: Message, from: Endpoint, now: Instant): void {
    switch (message.type) {
      case MessageType.relayDirection: {
        const { direct, advertised, tally } = this.parts;
        const { status, allocated } = direct(message, dc.association, now);
        tally.answered(status);
        const { transaction } = message;
        const made =
          status === Status.ok && message.withdraw === undefined
            ? { endpoints: advertised(), ...(allocated && { allocatedAddress: allocated }) }
            : {};
        const answer = { type: MessageType.directionResponse, transaction, status, ...made } as Message;
        this.perform(dc, dc.association.answer(answer, from, now), now);
        break;
      }
      default:
        throw new Error(`type ${message.type} passed a channel that does not carry it`);
    }
  }

  /** [RS-15, RS-19] */
  private register(dc: Dc, now: Instant): void {
    const { config, kind, suites, timers, random, advertised } = this.parts;
    const message: Message = {
      type: MessageType.relayRegistrationRequest,
      transaction: random(TRANSACTION_LENGTH),
      kinds: [kind],
      instance: this.instance,
      endpoints: advertised(),
      suites,
      capacity: config.capacity,
    };
    const schedule = { tries: timers['try-rs-dc'], over: timers['try-over-rs-dc'] };
    this.perform(dc, dc.association.request(message, schedule, now), now);
  }

  private receiveAnswer(dc: Dc, message: Message, now: Instant): void {
    if (
      message.type === MessageType.relayRegistrationResponse &&
      message.status === Status.ok &&
      'lifetime' in message
    ) {
      dc.plan.granted(message.lifetime * 1000, now);
      this.parts.lends?.(message.pool ?? [], dc.association, now);
    } else {
      dc.plan.failed(now);
    }
  }
}
