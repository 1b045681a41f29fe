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
import { compareBytes, sameBytes } from '../bytes.ts';
import type { Instant, Random } from '../core.ts';
import { derivePsk, keyIdOf } from '../crypto/keys.ts';
import type { Layer } from '../refusal.ts';
import type { Header } from '../wire/header.ts';
import { HEADER_LENGTH, TAG_LENGTH, writeHeader } from '../wire/header.ts';
import { encodeBody } from '../wire/messages.ts';
import type { MessageType as Type } from '../wire/registry.ts';
import { MessageType, mayCarry, Status } from '../wire/registry.ts';
import { openMessage } from '../wire/seal.ts';
import type { Arrival } from './arrival.ts';
import { arrivalOf } from './arrival.ts';
import { Attempt } from './attempt.ts';
import { FarEnd } from './far-end.ts';
import type { Handshake } from './handshake.ts';
import { rememberSource } from './handshake.ts';
import { Keyring } from './keyring.ts';
import { OpeningLimit } from './limit.ts';
import { answerHeader, answerOpening, completeOpening, createOpening, verifyOpening } from './openings.ts';
import { probeBody } from './probes.ts';
import { DataPath, seal } from './sealing.ts';
import type { ChannelConfig, ChannelEvent } from './types.ts';

export class Channel {
  readonly config: ChannelConfig;
  readonly data: DataPath;
  private readonly random: Random;
  private readonly psk: Uint8Array;
  private readonly keys: Keyring;
  private readonly farEnd: FarEnd;
  private readonly limit = new OpeningLimit();
  /** What own messages carry: the channel's ID, or an alias: the one that the far end used last, or one to use. [KEY-14] */
  private context: Uint8Array;
  private attempt: Attempt | undefined;
  private attemptOrder = 0n;
  private out: ChannelEvent[] = [];

  constructor(config: ChannelConfig, random: Random) {
    this.config = config;
    this.random = random;
    this.context = config.id;
    this.psk = derivePsk(config.kind, config.id, config.secret);
    this.keys = new Keyring(config.kind, config.suite, config.timers);
    this.farEnd = new FarEnd(config, random);
    this.data = new DataPath(config.id, this.keys, this.farEnd.addresses, () => this.attempt !== undefined);
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
    if (this.attempt === undefined) return this.open(destinations, now);
    this.attempt.add(destinations, repeat, now);
    return this.tick(now);
  }

  /** Starts an attempt to open the channel, unless one is outstanding or this end may not. [KEY-01] */
  open(destinations: readonly Endpoint[], now: Instant): ChannelEvent[] {
    if (this.config.opens !== 'peer' && this.attempt === undefined && destinations.length > 0) {
      this.startAttempt(destinations, now);
    }
    return this.take();
  }

  /** Takes a datagram whose header was read and whose context names this channel. */
  receive(header: Header, bytes: Uint8Array, from: Endpoint, now: Instant): ChannelEvent[] {
    this.expire(now);
    if (header.type === MessageType.openingRequest) this.receiveMessage1(header, bytes, from, now);
    else if (header.type === MessageType.openingResponse) this.receiveMessage2(header, bytes, from, now);
    else this.receiveSealed(header, bytes, from, now);
    return this.take();
  }

  /**
   * Sends a message to the address in use, or to one that is given. Opens the channel again if its keys are
   * due for it or if it has none; without keys nothing is sent. [KEY-05, KEY-08]
   * @returns the events, among them the send if it could go out.
   */
  send(type: Type, body: Uint8Array, now: Instant, to?: Endpoint): ChannelEvent[] {
    this.expire(now);
    const destination = to ?? this.farEnd.addresses.inUse();
    this.reopenIfDue(now);
    if (destination !== undefined) this.sendSealed(this.keys.sending(), type, body, destination);
    return this.take();
  }

