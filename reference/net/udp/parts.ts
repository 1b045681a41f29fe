/** What all sockets of this folder have in common. */
import type { Endpoint } from '../../address.ts';
import { family } from '../../address.ts';
import type { OnDatagram, Socket } from '../net.ts';

/** One way to have UDP sockets of the system. */
export type Bind = (local: Endpoint, onDatagram: OnDatagram) => Promise<CountedSocket>;

/** What a socket has done so far, in datagrams, and what room the system gave it. */
export interface SocketCounts {
  received: number;
  /** What the system took. */
  sent: number;
  /** What the system refused, or the queue had no room for. */
  unsent: number;
  /** Calls of the system that received something, where they can be counted; else as many as were received. */
  batches: number;
  /** What the kernel dropped because the receive buffer was full, if it says so. */
  dropped: number | undefined;
  /** Bytes of the receive buffer (SO_RCVBUF as granted), if it can be asked for. */
  receiveBuffer: number | undefined;
}

export interface CountedSocket extends Socket {
  counts(): SocketCounts;
}

/** Room for bursts; the system may grant less. */
export const RECEIVE_BUFFER = 4 * 1024 * 1024;

/** Datagrams that wait for the system; what exceeds them is lost. */
export const SEND_QUEUE = 4096;

export function noCounts(): SocketCounts {
  return { received: 0, sent: 0, unsent: 0, batches: 0, dropped: undefined, receiveBuffer: undefined };
}

/** Whether a socket of that family can have datagrams to there. */
export function isReachable(version: 4 | 6, to: Endpoint): boolean {
  return to.port !== 0 && family(to.ip) === version;
}

/**
 * Hands a datagram over. What the listener throws ends the program: runtimes drop what a listener throws or
 * take it for an error of the socket.
 */
export function handOver(onDatagram: OnDatagram, bytes: Uint8Array, from: Endpoint): void {
  try {
    onDatagram(bytes, from);
  } catch (fault) {
    queueMicrotask(() => {
      throw fault;
    });
  }
}
