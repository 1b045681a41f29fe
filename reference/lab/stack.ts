/** The IP stack of a node's host above the tunnel: it answers what hosts answer, and has the applications' sockets. */
import type { Endpoint, Ip } from '../address.ts';
import type { Instant } from '../core.ts';
import { addressQuery, readAddresses } from '../dns/addresses.ts';
import type { Host } from '../net/sim/host.ts';
import { echoReply } from '../packet/echo.ts';
import { readIp } from '../packet/ip.ts';
import type { Segment } from '../packet/segment.ts';
import { readTransport, tcpPacket, UDP, udpPacket } from '../packet/transport.ts';
import { resetFor } from './tcp/connection.ts';

/** Takes what comes for a port; what it is about when the network says that it was not delivered. */
export interface Listener {
  readonly onData?: (data: Uint8Array, from: Endpoint) => void;
  readonly onSegment?: (segment: Segment, from: Endpoint) => void;
  readonly onUnreachable?: (about: Uint8Array) => void;
}

export const ECHO_PORT = 7;

/** What a stack stands on: a tunnel, or the host itself. */
export interface Ground {
  readonly host: Pick<Host, 'name' | 'now' | 'schedule'>;
  /** Takes a packet for it. */
  onPacket: (packet: Uint8Array) => void;
  packet(packet: Uint8Array): void;
  /** Asks DNS. @throws Error if there is no answer */
  query(message: Uint8Array): Promise<Uint8Array>;
  /** The address that packets to another one are from. */
  addressFor(to: Ip): Ip | undefined;
}

export class Stack {
  readonly ground: Ground;
  /** Sees all datagrams that come out of tunnels. */
  onDatagram: (data: Uint8Array, from: Endpoint, to: Endpoint) => void = () => {};
  private readonly ports = new Map<number, Listener>();
  private queries = 0;

  constructor(ground: Ground) {
    this.ground = ground;
    ground.onPacket = (packet) => this.receive(packet.slice());
    this.listen(ECHO_PORT, { onData: (data, from) => this.sendUdp(ECHO_PORT, from, data) });
  }

  now(): Instant {
    return this.ground.host.now();
  }

  listen(port: number, listener: Listener): void {
    this.ports.set(port, listener);
  }

  sendUdp(port: number, to: Endpoint, data: Uint8Array): void {
    const from = this.local(port, to);
    if (from !== undefined) this.ground.packet(udpPacket(from, to, data));
  }

  sendSegment(port: number, to: Endpoint, segment: Segment): void {
    const from = this.local(port, to);
    if (from !== undefined) this.ground.packet(tcpPacket(from, to, segment));
  }

  /** The address of a name; undefined if the answer has none, or none comes. */
  async resolve(name: string, version: 4 | 6): Promise<Ip | undefined> {
    const query = addressQuery(name, version, ++this.queries & 0xffff);
    try {
      return readAddresses(await this.ground.query(query), query)?.addresses[0];
    } catch {
      return undefined;
    }
  }

  private local(port: number, to: Endpoint): Endpoint | undefined {
    const ip = this.ground.addressFor(to.ip);
    return ip && { ip, port };
  }

  private receive(packet: Uint8Array): void {
    const read = readTransport(packet);
    if (read === undefined) {
      const reply = echoReply(packet);
      if (reply !== undefined) this.ground.packet(reply);
      else this.refused(packet);
      return;
    }
    const listener = this.ports.get(read.to.port);
    if (read.protocol === UDP) {
      this.onDatagram(read.data, read.from, read.to);
      listener?.onData?.(read.data, read.from);
    } else if (listener?.onSegment !== undefined) listener.onSegment(read.segment, read.from);
    else this.refuse(read.to.port, read.from, read.segment);
  }

  private refuse(port: number, to: Endpoint, segment: Segment): void {
    const reset = resetFor(segment);
    if (reset !== undefined) this.sendSegment(port, to, reset);
  }

  /** An ICMP error has the packet that it is about, or its beginning, after its 8 bytes. */
  private refused(packet: Uint8Array): void {
    const read = readIp(packet);
    if (read === undefined) return;
    const about = read.packet.subarray(read.payload + 8);
    const header = read.version === 4 ? 4 * ((about[0] ?? 0) & 15) : 40;
    const port = ((about[header] ?? 0) << 8) | (about[header + 1] ?? 0);
    this.ports.get(port)?.onUnreachable?.(about.subarray(header));
  }
}