  /**
   * Starts a probe of an address, as a keep-alive; `probe-over` says that nothing answered it. [TUN-08]
   * @param size bytes of UDP payload that it is padded to; then `probe-answered` tells of the answer. [TUN-06, HO-02]
   */
  probe(to: Endpoint, now: Instant, size = 0): ChannelEvent[] {
    this.expire(now);
    this.farEnd.check(to, now, size);
    this.sendDueProbes(now);
    return this.take();
  }

  /** Sends under an alias, or the ID, from now on; an alias that is not answered gives way to the ID. [KEY-41, KEY-42] */
  useContext(context: Uint8Array): void {
    this.context = context;
  }

  /** What own messages carry. */
  ownContext(): Uint8Array {
    return this.context;
  }

  /** Whether an attempt of this end is outstanding. */
  isOpening(): boolean {
    return this.attempt !== undefined;
  }

  /** Whether own messages carry an alias of this end's choice. */
  hasAlias(): boolean {
    return !this.config.followsContext && !sameBytes(this.context, this.config.id);
  }

  /** Performs what is due: repeats, tries, ends of attempts and probes, erasure of keys. */
  tick(now: Instant): ChannelEvent[] {
    this.expire(now);
    if (this.attempt?.isOver(now)) {
      this.attempt = undefined;
      this.out.push({ kind: 'attempt-over' });
    } else if (this.attempt !== undefined) {
      this.sendMessage1(this.attempt, this.attempt.takeDue(now));
    }
    const { over, isLost } = this.farEnd.takeUnanswered(now);
    for (const { to, size } of over) this.out.push({ kind: 'probe-over', endpoint: to, size });
    if (isLost) {
      // KEY-41: the far end may have forgotten its aliases.
      if (this.hasAlias()) this.context = this.config.id;
      this.reopen(now);
    }
    this.sendDueProbes(now);
    return this.take();
  }

  /** The next instant at which something is due; infinite if nothing is. */
  wakeAt(): Instant {
    return Math.min(
      this.attempt?.wakeAt() ?? Number.POSITIVE_INFINITY,
      this.farEnd.probes.wakeAt(),
      this.keys.wakeAt(),
    );
  }

  private take(): ChannelEvent[] {
    const events = this.out;
    this.out = [];
    return events;
  }

  private refuse(layer: Layer, from: Endpoint): void {
    this.out.push({ kind: 'refused', layer, from });
  }

  private expire(now: Instant): void {
    for (const gone of this.keys.expire(now)) this.farEnd.probes.forget(gone);
  }

  // ---- openings ----

  private reopen(now: Instant): void {
    const destinations = this.farEnd.candidates();
    if (this.config.opens === 'peer' || this.attempt !== undefined || destinations.length === 0) return;
    this.startAttempt(destinations, now);
  }

  /** Any message that is due, answers too, is what makes an end open again. [KEY-05, KEY-27] */
  private reopenIfDue(now: Instant): void {
    if (this.keys.sending() === undefined || this.keys.isRekeyDue(now)) this.reopen(now);
  }

  /** A new attempt has a new ephemeral and forgets the one before it. [KEY-16] */
  private startAttempt(destinations: readonly Endpoint[], now: Instant): void {
    const isOrdered = this.config.kind !== 'association';
    this.attemptOrder = isOrdered ? maximum(this.keys.highestConfirmed(), this.attemptOrder) + 1n : 0n;
    const opening = createOpening(this.config, this.psk, this.context, this.attemptOrder, this.random);
    this.attempt = new Attempt(opening, this.attemptOrder, destinations, this.config.timers, now);
    this.sendMessage1(this.attempt, this.attempt.takeDue(now));
  }

  private sendMessage1(attempt: Attempt, destinations: readonly Endpoint[]): void {
    for (const to of destinations) this.out.push({ kind: 'send', bytes: attempt.message1, to });
  }

