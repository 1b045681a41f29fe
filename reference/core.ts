/**
 * The one contract of all roles.
 *
 * A role is a state machine without I/O. Its driver binds one socket a family, calls
 * `handle({kind: 'start', ...}, now)` once, and then runs it like this:
 *
 * 1. A datagram arrives: offer it to the role's hot table (`RelayTable.forward` for an RS-S, `TunnelTable.open`
 *    for a tunnel end). If that names a destination, or has a packet to deliver, the role never sees it.
 * 2. Else call `handle({kind: 'datagram', bytes, from}, now)`.
 * 3. An inner packet comes out of the virtual interface: offer it to `TunnelTable.seal`, else call
 *    `handle({kind: 'packet', packet}, now)`.
 * 4. Perform the effects that come back, in order. One with a `ref` is answered by a `done` input. `persist`
 *    is a barrier: what follows it in the same array is done only once the store has it.
 * 5. Ask `wakeAt()` and set one timer for it; when it fires, call `handle({kind: 'tick'}, now)`.
 *
 * `now` never decreases. A tick before or after its time is harmless. Buffers given in are valid
 * during the call only. Time and randomness are handed in; a role has no clock, timer, promise or
 * random source of its own and never prints.
 *
 * Two kinds of failure only: a wire fault is a value (a note that names the refusing layer; silent on
 * the wire); a broken assumption of ours throws.
 */
import type { Endpoint, Ip } from './address.ts';
import type { Layer } from './refusal.ts';

/** Milliseconds of a monotonic clock. */
export type Instant = number;

/** Draws that many bytes from a cryptographic source (in tests: a seeded one). */
export type Random = (length: number) => Uint8Array;

/** Names from the spec's counter registry, with their values. [GEN-17] */
export type Counters = Record<string, number>;

export type Input =
  /** The first input: the sockets are bound to these endpoints, one a family. */
  | {
      readonly kind: 'start';
      readonly locals: readonly Endpoint[];
      /** Milliseconds since 1970, by which stored expiry becomes instants; only DCs need it. */
      readonly wallClock?: number;
      /** What the role made durable before, by key. [DC-25] */
      readonly stored?: ReadonlyMap<string, Uint8Array>;
    }
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array; readonly from: Endpoint }
  | { readonly kind: 'tick' }
  /** An inner packet that an application sent and the Tunnel Table had no way for. */
  | { readonly kind: 'packet'; readonly packet: Uint8Array }
  /** A DNS query, of an application or to a DC's zones; a `dns-answer` effect with the same number ends it. */
  | {
      readonly kind: 'query';
      readonly query: number;
      readonly message: Uint8Array;
      /** What it came over, and the answer goes back by. [DNS-10, DNS-25] */
      readonly transport: Transport;
      /** Who asks, if that is known. [DOS-08] */
      readonly from?: Endpoint | undefined;
    }
  /** The host has these addresses now and no others. [HO-02] */
  | {
      readonly kind: 'addresses';
      readonly locals: readonly Endpoint[];
      /** Prefixes of the links that it is attached to now; as before if not given. [NODE-15] */
      readonly links?: readonly string[] | undefined;
    }
  /** Something on a path of the Tunnel Table that its role has to know. */
  | { readonly kind: 'path-event'; readonly pathId: string; readonly event: PathEvent }
  /** The answer to an effect with a `ref`. */
  | { readonly kind: 'done'; readonly ref: number; readonly outcome: Outcome }
  /** Orderly stop: say goodbye where the protocol has a word for it. */
  | { readonly kind: 'stop' };

export type Transport = 'udp' | 'tcp';

export type Outcome =
  /** When a path of the Relay Table was last used. */
  | { readonly what: 'last-use'; readonly at: Instant | undefined }
  /** Whether the store has it; if not, what followed in the same array was not done. */
  | { readonly what: 'stored'; readonly ok: boolean }
  /** The DNS response, unchecked; undefined if none came. */
  | { readonly what: 'looked-up'; readonly response: Uint8Array | undefined };

/** `waits`: the first datagram since something was heard went out, so the path is to be watched. [HO-10] */
export type PathEvent = 'waits';

