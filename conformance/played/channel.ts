/**
 * One end of a channel, played step by step: no step follows another by itself, and each can be done
 * with something wrong. No I/O; {@link ./peer.ts} puts it on a socket.
 */
import { concat } from '../../reference/bytes.ts';
import type { Random } from '../../reference/core.ts';
import type { Aead } from '../../reference/crypto/aead.ts';
import { aeadForSuite } from '../../reference/crypto/aead.ts';
import type { ChannelKind } from '../../reference/crypto/keys.ts';
import { derivePsk, keyIdOf, openingPrologue } from '../../reference/crypto/keys.ts';
import type { ResponderState } from '../../reference/crypto/noise.ts';
import { Initiator, readMessage1, writeMessage2 } from '../../reference/crypto/noise.ts';
import { x25519KeyPairFrom } from '../../reference/crypto/x25519.ts';
import { Refusal } from '../../reference/refusal.ts';
import { decodeCbor, encodeCbor } from '../../reference/wire/cbor.ts';
import type { Header } from '../../reference/wire/header.ts';
import { HEADER_LENGTH, writeHeader } from '../../reference/wire/header.ts';
import type { EndRole } from '../../reference/wire/registry.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import { openMessage, sealMessage } from '../../reference/wire/seal.ts';
import type { Body } from '../fields.ts';
import { isBody } from '../fields.ts';
import type { PlayedKeys } from './keys.ts';
import { playedKeys } from './keys.ts';

export interface ChannelEnd {
  /** 16 bytes. */
  readonly nodeId: Uint8Array;
  readonly role: EndRole;
}

/** What both ends know beforehand. */
export interface ChannelParameters {
  readonly kind: ChannelKind;
  /** 16 bytes. */
  readonly id: Uint8Array;
  /** 32 bytes. */
  readonly secret: Uint8Array;
  readonly own: ChannelEnd;
  readonly peer: ChannelEnd;
  /** 1 unless the channel is a path that says otherwise. */
  readonly suite?: number;
}

/** An attempt of ours that waits for message 2. */
export interface Attempt {
  readonly message1: Uint8Array;
  readonly order: bigint;
  /** The private key, for the twin. */
  readonly ephemeral: Uint8Array;
  readonly noise: Initiator;
  readonly suite: number;
  keys: PlayedKeys | undefined;
  /** Set when nobody waits for message 2 any more. */
  over: boolean;
}

/** A message 1 of the other end that was answered, and the private key of message 2, for the twin. */
export interface Answered {
  readonly message1: Uint8Array;
  readonly ephemeral: Uint8Array;
  /** Whose private key that is. */
  readonly of: 'responder';
}

/** What a message 1 is made of; what is given here replaces what is right. */
export interface Message1Options {
  readonly order?: bigint;
  /** 0 unless it is to be wrong. */
  readonly keyId?: number;
  readonly context?: Uint8Array;
  readonly ephemeral?: Uint8Array;
  /** Stands in the message in place of the ephemeral's own; then no message 2 can be read. */
  readonly publicKey?: Uint8Array;
  /** Replaces parts of what goes into psk and prologue. */
  readonly kind?: ChannelKind;
  readonly id?: Uint8Array;
  readonly secret?: Uint8Array;
  readonly initiator?: Uint8Array;
  readonly responder?: Uint8Array;
  readonly suite?: number;
  readonly payload?: Uint8Array;
}

/** What a sealed message is made of; what is given here replaces what is right. */
export interface SealOptions {
  readonly keys?: PlayedKeys;
  readonly sequence?: bigint;
  readonly context?: Uint8Array;
  readonly keyId?: number;
}

/** A message that opened. */
export interface Opened {
  readonly header: Header;
  readonly keys: PlayedKeys;
  readonly plaintext: Uint8Array;
  /** The body, if it is a deterministic map; never for Data. */
  readonly body: Body | undefined;
}

