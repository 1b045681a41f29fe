/**
 * One trust relationship of a role: its channel, the requests that wait for answers, and the answers
 * that were given. Every role has its associations through this file.
 */
import type { Endpoint } from '../../address.ts';
import { sameEndpoint } from '../../address.ts';
import { Channel } from '../../channel/channel.ts';
import type { ChannelConfig, ChannelEvent, Origin } from '../../channel/types.ts';
import type { Instant, Random } from '../../core.ts';
import type { Header } from '../../wire/header.ts';
import type { Message } from '../../wire/messages.ts';
import { encodeBody, grease } from '../../wire/messages.ts';
import type { MessageType, Status } from '../../wire/registry.ts';
import { answerTypeOf, MESSAGES } from '../../wire/registry.ts';
import { jittered } from '../jitter.ts';
import { Answers } from './answers.ts';
import type { Schedule } from './requests.ts';
import { Requests } from './requests.ts';

export interface AssociationConfig {
  readonly channel: ChannelConfig;
  /** Where the far end is reached when it has not been heard yet; may be empty. */
  readonly endpoints: readonly Endpoint[];
  /** Milliseconds for which an answer is kept. [GEN-10] */
  readonly answerCache: number;
  readonly answerBound: number;
  /** Milliseconds before an attempt without answer is made again: the first time, and at most. */
  readonly retryMin: number;
  readonly retryMax: number;
}

export type AssociationEvent =
  | Extract<ChannelEvent, { kind: 'send' | 'refused' | 'confirmed' }>
  /** A request to be answered by `answer`, now or later, once. */
  | { readonly kind: 'request'; readonly message: Message; readonly from: Endpoint; readonly origin: Origin }
  /** A status sent without the role's doing. */
  | { readonly kind: 'status'; readonly status: Status }
  /** The answer to a request of ours. */
  | { readonly kind: 'answer'; readonly message: Message }
  /** A request of ours was given up, or its answer was no good. */
  | { readonly kind: 'unanswered'; readonly type: number };

export class Association {
  readonly config: AssociationConfig;
  readonly channel: Channel;
  private readonly requests: Requests;
  private readonly random: Random;
  private readonly answers: Answers;
  private openAt: Instant = Number.POSITIVE_INFINITY;
  private retry: number;
  private out: AssociationEvent[] = [];

  constructor(config: AssociationConfig, random: Random) {
    this.config = config;
    this.channel = new Channel(config.channel, random);
    this.random = random;
    this.requests = new Requests(random);
    this.answers = new Answers(config.answerCache, config.answerBound);
    this.retry = config.retryMin;
  }

  /** Transactions whose answers are kept. [DOS-04] */
  answerCount(): number {
    return this.answers.size;
  }

  /** Opens the association, at boot or because the far end does not answer. */
  open(now: Instant): AssociationEvent[] {
    this.reopen(now);
    return this.take();
  }

  receive(header: Header, bytes: Uint8Array, from: Endpoint, now: Instant): AssociationEvent[] {
    this.absorb(this.channel.receive(header, bytes, from, now), now);
    this.sendDue(now);
    return this.take();
  }

  /** Starts a request. Its transaction is drawn here. [GEN-09, GEN-11] */
  request(message: Message, schedule: Schedule, now: Instant): AssociationEvent[] {
    this.requests.start(message.type, message.transaction, this.encode(message), schedule, now);
    this.sendDue(now);
    return this.take();
  }

  /** Answers a request that was delivered; the answer is kept for its repeats. [GEN-10] */
  answer(message: Message, to: Endpoint, now: Instant): AssociationEvent[] {
    const body = this.encode(message);
    this.answers.store(message.transaction, { type: message.type, body }, now);
    this.absorb(this.channel.send(message.type, body, now, to), now);
    return this.take();
  }

  tick(now: Instant): AssociationEvent[] {
    if (now >= this.openAt) this.reopen(now);
    this.absorb(this.channel.tick(now), now);
    for (const { type } of this.requests.takeOver(now)) {
      this.out.push({ kind: 'unanswered', type });
      // An end whose request stays unanswered by every address opens again.
      this.reopen(now);
    }
    this.sendDue(now);
    return this.take();
  }

  wakeAt(): Instant {
    return Math.min(this.openAt, this.channel.wakeAt(), this.requests.wakeAt());
  }

