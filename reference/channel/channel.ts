/**
 * One channel, the security object of NTMobile: association, path or leg. Its state machine opens it,
 * answers openings, confirms and replaces keys, seals and opens messages, and finds out which addresses
 * of the far end are valid. Probing messages end here; all others go to the role.
 *
 *     message 1 ──▶ answer ──▶ unconfirmed ─┐
 *                                           ├─ something opens ──▶ confirmed: sends ──▶ receives 10 s ──▶ erased
 *     attempt ──▶ message 2 ──▶ unconfirmed ┘
 */
import type { Endpoint } from '../address.ts';
import { sameEndpoint } from '../address.ts';
import { sameBytes } from '../bytes.ts';
import type { Instant, Random } from '../core.ts';
import type { Header } from '../wire/header.ts';
import { encodeBody } from '../wire/messages.ts';
import type { MessageType as Type } from '../wire/registry.ts';
import { MessageType, mayCarry, Status } from '../wire/registry.ts';
import { openMessage } from '../wire/seal.ts';
import type { Arrival } from './arrival.ts';
import { arrivalOf } from './arrival.ts';
import { FarEnd } from './far-end.ts';
import type { Handshake } from './handshake.ts';
import { KeyExchange } from './key-exchange.ts';
import { Keyring } from './keyring.ts';
import { Outgoing } from './outgoing.ts';
import { probeBody } from './probes.ts';
import { DataPath } from './sealing.ts';
import type { ChannelConfig, ChannelEvent } from './types.ts';

export class Channel {
  readonly config: ChannelConfig;
  readonly data: DataPath;
  private readonly keys: Keyring;
  private readonly farEnd: FarEnd;
  private readonly outgoing: Outgoing;
  private readonly exchange: KeyExchange;

  constructor(config: ChannelConfig, random: Random) {
    this.config = config;
    this.keys = new Keyring(config.kind, config.suite, config.timers);
    this.farEnd = new FarEnd(config, random);
    this.outgoing = new Outgoing(config.id, this.farEnd);
    this.exchange = new KeyExchange(config, this.keys, this.farEnd, this.outgoing, random);
    this.data = new DataPath(config.id, this.keys, this.farEnd.addresses, () => this.isOpening());
  }

  /** Whether a message could be sealed now. */
  hasKeys(): boolean {
    return this.keys.sending() !== undefined;
  }

  /** Whether the keys in use are confirmed. */
  isConfirmed(): boolean {
    return this.keys.sending()?.confirmedAt !== undefined;
  }

  /** The far end's valid address that is in use. */
  validAddress(): Endpoint | undefined {
    return this.farEnd.validAddress();
  }

  /** Valid addresses, or before there is one the source of the handshake; the one in use first. */
  knownAddresses(): Endpoint[] {
    return this.farEnd.addresses.all();
  }

  /** Handshakes that are complete but unconfirmed. [DOS-04] */
  unconfirmedCount(): number {
    return this.keys.unconfirmedCount();
  }

  /**
   * An attempt goes to these too, with repeats of their own; one is begun if none is outstanding. [NODE-21]
   * @param repeat when, in milliseconds from now.
   */
  openAlso(destinations: readonly Endpoint[], repeat: readonly number[], now: Instant): ChannelEvent[] {
    if (!this.isOpening()) return this.open(destinations, now);
    this.exchange.extend(destinations, repeat, now);
    return this.tick(now);
  }

  /** Starts an attempt to open the channel, unless one is outstanding or this end may not. [KEY-01] */
  open(destinations: readonly Endpoint[], now: Instant): ChannelEvent[] {
    this.exchange.open(destinations, now);
    return this.outgoing.take();
  }

