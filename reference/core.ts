/**
 * The one contract of all roles.
 *
 * A role is a state machine without I/O. Its driver binds one socket a family, calls
 * `handle({kind: 'start', locals}, now)` once, and then runs it like this:
 *
 * 1. A datagram arrives: offer it to the role's hot table (`RelayTable.forward`, for an RS-S).
 *    If that names a destination, send the same bytes there; the role never sees them.
 * 2. Else call `handle({kind: 'datagram', bytes, from}, now)`.
 * 3. Perform the effects that come back, in order. One with a `ref` is answered later by a `done` input.
 * 4. Ask `wakeAt()` and set one timer for it; when it fires, call `handle({kind: 'tick'}, now)`.
 *
 * `now` never decreases. A tick before or after its time is harmless. Buffers given in are valid
 * during the call only. Time and randomness are handed in; a role has no clock, timer, promise or
 * random source of its own and never prints.
 *
 * Two kinds of failure only: a wire fault is a value (a note that names the refusing layer; silent on
 * the wire); a broken assumption of ours throws.
 */
import type { Endpoint } from './address.ts';
import type { Layer } from './refusal.ts';

/** Milliseconds of a monotonic clock. */
export type Instant = number;

/** Draws that many bytes from a cryptographic source (in tests: a seeded one). */
export type Random = (length: number) => Uint8Array;

/** Names from the spec's counter registry, with their values. [GEN-17] */
export type Counters = Record<string, number>;

export type Input =
  /** The first input: the sockets are bound to these endpoints, one a family. */
  | { readonly kind: 'start'; readonly locals: readonly Endpoint[] }
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array; readonly from: Endpoint }
  | { readonly kind: 'tick' }
  /** When a path of the hot table was last used: the answer to a `relay-last-use` effect. */
  | { readonly kind: 'done'; readonly ref: number; readonly lastUse: Instant | undefined }
  /** Orderly stop: say goodbye where the protocol has a word for it. */
  | { readonly kind: 'stop' };

export type Effect =
  | { readonly kind: 'send'; readonly bytes: Uint8Array; readonly to: Endpoint }
  /** Write one path of the Relay Table: both legs are valid now, or one has another address. */
  | { readonly kind: 'relay-set'; readonly path: RelayPath }
  /** Take a path out of the Relay Table. */
  | { readonly kind: 'relay-remove'; readonly pathId: string }
  /** Ask the Relay Table when a path was last used; answered by `done`. */
  | { readonly kind: 'relay-last-use'; readonly ref: number; readonly pathId: string }
  | { readonly kind: 'note'; readonly note: Note };

/** One path of an RS-S that forwards: packets from either endpoint go to the other. [RSS-01] */
export interface RelayPath {
  /** The Path ID as lower-case hex. */
  readonly pathId: string;
  readonly ends: readonly [Endpoint, Endpoint];
}

/** What a role has to say about what happened; for counters, logs and tests. Never a secret. */
export type Note =
  | { readonly what: 'refused'; readonly layer: Layer; readonly from: Endpoint | undefined }
  | {
      readonly what: 'event';
      readonly event: string;
      readonly detail: Readonly<Record<string, string | number>>;
    };

export interface Role {
  /** Takes one input and returns what has to be done, in order. */
  handle(input: Input, now: Instant): Effect[];
  /** The next instant at which the role wants a tick, if any. */
  wakeAt(): Instant | undefined;
  /** A copy of the counters and table sizes. [GEN-17, DOS-04] */
  counters(): Counters;
}

/** The table that stands before a role: it is asked about each datagram first, and the role's effects write it. */
export interface HotTable {
  /** Where to send the same bytes on, if at all. */
  forward(bytes: Uint8Array, from: Endpoint, now: Instant): Endpoint | undefined;
  apply(effect: Extract<Effect, { kind: 'relay-set' | 'relay-remove' }>): void;
  lastUse(pathId: string): Instant | undefined;
}
