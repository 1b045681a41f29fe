import type { Endpoint } from '../address.ts';
import { sameEndpoint } from '../address.ts';
import { compareBytes } from '../bytes.ts';
import type { Instant } from '../core.ts';
import type { Aead, MakeAead } from '../crypto/aead.ts';
import { aeadForSuite } from '../crypto/aead.ts';
import type { ChannelKind } from '../crypto/keys.ts';
import { keyIdOf, trafficKeys } from '../crypto/keys.ts';
import type { Split } from '../crypto/noise.ts';
import { ReplayWindow } from '../wire/replay.ts';

/** The keys of one complete handshake, in either of its states: unconfirmed or confirmed. */
export interface Handshake {
  readonly keyId: number;
  /** Whether this end sent message 1. */
  readonly initiated: boolean;
  /** The order number of its opening; 0 on associations. */
  readonly order: bigint;
  /** Node ID of the end that opened: decides between equal order numbers. */
  readonly opener: Uint8Array;
  readonly sender: Aead;
  readonly receiver: Aead;
  readonly window: ReplayWindow;
  /** The opening, to know a repeat by; and its answer. */
  readonly message1: Uint8Array;
  readonly message2: Uint8Array;
  /** Where message 2 came from, or went to. */
  readonly sources: Endpoint[];
  /** When its first message 2 was sent or came. */
  readonly answeredAt: Instant;
  /** Next sequence to send; never used twice. [TUN-03] */
  sent: bigint;
  failedTags: number;
  confirmedAt: Instant | undefined;
  /** Its place in the order in which the channel's handshakes were made and confirmed. */
  madeAs: number;
  /** The place of its confirmation in that order; 0 before. Newer keys have a higher one. */
  generation: number;
  /** Set when other keys replace these: they receive until then, and send no more. [KEY-07] */
  receiveUntil: Instant | undefined;
}

export interface HandshakeInput {
  readonly kind: ChannelKind;
  readonly suite: number;
  /** What makes its AEADs; the runtime if not given. */
  readonly aeads?: MakeAead | undefined;
  readonly split: Split;
  readonly initiated: boolean;
  readonly order: bigint;
  readonly opener: Uint8Array;
  readonly message1: Uint8Array;
  readonly message2: Uint8Array;
  readonly sources: Endpoint[];
  readonly answeredAt: Instant;
}

/** Makes the traffic keys of a complete handshake. [KEY-09] */
export function createHandshake(input: HandshakeInput): Handshake {
  const { kind, suite, aeads = aeadForSuite, split, ...rest } = input;
  const keys = trafficKeys(kind, suite, split);
  const [send, receive] = input.initiated
    ? [keys.initiatorToResponder, keys.responderToInitiator]
    : [keys.responderToInitiator, keys.initiatorToResponder];
  return {
    ...rest,
    keyId: keyIdOf(split.hash),
    sender: aeadOf(aeads, suite, send),
    receiver: aeadOf(aeads, suite, receive),
    window: new ReplayWindow(),
    sent: 0n,
    failedTags: 0,
    confirmedAt: undefined,
    madeAs: 0,
    generation: 0,
    receiveUntil: undefined,
  };
}

function aeadOf(make: MakeAead, suite: number, key: Uint8Array): Aead {
  const aead = make(suite, key);
  if (aead === undefined) throw new Error(`a channel was made with suite ${suite}`);
  return aead;
}

/** KEY-22: sources of one message 1 that are remembered, to be probed at its confirmation. */
const SOURCES = 4;

/** Notes that message 2 went there. [KEY-29] */
export function rememberSource({ sources }: Handshake, to: Endpoint): void {
  if (sources.length < SOURCES && !sources.some((source) => sameEndpoint(source, to))) sources.push(to);
}

/** Rank on paths and legs: the higher order number; at equal ones the opening of the lower Node ID. [KEY-07] */
export function outranks(a: Handshake, b: Handshake): boolean {
  return a.order === b.order ? compareBytes(a.opener, b.opener) < 0 : a.order > b.order;
}