export class PlayedChannel {
  readonly kind: ChannelKind;
  readonly id: Uint8Array;
  readonly secret: Uint8Array;
  readonly own: ChannelEnd;
  readonly peer: ChannelEnd;
  readonly suite: number;
  /** Contexts that stand for this channel beside its ID. */
  readonly aliases: Uint8Array[] = [];
  /** Own attempts, oldest first. */
  readonly attempts: Attempt[] = [];
  /** Attempts of the other end that were answered, newest first. */
  answered: readonly Answered[] = [];
  /** Keys of all handshakes, oldest first. */
  readonly keys: PlayedKeys[] = [];
  /** Those of them that the other end must have erased by now. */
  readonly erased: PlayedKeys[] = [];
  /** The keys to seal with. */
  current: PlayedKeys | undefined;
  /** Messages 1 of the other end that did not verify. */
  unverified = 0;
  /** Another case has the association now, at a target that outlives cases: what still comes here is of that one. */
  isPassedOn = false;
  /** Inner packets, as hex, that the case has sent although they need not come here: if they do, and when, is open. */
  readonly optional = new Set<string>();
  #psk: Uint8Array | undefined;
  readonly #aeads = new Map<Uint8Array, Aead>();

  constructor(parameters: ChannelParameters) {
    this.kind = parameters.kind;
    this.id = parameters.id;
    this.secret = parameters.secret;
    this.own = parameters.own;
    this.peer = parameters.peer;
    this.suite = parameters.suite ?? 1;
  }

  /** The highest order number that was confirmed; 0n before the first. */
  get highestOrder(): bigint {
    return highest(this.keys.filter(({ confirmed }) => confirmed).map(({ order }) => order));
  }

  /** Own messages 1 that were answered, and that nothing sent under their keys has confirmed. [KEY-13] */
  get unconfirmed(): Uint8Array[] {
    return this.attempts
      .filter(({ keys }) => keys !== undefined && keys.sent.size === 0 && !this.erased.includes(keys))
      .map(({ message1 }) => message1);
  }

  /** The order number that the next attempt has to have. [KEY-12] */
  get nextOrder(): bigint {
    if (this.kind === 'association') return 0n;
    return highest([this.highestOrder, ...this.attempts.map(({ order }) => order)]) + 1n;
  }

  /** Makes a message 1 and keeps the attempt. */
  message1(random: Random, options: Message1Options = {}): Attempt {
    const order = options.order ?? this.nextOrder;
    const ephemeral = options.ephemeral ?? random(32);
    const suite = options.suite ?? this.suite;
    const header = writeHeader({
      type: MessageType.openingRequest,
      keyId: options.keyId ?? 0,
      context: options.context ?? this.id,
      sequence: order,
    });
    const pair = x25519KeyPairFrom(ephemeral);
    const noise = new Initiator({
      ...this.#handshake(header, this.own.nodeId, this.peer.nodeId, options),
      ephemeral: { ...pair, publicKey: options.publicKey ?? pair.publicKey },
    });
    const message1 = concat(header, noise.message1(options.payload));
    const attempt: Attempt = { message1, order, ephemeral, noise, suite, keys: undefined, over: false };
    this.attempts.push(attempt);
    return attempt;
  }

  /**
   * Reads message 2 of an attempt and keeps the keys; they become those to send with if there are none.
   * @returns undefined if it is not the answer to this attempt or does not verify.
   */
  readMessage2(attempt: Attempt, bytes: Uint8Array): PlayedKeys | undefined {
    if (!answersHeader(attempt.message1, bytes)) return undefined;
    const split = attempt.noise.readMessage2(bytes.subarray(HEADER_LENGTH));
    if (split === undefined || split.payload.length > 0) return undefined;
    const keys = playedKeys(this.kind, attempt.suite, split, attempt.order, true);
    attempt.keys = keys;
    this.keys.push(keys);
    this.current ??= keys;
    return keys;
  }

  /** Verifies a message 1 of the other end. @returns undefined if it does not. */
  readMessage1(bytes: Uint8Array, options: Message1Options = {}): ResponderState | undefined {
    const header = bytes.subarray(0, HEADER_LENGTH);
    const input = this.#handshake(header, this.peer.nodeId, this.own.nodeId, options);
    const state = readMessage1(input, bytes.subarray(HEADER_LENGTH));
    return state === undefined || state.payload.length > 0 ? undefined : state;
  }

