/** UDP through node:dgram, the same on Node, Deno and Bun. */
import type { Socket as DgramSocket } from 'node:dgram';
import { createSocket } from 'node:dgram';
// Deno runs what a socket has put off (its `close` event is that) only once this module is loaded.
import 'node:process';
import type { Endpoint } from '../../address.ts';
import { family } from '../../address.ts';
import { bindFault } from '../bind-fault.ts';
import { IpCache } from '../ip-cache.ts';
import type { OnDatagram } from '../net.ts';
import { NetError } from '../net.ts';
import type { CountedSocket, SocketCounts } from './parts.ts';
import { handOver, isReachable, noCounts, RECEIVE_BUFFER, SEND_QUEUE } from './parts.ts';

/** @throws NetError if the address is in use or not of this machine. */
export async function bindDgram(local: Endpoint, onDatagram: OnDatagram): Promise<CountedSocket> {
  const dgram = createSocket({
    type: family(local.ip) === 4 ? 'udp4' : 'udp6',
    ipv6Only: family(local.ip) === 6,
    lookup: sameAddress,
  });
  await new Promise<void>((resolve, reject) => {
    dgram.once('error', (error) => {
      // A socket that failed would keep the process alive.
      dgram.close();
      reject(new NetError(bindFault(local, error)));
    });
    dgram.bind({ address: local.ip, port: local.port, exclusive: true }, resolve);
  });
  dgram.removeAllListeners('error');
  return new UdpSocket(dgram, local, onDatagram);
}

type LookupCallback = (error: null, address: string, family: number) => void;

/** Addresses need no DNS, and asking for them asynchronously costs time for every datagram. */
function sameAddress(address: string, options: unknown, callback?: LookupCallback): void {
  // Some callers leave out the options.
  const done = callback ?? (options as LookupCallback);
  done(null, address, address.includes(':') ? 6 : 4);
}

class UdpSocket implements CountedSocket {
  readonly local: Endpoint;
  private readonly dgram: DgramSocket;
  private readonly version: 4 | 6;
  private readonly senders = new IpCache();
  private readonly counted = noCounts();
  private closing: Promise<void> | undefined;
  /** The system gets one after the other: of several at once Deno may turn the order round. */
  private readonly waiting: { readonly bytes: Uint8Array; readonly to: Endpoint }[] = [];
  private isSending = false;
  private onSent = (): void => {};

  constructor(dgram: DgramSocket, local: Endpoint, onDatagram: OnDatagram) {
    this.dgram = dgram;
    this.local = { ip: local.ip, port: dgram.address().port };
    this.version = family(local.ip);
    // "Port unreachable" and the like: no protocol of ours listens to such news, which anybody can send.
    dgram.on('error', () => {});
    dgram.on('message', (bytes, { address, port }) => {
      const ip = this.senders.get(address);
      if (ip === undefined || this.closing !== undefined) return;
      this.counted.received++;
      // A plain view: the slice of a Buffer shares its memory, which Bun uses again for the next datagram.
      handOver(onDatagram, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), { ip, port });
    });
    this.counted.receiveBuffer = widenReceiveBuffer(dgram);
  }

  counts(): SocketCounts {
    return { ...this.counted, batches: this.counted.received };
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.closing !== undefined || !isReachable(this.version, to)) return;
    if (!this.isSending) {
      this.isSending = true;
      // On Bun a second try may come after the call, and the buffer is used again then.
      this.sendNow('Bun' in globalThis ? bytes.slice() : bytes, to);
    } else if (this.waiting.length < SEND_QUEUE) this.waiting.push({ bytes: bytes.slice(), to });
    else this.counted.unsent++;
  }

  private sendNow(bytes: Uint8Array, to: Endpoint): void {
    // What fails is lost, as any datagram may be; the callback has the error, so that none is thrown.
    this.dgram.send(bytes, to.port, to.ip, (error) => {
      // On Bun that is news of an earlier datagram, which costs this one.
      if (isNews(error)) this.dgram.send(bytes, to.port, to.ip, this.sent);
      else this.sent(error);
    });
  }

  private readonly sent = (error: Error | null): void => {
    if (error) this.counted.unsent++;
    else this.counted.sent++;
    const next = this.waiting.shift();
    if (next !== undefined) {
      this.sendNow(next.bytes, next.to);
      return;
    }
    this.isSending = false;
    this.onSent();
  };

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    // Deno drops what is still under way when a socket closes.
    if (this.isSending) {
      await new Promise<void>((resolve) => {
        this.onSent = resolve;
      });
    }
    await new Promise<void>((resolve) => this.dgram.close(() => resolve()));
  }
}

function isNews(error: NodeJS.ErrnoException | null): boolean {
  return error !== null && error.code === 'ECONNREFUSED';
}

/** @returns the bytes granted, if the runtime says so. */
function widenReceiveBuffer(dgram: DgramSocket): number | undefined {
  try {
    // Deno makes a buffer of that size anew for each datagram, and collects garbage after every few of them.
    if (!('Deno' in globalThis)) dgram.setRecvBufferSize(RECEIVE_BUFFER);
    return dgram.getRecvBufferSize();
  } catch {
    // The system's own size will do.
    return undefined;
  }
}
