/** UDP through Bun.udpSocket, which receives and sends many datagrams with one call of the system. */
import type { Endpoint } from '../../address.ts';
import { family } from '../../address.ts';
import { bindFault } from '../bind-fault.ts';
import { IpCache } from '../ip-cache.ts';
import type { OnDatagram } from '../net.ts';
import { NetError } from '../net.ts';
import { loadCalls, SO_RCVBUF, SOL_SOCKET } from './mmsg-calls.ts';
import type { CountedSocket, SocketCounts } from './parts.ts';
import { handOver, isReachable, noCounts, RECEIVE_BUFFER, SEND_QUEUE } from './parts.ts';

/** What is used of Bun's socket; its types are not there on other runtimes. */
interface BunSocket {
  readonly fd: number;
  readonly port: number;
  /** Returns whether the system took it; throws what the system says, or said of an earlier one. */
  send(bytes: Uint8Array, port: number, address: string): boolean;
  /** Takes bytes, port and address of each. Returns how many the system took. */
  sendMany(packets: readonly (Uint8Array | number | string)[]): number;
  close(): void;
}

interface BunOptions {
  readonly hostname: string;
  readonly port: number;
  readonly flags: number;
  readonly socket: {
    readonly data: (socket: BunSocket, bytes: Uint8Array, port: number, address: string) => void;
    readonly error: (error: Error) => void;
    readonly drain: () => void;
  };
}

interface BunGlobal {
  readonly udpSocket: (options: BunOptions) => Promise<BunSocket>;
}

/** LIBUS_SOCKET_IPV6_ONLY, which Bun's node:dgram passes too. */
const IPV6_ONLY = 8;

/** Datagrams that go out together at most. */
const BATCH = 64;

export function hasBun(): boolean {
  return 'Bun' in globalThis;
}

/** @throws NetError if the address is in use or not of this machine. */
export async function bindBun(local: Endpoint, onDatagram: OnDatagram): Promise<CountedSocket> {
  const { udpSocket } = (globalThis as unknown as { Bun: BunGlobal }).Bun;
  const socket = new UdpSocket(local, onDatagram);
  try {
    const flags = family(local.ip) === 6 ? IPV6_ONLY : 0;
    await udpSocket({ hostname: local.ip, port: local.port, flags, socket: socket.handlers }).then(
      socket.opened,
    );
  } catch (error) {
    throw new NetError(bindFault(local, error as NodeJS.ErrnoException));
  }
  return socket;
}

class UdpSocket implements CountedSocket {
  private bun: BunSocket | undefined;
  private endpoint: Endpoint;
  private readonly version: 4 | 6;
  private readonly senders = new IpCache();
  private readonly counted = noCounts();
  private closing: Promise<void> | undefined;
  /** What waits: bytes, port and address of each. */
  private waiting: (Uint8Array | number | string)[] = [];
  private isBlocked = false;
  /** One has gone out in this turn of the event loop; those after it wait to go together. */
  private isTurn = false;
  private onSent: (() => void) | undefined;
  readonly handlers: BunOptions['socket'];

  constructor(local: Endpoint, onDatagram: OnDatagram) {
    this.endpoint = local;
    this.version = family(local.ip);
    this.handlers = {
      data: (_, bytes, port, address) => {
        const ip = this.senders.get(address);
        if (ip === undefined || this.closing !== undefined) return;
        this.counted.received++;
        handOver(onDatagram, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), { ip, port });
      },
      // "Port unreachable" and the like; without a handler it would end the program.
      error: () => {},
      drain: () => {
        this.isBlocked = false;
        this.flush();
      },
    };
  }

  readonly opened = (bun: BunSocket): void => {
    this.bun = bun;
    this.endpoint = { ip: this.endpoint.ip, port: bun.port };
    this.counted.receiveBuffer = widen(bun.fd);
  };

  get local(): Endpoint {
    return this.endpoint;
  }

  counts(): SocketCounts {
    return { ...this.counted, batches: this.counted.received };
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.closing !== undefined || !isReachable(this.version, to)) return;
    if (!this.isTurn && this.waiting.length === 0) {
      this.isTurn = true;
      setImmediate(this.turn);
      if (this.sendOne(bytes, to.port, to.ip)) return;
    }
    if (this.waiting.length >= 3 * SEND_QUEUE) {
      this.counted.unsent++;
      return;
    }
    this.waiting.push(bytes.slice(), to.port, to.ip);
    if (this.waiting.length >= 3 * BATCH && !this.isBlocked) this.flush();
  }

  private readonly turn = (): void => {
    this.isTurn = false;
    if (!this.isBlocked) this.flush();
  };

  /** @returns false if the system has no room for it now. */
  private sendOne(bytes: Uint8Array, port: number, address: string): boolean {
    // An error may be that of an earlier datagram, and is gone once told: one more try is for this one.
    for (let left = 2; left > 0; left--) {
      try {
        const isTaken = this.bun?.send(bytes, port, address) ?? false;
        if (isTaken) this.counted.sent++;
        else this.isBlocked = true;
        return isTaken;
      } catch {}
    }
    this.counted.unsent++;
    return true;
  }

  private flush(): void {
    while (this.waiting.length > 0 && !this.isBlocked) {
      const batch = this.waiting.splice(0, 3 * BATCH);
      const left = batch.length - 3 * this.sendMany(batch);
      if (left > 0) {
        const rest = batch.slice(-left);
        const [bytes, port, address] = rest as [Uint8Array, number, string];
        // The first of the rest is in the way, or there is no room: alone it shows which.
        if (this.sendOne(bytes, port, address)) this.waiting = [...rest.slice(3), ...this.waiting];
        else this.waiting = [...rest, ...this.waiting];
      }
    }
    if (this.waiting.length === 0) this.onSent?.();
  }

  /** @returns how many the system took. */
  private sendMany(batch: readonly (Uint8Array | number | string)[]): number {
    try {
      const taken = this.bun?.sendMany(batch) ?? 0;
      this.counted.sent += taken;
      return taken;
    } catch {
      return 0;
    }
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    this.flush();
    if (this.waiting.length > 0) {
      await new Promise<void>((resolve) => {
        this.onSent = resolve;
      });
    }
    this.bun?.close();
  }
}

/**
 * Gives a socket room for bursts, for which Bun has no word.
 * @returns the bytes granted; undefined where the C library is not to be had, and the system's own size has to do
 */
function widen(fd: number): number | undefined {
  const { found: calls } = loadCalls();
  if (calls === undefined) return undefined;
  const value = new Uint32Array([RECEIVE_BUFFER]);
  const bytes = new Uint8Array(value.buffer);
  calls.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, bytes, bytes.length);
  calls.getsockopt(fd, SOL_SOCKET, SO_RCVBUF, bytes, new Uint8Array(Uint32Array.of(bytes.length).buffer));
  return value[0];
}
