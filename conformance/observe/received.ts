/** A datagram that came in, and as much of it as the tester could make out. */
import type { Endpoint } from '../../reference/address.ts';
import type { Instant } from '../../reference/core.ts';
import type { Header } from '../../reference/wire/header.ts';
import type { Body } from '../fields.ts';
import type { Attempt, PlayedChannel } from '../played/channel.ts';
import type { PlayedKeys } from '../played/keys.ts';

export interface Received {
  readonly at: Instant;
  /** The name of the played peer that it came to. */
  readonly peer: string;
  readonly from: Endpoint;
  /** Where the socket is bound that it came to. */
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
  /** Undefined if not even the header is one. */
  readonly header: Header | undefined;
  readonly type: number | undefined;
  readonly channel: PlayedChannel | undefined;
  /** The keys under which it opened, or that this message 2 gave. */
  readonly keys: PlayedKeys | undefined;
  /** The attempt of which this is message 2. */
  readonly attempt: Attempt | undefined;
  readonly plaintext: Uint8Array | undefined;
  readonly body: Body | undefined;
  /** What is wrong with it, in words; undefined if it is what it says it is. */
  readonly fault: string | undefined;
  /** Why the target may send this, by the rule of {@link ./explain.ts}; undefined if it may not. */
  explained: string | undefined;
  /** Whether an expectation was met by it. */
  consumed: boolean;
}
