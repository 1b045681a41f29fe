/** Makes of a datagram that came in what the tester can make of it. */
import type { Endpoint } from '../../reference/address.ts';
import { sameBytes } from '../../reference/bytes.ts';
import type { Instant } from '../../reference/core.ts';
import { Refusal } from '../../reference/refusal.ts';
import type { Header } from '../../reference/wire/header.ts';
import { readHeader } from '../../reference/wire/header.ts';
import { MESSAGES, MessageType } from '../../reference/wire/registry.ts';
import type { Received } from '../observe/received.ts';
import type { PlayedChannel } from './channel.ts';
import { answersHeader } from './channel.ts';

type Mail = Omit<Received, 'explained' | 'consumed'> & { explained: undefined; consumed: false };

/** Reads a datagram with the channels that a peer ends; message 2 completes the attempt that it answers. */
export function read(
  bytes: Uint8Array,
  from: Endpoint,
  to: Endpoint,
  at: Instant,
  peer: string,
  channels: readonly PlayedChannel[],
): Mail {
  const header = readHeader(bytes);
  const base: Mail = {
    at,
    peer,
    from,
    to,
    bytes,
    header: undefined,
    type: undefined,
    channel: undefined,
    keys: undefined,
    attempt: undefined,
    plaintext: undefined,
    body: undefined,
    fault: undefined,
    explained: undefined,
    consumed: false,
  };
  if (header instanceof Refusal) return { ...base, fault: `no NTMobile datagram: ${header.why}` };
  const known = { ...base, header, type: header.type };
  const channel = channels.find((candidate) => hasContext(candidate, header.context));
  if (channel === undefined) return { ...known, fault: 'a context that this peer does not have' };
  if (header.type === MessageType.openingRequest) {
    if (channel.readMessage1(bytes) !== undefined) return { ...known, channel };
    // What only sends back what it gets has no secret at all.
    if (!channel.attempts.some(({ message1 }) => sameBytes(message1, bytes))) channel.unverified++;
    return { ...known, channel, fault: 'message 1 does not verify' };
  }
  if (header.type === MessageType.openingResponse)
    return { ...known, channel, ...readMessage2(channel, bytes) };
  return { ...known, channel, ...readSealed(channel, header, bytes) };
}

export function hasContext(channel: PlayedChannel, context: Uint8Array): boolean {
  return sameBytes(channel.id, context) || channel.aliases.some((alias) => sameBytes(alias, context));
}

/** On an association all attempts have the same header: which one was answered shows by what verifies. */
function readMessage2(channel: PlayedChannel, bytes: Uint8Array): Partial<Mail> {
  const asked = channel.attempts.filter(({ message1 }) => answersHeader(message1, bytes)).reverse();
  for (const attempt of asked) {
    if (attempt.keys !== undefined) continue;
    const keys = channel.readMessage2(attempt, bytes);
    if (keys !== undefined) return { attempt, keys };
  }
  const known = asked.find(({ keys }) => keys !== undefined);
  if (known !== undefined) return { attempt: known };
  const [last] = asked;
  return last === undefined
    ? { fault: 'message 2 without message 1' }
    : { attempt: last, fault: 'message 2 does not verify' };
}

function readSealed(channel: PlayedChannel, header: Header, bytes: Uint8Array): Partial<Mail> {
  const opened = channel.open(header, bytes);
  if (opened === undefined) {
    const known = channel.keys.filter(({ keyId }) => keyId === header.keyId);
    const isErased = known.length > 0 && known.every((keys) => channel.erased.includes(keys));
    if (isErased) return { fault: 'under keys that had to be erased' };
    return {
      fault: known.length > 0 ? 'the tag does not verify' : 'a key ID that the channel does not have',
    };
  }
  const { keys, plaintext, body } = opened;
  const unreadable = body === undefined && header.type !== MessageType.data;
  return {
    keys,
    plaintext,
    body,
    fault: unreadable ? `the body of the ${MESSAGES[header.type].name} is no deterministic map` : undefined,
  };
}
