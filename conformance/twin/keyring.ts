import type { TwinAttempt, TwinChannel, TwinEnd, TwinFinding } from '../twin-port.ts';
import { equal, hex } from './bytes.ts';
import type { EndState } from './handshakes.ts';
import { addHandshake, confirm, effectOf, finishedBy, freshState, unconfirmedOnes } from './handshakes.ts';
import { parseHeader } from './header.ts';
import { MESSAGE_1 } from './messages.ts';
import type { Message2, Opening } from './noise.ts';
import { finish, message2, readMessage1 } from './noise.ts';

/** What a recording says of a channel, as bytes. */
export type ChannelFacts = Pick<TwinChannel, 'kind' | 'id' | 'secret' | 'suite' | 'aliases'>;

/** The private key of who made this opening; undefined if the recording does not have it. */
export type Ephemerals = (datagram: Uint8Array) => Uint8Array | undefined;

/** Who is who in an opening. */
interface Sides {
  readonly initiator: EndState;
  readonly responder: EndState;
}

/** What both ends of one channel hold in the course of a recording. It has no clock: nothing ends by time. */
export class Keyring {
  readonly facts: ChannelFacts;
  readonly #states: readonly [EndState, EndState];
  readonly #ephemerals: Ephemerals;

  constructor(facts: ChannelFacts, ends: readonly [TwinEnd, TwinEnd], ephemerals: Ephemerals) {
    this.facts = facts;
    this.#states = [freshState(ends[0]), freshState(ends[1])];
    this.#ephemerals = ephemerals;
  }

  /** The end of this Node ID; undefined if neither has it. */
  end(nodeId: Uint8Array): TwinEnd | undefined {
    return this.#states.find((state) => equal(state.end.nodeId, nodeId))?.end;
  }

  other(end: TwinEnd): TwinEnd {
    return this.#sides(end).receiver.end;
  }

  /** The channel as the receiver of `datagram` holds it at this moment. */
  asReceived(sender: TwinEnd, datagram: Uint8Array): TwinChannel {
    const { receiver } = this.#sides(sender);
    return {
      ...this.facts,
      sender,
      receiver: receiver.end,
      keys: receiver.handshakes,
      highestOrder: receiver.highestOrder,
      unconfirmed: unconfirmedOnes(receiver).map((one) => one.message1),
      finished: finishedBy(receiver),
      attempts: this.#attempts(receiver.attempt, datagram),
    };
  }

  /** Whether this message 2 meets an attempt, and no ephemeral key is known to read it by. */
  isBlind(sender: TwinEnd, datagram: Uint8Array): boolean {
    const { attempt } = this.#sides(sender).receiver;
    return attempt !== undefined && this.#attempts(attempt, datagram).length === 0;
  }

  /** An opening left `sender`. What does not verify was not made by it, and changes nothing. */
  sent(sender: TwinEnd, datagram: Uint8Array): void {
    const { sender: maker, receiver } = this.#sides(sender);
    const text = hex(datagram);
    if (maker.made.has(text)) return;
    if (readMessage1(this.#opening({ initiator: maker, responder: receiver }), datagram) !== undefined) {
      maker.made.add(text);
      // A new attempt forgets the one before it (KEY-16).
      maker.attempt = datagram;
      return;
    }
    for (const message1 of maker.came.values()) {
      const keys = this.#read({ initiator: receiver, responder: maker }, message1, datagram);
      if (keys === undefined) continue;
      maker.made.add(text);
      this.#add(maker, receiver, message1, keys, datagram);
    }
  }

  /** A datagram reached the receiver, who made `finding` of it. */
  took(sender: TwinEnd, datagram: Uint8Array, finding: TwinFinding): void {
    const { sender: maker, receiver } = this.#sides(sender);
    if (finding.kind === 'opening') {
      if (finding.type === MESSAGE_1) receiver.came.set(hex(datagram), datagram);
      else this.#finish({ initiator: receiver, responder: maker }, datagram);
      return;
    }
    const header = parseHeader(datagram);
    const handshake = receiver.handshakes.find((one) => one.keyId === header?.keyId);
    if (header === undefined || handshake === undefined) return;
    const { isSeen, isOpened } = effectOf(finding);
    if (isSeen) handshake.seen.add(header.sequence);
    if (isOpened) confirm(receiver, handshake, this.facts.kind !== 'association');
  }

  /** The first message 2 that verifies ends the attempt (KEY-16); one that ended an earlier one does not (KEY-52). */
  #finish(at: Sides, datagram: Uint8Array): void {
    const { initiator } = at;
    const message1 = initiator.attempt;
    if (message1 === undefined || finishedBy(initiator).some((one) => equal(one, datagram))) return;
    initiator.attempt = undefined;
    const keys = this.#read(at, message1, datagram);
    if (keys !== undefined) this.#add(initiator, initiator, message1, keys, datagram);
  }

  #add(at: EndState, initiator: EndState, message1: Uint8Array, keys: Message2, message2: Uint8Array): void {
    const isInitiator = at === initiator;
    addHandshake(at, {
      keyId: keys.keyId,
      key: isInitiator ? keys.back : keys.forward,
      seen: new Set(),
      order: parseHeader(message1)?.sequence ?? 0n,
      opener: initiator.end.nodeId,
      message1,
      message2,
      crossed: isInitiator ? undefined : at.attempt,
      isConfirmed: false,
    });
  }

  /** What message 2 gives, by whichever ephemeral key is known; undefined if it does not answer message 1. */
  #read(at: Sides, message1: Uint8Array, datagram: Uint8Array): Message2 | undefined {
    const opening = this.#opening(at);
    const [attempt] = this.#attempts(message1, datagram);
    if (attempt === undefined) return undefined;
    if (attempt.of === 'initiator') return finish(opening, message1, attempt.ephemeral, datagram);
    const made = message2(opening, message1, attempt.ephemeral);
    return made !== undefined && equal(made.datagram, datagram) ? made : undefined;
  }

  #attempts(message1: Uint8Array | undefined, datagram: Uint8Array): TwinAttempt[] {
    if (message1 === undefined) return [];
    const e = this.#ephemerals(message1);
    if (e !== undefined) return [{ message1, ephemeral: e, of: 'initiator' }];
    const r = this.#ephemerals(datagram);
    return r === undefined ? [] : [{ message1, ephemeral: r, of: 'responder' }];
  }

  #opening({ initiator, responder }: Sides): Opening {
    return { ...this.facts, initiator: initiator.end.nodeId, responder: responder.end.nodeId };
  }

  #sides(sender: TwinEnd): { readonly sender: EndState; readonly receiver: EndState } {
    const [a, b] = this.#states;
    return a.end === sender ? { sender: a, receiver: b } : { sender: b, receiver: a };
  }
}
