/**
 * TCP as a program sees it, where a network has it: DNS needs it. Real (`udp/tcp.ts`) and in virtual time
 * (`memory/streams.ts`) alike.
 */
import type { Endpoint, Ip } from '../address.ts';

export interface Streams {
  /**
   * Takes connections at one local address; port 0 lets the system pick one.
   * @throws NetError if the address is in use or not of this machine.
   */
  listen(local: Endpoint, onStream: (stream: Stream) => StreamHandlers): Promise<Listener>;
  /**
   * Opens a connection, from any address of this machine if it is not said from which.
   * @throws NetError if nobody takes it.
   */
  connect(to: Endpoint, handlers: StreamHandlers, from?: Ip): Promise<Stream>;
}

/** What comes of one connection. What these throw is a fault of the program and ends it, or, in memory, the run. */
export interface StreamHandlers {
  /** Some bytes, in order; how many at a time means nothing. The buffer is valid during the call only. */
  onBytes(bytes: Uint8Array): void;
  /** Nothing more comes: the other end has ended its direction, or the connection is lost. At most once. */
  onEnd(): void;
}

/** One end of a connection. */
export interface Stream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Sends bytes; to who takes none for long the connection ends. The caller leaves the bytes as they are. */
  write(bytes: Uint8Array): void;
  /** Ends it: what was written before goes out, nothing is delivered any more. Any number of times. */
  close(): void;
}

export interface Listener {
  /** The address that it is bound to, with the port that the system picked for port 0. */
  readonly local: Endpoint;
  /** Takes no more connections, and ends those that it took. */
  close(): Promise<void>;
}
