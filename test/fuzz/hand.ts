/** The far end of one channel in the hands of an attacker who has its secret and forgets nothing. */
import { sameBytes, toHex } from '../../reference/bytes.ts';
import type { Handshake } from '../../reference/channel/handshake.ts';
import { createHandshake } from '../../reference/channel/handshake.ts';
import {
  answerHeader,
  answerOpening,
  createOpening,
  verifyOpening,
} from '../../reference/channel/openings.ts';
import type { ChannelConfig } from '../../reference/channel/types.ts';
import { derivePsk } from '../../reference/crypto/keys.ts';
import type { Initiator } from '../../reference/crypto/noise.ts';
import { HEADER_LENGTH, readHeader } from '../../reference/wire/header.ts';
import type { MessageType } from '../../reference/wire/registry.ts';
import { openMessage, sealMessage } from '../../reference/wire/seal.ts';
import { configs } from '../channel/pair.ts';
import type { Dice } from './dice.ts';

/** What is kept to be used again: keys, openings, and datagrams. */
const KEPT_KEYS = 256;
const KEPT_OPENINGS = 8;
const KEPT_DATAGRAMS = 24;

export interface Secrets {
  readonly kind: 'association' | 'leg' | 'path';
  readonly id: Uint8Array;
  readonly secret: Uint8Array;
  readonly self: Uint8Array;
  readonly peer: Uint8Array;
}

/** Keys of a complete handshake, and the last sequences that came under them. */
export interface Keys {
  readonly handshake: Handshake;
  readonly heard: bigint[];
}

export class Hand {
  readonly config: ChannelConfig;
  /** As lower-case hex. */
  readonly context: string;
  /** Newest last; old ones stay. */
  readonly keys: Keys[] = [];
  readonly openings: { readonly message1: Uint8Array; readonly noise: Initiator; readonly order: bigint }[] =
    [];
  /** Sealed datagrams, to be sent again. */
  readonly datagrams: Uint8Array[] = [];
  private readonly psk: Uint8Array;
  private readonly dice: Dice;
  private inUse: Keys | undefined;
  /** The highest order number of all openings made or answered. */
  order = 0n;

  constructor({ kind, id, secret, self, peer }: Secrets, dice: Dice) {
    const ends = configs(kind, { id, secret });
    // Of an association the far end is the DC, of a leg the node.
    this.config = { ...ends[kind === 'leg' ? 0 : 1], self, peer };
    this.context = toHex(id);
    this.psk = derivePsk(kind, id, secret);
    this.dice = dice;
  }

  newest(): Keys | undefined {
    return this.keys.at(-1);
  }

  /** A new message 1. */
  open(order: bigint): Uint8Array {
    const opening = createOpening(this.config, this.psk, this.config.id, order, this.dice.bytes);
    this.openings.push({ ...opening, order });
    if (this.openings.length > KEPT_OPENINGS) this.openings.shift();
    if (order > this.order) this.order = order;
    return opening.message1;
  }

  /** @returns the keys, if it is a message 2 to one of the openings. */
  takeMessage2(bytes: Uint8Array): Keys | undefined {
    for (const { message1, noise, order } of this.openings) {
      if (!sameBytes(answerHeader(message1), bytes.subarray(0, HEADER_LENGTH))) continue;
      const split = noise.readMessage2(bytes.subarray(HEADER_LENGTH));
      if (split === undefined) continue;
      return this.keep(
        createHandshake({
          kind: this.config.kind,
          suite: 1,
          split,
          initiated: true,
          order,
          opener: this.config.self,
          message1,
          message2: bytes.slice(),
          sources: [],
          answeredAt: 0,
        }),
      );
    }
    return undefined;
  }

  /** Message 2, or undefined if the opening does not verify. */
  answer(message1: Uint8Array): Uint8Array | undefined {
    const known = this.keys.find(({ handshake }) => sameBytes(handshake.message1, message1));
    if (known !== undefined) return known.handshake.message2;
    const state = verifyOpening(this.config, this.psk, message1);
    const isFree = (keyId: number): boolean => keyId !== 0 && this.find(keyId) === undefined;
    const made = state && answerOpening(this.config, state, message1, 0n, isFree, this.dice.bytes, 0);
    if (made === undefined) return undefined;
    // KEY-24: the next own one is above it.
    const order = new DataView(message1.buffer, message1.byteOffset).getBigUint64(20);
    if (this.config.kind !== 'association' && order > this.order) this.order = order;
    return this.keep(made).handshake.message2;
  }

  /** A message under any keys; the next sequence unless another one is given. */
  seal(type: number, body: Uint8Array, keys: Keys, sequence?: bigint): Uint8Array {
    const { handshake } = keys;
    const header = {
      type: type as MessageType,
      keyId: handshake.keyId,
      context: this.config.id,
      sequence: sequence ?? handshake.sent,
    };
    if (sequence === undefined) handshake.sent += 1n;
    else if (sequence >= handshake.sent) handshake.sent = BigInt.asUintN(64, sequence + 1n);
    const bytes = sealMessage(handshake.sender, header, body);
    this.datagrams.push(bytes);
    if (this.datagrams.length > KEPT_DATAGRAMS) this.datagrams.shift();
    return bytes;
  }

  /** The content of a sealed message that came; `again` if its sequence was used before, as far as is known. */
  unseal(
    bytes: Uint8Array,
  ): { readonly type: number; readonly body: Uint8Array; readonly again: boolean } | undefined {
    const header = readHeader(bytes);
    if (!('keyId' in header)) return undefined;
    for (const keys of this.keys) {
      if (keys.handshake.keyId !== header.keyId) continue;
      const body = openMessage(keys.handshake.receiver, bytes);
      if (body === undefined) continue;
      this.inUse = keys;
      const again = keys.heard.includes(header.sequence);
      keys.heard.push(header.sequence);
      if (keys.heard.length > KEPT_DATAGRAMS) keys.heard.shift();
      return { type: header.type, body, again };
    }
    return undefined;
  }

  private find(keyId: number): Keys | undefined {
    return this.keys.find(({ handshake }) => handshake.keyId === keyId);
  }

  private keep(handshake: Handshake): Keys {
    const known = this.find(handshake.keyId);
    // The same message 2 again.
    if (known !== undefined && sameBytes(known.handshake.message2, handshake.message2)) return known;
    const keys: Keys = { handshake, heard: [] };
    this.keys.push(keys);
    // The RS-S may go on with the keys that it used last for as long as it likes.
    const oldest = this.keys[0] === this.inUse ? 1 : 0;
    if (this.keys.length > KEPT_KEYS) this.keys.splice(oldest, 1);
    return keys;
  }
}
