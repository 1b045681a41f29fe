import type { Endpoint } from '../address.ts';
import { concat } from '../bytes.ts';
import type { Instant, Random } from '../core.ts';
import { keyIdOf, openingPrologue } from '../crypto/keys.ts';
import type { ResponderState, Split } from '../crypto/noise.ts';
import { Initiator, readMessage1, writeMessage2 } from '../crypto/noise.ts';
import { x25519KeyPair } from '../crypto/x25519.ts';
import { HEADER_LENGTH, writeHeader } from '../wire/header.ts';
import { MessageType } from '../wire/registry.ts';
import type { Attempt } from './attempt.ts';
import type { Handshake } from './handshake.ts';
import { createHandshake } from './handshake.ts';
import type { ChannelConfig } from './types.ts';

/** KEY-02: how often a responder draws another ephemeral for a usable key ID before it gives up. */
const KEY_ID_DRAWS = 8;

/** Whether the channel can use a key ID: not 0, and no other keys of it have that ID. [KEY-02] */
export type IsFree = (keyId: number) => boolean;

/** Draws an ephemeral key and makes message 1. @param context the channel's ID or an alias of it. */
export function createOpening(
  config: ChannelConfig,
  psk: Uint8Array,
  context: Uint8Array,
  order: bigint,
  random: Random,
): { readonly message1: Uint8Array; readonly noise: Initiator } {
  const { kind, self, peer, suite } = config;
  const header = writeHeader({ type: MessageType.openingRequest, keyId: 0, context, sequence: order });
  const prologue = openingPrologue(kind, header, self, peer, suite);
  const noise = new Initiator({ psk, prologue, ephemeral: x25519KeyPair(random) });
  return { message1: concat(header, noise.message1()), noise };
}

/** The header that message 2 has to have: message 1's, but for the type. [KEY-02] */
export function answerHeader(message1: Uint8Array): Uint8Array {
  const header = message1.slice(0, HEADER_LENGTH);
  header[1] = MessageType.openingResponse;
  return header;
}

/** Verifies message 1 without drawing a key or doing Diffie-Hellman. [DOS-01] */
export function verifyOpening(
  config: ChannelConfig,
  psk: Uint8Array,
  message1: Uint8Array,
): ResponderState | undefined {
  const { kind, self, peer, suite } = config;
  const prologue = openingPrologue(kind, message1.slice(0, HEADER_LENGTH), peer, self, suite);
  return readMessage1({ psk, prologue }, message1.subarray(HEADER_LENGTH));
}

/**
 * Makes message 2 and the responder's keys for a verified message 1.
 * @returns undefined if the shared secret is all zero, or no draw gave a free key ID.
 */
export function answerOpening(
  config: ChannelConfig,
  state: ResponderState,
  message1: Uint8Array,
  order: bigint,
  isFree: IsFree,
  random: Random,
  now: Instant,
): Handshake | undefined {
  for (let draw = 0; draw < KEY_ID_DRAWS; draw++) {
    const written = writeMessage2(state, x25519KeyPair(random));
    if (written === undefined) return undefined;
    if (!isFree(keyIdOf(written.split.hash))) continue;
    return createHandshake({
      kind: config.kind,
      suite: config.suite,
      aeads: config.aeads,
      split: written.split,
      initiated: false,
      order,
      opener: config.peer,
      message1: message1.slice(),
      message2: concat(answerHeader(message1), written.message),
      sources: [],
      answeredAt: now,
    });
  }
  return undefined;
}

/** The initiator's keys, once message 2 has verified. */
export function completeOpening(
  config: ChannelConfig,
  attempt: Attempt,
  split: Split,
  message2: Uint8Array,
  from: Endpoint,
  now: Instant,
): Handshake {
  return createHandshake({
    kind: config.kind,
    suite: config.suite,
    aeads: config.aeads,
    split,
    initiated: true,
    order: attempt.order,
    opener: config.self,
    message1: attempt.message1,
    message2: message2.slice(),
    sources: [from],
    answeredAt: now,
  });
}