  /** Takes a datagram whose header was read and whose context names this channel. */
  receive(header: Header, bytes: Uint8Array, from: Endpoint, now: Instant): ChannelEvent[] {
    this.expire(now);
    if (header.type === MessageType.openingRequest) {
      this.exchange.receiveMessage1(header, bytes, from, now);
    } else if (header.type === MessageType.openingResponse) {
      this.exchange.receiveMessage2(header, bytes, from, now);
      this.sendDueProbes(now);
    } else {
      this.receiveSealed(header, bytes, from, now);
    }
    return this.outgoing.take();
  }

  /**
   * Sends a message to the address in use, or to one that is given. Opens the channel again if its keys are
   * due for it or if it has none; without keys nothing is sent. [KEY-05, KEY-08]
   * @returns the events, among them the send if it could go out.
   */
  send(type: Type, body: Uint8Array, now: Instant, to?: Endpoint): ChannelEvent[] {
    this.expire(now);
    const destination = to ?? this.farEnd.addresses.inUse();
    this.exchange.reopenIfDue(now);
    if (destination !== undefined) this.outgoing.sendSealed(this.keys.sending(), type, body, destination);
    return this.outgoing.take();
  }

  /**
   * Starts a probe of an address, as a keep-alive; `probe-over` says that nothing answered it. [TUN-08]
   * @param size bytes of UDP payload that it is padded to; then `probe-answered` tells of the answer. [TUN-06, HO-02]
   */
  probe(to: Endpoint, now: Instant, size = 0): ChannelEvent[] {
    this.expire(now);
    this.farEnd.check(to, now, size);
    this.sendDueProbes(now);
    return this.outgoing.take();
  }

  /** Probes a candidate of a path at these times, in milliseconds from now. [OPT-02] */
  search(to: Endpoint, schedule: readonly number[], now: Instant): ChannelEvent[] {
    this.expire(now);
    this.farEnd.search(to, schedule, now);
    this.sendDueProbes(now);
    return this.outgoing.take();
  }

  /** Sends under an alias, or the ID, from now on; an alias that is not answered gives way to the ID. [KEY-41, KEY-42] */
  useContext(context: Uint8Array): void {
    this.outgoing.context = context;
  }

  /** What own messages carry. */
  ownContext(): Uint8Array {
    return this.outgoing.context;
  }

  /** Whether an attempt of this end is outstanding. */
  isOpening(): boolean {
    return this.exchange.isOpening();
  }

  /** Whether a probe is outstanding. */
  isProbing(): boolean {
    return this.farEnd.probes.size > 0;
  }

  /** Whether own messages carry an alias of this end's choice. */
  hasAlias(): boolean {
    return !this.config.followsContext && !sameBytes(this.ownContext(), this.config.id);
  }

  /** Performs what is due: repeats, tries, ends of attempts and probes, erasure of keys. */
  tick(now: Instant): ChannelEvent[] {
    this.expire(now);
    this.exchange.tick(now);
    const { over, isLost } = this.farEnd.takeUnanswered(now);
    for (const { to, size } of over) this.outgoing.tell({ kind: 'probe-over', endpoint: to, size });
    if (isLost) {
      // KEY-41: the far end may have forgotten its aliases.
      if (this.hasAlias()) this.useContext(this.config.id);
      this.exchange.reopen(now);
    }
    this.sendDueProbes(now);
    return this.outgoing.take();
  }

  /** The next instant at which something is due; infinite if nothing is. */
  wakeAt(): Instant {
    return Math.min(this.exchange.wakeAt(), this.farEnd.probes.wakeAt(), this.keys.wakeAt());
  }

  private expire(now: Instant): void {
    for (const gone of this.keys.expire(now)) this.farEnd.probes.forget(gone);
  }

