/** One far end of the role under fire: it has the keys, knows how to behave, and often does not. */
import type { Endpoint, Ip } from '../../../reference/address.ts';
import { encodeCbor } from '../../../reference/wire/cbor.ts';
import type { Message } from '../../../reference/wire/messages.ts';
import { bodyMap, decodeBody, encodeBody, hasBody } from '../../../reference/wire/messages.ts';
import { isMessageType } from '../../../reference/wire/registry.ts';
import type { Dice } from '../dice.ts';
import type { Hand, Keys } from '../hand.ts';
import type { Shot } from '../shot.ts';
import type { Body } from '../values.ts';
import { anyBody, bend, scratch } from '../values.ts';

/** What an adept sends of its own accord: a message, or the payload of Data. */
export type Content = Message | { readonly type: 0x10; readonly payload: Uint8Array };

export interface Manner {
  readonly hand: Hand;
  /** Where it is; the first one is where it is told to be. */
  readonly places: readonly Endpoint[];
  /** Where it sends from now and then, at any port, and takes nothing: no such place becomes valid. */
  readonly mute?: Ip;
  /** Something that it may well send now. */
  readonly says: (dice: Dice) => Content;
  /** What it says to a request; undefined: nothing. */
  readonly answers: (request: Message, dice: Dice) => Message | undefined;
  /** Told of everything that was said, as long as it can be read: even bent it may mean something. */
  readonly said?: (message: Message) => void;
  /** Told of every message of the role, requests too. */
  readonly hears?: (message: Message) => readonly Shot[];
  /** Told of every inner packet that the role sent to it. */
  readonly takes?: (packet: Uint8Array) => void;
  /** Whether it opens channels itself. */
  readonly opens: boolean;
}

/** Bodies that are sent again. */
const KEPT = 16;

export class Adept {
  readonly manner: Manner;
  private readonly dice: Dice;
  private readonly said: { readonly type: number; readonly body: Uint8Array }[] = [];

  constructor(manner: Manner, dice: Dice) {
    this.manner = manner;
    this.dice = dice;
  }

  get hand(): Hand {
    return this.manner.hand;
  }

  /** What it does next. */
  acts(): Shot[] {
    const { dice } = this;
    return dice.weighted<() => Shot[]>([
      [50, () => this.speak(0.6)],
      [8, () => this.open()],
      [10, () => this.seal(0x0d, encodeBody({ type: 0x0d, transaction: dice.bytes(8) }), 'a probe')],
      [6, () => this.seal(dice.between(1, 17), encodeCbor(anyBody(dice)), 'any type with any body')],
      [5, () => this.replay()],
      [4, () => this.openAgain()],
      [3, () => this.jump()],
      [2, () => this.flood()],
      [6, () => this.repeat()],
    ])();
  }

  /** A message as it should be. */
  speak(right = 1): Shot[] {
    const content = this.manner.says(this.dice);
    if ('payload' in content) {
      const { payload } = content;
      return this.seal(0x10, this.dice.chance(right) ? payload : scratch(payload, this.dice), 'Data');
    }
    const what = `type ${content.type}`;
    const whole = encodeBody(content);
    if (!this.dice.chance(right))
      return this.seal(content.type, bend(bodyMap(content) as Body, this.dice), `${what}, bent`);
    this.said.push({ type: content.type, body: whole });
    if (this.said.length > KEPT) this.said.shift();
    return this.seal(content.type, whole, what);
  }

  /** Opens the channel anew. */
  open(): Shot[] {
    const { hand, opens } = this.manner;
    if (!opens) return [];
    const order = hand.config.kind === 'association' ? 0n : hand.order + 1n;
    return [{ bytes: hand.open(order), from: this.place(), claim: 'sealed', what: 'an opening' }];
  }

  /** Seals under the newest keys, or opens if there are none. @param from where it comes from */
  seal(type: number, body: Uint8Array, what: string, from = this.place(), keys = this.keys()): Shot[] {
    if (keys === undefined) return this.open();
    const read = isMessageType(type) && hasBody(type) ? decodeBody(type, body) : undefined;
    if (read?.ok === true) this.manner.said?.(read.message);
    return [{ bytes: this.hand.seal(type, body, keys), from, claim: 'sealed', what }];
  }

  /** Mostly where it is told to be. */
  place(): Endpoint {
    const { places, mute } = this.manner;
    const [home, ...others] = places;
    if (mute !== undefined && this.dice.chance(0.05))
      return { ip: mute, port: this.dice.between(1024, 65_535) };
    if (home === undefined) throw new Error('an adept is somewhere');
    return others.length === 0 || this.dice.chance(0.9) ? home : this.dice.pick(others);
  }

  private keys(): Keys | undefined {
    const { keys } = this.hand;
    return this.dice.chance(0.95) || keys.length === 0 ? this.hand.newest() : this.dice.pick(keys);
  }

  private replay(): Shot[] {
    const { datagrams } = this.hand;
    if (datagrams.length === 0) return [];
    return [{ bytes: this.dice.pick(datagrams), from: this.place(), claim: 'sealed', what: 'a replay' }];
  }

  private openAgain(): Shot[] {
    const { openings } = this.hand;
    if (openings.length === 0 || !this.manner.opens) return this.open();
    const { message1 } = this.dice.pick(openings);
    return [{ bytes: message1, from: this.place(), claim: 'sealed', what: 'an opening again' }];
  }

  /** More openings than a source may send in a second. */
  private flood(): Shot[] {
    return Array.from({ length: 8 }, () => this.open().map((shot) => ({ ...shot, atOnce: true }))).flat();
  }

  /** Sequences far ahead, and then one from before. */
  private jump(): Shot[] {
    const keys = this.hand.newest();
    if (keys === undefined) return this.open();
    const before = keys.handshake.sent;
    const ahead = before + BigInt(this.dice.pick([1, 31, 8191, 8192, 100_000]));
    const body = (): Uint8Array => encodeBody({ type: 0x0d, transaction: this.dice.bytes(8) });
    const datagrams = [this.hand.seal(0x0d, body(), keys, ahead), this.hand.seal(0x0d, body(), keys, before)];
    keys.handshake.sent = ahead + 1n;
    return datagrams.map((bytes) => ({ bytes, from: this.place(), claim: 'sealed', what: 'a jump' }));
  }

  /** A body again, or its transaction with something else. */
  private repeat(): Shot[] {
    if (this.said.length === 0) return this.speak();
    const { type, body } = this.dice.pick(this.said);
    if (this.dice.chance(0.7)) return this.seal(type, body, `type ${type} again`);
    return this.seal(type, scratch(body, this.dice), `type ${type} again, changed`);
  }
}
