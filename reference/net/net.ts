/**
 * The network as a program sees it: UDP sockets and a clock. Real UDP (`udp/`) and virtual time
 * (`memory/`) give the same interface, so a role's driver and a conformance case do not know which.
 */
import type { Endpoint } from '../address.ts';
import type { Instant } from '../core.ts';
import type { Streams } from './streams.ts';

/**
 * Receives one datagram. The buffer is valid during the call only, in which it may be sent on. What this
 * throws is a fault of the program and ends it, or, in memory, the run.
 */
export type OnDatagram = (bytes: Uint8Array, from: Endpoint) => void;

/** One bound UDP socket. */
export interface Socket {
  /** The address that it is bound to, with the port that the system picked for port 0. */
  readonly local: Endpoint;
  /**
   * Sends one datagram; what the network refuses is lost, as any datagram may be, and so is one to an
   * address of another family. The caller leaves the bytes as they are from then on.
   */
  send(bytes: Uint8Array, to: Endpoint): void;
  /** Closes the socket: what was sent before goes out, nothing is delivered any more. Any number of times. */
  close(): Promise<void>;
}

export interface Net {
  /**
   * Binds a UDP socket to one local address of either family; port 0 lets the system pick one. An IPv6
   * socket has no IPv4 traffic.
   * @throws NetError if the address is in use or not of this machine.
   */
  bind(local: Endpoint, onDatagram: OnDatagram): Promise<Socket>;
  /** Monotonic clock in milliseconds. */
  now(): Instant;
  /**
   * Calls back once at an instant or as soon as possible after it; never before it, and never before this
   * returns. Returns what cancels it.
   */
  schedule(at: Instant, callback: () => void): () => void;
  /** TCP; not every network has it. */
  readonly streams?: Streams | undefined;
}

/** A socket could not be had; the message is one line that a person can act on. */
export class NetError extends Error {}

/** Resolves at an instant of the network's clock. */
export function sleepUntil(net: Net, at: Instant): Promise<void> {
  return new Promise((resolve) => {
    net.schedule(at, resolve);
  });
}
