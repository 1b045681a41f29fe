/**
 * One trust relationship of a role: its channel, the requests that wait for answers, and the answers
 * that were given. Every role has its associations through this file.
 */
import type { Endpoint, Ip } from '../../address.ts';
import { family, formatEndpoint, sameEndpoint } from '../../address.ts';
import { Channel } from '../../channel/channel.ts';
import type { ChannelConfig, ChannelEvent, Origin } from '../../channel/types.ts';
import { hasOpened } from '../../channel/types.ts';
import type { Instant, Random } from '../../core.ts';
import type { Header } from '../../wire/header.ts';
import { HEADER_LENGTH, isOpening, TAG_LENGTH } from '../../wire/header.ts';
import type { Message } from '../../wire/messages.ts';
import { encodeBody, grease } from '../../wire/messages.ts';
import type { MessageType, Status } from '../../wire/registry.ts';
import { answerTypeOf, Key, MESSAGES } from '../../wire/registry.ts';
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
  /** `address`: another address of the far end is valid and in use. */
  | Extract<ChannelEvent, { kind: 'send' | 'refused' | 'confirmed' | 'address' }>
  /** A request to be answered by `answer`, now or later, once. */
  | { readonly kind: 'request'; readonly message: Message; readonly from: Endpoint; readonly origin: Origin }
  /** A status sent without the role's doing. */
  | { readonly kind: 'status'; readonly status: Status }
  /** The answer to a request of ours. */
  | { readonly kind: 'answer'; readonly message: Message }
  /** A request of ours was given up, or its answer was no good. */
  | {
      readonly kind: 'unanswered';
      readonly type: number;
      readonly transaction: Uint8Array;
      readonly why: 'silence' | 'schema';
    }
  /** Nobody answered an opening; it is tried again by itself. */
  | { readonly kind: 'attempt-over' };

export interface RequestOptions {
  /** By which it has to go: then to no address of another family. */
  readonly family?: 4 | 6 | undefined;
  /** Bytes of UDP payload that it has at least. [HO-02] */
  readonly least?: number | undefined;
}

export class Association {
  readonly config: AssociationConfig;
  readonly channel: Channel;
  private readonly familyOf: (ip: Ip) => 4 | 6;
  private readonly requests: Requests;
  private readonly random: Random;
  private readonly answers: Answers;
  private openAt: Instant = Number.POSITIVE_INFINITY;
  private retry: number;
  /** Where the far end is told to be. */
  private endpoints: readonly Endpoint[];
  /** What the host can reach the far end by. */
  private families: readonly (4 | 6)[] = [4, 6];
  /** Addresses whose last probe was a keep-alive. */
  private readonly keptAlive = new Set<string>();
  /** Families in which something of ours stayed unanswered, and nothing was heard since. */
  private readonly silent = new Set<4 | 6>();
  private out: AssociationEvent[] = [];

  constructor(config: AssociationConfig, random: Random) {
    this.config = config;
    this.channel = new Channel(config.channel, random);
    this.familyOf = config.channel.familyOf ?? family;
    this.random = random;
    this.requests = new Requests(random);
    this.answers = new Answers(config.answerCache, config.answerBound);
    this.retry = config.retryMin;
    this.endpoints = config.endpoints;
  }

  /** Where the far end is found from now on, in the order in which it is tried. [NODE-17, FED-01] */
  setEndpoints(endpoints: readonly Endpoint[]): void {
    this.endpoints = endpoints;
  }

  /** By what the host can reach the far end from now on. */
  setFamilies(families: readonly (4 | 6)[]): void {
    this.families = families;
  }

