/**
 * Which datagrams the target may send without having been asked for them just then. This is the one
 * rule by which traffic is harmless; everything else that comes and was not waited for is a fault.
 *
 * 1. A probing request that opens; on an association also an opening, and a Registration Request of either kind.
 *    A node also opens its paths and legs, and says on a path where it is and which way it sends.
 * 2. As many answers to a request, or to an opening, as datagrams of it were sent that may be answered. No window
 *    keeps a copy of an opening that a network makes from being answered.
 * 3. A datagram of a path, as often as a played peer sent these bytes to be forwarded; once more on a network that makes
 *    copies, for the far leg may have moved between a datagram and its copy, which then comes to another peer.
 * 4. On a network that makes copies, the copy of a datagram that came before.
 * 5. The repeat of a request that came before.
 * 6. On an association that is not open yet, what keys of an earlier run sealed.
 */
import { toHex } from '../../reference/bytes.ts';
import type { MessageType as Type } from '../../reference/wire/registry.ts';
import { answerTypeOf, isMessageType, MESSAGES, MessageType } from '../../reference/wire/registry.ts';
import type { Body } from '../fields.ts';
import { bytesField, field } from '../fields.ts';
import { mayBeAnswered } from '../intent.ts';
import type { Received } from './received.ts';
import type { Sent } from './transcript.ts';

const HEADER_LENGTH = 28;
const REGISTRATIONS: readonly (number | undefined)[] = [
  MessageType.relayRegistrationRequest,
  MessageType.registrationRequest,
];
/** The explanation of rule 4. */
export const COPY = 'a copy made by the network';
/** The explanation of what comes where nobody is that it is for any more. */
export const PASSED_ON = 'of an association that another case has now';

export class Explainer {
  /** How many more of each may come. */
  readonly #due = new Map<string, number>();
  readonly #copies: boolean;
  readonly #seen = new Set<string>();
  /** Requests of the target, by channel and transaction. */
  readonly #requests = new Set<string>();

  /** @param copies whether the network may deliver a datagram more than once */
  constructor(copies: boolean) {
    this.#copies = copies;
  }

  /** Notes what a datagram of ours entitles the target to send. */
  sent(sent: Sent): void {
    if (!mayBeAnswered(sent.intent)) return;
    const { channel, bytes, content } = sent;
    const type = bytes[1] ?? 0;
    if (channel?.kind === 'path') this.#more(`relayed ${toHex(bytes)}`, this.#copies ? 2 : 1);
    if (type === MessageType.openingRequest) this.#more(openingKey(bytes), this.#copies ? 2 : 1);
    const answer = answerTypeOf(type as Type);
    if (answer === undefined || content === undefined || content instanceof Uint8Array) return;
    this.#more(answerKey(answer, channel?.id, content));
  }

  /** Notes that the target may send one more answer, where the tester cannot see it from what it sent. */
  allowAnswer(type: number, channelId: Uint8Array, transaction: Uint8Array): void {
    this.#more(`answer ${type} ${toHex(channelId)} ${toHex(transaction)}`);
  }

  /** Says why the target may send this. @returns undefined if it may not. */
  explain(received: Omit<Received, 'explained'>): string | undefined {
    const { channel, type, bytes, fault } = received;
    const hex = toHex(bytes);
    if (channel?.isPassedOn === true) return PASSED_ON;
    if (this.#copies && this.#isCopy(received.peer, hex)) return COPY;
    if (this.#take(`relayed ${hex}`)) return 'forwarded';
    if (
      channel?.kind === 'association' &&
      channel.current?.confirmed !== true &&
      received.keys === undefined
    ) {
      return type === MessageType.openingResponse ? this.#opening(bytes) : 'before the association is open';
    }
    if (channel === undefined || fault !== undefined) return undefined;
    if (type === MessageType.data && isOptional(received)) return 'a packet that need not come';
    if (type === MessageType.probeRequest) return 'probing request';
    if (channel.kind === 'association' && type === MessageType.openingRequest)
      return 'opening of an association';
    if (channel.peer.role === 'node' && type === MessageType.openingRequest) return 'opening of a node';
    if (channel.kind === 'association' && REGISTRATIONS.includes(type)) return 'registration';
    if (type === MessageType.openingResponse) return this.#opening(bytes);
    if (type === undefined || received.body === undefined) return undefined;
    if (channel.kind === 'path' && type === MessageType.pathUpdate && field(received.body, 'close') !== true)
      return 'news of an end';
    if (this.#isRepeat(type, channel.id, received.body)) return 'repeat of a request';
    return this.#take(answerKey(type, channel.id, received.body)) ? 'answer to a request' : undefined;
  }

  #isCopy(peer: string, hex: string): boolean {
    const key = `${peer} ${hex}`;
    const copy = this.#seen.has(key);
    this.#seen.add(key);
    return copy;
  }

  /** Answers do not count: each of them was asked for by a datagram of its own. */
  #isRepeat(type: number, channelId: Uint8Array, body: Body): boolean {
    if (!isMessageType(type) || MESSAGES[type].use !== 'request') return false;
    const key = answerKey(type, channelId, body);
    const isRepeat = this.#requests.has(key);
    this.#requests.add(key);
    return isRepeat;
  }

  #opening(bytes: Uint8Array): string | undefined {
    return this.#take(openingKey(bytes)) ? 'answer to an opening' : undefined;
  }

  #more(key: string, count = 1): void {
    this.#due.set(key, (this.#due.get(key) ?? 0) + count);
  }

  #take(key: string): boolean {
    const due = this.#due.get(key) ?? 0;
    if (due === 0) return false;
    this.#due.set(key, due - 1);
    return true;
  }
}

/** Messages 1 and 2 have the same header but for the type. */
function openingKey(bytes: Uint8Array): string {
  return `opening ${toHex(bytes.subarray(2, HEADER_LENGTH))}`;
}

function answerKey(type: number, channelId: Uint8Array | undefined, body: Body): string {
  const transaction = bytesField(body, 'transaction');
  return `answer ${type} ${toHex(channelId ?? new Uint8Array(0))} ${transaction === undefined ? '' : toHex(transaction)}`;
}

/** What follows the inner packet is padding. [TUN-09] */
function isOptional({ channel, plaintext }: Omit<Received, 'explained'>): boolean {
  if (channel === undefined || plaintext === undefined || channel.optional.size === 0) return false;
  const inside = toHex(plaintext);
  return [...channel.optional].some((packet) => inside.startsWith(packet));
}
