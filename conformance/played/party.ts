/** Somebody around a DC under test: one association with it, on as many sockets as it takes. */
import { toHex } from '../../reference/bytes.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import { bytesField } from '../fields.ts';
import type { Received } from '../observe/received.ts';
import { Unjudged } from '../verdict.ts';
import type { PlayedChannel } from './channel.ts';
import type { Reply } from './habits.ts';
import { HABITS } from './habits.ts';
import type { Peer } from './peer.ts';
import type { Stage } from './stage.ts';

/** Which of the tester's addresses, and which port. */
export interface Place {
  readonly family?: 4 | 6;
  /** Which of that family, from 0. Another than 0 needs `two-sources`. */
  readonly source?: number;
  /** Tells sockets of one address apart; 0 if not given. */
  readonly socket?: number;
}

/** Binds a socket of the tester's, to send to the DC under test. */
export type Bind = (name: string, family: 4 | 6, source: number) => Promise<Peer>;

/** How a party answers what the DC asks: a status, or not at all. */
export type Manner = number | 'silent';

export abstract class Party {
  readonly name: string;
  readonly association: PlayedChannel;
  /** What the DC asked of it in this row, repeats left out, in the order in which it came. */
  readonly requests: Received[] = [];
  /** Tries of a request that it leaves unanswered before it answers one. */
  deafTo = 0;
  readonly #bind: Bind;
  readonly #sockets = new Map<string, Peer>();
  readonly #valid = new Map<4 | 6, Peer>();
  readonly #tries = new Map<string, number>();

  constructor(name: string, association: PlayedChannel, bind: Bind) {
    this.name = name;
    this.association = association;
    this.#bind = bind;
  }

  get nodeId(): Uint8Array {
    return this.association.own.nodeId;
  }

  /** All its sockets. */
  get sockets(): readonly Peer[] {
    return [...this.#sockets.values()];
  }

  /** The socket at which the DC knows it, of IPv4 if there is one. */
  get peer(): Peer {
    const peer = this.#valid.get(4) ?? this.#valid.get(6);
    if (peer === undefined) throw new Error(`${this.name} has not been attached`);
    return peer;
  }

  /** The socket of a family at which the DC knows it. */
  at(family: 4 | 6): Peer | undefined {
    return this.#valid.get(family);
  }

  /** A socket at a place, bound and nothing more. */
  async socket({ family = 4, source = 0, socket = 0 }: Place = {}): Promise<Peer> {
    const key = `${family} ${source} ${socket}`;
    const known = this.#sockets.get(key);
    if (known !== undefined) return known;
    const name = this.#sockets.size === 0 ? this.name : `${this.name} at ${key}`;
    const peer = await this.#bind(name, family, source);
    peer.hold(this.association);
    peer.habits.reply = (mail) => this.#reply(mail);
    this.#sockets.set(key, peer);
    return peer;
  }

  /**
   * Makes sure that the association is open and that a socket's address is the valid one of its family at the DC. What
   * it sends is no part of a case: it depends on what was before.
   * @throws Unjudged
   */
  async attach(place: Place = {}): Promise<Peer> {
    const peer = await this.socket(place);
    const { association } = this;
    const { family = 4 } = place;
    const isOpen = association.current?.confirmed === true;
    if (isOpen && this.#valid.get(family) === peer) return peer;
    // Where it is not known what the DC holds, as after its own opening, only an opening is sure to be probed. [KEY-29]
    const isKnown = isOpen && this.#valid.has(family);
    const failed = isKnown ? await this.#probe(peer) : await peer.open(association, { auto: true });
    if (failed !== undefined) this.#fails(`the association could not be opened: no ${failed}`);
    const isProbe = ({ channel, type }: Received) =>
      channel === association && type === MessageType.probeRequest;
    if ((await peer.take(isProbe)) === undefined) this.#fails('the DC did not probe the address');
    // By the time of this answer the DC has taken the one to its own probe.
    if ((await this.#probe(peer)) !== undefined) this.#fails('a probing request was not answered');
    await peer.stage.arrived();
    this.#valid.set(family, peer);
    return peer;
  }

  /** Which addresses the DC takes for valid is not known any more. */
  forgetPlaces(): void {
    this.#valid.clear();
  }

  /** The DC has lost all keys and addresses, or never had any. */
  forget(): void {
    const { association } = this;
    for (const keys of association.keys)
      if (!association.erased.includes(keys)) association.erased.push(keys);
    association.current = undefined;
    this.#valid.clear();
  }

  /** Begins a row: what it does by itself is a good one's again. */
  startRow(stage: Stage): void {
    this.requests.length = 0;
    this.#tries.clear();
    this.deafTo = 0;
    this.behave();
    for (const peer of this.sockets) {
      peer.startRow(stage);
      Object.assign(peer.habits, HABITS, { reply: (mail: Received) => this.#reply(mail) });
    }
  }

  async close(): Promise<void> {
    for (const peer of this.sockets) await peer.close();
  }

  /** The next request of a type, of those that came in this row or come in time, that was not taken yet. */
  async take(type: number, timeout?: number): Promise<Received | undefined> {
    const { stage } = this.peer;
    return await stage.until(() => {
      const at = this.requests.findIndex((mail) => mail.type === type && !mail.consumed);
      const mail = this.requests[at];
      if (mail !== undefined) mail.consumed = true;
      return mail;
    }, timeout);
  }

  /** Requests of a type in this row, taken or not. */
  asked(type: number): Received[] {
    return this.requests.filter((mail) => mail.type === type);
  }

  /** Makes its manners good again. */
  protected abstract behave(): void;

  /** What it answers to a request; undefined: nothing, or it is not for it. */
  protected abstract answer(mail: Received): Reply | undefined;

  /** Whether a type of message is a request to this kind of party. */
  protected abstract isRequest(mail: Received): boolean;

  #reply(mail: Received): Reply | undefined {
    if (mail.channel !== this.association || mail.keys === undefined || !this.isRequest(mail))
      return undefined;
    mail.explained = 'a request of the DC';
    const key = `${mail.type} ${toHex(bytesField(mail.body, 'transaction') ?? new Uint8Array())}`;
    const tries = (this.#tries.get(key) ?? 0) + 1;
    this.#tries.set(key, tries);
    if (tries === 1) this.requests.push(mail);
    return tries > this.deafTo ? this.answer(mail) : undefined;
  }

  async #probe(peer: Peer): Promise<string | undefined> {
    const answer = await peer.probe(this.association, { auto: true });
    return answer === undefined ? 'answer to a probing request' : undefined;
  }

  #fails(why: string): never {
    throw new Unjudged('inconclusive', 'target', `${this.name}: ${why}`, true);
  }
}
