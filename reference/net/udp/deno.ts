/** UDP through Deno.listenDatagram, which is there with `--unstable-net` or `"unstable": ["net"]` in deno.json. */
import type { Endpoint } from '../../address.ts';
import { family } from '../../address.ts';
import { bindFault } from '../bind-fault.ts';
import { IpCache } from '../ip-cache.ts';
import type { OnDatagram } from '../net.ts';
import { NetError } from '../net.ts';
import { bindDgram } from './dgram.ts';
import type { CountedSocket, SocketCounts } from './parts.ts';
import { handOver, isReachable, noCounts, SEND_QUEUE } from './parts.ts';

interface Address {
  readonly transport: 'udp';
  readonly hostname: string;
  readonly port: number;
}

/** What is used of Deno's socket; its types are not there on other runtimes. */
interface DenoSocket {
  readonly addr: Address;
  /** Rejects once the socket is closed. */
  receive(buffer: Uint8Array): Promise<[Uint8Array, Address]>;
  send(bytes: Uint8Array, to: Address): Promise<number>;
  close(): void;
}

interface DenoGlobal {
  readonly listenDatagram?: (local: Address) => DenoSocket;
}

/** The largest payload that IPv4 or IPv6 carries, rounded up. */
const LARGEST = 65_536;

function listenDatagram(): DenoGlobal['listenDatagram'] {
  return (globalThis as { Deno?: DenoGlobal }).Deno?.listenDatagram;
}

export function hasDenoDatagrams(): boolean {
  return listenDatagram() !== undefined;
}

/** @throws NetError if the address is in use or not of this machine. */
export async function bindDeno(local: Endpoint, onDatagram: OnDatagram): Promise<CountedSocket> {
  // Deno cannot be told to keep IPv4 off such a socket, so this one is had the other way.
  if (local.ip === '::') {
    const dgram = await bindDgram(local, onDatagram);
    return dgram;
  }
  try {
    const listen = listenDatagram();
    if (listen === undefined) throw new Error('Deno runs without --unstable-net');
    return new UdpSocket(
      listen({ transport: 'udp', hostname: local.ip, port: local.port }),
      local,
      onDatagram,
    );
  } catch (error) {
    throw new NetError(bindFault(local, error as NodeJS.ErrnoException));
  }
}

class UdpSocket implements CountedSocket {
  readonly local: Endpoint;
  private readonly deno: DenoSocket;
  private readonly onDatagram: OnDatagram;
  private readonly version: 4 | 6;
  private readonly senders = new IpCache();
  private readonly counted = noCounts();
  private closing: Promise<void> | undefined;
  private readonly receiving: Promise<void>;
  /** The system gets one after the other: of several at once Deno may turn the order round. */
  private readonly waiting: { readonly bytes: Uint8Array; readonly to: Endpoint }[] = [];
  private sending: Promise<void> | undefined;

  constructor(deno: DenoSocket, local: Endpoint, onDatagram: OnDatagram) {
    this.deno = deno;
    this.local = { ip: local.ip, port: deno.addr.port };
    this.version = family(local.ip);
    this.onDatagram = onDatagram;
    this.receiving = this.receive();
  }

  counts(): SocketCounts {
    return { ...this.counted, batches: this.counted.received };
  }

  private async receive(): Promise<void> {
    const buffer = new Uint8Array(LARGEST);
    while (this.closing === undefined) {
      try {
        const [bytes, { hostname, port }] = await this.deno.receive(buffer);
        const ip = this.senders.get(hostname);
        if (ip === undefined || this.closing !== undefined) continue;
        this.counted.received++;
        handOver(this.onDatagram, bytes, { ip, port });
      } catch {
        // "Port unreachable" and the like, or the end.
      }
    }
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.closing !== undefined || !isReachable(this.version, to)) return;
    if (this.waiting.length >= SEND_QUEUE) {
      this.counted.unsent++;
      return;
    }
    // Received bytes are sent on from a buffer that is used again.
    this.waiting.push({ bytes: bytes.slice(), to });
    this.sending ??= this.sendAll();
  }

  private async sendAll(): Promise<void> {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      const { bytes, to } = next;
      try {
        await this.deno.send(bytes, { transport: 'udp', hostname: to.ip, port: to.port });
        this.counted.sent++;
      } catch {
        this.counted.unsent++;
      }
    }
    this.sending = undefined;
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    await this.sending;
    this.deno.close();
    // What waits for a datagram has the port still.
    await this.receiving;
  }
}
