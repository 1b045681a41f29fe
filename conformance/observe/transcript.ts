/** Everything that went to and fro in a case, in the order of time, for the text of a failure. */
import type { Endpoint } from '../../reference/address.ts';
import type { Instant } from '../../reference/core.ts';
import type { Body } from '../fields.ts';
import type { Intent } from '../intent.ts';
import type { Answered, PlayedChannel } from '../played/channel.ts';
import type { PlayedKeys } from '../played/keys.ts';
import type { Received } from './received.ts';

/** A datagram of the tester's. */
export interface Sent {
  readonly at: Instant;
  readonly peer: string;
  /** Where the socket is bound that it leaves from. */
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
  readonly intent: Intent;
  /** Done by a played peer on its own: answers to probes, repetitions. Left out of the hash. */
  readonly auto: boolean;
  readonly channel: PlayedChannel | undefined;
  readonly keys: PlayedKeys | undefined;
  /** All keys that the channel had when this was sent. */
  readonly channelKeys: readonly PlayedKeys[];
  /** The highest order number that was confirmed on the channel when this was sent. */
  readonly highestOrder: bigint;
  /** Messages 1 of the channel's own end that the target had answered and not confirmed by then. */
  readonly unconfirmed: readonly Uint8Array[];
  /** Messages 1 of the target that its own end had answered by then, with its private keys. */
  readonly answered: readonly Answered[];
  /** Keys of the channel that the target had to have erased by then. */
  readonly erased: readonly PlayedKeys[];
  /** What was sealed; undefined where nothing was, or where it is not meant to be read. */
  readonly content: Body | Uint8Array | undefined;
  /** In place of what the bytes say, if that would mislead. */
  readonly label: string | undefined;
}

export type Entry =
  | { readonly kind: 'sent'; readonly sent: Sent }
  | { readonly kind: 'received'; readonly received: Received }
  | { readonly kind: 'remark'; readonly at: Instant; readonly text: string }
  /** What was waited for and did not come, or came otherwise: the place where the target left the spec. */
  | {
      readonly kind: 'missed';
      readonly at: Instant;
      readonly peer: string;
      readonly expected: string;
      readonly timedOut: boolean;
    };

export class Transcript {
  readonly startedAt: Instant;
  entries: Entry[] = [];
  #onReceived: Array<(received: Received) => void> = [];

  constructor(startedAt: Instant) {
    this.startedAt = startedAt;
  }

  /** Drops what is no longer wanted: everything but what nobody had asked for. */
  forget(): void {
    this.entries = this.entries.filter((entry) => entry.kind === 'received' && isUnexplained(entry.received));
  }

  sent(sent: Sent): void {
    this.entries.push({ kind: 'sent', sent });
  }

  received(received: Received): void {
    this.entries.push({ kind: 'received', received });
  }

  /** Calls back whoever listens. */
  tell(received: Received): void {
    for (const listener of this.#onReceived) listener(received);
  }

  remark(at: Instant, text: string): void {
    this.entries.push({ kind: 'remark', at, text });
  }

  missed(at: Instant, peer: string, expected: string, timedOut: boolean): void {
    this.entries.push({ kind: 'missed', at, peer, expected, timedOut });
  }

  /** Calls back for each datagram that comes in, until the function that is returned is called. */
  onReceived(listener: (received: Received) => void): () => void {
    this.#onReceived.push(listener);
    return () => {
      this.#onReceived = this.#onReceived.filter((other) => other !== listener);
    };
  }

  /** What came in that the target had no reason to send and no expectation was about. */
  unexplained(): Received[] {
    return this.entries.flatMap((entry) =>
      entry.kind === 'received' && isUnexplained(entry.received) ? [entry.received] : [],
    );
  }
}

function isUnexplained({ explained, consumed }: Received): boolean {
  return explained === undefined && !consumed;
}