  /** Makes message 2 to a verified message 1, with a key ID that is free, and keeps the keys unconfirmed. */
  message2(
    state: ResponderState,
    message1: Uint8Array,
    random: Random,
  ): { bytes: Uint8Array; keys: PlayedKeys } | undefined {
    const header = message1.slice(0, HEADER_LENGTH);
    const order = new DataView(header.buffer).getBigUint64(20);
    header[1] = MessageType.openingResponse;
    for (;;) {
      const ephemeral = random(32);
      const made = writeMessage2(state, x25519KeyPairFrom(ephemeral));
      if (made === undefined) return undefined;
      const keyId = keyIdOf(made.split.hash);
      if (keyId === 0 || this.keys.some((known) => known.keyId === keyId)) continue;
      const keys = playedKeys(this.kind, this.suite, made.split, order, false);
      this.keys.push(keys);
      this.answered = [{ message1: message1.slice(), ephemeral, of: 'responder' }, ...this.answered];
      return { bytes: concat(header, made.message), keys };
    }
  }

  /**
   * Seals a message under the current keys, or others.
   * @param content a body, or the plaintext as it is.
   */
  seal(type: number, content: Body | Uint8Array, options: SealOptions = {}): Uint8Array {
    const keys = options.keys ?? this.current;
    if (keys === undefined) throw new Error(`the ${this.kind} has no keys to seal with`);
    const sequence = options.sequence ?? keys.next;
    if (options.sequence === undefined) keys.next = sequence + 1n;
    keys.sent.add(sequence);
    const header = {
      // A case may send a type that does not exist.
      type: type as MessageType,
      keyId: options.keyId ?? keys.keyId,
      context: options.context ?? this.id,
      sequence,
    };
    const plaintext = content instanceof Uint8Array ? content : encodeCbor(content);
    return sealMessage(this.#aeadOf(keys.suite, keys.sendKey), header, plaintext);
  }

  /** Opens a message of the other end, under whichever keys its key ID names. */
  open(header: Header, bytes: Uint8Array): Opened | undefined {
    for (const keys of this.keys) {
      if (keys.keyId !== header.keyId || this.erased.includes(keys)) continue;
      const plaintext = openMessage(this.#aeadOf(keys.suite, keys.receiveKey), bytes);
      if (plaintext === undefined) continue;
      if (header.sequence > keys.highestReceived) keys.highestReceived = header.sequence;
      this.#confirm(keys);
      return {
        header,
        keys,
        plaintext,
        body: header.type === MessageType.data ? undefined : readBody(plaintext),
      };
    }
    return undefined;
  }

  /** Something opened under keys: they are those to send with, unless newer ones are. [KEY-07, KEY-11] */
  #confirm(keys: PlayedKeys): void {
    if (keys.confirmed) return;
    keys.confirmed = true;
    const current = this.current;
    if (
      current === undefined ||
      !current.confirmed ||
      this.kind === 'association' ||
      keys.order >= current.order
    ) {
      this.current = keys;
    }
  }

  #aeadOf(suite: number, key: Uint8Array): Aead {
    const aead = this.#aeads.get(key) ?? aeadForSuite(suite, key);
    if (aead === undefined) throw new Error(`no suite ${suite}`);
    this.#aeads.set(key, aead);
    return aead;
  }

  #handshake(header: Uint8Array, initiator: Uint8Array, responder: Uint8Array, options: Message1Options) {
    const kind = options.kind ?? this.kind;
    const { id = this.id, secret = this.secret } = options;
    const isOwn = kind === this.kind && id === this.id && secret === this.secret;
    this.#psk ??= derivePsk(this.kind, this.id, this.secret);
    return {
      psk: isOwn ? this.#psk : derivePsk(kind, id, secret),
      prologue: openingPrologue(
        kind,
        header,
        options.initiator ?? initiator,
        options.responder ?? responder,
        options.suite ?? this.suite,
      ),
    };
  }
}

function highest(orders: readonly bigint[]): bigint {
  return orders.toSorted((a, b) => Number(a - b)).at(-1) ?? 0n;
}

/** Whether the header of a message 2 is that of message 1 but for the type. [KEY-02] */
export function answersHeader(message1: Uint8Array, message2: Uint8Array): boolean {
  for (let i = 0; i < HEADER_LENGTH; i++) {
    if (i !== 1 && message1[i] !== message2[i]) return false;
  }
  return message2[1] === MessageType.openingResponse;
}

function readBody(plaintext: Uint8Array): Body | undefined {
  const decoded = decodeCbor(plaintext);
  if (decoded instanceof Refusal || decoded.kind !== 'value') return undefined;
  return isBody(decoded.value) ? decoded.value : undefined;
}
