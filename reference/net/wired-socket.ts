/** A socket of a network that is made of memory: what goes out, and its end, are handed to that network. */
import type { Endpoint } from '../address.ts';
import type { OnDatagram, Socket } from './net.ts';

/** What a network gives a socket of its own. */
export interface Wires {
  send(bytes: Uint8Array, to: Endpoint): void;
  closed(): void;
}

/** Sends nothing once it is closed. */
export class WiredSocket implements Socket {
  readonly local: Endpoint;
  readonly onDatagram: OnDatagram;
  private wires: Wires | undefined;

  constructor(local: Endpoint, onDatagram: OnDatagram, wires: Wires) {
    this.local = local;
    this.onDatagram = onDatagram;
    this.wires = wires;
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    this.wires?.send(bytes, to);
  }

  close(): Promise<void> {
    this.wires?.closed();
    this.wires = undefined;
    return Promise.resolve();
  }
}
