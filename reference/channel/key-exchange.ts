/**
 * How a channel comes by its keys: attempts of this end, answers to the openings of the far end, and the
 * confirmation of what comes of either.
 */
import type { Endpoint } from '../address.ts';
import { compareBytes, sameBytes } from '../bytes.ts';
import type { Instant, Random } from '../core.ts';
import { derivePsk, keyIdOf } from '../crypto/keys.ts';
import type { Header } from '../wire/header.ts';
import { HEADER_LENGTH, writeHeader } from '../wire/header.ts';
import { Attempt } from './attempt.ts';
import type { FarEnd } from './far-end.ts';
import type { Handshake } from './handshake.ts';
import { rememberSource } from './handshake.ts';
import type { Keyring } from './keyring.ts';
import { OpeningLimit } from './limit.ts';
import { answerHeader, answerOpening, completeOpening, createOpening, verifyOpening } from './openings.ts';
import type { Outgoing } from './outgoing.ts';
import type { ChannelConfig } from './types.ts';

export class KeyExchange {
  private readonly config: ChannelConfig;
  private readonly keys: Keyring;
  private readonly farEnd: FarEnd;
  private readonly outgoing: Outgoing;
  private readonly random: Random;
  private readonly psk: Uint8Array;
  private readonly limit = new OpeningLimit();
  private attempt: Attempt | undefined;
  private attemptOrder = 0n;

  constructor(config: ChannelConfig, keys: Keyring, farEnd: FarEnd, outgoing: Outgoing, random: Random) {
    this.config = config;
    this.keys = keys;
    this.farEnd = farEnd;
    this.outgoing = outgoing;
    this.random = random;
    this.psk = derivePsk(config.kind, config.id, config.secret);
  }

  /** Whether an attempt of this end is outstanding. */
  isOpening(): boolean {
    return this.attempt !== undefined;
  }

  /** Starts an attempt, unless one is outstanding, this end may not, or there is nowhere to go. [KEY-01] */
  open(destinations: readonly Endpoint[], now: Instant): void {
    if (this.config.opens === 'peer' || this.attempt !== undefined || destinations.length === 0) return;
    this.startAttempt(destinations, now);
  }

  /** The outstanding attempt goes to these too, when its next repeats are sent. */
  extend(destinations: readonly Endpoint[], repeat: readonly number[], now: Instant): void {
    this.attempt?.add(destinations, repeat, now);
  }

  /** To all that is known of where the far end could be. */
  reopen(now: Instant): void {
    this.open(this.farEnd.candidates(), now);
  }

  /** Any message that is due, answers too, is what makes an end open again. [KEY-05, KEY-27] */
  reopenIfDue(now: Instant): void {
    if (this.keys.sending() === undefined || this.keys.isRekeyDue(now)) this.reopen(now);
  }

  receiveMessage1(header: Header, bytes: Uint8Array, from: Endpoint, now: Instant): void {
    const { kind, self, peer, opens } = this.config;
    const repeated = this.keys.findRepeat(bytes);
    if (repeated !== undefined) return this.sendMessage2(repeated, from, bytes.length);
    if (!this.limit.admit(from, now)) return this.outgoing.refuse('rate-opening', from);
    if (kind !== 'association' && header.sequence <= this.keys.highestConfirmed())
      return this.outgoing.refuse('order', from);
    if (opens === 'self') return this.outgoing.refuse('handshake', from);

    const state = verifyOpening(this.config, this.psk, bytes);
    if (state === undefined) return this.outgoing.refuse('handshake', from);
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
    if (handshake === undefined) return this.outgoing.refuse('handshake', from);
    this.add(handshake);
    this.sendMessage2(handshake, from, bytes.length);
  }

  receiveMessage2(header: Header, bytes: Uint8Array, from: Endpoint, now: Instant): void {
    if (this.keys.hasTaken(bytes)) return;
    const attempt = this.attempt;
    if (attempt === undefined || !sameBytes(writeHeader(header), answerHeader(attempt.message1))) {
      return this.outgoing.refuse('handshake', from);
    }
    const split = attempt.noise.readMessage2(bytes.subarray(HEADER_LENGTH));
    if (split === undefined) return this.outgoing.refuse('handshake', from);
    this.attempt = undefined;
    this.farEnd.addresses.received(from, bytes.length);
    // KEY-50: it verified, so it is no fault.
    if (!this.isFree(keyIdOf(split.hash))) return this.startAttempt(attempt.told, now);

    const handshake = completeOpening(this.config, attempt, split, bytes, from, now);
    this.add(handshake);
    this.farEnd.opened(handshake, from, attempt, now);
  }

  /** Something opened under keys that were unconfirmed. */
  confirm(keys: Handshake, from: Endpoint, now: Instant): void {
    for (const gone of this.keys.confirm(keys, now)) this.farEnd.probes.forget(gone);
    // KEY-06: only now is it sure that the other end's opening was a genuine one.
    if (!keys.initiated) this.attempt = undefined;
    if (this.keys.sending() === keys && !keys.initiated) this.farEnd.addresses.setProvisional(from);
    this.outgoing.tell({ kind: 'confirmed' });
    if (keys.initiated) return;
    const sources = this.config.kind === 'leg' ? [from] : keys.sources;
    for (const source of sources) this.farEnd.probe(source, undefined, now);
  }

  /** Repeats message 1, or gives the attempt up. */
  tick(now: Instant): void {
    const { attempt } = this;
    if (attempt?.isOver(now)) {
      this.attempt = undefined;
      this.outgoing.tell({ kind: 'attempt-over' });
    } else if (attempt !== undefined) {
      this.sendMessage1(attempt, attempt.takeDue(now));
    }
  }

  wakeAt(): Instant {
    return this.attempt?.wakeAt() ?? Number.POSITIVE_INFINITY;
  }

  /** A new attempt has a new ephemeral and forgets the one before it. [KEY-16] */
  private startAttempt(destinations: readonly Endpoint[], now: Instant): void {
    const { config, outgoing } = this;
    const isOrdered = config.kind !== 'association';
    this.attemptOrder = isOrdered ? maximum(this.keys.highestConfirmed(), this.attemptOrder) + 1n : 0n;
    const opening = createOpening(config, this.psk, outgoing.context, this.attemptOrder, this.random);
    this.attempt = new Attempt(opening, this.attemptOrder, destinations, config.timers, now);
    this.sendMessage1(this.attempt, this.attempt.takeDue(now));
  }

  private sendMessage1(attempt: Attempt, destinations: readonly Endpoint[]): void {
    for (const to of destinations) this.outgoing.tell({ kind: 'send', bytes: attempt.message1, to });
  }

  private sendMessage2(handshake: Handshake, to: Endpoint, received: number): void {
    this.farEnd.addresses.received(to, received);
    if (this.outgoing.sendWithinBudget(handshake.message2, to)) rememberSource(handshake, to);
  }

  private add(handshake: Handshake): void {
    for (const gone of this.keys.add(handshake)) this.farEnd.probes.forget(gone);
  }

  private readonly isFree = (keyId: number): boolean => keyId !== 0 && this.keys.find(keyId) === undefined;
}

function maximum(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
