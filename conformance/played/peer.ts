/**
 * A played peer: a socket of the tester's with the channels that it ends. It does by itself what any
 * peer does (answers openings and probes); each such habit can be turned off, and everything else is
 * one call each.
 */
import type { Endpoint } from '../../reference/address.ts';
import { sameBytes, toHex } from '../../reference/bytes.ts';
import type { Socket } from '../../reference/net/net.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import type { Body } from '../fields.ts';
import { body, bytesField } from '../fields.ts';
import type { Intent } from '../intent.ts';
import { VALID } from '../intent.ts';
import { COPY, PASSED_ON } from '../observe/explain.ts';
import type { Received } from '../observe/received.ts';
import type { Attempt, Message1Options, PlayedChannel, SealOptions } from './channel.ts';
import type { Habits } from './habits.ts';
import { HABITS } from './habits.ts';
import { read } from './read.ts';
import { Responder } from './responder.ts';
import type { Stage } from './stage.ts';

export interface SendOptions {
  readonly intent?: Intent;
  readonly channel?: PlayedChannel | undefined;
  readonly content?: Body | Uint8Array | undefined;
  readonly auto?: boolean;
  readonly label?: string;
}

export interface RequestOptions extends SealOptions {
  readonly to?: Endpoint;
  readonly intent?: Intent;
  /** Part of no case's point: left out of the hash. */
  readonly auto?: boolean;
  /** Milliseconds after the first try at which to repeat, sealed anew; none for a single try. */
  readonly repeats?: readonly number[];
  readonly timeout?: number;
}

/** When probing requests, and requests of a DC to an RS, are repeated. [GEN-11] */
const REQUEST_REPEATS = [500, 1500];
/** Longer than between any two tries of a probe; milliseconds. [GEN-11] */
const NO_MORE_TRIES = 1900;
/** When openings are repeated. [KEY-13] */
const OPENING_REPEATS = [250, 750, 1750];
/** What a peer sends to itself; no message of the protocol begins like that. */
const MARK = Uint8Array.of(0);
/** Milliseconds after which it is given up: a host may refuse what it sends to itself. */
const MARK_LOST = 200;

export interface OpeningOptions extends Message1Options {
  readonly to?: Endpoint;
  readonly intent?: Intent;
  readonly auto?: boolean;
}

export class Peer {
  /** The lane in the chart. */
  name: string;
  stage: Stage;
  /** Where to send what does not say where. */
  target: Endpoint;
  readonly channels: PlayedChannel[] = [];
  readonly habits: Habits = { ...HABITS };
  readonly #responder: Responder;
  readonly #socket: Socket;
  #inbox: Received[] = [];
  readonly #marks: (() => void)[] = [];
  /** Of the case that had this peer before. */
  #before: Stage | undefined = undefined;

  private constructor(stage: Stage, name: string, target: Endpoint, socket: Socket) {
    this.stage = stage;
    this.name = name;
    this.target = target;
    this.#socket = socket;
    this.#responder = new Responder(this);
  }

  /** A peer on a socket of its own. */
  static async bind(stage: Stage, name: string, local: Endpoint, target: Endpoint): Promise<Peer> {
    let peer: Peer | undefined;
    const socket = await stage.net.bind(local, (bytes, from) => {
      if (peer !== undefined) peer.#receive(new Uint8Array(bytes), from);
    });
    peer = new Peer(stage, name, target, socket);
    return peer;
  }

  /** Where its socket is bound. */
  get local(): Endpoint {
    return this.#socket.local;
  }

  async close(): Promise<void> {
    await this.#socket.close();
  }

  /** Ends a channel from now on, in place of one with the same ID. */
  hold(channel: PlayedChannel): void {
    const at = this.channels.findIndex(({ id }) => sameBytes(id, channel.id));
    if (at < 0) this.channels.push(channel);
    else this.channels[at] = channel;
  }

  /** Forgets channels and mail of an earlier row; the socket stays. */
  startRow(stage: Stage): void {
    if (stage !== this.stage) this.#before = this.stage;
    this.stage = stage;
    this.#inbox = [];
  }