  private receiveMessage1(header: Header, bytes: Uint8Array, from: Endpoint, now: Instant): void {
    const { kind, self, peer, opens } = this.config;
    const repeated = this.keys.findRepeat(bytes);
    if (repeated !== undefined) return this.sendMessage2(repeated, from, bytes.length);
    if (!this.limit.admit(from, now)) return this.refuse('rate-opening', from);
    if (kind !== 'association' && header.sequence <= this.keys.highestConfirmed())
      return this.refuse('order', from);
    if (opens === 'self') return this.refuse('handshake', from);

    const state = verifyOpening(this.config, this.psk, bytes);
    if (state === undefined) return this.refuse('handshake', from);
    if (this.attempt !== undefined && compareBytes(self, peer) < 0) {
      this.farEnd.addresses.received(from, bytes.length);
      // KEY-06: our own opening is the one that counts; it goes where the other end is reached.
      if (this.farEnd.canBe(from) && this.attempt.learn(from)) this.sendMessage1(this.attempt, [from]);
      return;
    }
    const handshake = answerOpening(
      this.config,
      state,
      bytes,
      header.sequence,
      this.isFree,
      this.random,
      now,
    );
    if (handshake === undefined) return this.refuse('handshake', from);
    this.add(handshake);
    this.sendMessage2(handshake, from, bytes.length);
  }

  private sendMessage2(handshake: Handshake, to: Endpoint, received: number): void {
    this.farEnd.addresses.received(to, received);
    if (!this.farEnd.spend(to, handshake.message2.length)) return this.refuse('amplification', to);
    rememberSource(handshake, to);
    this.out.push({ kind: 'send', bytes: handshake.message2, to });
  }

  private receiveMessage2(header: Header, bytes: Uint8Array, from: Endpoint, now: Instant): void {
    const attempt = this.attempt;
    if (attempt === undefined || !sameBytes(writeHeader(header), answerHeader(attempt.message1))) {
      return this.refuse('handshake', from);
    }
    const split = attempt.noise.readMessage2(bytes.subarray(HEADER_LENGTH));
    if (split === undefined) return this.refuse('handshake', from);
    this.attempt = undefined;
    this.farEnd.addresses.received(from, bytes.length);
    // KEY-50: it verified, so it is no fault.
    if (!this.isFree(keyIdOf(split.hash))) return this.startAttempt(attempt.told, now);

    const handshake = completeOpening(this.config, attempt, split, bytes, from, now);
    this.add(handshake);
    this.farEnd.opened(handshake, from, attempt, now);
    this.sendDueProbes(now);
  }

  private add(handshake: Handshake): void {
    for (const gone of this.keys.add(handshake)) this.farEnd.probes.forget(gone);
  }

  private readonly isFree = (keyId: number): boolean => keyId !== 0 && this.keys.find(keyId) === undefined;

  // ---- sealed messages ----

  private receiveSealed(header: Header, bytes: Uint8Array, from: Endpoint, now: Instant): void {
    const keys = this.keys.find(header.keyId);
    if (keys === undefined) return this.refuse('key-id', from);
    const body = openMessage(keys.receiver, bytes);
    if (body === undefined) {
      this.keys.tagFailed(keys);
      return this.refuse('tag', from);
    }
    if (!keys.window.check(header.sequence)) return this.refuse('replay', from);
    const isNewest = header.sequence > keys.window.highest;
    keys.window.mark(header.sequence);
    if (!mayCarry(this.config.kind, header.type, this.config.peerRole, this.config.selfRole)) {
      return this.refuse('channel-type', from);
    }
    this.farEnd.addresses.received(from, bytes.length);
    if (this.config.followsContext) this.context = header.context;
    if (keys.confirmedAt === undefined) this.confirm(keys, from, now);
    this.deliver(header, keys, body, from, now);
    // HO-03: an answer to a probe speaks for the address that it came from already.
    if (isNewest && keys === this.keys.sending() && header.type !== MessageType.probeResponse) {
      this.farEnd.nominate(from, now);
    }
    this.sendDueProbes(now);
  }