export type Effect =
  | { readonly kind: 'send'; readonly bytes: Uint8Array; readonly to: Endpoint }
  /** An inner packet for the application side. */
  | { readonly kind: 'deliver'; readonly packet: Uint8Array }
  /** The answer to a query; undefined: there is none. */
  | { readonly kind: 'dns-answer'; readonly query: number; readonly message: Uint8Array | undefined }
  /** Ask DNS: this query to the server of the host, from a port of its own. [DNS-12] */
  | {
      readonly kind: 'look-up';
      readonly ref: number;
      readonly message: Uint8Array;
      /** Once, over this alone; if not given, by tries over UDP, and over TCP where that answer is cut. */
      readonly transport?: Transport | undefined;
      /** Whom to ask in place of the host's. [DNS-26] */
      readonly server?: Endpoint | undefined;
    }
  /** Make durable: a value by key; undefined erases it. */
  | {
      readonly kind: 'persist';
      readonly ref: number;
      readonly changes: readonly (readonly [key: string, value: Uint8Array | undefined])[];
    }
  /** Write one path of the Relay Table: both legs are valid now, or one has another address. */
  | { readonly kind: 'relay-set'; readonly path: RelayPath }
  /** Take a path out of the Relay Table. */
  | { readonly kind: 'relay-remove'; readonly pathId: string }
  /** Ask the Relay Table when a path was last used. */
  | { readonly kind: 'relay-last-use'; readonly ref: number; readonly pathId: string }
  /** Write one path of the Tunnel Table: it carries data, or its peer has other addresses. */
  | { readonly kind: 'tunnel-set'; readonly path: TunnelPath }
  | { readonly kind: 'tunnel-remove'; readonly pathId: string }
  /** What the host's virtual interface is to have from now on. Comes each time that this is something else. */
  | { readonly kind: 'interface'; readonly has: HostInterface }
  | { readonly kind: 'note'; readonly note: Note };

/** The virtual interface, by which inner packets get from the application side to a role and back. */
export interface HostInterface {
  /** Addresses of the host; none where it is a router for the application side. [NODE-04, RST-06] */
  readonly addresses: readonly Ip[];
  /** What leads to it, beside the prefixes of virtual addresses. */
  readonly routes: readonly {
    /** A prefix. */
    readonly to: string;
    /** The address, one of these, that packets there are to have as their source. */
    readonly from: Ip | undefined;
  }[];
}

/** One path of a tunnel end that carries data. Table and role share its carrier, so they live in one thread. */
export interface TunnelPath {
  /** The Path ID as lower-case hex. */
  readonly pathId: string;
  /** The virtual addresses to which packets go by this path. */
  readonly destinations: readonly Ip[];
  readonly carrier: Carrier;
}

/**
 * Seals and opens the data of one path, for as long as there is nothing else to be done about it. What comes back is used or
 * copied at once: its memory may be that of the messages after it.
 */
export interface Carrier {
  /** What to send for an inner packet; undefined: the role has to see it. */
  seal(packet: Uint8Array, now: Instant): Sealed | undefined;
  /**
   * The inner packet of a Data message, checked; undefined: the role has to see the datagram.
   * @param pass what is made of it on its way; undefined: the role has to see the datagram. Nothing has changed then.
   */
  open(
    bytes: Uint8Array,
    from: Endpoint,
    now: Instant,
    pass?: (packet: Uint8Array) => Uint8Array | undefined,
  ): Uint8Array | undefined;
}

export interface Sealed {
  readonly bytes: Uint8Array;
  readonly to: Endpoint;
  /** What the role has to be told. */
  readonly event?: PathEvent | undefined;
}

/** One path of an RS-S that forwards: packets from either endpoint go to the other. [RSS-01] */
export interface RelayPath {
  /** The Path ID as lower-case hex. */
  readonly pathId: string;
  readonly ends: readonly [Endpoint, Endpoint];
  /** What was sent on as the path came into the table, where its rates count it. [RS-14] */
  readonly used?: { readonly packets: number; readonly bytes: number; readonly at: Instant };
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
  /** Asked in place of `lastUse`, where the answer is not at hand. */
  askLastUse?(pathId: string, now: () => Instant): Promise<Instant | undefined>;
  /** The role's clock was put forward, as only a test does, and shows this now. */
  putForward?(now: Instant): void;
  /** The sockets are bound to these; nothing has come yet. */
  open?(locals: readonly Endpoint[]): Promise<void>;
  /** Resolves once it forwards as it was told last; undefined: it does. What the role sends waits for that. */
  settled?(): Promise<void> | undefined;
  /** Brings up to date what the role's counters have of it. */
  refresh?(): Promise<void>;
  close?(): Promise<void>;
}

/** The table that stands before a tunnel end's role. What comes back is used or copied at once, as of a `Carrier`. */
export interface TunnelHotTable {
  /** What to send for an inner packet, and the path; undefined: the role has to see it. */
  seal(packet: Uint8Array, now: Instant): (Sealed & { readonly pathId: string }) | undefined;
  /** The inner packet of a Data message; undefined: the role has to see the datagram. */
  open(bytes: Uint8Array, from: Endpoint, now: Instant): Uint8Array | undefined;
  apply(effect: Extract<Effect, { kind: 'tunnel-set' | 'tunnel-remove' }>): void;
}