  private take(): AssociationEvent[] {
    const events = this.out;
    this.out = [];
    return events;
  }

  private reopen(now: Instant): void {
    this.openAt = Number.POSITIVE_INFINITY;
    const destinations = [...this.channel.knownAddresses()];
    for (const endpoint of this.config.endpoints) {
      if (!destinations.some((known) => sameEndpoint(known, endpoint))) destinations.push(endpoint);
    }
    this.absorb(this.channel.open(destinations, now), now);
  }

  private absorb(events: readonly ChannelEvent[], now: Instant): void {
    for (const event of events) {
      switch (event.kind) {
        case 'send':
        case 'refused':
          this.out.push(event);
          break;
        case 'confirmed':
          this.retry = this.config.retryMin;
          this.openAt = Number.POSITIVE_INFINITY;
          this.out.push(event);
          break;
        case 'attempt-over':
          this.openAt = now + jittered(this.retry, this.random);
          this.retry = Math.min(2 * this.retry, this.config.retryMax);
          break;
        case 'message':
          this.receiveMessage(event, now);
          break;
        case 'bad-request':
          this.refuseRequest(event, now);
          break;
        case 'bad-answer':
          this.receiveBadAnswer(event);
          break;
        default:
          // Data is for paths; addresses and probes concern the channel alone.
          break;
      }
    }
  }

  private receiveMessage(event: Extract<ChannelEvent, { kind: 'message' }>, now: Instant): void {
    const { message, body, from, origin } = event;
    if (isAnswer(message)) {
      const request = this.requests.take(message.type, message.transaction);
      if (request === undefined) this.out.push({ kind: 'refused', layer: 'transaction', from });
      else this.out.push({ kind: 'answer', message });
    } else if (this.isNew(message.type, message.transaction, body, from, now)) {
      this.out.push({ kind: 'request', message, from, origin });
    }
  }

  /** [GEN-24, GEN-46] */
  private receiveBadAnswer({ type, transaction, from }: Extract<ChannelEvent, { kind: 'bad-answer' }>): void {
    const request = this.requests.take(type, transaction);
    this.out.push({ kind: 'refused', layer: request === undefined ? 'transaction' : 'schema', from });
    if (request !== undefined) this.out.push({ kind: 'unanswered', type });
  }

  /** An error leaves no state but the answer that is kept for repeats. [ERR-05] */
  private refuseRequest(event: Extract<ChannelEvent, { kind: 'bad-request' }>, now: Instant): void {
    const { type, status, transaction, body, from } = event;
    const answerType = answerTypeOf(type as MessageType);
    if (answerType === undefined || !this.isNew(type, transaction, body, from, now)) return;
    this.out.push({ kind: 'refused', layer: 'schema', from }, { kind: 'status', status: status as Status });
    const answer = this.encode({ type: answerType, transaction, status } as Message);
    this.answers.store(transaction, { type: answerType, body: answer }, now);
    this.absorb(this.channel.send(answerType, answer, now, from), now);
  }

  /** Whether a request has to be worked on; one that came before gets its answer again, or silence. [GEN-10, GEN-25] */
  private isNew(
    type: number,
    transaction: Uint8Array,
    body: Uint8Array,
    from: Endpoint,
    now: Instant,
  ): boolean {
    const known = this.answers.take(type, transaction, body, now);
    if (known === 'new') return true;
    if (known === 'known') this.out.push({ kind: 'refused', layer: 'transaction', from });
    else this.absorb(this.channel.send(known.type as MessageType, known.body, now, from), now);
    return false;
  }

  /** Every body gets an unknown key, so that no far end comes to rely on there being none. [GEN-21] */
  private encode(message: Message): Uint8Array {
    return encodeBody(message, grease(this.random));
  }

  /** Tries go round the known addresses, beginning with the one in use. */
  private sendDue(now: Instant): void {
    for (const request of this.requests.takeDue(this.channel.hasKeys(), now)) {
      if (!this.channel.hasKeys()) this.reopen(now);
      const addresses = this.channel.knownAddresses();
      const to = addresses[Math.max(0, request.tried - 1) % Math.max(1, addresses.length)];
      this.absorb(this.channel.send(request.type as MessageType, request.body, now, to), now);
    }
  }
}

function isAnswer(message: Message): boolean {
  const { use } = MESSAGES[message.type];
  return use === 'answer' || (use === 'either' && 'status' in message && message.status !== undefined);
}