  private confirm(keys: Handshake, from: Endpoint, now: Instant): void {
    for (const gone of this.keys.confirm(keys, now)) this.farEnd.probes.forget(gone);
    // KEY-06: only now is it sure that the other end's opening was a genuine one.
    if (!keys.initiated) this.attempt = undefined;
    if (this.keys.sending() === keys && !keys.initiated) this.farEnd.addresses.setProvisional(from);
    this.out.push({ kind: 'confirmed' });
    if (keys.initiated) return;
    const sources = this.config.kind === 'leg' ? [from] : keys.sources;
    for (const source of sources) this.farEnd.probe(source, undefined, now);
  }

  private deliver(header: Header, keys: Handshake, body: Uint8Array, from: Endpoint, now: Instant): void {
    const { type, sequence } = header;
    const arrival = arrivalOf(type, body, from);
    switch (arrival.kind) {
      case 'data':
        this.out.push({ kind: 'data', packet: body, from });
        break;
      case 'message':
        this.out.push({
          kind: 'message',
          message: arrival.message,
          body,
          from,
          origin: { generation: keys.generation, sequence },
        });
        break;
      case 'probe':
        if (arrival.isBad) this.refuse('schema', from);
        if (arrival.answer !== undefined) this.answerProbe(arrival.answer, from, now);
        break;
      case 'probe-answer':
        this.takeAnswer(arrival, from);
        break;
      case 'encoding':
        this.refuse('encoding', from);
        break;
      case 'bad-request': {
        const { status, transaction } = arrival;
        this.out.push({ kind: 'bad-request', type, status, transaction, body, from });
        break;
      }
      case 'bad-answer':
        this.out.push({ kind: 'bad-answer', type, transaction: arrival.transaction, from });
        break;
      default:
        throw new Error(`no such arrival: ${arrival satisfies never}`);
    }
  }

  private takeAnswer(answer: Extract<Arrival, { kind: 'probe-answer' }>, from: Endpoint): void {
    const { probe, isMoved } = this.farEnd.answered(answer.transaction, answer.status, from);
    if (probe === undefined) return this.refuse('transaction', from);
    if (answer.isBad) return this.refuse('schema', from);
    if (isMoved) this.out.push({ kind: 'address', endpoint: from });
    if (answer.status === Status.ok && probe.size > 0 && sameEndpoint(probe.to, from)) {
      this.out.push({ kind: 'probe-answered', endpoint: from, size: probe.size });
    }
  }

  /** Seals under the given keys, unless the address has had three times what came from it. [DOS-02] */
  private sendSealed(keys: Handshake | undefined, type: Type, body: Uint8Array, to: Endpoint): void {
    if (keys === undefined) return;
    if (!this.farEnd.spend(to, HEADER_LENGTH + body.length + TAG_LENGTH))
      return this.refuse('amplification', to);
    this.out.push({ kind: 'send', bytes: seal(keys, type, this.context, body), to });
  }

  /** Answered anew each time, to the source of the request. [GEN-10] */
  private answerProbe(answer: ProbeAnswer, to: Endpoint, now: Instant): void {
    this.reopenIfDue(now);
    this.sendSealed(this.keys.sending(), MessageType.probeResponse, encodeBody(answer), to);
  }

  private sendDueProbes(now: Instant): void {
    for (const probe of this.farEnd.probes.takeDue(now)) {
      const body = probeBody(probe.transaction, probe.size);
      const pinned = probe.under?.confirmedAt === undefined ? probe.under : undefined;
      if (pinned === undefined) this.reopenIfDue(now);
      this.sendSealed(pinned ?? this.keys.sending(), MessageType.probeRequest, body, probe.to);
    }
  }
}

type ProbeAnswer = NonNullable<Extract<Arrival, { kind: 'probe' }>['answer']>;

function maximum(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
