/** Message 2 with one thing wrong. */
import { concat } from '../../../reference/bytes.ts';
import { HEADER_LENGTH } from '../../../reference/wire/header.ts';
import type { PlayedChannel } from '../../played/channel.ts';
import { withBitFlipped } from '../steps.ts';

export const SPOILED = [
  'the first bit of the tag',
  'the last bit of the tag',
  'a bit of the public key',
  'the order number',
  'a key ID',
  'a public key of low order',
] as const;

export type Spoiled = (typeof SPOILED)[number];

const OPENING = 76;
const TAG = 60;

/** @param message2 the right one. @returns the same with one thing wrong */
export function spoil(
  what: Spoiled,
  association: PlayedChannel,
  message1: Uint8Array,
  message2: Uint8Array,
): Uint8Array {
  switch (what) {
    case 'the first bit of the tag':
      return withBitFlipped(message2, 8 * TAG);
    case 'the last bit of the tag':
      return withBitFlipped(message2, 8 * OPENING - 1);
    case 'a bit of the public key':
      return withBitFlipped(message2, 8 * HEADER_LENGTH);
    case 'the order number':
      return withBitFlipped(message2, 8 * HEADER_LENGTH - 1);
    case 'a key ID':
      return withBitFlipped(message2, 8 * 4 - 1);
    case 'a public key of low order':
      return withZeroSecret(association, message1, message2);
  }
}

/** The public key is zero, and the tag the one that follows from a shared secret of zero. [KEY-19] */
function withZeroSecret(association: PlayedChannel, message1: Uint8Array, message2: Uint8Array): Uint8Array {
  const state = association.readMessage1(message1);
  if (state === undefined) throw new Error('a message 1 that verified before does not');
  const zero = new Uint8Array(32);
  const symmetric = state.symmetric.clone();
  symmetric.mixEphemeral(zero);
  symmetric.mixKey(zero);
  return concat(message2.slice(0, HEADER_LENGTH), zero, symmetric.encryptAndHash(new Uint8Array(0)));
}
