/** What a played peer does by itself when a datagram comes, by its habits. */
import type { Endpoint } from '../../reference/address.ts';
import { compareBytes, toHex } from '../../reference/bytes.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import type { Body } from '../fields.ts';
import { body, bytesField } from '../fields.ts';
import type { Received } from '../observe/received.ts';
import type { PlayedChannel } from './channel.ts';
import type { Habits } from './habits.ts';
import type { PlayedKeys } from './keys.ts';
import { probeAnswer } from './probe-answer.ts';
import { registrationAnswer } from './registration-answer.ts';
import type { Stage } from './stage.ts';

/** A peer, as far as it acts by itself. */
export interface Actor {
  readonly stage: Stage;
  readonly habits: Habits;
  send(bytes: Uint8Array, to: Endpoint, options: Automatic & { readonly channel: PlayedChannel }): void;
  sendSealed(
    channel: PlayedChannel,
    type: number,
    content: Body,
    options: Automatic & { readonly to: Endpoint; readonly keys?: PlayedKeys },
  ): void;
}

/** Part of no case's point. */
interface Automatic {
  readonly auto: true;
}

export class Responder {
  readonly #peer: Actor;
  /** Message 2 by message 1, for repetitions. [KEY-13] */
  readonly #answered = new Map<string, { bytes: Uint8Array; keys: PlayedKeys }>();
  /** Handshakes of the other end whose source is still to be probed. */
  readonly #unprobed = new Set<PlayedKeys>();

  constructor(peer: Actor) {
    this.#peer = peer;
  }

  react(mail: Received): void {
    const { channel, fault, type, keys } = mail;
    if (channel === undefined || fault !== undefined) return;
    const { habits } = this.#peer;
    const isIgnored = !habits.answerOpenings || habits.ignoredOpenings.includes(channel.kind);
    if (type === MessageType.openingRequest && !isIgnored) this.#answerOpening(channel, mail);
    if (keys !== undefined && habits.probeBack && this.#unprobed.delete(keys)) this.#probeBack(channel, mail);
    if (type === MessageType.probeRequest && habits.answerProbes) {
      this.#answer(channel, mail, MessageType.probeResponse, probeAnswer(mail, habits.natted));
    }
    if (type === MessageType.relayRegistrationRequest && habits.answerRegistrations) {
      const transaction = bytesField(mail.body, 'transaction');
      const { registrationStatus: status, registrationLifetime } = habits;
      const lifetime = status === 0 ? registrationLifetime : undefined;
      const pool = status === 0 && habits.pool.length > 0 ? [...habits.pool] : undefined;
      const content = body({ transaction, status, lifetime, pool });
      this.#answer(channel, mail, MessageType.relayRegistrationResponse, content);
    }
    if (type === MessageType.registrationRequest && habits.answerRegistrations) {
      this.#answer(channel, mail, MessageType.registrationResponse, registrationAnswer(mail, habits));
    }
    if (type === MessageType.pathUpdate && habits.acknowledges) {
      const transaction = bytesField(mail.body, 'transaction');
      this.#answer(channel, mail, MessageType.acknowledgement, body({ transaction, status: 0 }));
    }
    const reply = habits.reply?.(mail);
    if (reply !== undefined) this.#answer(channel, mail, reply.type, reply.content);
  }

  /** Crossed openings: the end with the lower Node ID does not answer but opens towards the source. [KEY-06] */
  #answerOpening(channel: PlayedChannel, mail: Received): void {
    const own = channel.attempts.findLast(({ keys, over }) => keys === undefined && !over);
    // On a leg nothing crosses: what a relay opened there was wrong on purpose. [KEY-28]
    const canCross = own !== undefined && channel.kind !== 'leg';
    if (canCross && compareBytes(channel.own.nodeId, channel.peer.nodeId) < 0) {
      this.#peer.send(own.message1, mail.from, { channel, auto: true });
      return;
    }
    const key = toHex(mail.bytes);
    const known = this.#answered.get(key);
    if (known !== undefined) {
      if (!known.keys.confirmed) this.#peer.send(known.bytes, mail.from, { channel, auto: true });
      return;
    }
    const state = channel.readMessage1(mail.bytes);
    const made = state && channel.message2(state, mail.bytes, this.#peer.stage.fresh);
    if (made === undefined) return;
    this.#answered.set(key, made);
    this.#unprobed.add(made.keys);
    this.#peer.send(made.bytes, mail.from, { channel, auto: true });
  }

  /** The responder probes the source once the handshake is confirmed, so that it becomes valid. */
  #probeBack(channel: PlayedChannel, mail: Received): void {
    const content = body({ transaction: this.#peer.stage.fresh(8) });
    this.#peer.sendSealed(channel, MessageType.probeRequest, content, { to: mail.from, auto: true });
  }

  #answer(channel: PlayedChannel, mail: Received, type: number, content: Body): void {
    const keys = mail.keys?.confirmed ? mail.keys : channel.current;
    for (let left = this.#peer.stage.answers; left > 0; left--)
      this.#peer.sendSealed(channel, type, content, { to: mail.from, auto: true, ...(keys && { keys }) });
  }
}