  /** Sends bytes as they are. */
  send(bytes: Uint8Array, to: Endpoint = this.target, options: SendOptions = {}): void {
    const { channel } = options;
    const keyId = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
    this.stage.sent({
      at: this.stage.now(),
      peer: this.name,
      from: this.local,
      to,
      bytes,
      intent: options.intent ?? VALID,
      auto: options.auto ?? false,
      channel,
      keys: channel?.keys.find((keys) => keys.keyId === keyId),
      channelKeys: channel === undefined ? [] : [...channel.keys],
      highestOrder: channel?.highestOrder ?? 0n,
      unconfirmed: channel?.unconfirmed ?? [],
      answered: channel?.answered ?? [],
      erased: [...(channel?.erased ?? [])],
      content: options.content,
      label: options.label,
    });
    this.#socket.send(bytes, to);
  }

  /** Seals a message and sends it. */
  sendSealed(
    channel: PlayedChannel,
    type: number,
    content: Body | Uint8Array,
    options: SealOptions & SendOptions & { readonly to?: Endpoint } = {},
  ): Uint8Array {
    const bytes = channel.seal(type, content, options);
    this.send(bytes, options.to ?? this.target, { ...options, channel, content });
    return bytes;
  }

  /**
   * Sends a request and waits for what has its transaction and comes on its channel.
   * @returns undefined if nothing came in time.
   */
  async request(
    channel: PlayedChannel,
    type: number,
    content: Body,
    options: RequestOptions = {},
  ): Promise<Received | undefined> {
    const transaction = bytesField(content, 'transaction');
    let tried = this.stage.now();
    this.sendSealed(channel, type, content, options);
    // A sequence number of the case's own serves once.
    const repeats = options.repeats ?? (options.sequence === undefined ? REQUEST_REPEATS : []);
    const stop = this.#repeat(repeats, () => {
      tried = this.stage.now();
      this.sendSealed(channel, type, content, { ...options, auto: true });
    });
    const answer = await this.take(
      (mail) =>
        mail.channel === channel && mail.type !== type && sameField(mail.body, 'transaction', transaction),
      options.timeout,
    );
    stop();
    if (answer !== undefined)
      this.stage.slowestAnswer = Math.max(this.stage.slowestAnswer, answer.at - tried);
    return answer;
  }

  /** Sends a probing Tunnel Request and waits for its answer. */
  probe(
    channel: PlayedChannel,
    options: RequestOptions & { readonly padding?: number } = {},
  ): Promise<Received | undefined> {
    const content = body({
      transaction: this.stage.fresh(8),
      padding: options.padding === undefined ? undefined : new Uint8Array(options.padding),
    });
    return this.request(channel, MessageType.probeRequest, content, options);
  }

  /**
   * Where an answer to a probe of the target's can have been lost or overtaken: waits until it asks no more, so that
   * this address is valid.
   */
  async settle(channel: PlayedChannel): Promise<void> {
    if (!this.stage.impaired) return;
    const isProbe = (mail: Received) => mail.channel === channel && mail.type === MessageType.probeRequest;
    while ((await this.take(isProbe, NO_MORE_TRIES)) !== undefined);
  }

  /** Makes a message 1 and sends it, once. */
  sendOpening(channel: PlayedChannel, options: OpeningOptions = {}): Attempt {
    const attempt = channel.message1(this.stage.fresh, options);
    const { to, intent = VALID, auto = false } = options;
    this.send(attempt.message1, to, { channel, intent, auto });
    return attempt;
  }

  /** Waits for message 2 of an attempt. @returns undefined if none came that verifies. */
  async message2(attempt: Attempt, timeout?: number): Promise<Received | undefined> {
    const mail = await this.take(
      (candidate) => candidate.attempt === attempt && candidate.keys !== undefined,
      timeout,
    );
    if (mail === undefined) attempt.over = true;
    return mail;
  }

  /** One message 1, which is repeated where datagrams are lost and nowhere else, and its message 2. */
  halfOpen(channel: PlayedChannel, options: OpeningOptions = {}): Promise<Received | undefined> {
    return this.#opening(channel, options, this.stage.impaired ? OPENING_REPEATS : []);
  }

  async #opening(
    channel: PlayedChannel,
    options: OpeningOptions & { readonly timeout?: number },
    repeats: readonly number[],
  ): Promise<Received | undefined> {
    const attempt = this.sendOpening(channel, options);
    const { to, intent = VALID } = options;
    const stop = this.#repeat(repeats, () =>
      this.send(attempt.message1, to, { channel, intent, auto: true }),
    );
    const mail = await this.message2(attempt, options.timeout);
    stop();
    return mail;
  }

  /** Opens a channel: message 1, message 2, the probe that confirms. @returns which step failed, if one did. */
  async open(
    channel: PlayedChannel,
    options: Message1Options & {
      readonly to?: Endpoint;
      readonly timeout?: number;
      readonly auto?: boolean;
    } = {},
  ): Promise<'message 2' | 'answer to the confirming probe' | undefined> {
    const mail = await this.#opening(channel, options, OPENING_REPEATS);
    if (mail?.keys === undefined) return 'message 2';
    const { to, timeout, auto = false } = options;
    const where = { ...(to && { to }), ...(timeout !== undefined && { timeout }) };
    const answer = await this.probe(channel, { keys: mail.keys, auto, ...where });
    return answer === undefined ? 'answer to the confirming probe' : undefined;
  }

  /** Takes the first unconsumed datagram that matches, among those that came and those that come within `timeout`. */
  take(
    match: (mail: Received) => boolean,
    timeout: number = this.stage.timeout,
  ): Promise<Received | undefined> {
    return this.stage.until(() => this.takeNow(match), timeout);
  }

  /** The same among those that came. A copy of a message that was sealed says nothing new. */
  takeNow(match: (mail: Received) => boolean): Received | undefined {
    const isCopy = ({ explained, keys }: Received) => explained === COPY && keys !== undefined;
    const index = this.#inbox.findIndex((mail) => !isCopy(mail) && match(mail));
    const mail = this.#inbox[index];
    if (mail === undefined) return undefined;
    this.#inbox.splice(index, 1);
    mail.consumed = true;
    return mail;
  }

  /**
   * Waits until it has read what had come to its socket before: sockets are read in no order among each other, so what one
   * reads may be older than what another has read already.
   */
  async caughtUp(): Promise<void> {
    const { stage } = this;
    if (stage.impaired) return await stage.arrived();
    await new Promise<void>((resolve) => {
      const giveUp = stage.net.schedule(stage.now() + MARK_LOST, resolve);
      this.#marks.push(() => {
        giveUp();
        resolve();
      });
      this.#socket.send(MARK, this.local);
    });
  }

  /** What came and was not taken yet, oldest first, without the copies that a network made. */
  get inbox(): readonly Received[] {
    return this.#inbox.filter(({ explained }) => explained !== COPY);
  }

  /** What a busy target still answers to the case that had this peer before is no fault in this one. */
  #explain(mail: Parameters<Stage['explainer']['explain']>[0]): string | undefined {
    return this.stage.explainer.explain(mail) ?? this.#before?.explainer.explain(mail);
  }

  #receive(bytes: Uint8Array, from: Endpoint): void {
    const reached = sameBytes(bytes, MARK) ? this.#marks.shift() : undefined;
    if (reached !== undefined) return reached();
    const mail = read(bytes, from, this.local, this.stage.now(), this.name, this.channels);
    const received: Received = { ...mail, explained: this.#explain(mail), consumed: false };
    this.#inbox.push(received);
    this.stage.received(received);
    // A window would refuse the copy of a sealed message.
    if (received.explained === PASSED_ON) return;
    if (received.explained !== COPY || received.keys === undefined) this.#responder.react(received);
    this.stage.tell(received);
  }

  #repeat(after: readonly number[], act: () => void): () => void {
    const start = this.stage.now();
    const cancels = after.map((ms) => this.stage.net.schedule(start + ms, act));
    return () => {
      for (const cancel of cancels) cancel();
    };
  }
}

function sameField(from: Body | undefined, name: 'transaction', bytes: Uint8Array | undefined): boolean {
  const own = bytesField(from, name);
  return own !== undefined && bytes !== undefined && toHex(own) === toHex(bytes);
}
