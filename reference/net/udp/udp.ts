/** Real UDP through node:dgram, the same on Node, Deno and Bun. */

import type { Socket as DgramSocket } from 'node:dgram';
import { createSocket } from 'node:dgram';
// Deno runs what a socket has put off (its `close` event is that) only once this module is loaded.
import 'node:process';
import type { Endpoint } from '../../address.ts';
import { family } from '../../address.ts';
import { bindFault } from '../bind-fault.ts';
import { IpCache } from '../ip-cache.ts';
import type { Net, OnDatagram, Socket } from '../net.ts';
import { NetError } from '../net.ts';
import { scheduleAt } from './schedule.ts';
import { tcpStreams } from './tcp.ts';

/** Room for bursts; the system may grant less. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

/** Datagrams that wait for the system; what exceeds them is lost. */
const SEND_QUEUE = 4096;

/** The network of this machine. Its clock is that of the process. */
export function udpNet(): Net {
  return { bind, now: () => performance.now(), schedule: scheduleAt, streams: tcpStreams };
}

async function bind(local: Endpoint, onDatagram: OnDatagram): Promise<Socket> {
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

class UdpSocket implements Socket {
  readonly local: Endpoint;
  private readonly dgram: DgramSocket;
  private readonly version: 4 | 6;
  private readonly senders = new IpCache();
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
      try {
        // A plain view: the slice of a Buffer shares its memory, which Bun uses again for the next datagram.
        onDatagram(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), { ip, port });
      } catch (fault) {
        // Deno drops what a listener throws, and Bun takes it for an error of the socket.
        queueMicrotask(() => {
          throw fault;
        });
      }
    });
    widenReceiveBuffer(dgram);
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.closing !== undefined || to.port === 0 || family(to.ip) !== this.version) return;
    if (this.isSending) {
      if (this.waiting.length < SEND_QUEUE) this.waiting.push({ bytes: bytes.slice(), to });
    } else {
      this.isSending = true;
      this.sendNow(bytes, to);
    }
  }

  private sendNow(bytes: Uint8Array, to: Endpoint): void {
    // What fails is lost, as any datagram may be; the callback has the error, so that none is thrown.
    this.dgram.send(bytes, to.port, to.ip, this.sent);
  }

  private readonly sent = (): void => {
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

function widenReceiveBuffer(dgram: DgramSocket): void {
  // Deno makes a buffer of that size anew for each datagram, and collects garbage after every few of them.
  if ('Deno' in globalThis) return;
  try {
    dgram.setRecvBufferSize(RECEIVE_BUFFER);
  } catch {
    // The system's own size will do.
  }
}