  private receiveSealed(header: Header, bytes: Uint8Array, from: Endpoint, now: Instant): void {
    const keys = this.keys.find(header.keyId);
    if (keys === undefined) return this.outgoing.refuse('key-id', from);
    // Its memory may be shared with others, and parts of it are kept.
    const body = openMessage(keys.receiver, bytes)?.slice();
    if (body === undefined) {
      this.keys.tagFailed(keys);
      return this.outgoing.refuse('tag', from);
    }
    if (!keys.window.check(header.sequence)) return this.outgoing.refuse('replay', from);
    const isNewest = header.sequence > keys.window.highest;
    keys.window.mark(header.sequence);
    if (!mayCarry(this.config.kind, header.type, this.config.peerRole, this.config.selfRole)) {
      return this.outgoing.refuse('channel-type', from);
    }
    this.farEnd.addresses.received(from, bytes.length);
    if (this.config.followsContext) this.useContext(header.context);
    if (keys.confirmedAt === undefined) this.exchange.confirm(keys, from, now);
    this.deliver(header, keys, body, from, now);
    // HO-03: an answer to a probe speaks for the address that it came from already.
    if (isNewest && keys === this.keys.sending() && header.type !== MessageType.probeResponse) {
      this.farEnd.nominate(from, now);
    }
    this.sendDueProbes(now);
  }

  private deliver(header: Header, keys: Handshake, body: Uint8Array, from: Endpoint, now: Instant): void {
    const { type, sequence } = header;
    const arrival = arrivalOf(type, body, from);
    switch (arrival.kind) {
      case 'data':
        this.outgoing.tell({ kind: 'data', packet: body, from });
        break;
      case 'message':
        this.outgoing.tell({
          kind: 'message',
          message: arrival.message,
          body,
          from,
          origin: { generation: keys.generation, sequence },
        });
        break;
      case 'probe':
        if (arrival.isBad) this.outgoing.refuse('schema', from);
        if (arrival.answer !== undefined) this.answerProbe(arrival.answer, from, now);
        break;
      case 'probe-answer':
        this.takeAnswer(arrival, from);
        break;
      case 'encoding':
        this.outgoing.refuse('encoding', from);
        break;
      case 'bad-request': {
        const { status, transaction } = arrival;
        this.outgoing.tell({ kind: 'bad-request', type, status, transaction, body, from });
        break;
      }
      case 'bad-answer':
        this.outgoing.tell({ kind: 'bad-answer', type, transaction: arrival.transaction, from });
        break;
      default:
        throw new Error(`no such arrival: ${arrival satisfies never}`);
    }
  }

  private takeAnswer(answer: Extract<Arrival, { kind: 'probe-answer' }>, from: Endpoint): void {
    const { probe, isMoved } = this.farEnd.answered(answer.transaction, answer.status, from);
    if (probe === undefined) return this.outgoing.refuse('transaction', from);
    if (answer.isBad) return this.outgoing.refuse('schema', from);
    if (isMoved) this.outgoing.tell({ kind: 'address', endpoint: from });
    if (answer.status !== Status.ok || !sameEndpoint(probe.to, from)) return;
    if (this.config.kind === 'association') return;
    const { observed } = answer;
    this.outgoing.tell({ kind: 'probe-answered', endpoint: from, size: probe.size, observed });
  }

  /** Answered anew each time, to the source of the request. [GEN-10] */
  private answerProbe(answer: ProbeAnswer, to: Endpoint, now: Instant): void {
    this.exchange.reopenIfDue(now);
    this.outgoing.sendSealed(this.keys.sending(), MessageType.probeResponse, encodeBody(answer), to);
  }

  private sendDueProbes(now: Instant): void {
    for (const probe of this.farEnd.probes.takeDue(now)) {
      const body = probeBody(probe.transaction, probe.size);
      const pinned = probe.under?.confirmedAt === undefined ? probe.under : undefined;
      if (pinned === undefined) this.exchange.reopenIfDue(now);
      this.outgoing.sendSealed(pinned ?? this.keys.sending(), MessageType.probeRequest, body, probe.to);
    }
  }
}

type ProbeAnswer = NonNullable<Extract<Arrival, { kind: 'probe' }>['answer']>;