  /** The far end's address of a family: the valid one, or else where it is told to be. */
  addressOf(version: 4 | 6): Endpoint | undefined {
    return this.addressesFor(version)[0];
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

  /** Whether there are no keys, nothing under way to get some, and somewhere to open to. */
  needsOpening(): boolean {
    const isOpening = this.channel.isOpening() || this.openAt !== Number.POSITIVE_INFINITY;
    return !this.channel.hasKeys() && !isOpening && this.addressesFor(undefined, true).length > 0;
  }

  /** Gives up the requests of a type, whose answers concern nobody any more. */
  cancel(type: MessageType): void {
    this.requests.cancel(type);
  }

  receive(header: Header, bytes: Uint8Array, from: Endpoint, now: Instant): AssociationEvent[] {
    const events = this.channel.receive(header, bytes, from, now);
    if (!isOpening(header.type) && hasOpened(events)) this.silent.delete(this.familyOf(from.ip));
    this.absorb(events, now);
    this.sendDue(now);
    return this.take();
  }

  /** Starts a request, which has a transaction of its own. [GEN-09, GEN-11] */
  request(
    message: Message,
    schedule: Schedule,
    now: Instant,
    { family: by, least = 0 }: RequestOptions = {},
  ): AssociationEvent[] {
    const body = this.encode(message, least);
    this.requests.start(message.type, message.transaction, body, schedule, now, by);
    this.sendDue(now);
    return this.take();
  }

  /** Keeps the mapping of a family open; if nothing is heard the association is opened again. [TUN-08, HO-10] */
  keepAlive(version: 4 | 6, now: Instant): AssociationEvent[] {
    const to = this.addressOf(version);
    if (!this.channel.hasKeys()) this.reopen(now);
    else if (to !== undefined) {
      this.keptAlive.add(formatEndpoint(to));
      this.absorb(this.channel.probe(to, now), now);
    }
    return this.take();
  }

  /**
   * Answers a request that was delivered; the answer is kept for its repeats.
   * @param to where it came from, if no repeat came from elsewhere since. [GEN-10, GEN-26]
   */
  answer(message: Message, to: Endpoint, now: Instant): AssociationEvent[] {
    const body = this.encode(message);
    const latest = this.answers.sourceOf(message.transaction) ?? to;
    this.answers.store(message.transaction, { type: message.type, body }, now);
    this.absorb(this.channel.send(message.type, body, now, latest), now);
    return this.take();
  }

  /** A request that was delivered gets no answer; its repeats get none either. [GEN-32] */
  ignore(message: Message, now: Instant): void {
    this.answers.store(message.transaction, undefined, now);
  }

  tick(now: Instant): AssociationEvent[] {
    if (now >= this.openAt) this.reopen(now);
    this.absorb(this.channel.tick(now), now);
    for (const { type, transaction, family: by } of this.requests.takeOver(now)) {
      this.out.push({ kind: 'unanswered', type, transaction, why: 'silence' });
      this.fallSilent(by, now);
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

  /** What was asked stays unanswered, in one family or in both: if by all valid addresses, it is opened again. [KEY-27] */
  private fallSilent(version: 4 | 6 | undefined, now: Instant): void {
    for (const silent of version === undefined ? ([4, 6] as const) : [version]) this.silent.add(silent);
    // An address of a family that the host has not got any more stays untried.
    const isSilent = (of: 4 | 6): boolean => this.silent.has(of) || !this.families.includes(of);
    if (!this.channel.knownAddresses().every(({ ip }) => isSilent(this.familyOf(ip)))) return;
    this.silent.clear();
    // KEY-41: it may be the alias that the far end has forgotten.
    if (this.channel.hasAlias()) this.channel.useContext(this.config.channel.id);
    this.reopen(now);
  }

  private reopen(now: Instant): void {
    this.openAt = Number.POSITIVE_INFINITY;
    this.absorb(this.channel.open(this.addressesFor(undefined, true), now), now);
  }

  private absorb(events: readonly ChannelEvent[], now: Instant): void {
    for (const event of events) {
      switch (event.kind) {
        case 'send':
        case 'refused':
        case 'address':
          this.out.push(event);
          break;
        case 'confirmed':
          this.retry = this.config.retryMin;
          this.openAt = Number.POSITIVE_INFINITY;
          this.out.push(event);
          break;
        case 'attempt-over':
          // KEY-41: under the ID, and at once.
          if (this.channel.hasAlias()) {
            this.channel.useContext(this.config.channel.id);
            this.reopen(now);
            break;
          }
          this.openAt = now + jittered(this.retry, this.random);
          this.retry = Math.min(2 * this.retry, this.config.retryMax);
          this.out.push(event);
          break;
        case 'probe-over':
          if (this.keptAlive.delete(formatEndpoint(event.endpoint)))
            this.fallSilent(this.familyOf(event.endpoint.ip), now);
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
          // Data is for paths.
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
    if (request !== undefined)
      this.out.push({ kind: 'unanswered', type: request.type, transaction, why: 'schema' });
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
    const known = this.answers.take(type, transaction, body, now, from);
    if (known === 'new') return true;
    if (known === 'known') this.out.push({ kind: 'refused', layer: 'transaction', from });
    else this.absorb(this.channel.send(known.type as MessageType, known.body, now, from), now);
    return false;
  }

  /** Every body gets an unknown key, so that no far end comes to rely on there being none. [GEN-21] */
  private encode(message: Message, least = 0): Uint8Array {
    const extra = grease(this.random);
    const body = encodeBody(message, extra);
    const missing = least - HEADER_LENGTH - TAG_LENGTH - body.length;
    if (missing <= 0) return body;
    extra.set(Key.padding, new Uint8Array(missing));
    return encodeBody(message, extra);
  }

  /** Where the far end is known to be, the address in use first; and, if there is none or all are wanted, told to be. */
  private addressesFor(version: 4 | 6 | undefined, all = version !== undefined): Endpoint[] {
    const fits = ({ ip }: Endpoint): boolean =>
      version === undefined ? this.families.includes(this.familyOf(ip)) : this.familyOf(ip) === version;
    const known = this.channel.knownAddresses().filter(fits);
    if (!all && known.length > 0) return known;
    const isKnown = (endpoint: Endpoint): boolean => known.some((other) => sameEndpoint(other, endpoint));
    return [...known, ...this.endpoints.filter((endpoint) => fits(endpoint) && !isKnown(endpoint))];
  }

  /** Tries go round the known addresses, beginning with the one in use. */
  private sendDue(now: Instant): void {
    for (const request of this.requests.takeDue(this.channel.hasKeys(), now)) {
      if (!this.channel.hasKeys()) this.reopen(now);
      const addresses = this.addressesFor(request.family);
      const to = addresses[Math.max(0, request.tried - 1) % Math.max(1, addresses.length)];
      this.absorb(this.channel.send(request.type as MessageType, request.body, now, to), now);
    }
  }
}

function isAnswer(message: Message): boolean {
  const { use } = MESSAGES[message.type];
  return use === 'answer' || (use === 'either' && 'status' in message && message.status !== undefined);
}
