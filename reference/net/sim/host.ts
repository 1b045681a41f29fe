/** A host with any number of interfaces, each plugged into some realm or none. */
import type { Endpoint, Ip } from '../../address.ts';
import { family, formatEndpoint } from '../../address.ts';
import { readInner } from '../../packet/inner.ts';
import { Refusal } from '../../refusal.ts';
import type { Net, OnDatagram, Socket } from '../net.ts';
import { NetError } from '../net.ts';
import { WiredSocket } from '../wired-socket.ts';
import type { LinkOptions } from './link.ts';
import { Link } from './link.ts';
import type { Packet, TcpPacket, UdpPacket } from './packet.ts';
import { sizeOf } from './packet.ts';
import type { Realm, Station } from './realm.ts';
import type { VirtualTime } from './time.ts';

/** A UDP datagram as a host sent it or got it. */
export interface Seen {
  readonly host: Host;
  readonly way: 'sent' | 'received';
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

const FIRST_DYNAMIC_PORT = 49_152;
const LAST_PORT = 65_535;

export class Host implements Net {
  readonly name: string;
  /** Takes TCP segments; a host has one application that cares for them. */
  onTcp: (packet: TcpPacket) => void = () => {};
  /** Takes whole IP packets, for its own stack. */
  onIp: (packet: Uint8Array) => void = () => {};
  /** Its addresses are others now. */
  onAddresses: (addresses: readonly Ip[]) => void = () => {};
  private readonly time: VirtualTime;
  private readonly seed: string;
  private readonly onSeen: (seen: Seen) => void;
  private readonly interfaces = new Map<string, Interface>();
  private readonly sockets = new Map<string, WiredSocket>();
  /** What it knows of paths that are narrower than its links. */
  private readonly largest = new Map<Ip, number>();

  constructor(time: VirtualTime, name: string, seed: string, onSeen: (seen: Seen) => void) {
    this.time = time;
    this.name = name;
    this.seed = seed;
    this.onSeen = onSeen;
  }

  get addresses(): readonly Ip[] {
    return [...this.interfaces.values()].flatMap(({ addresses }) => addresses);
  }

  /**
   * Plugs an interface into a realm, where it gets an address of each family that the realm has.
   * @param addresses these instead
   */
  plug(name: string, realm: Realm, link: LinkOptions = {}, addresses?: readonly Ip[]): void {
    this.pull(name);
    const leases = ([4, 6] as const).flatMap((version) => realm.lease(`${this.name} ${name}`, version) ?? []);
    const at = new Interface(realm, addresses ?? leases, new Link(`${this.seed} ${name}`, link), (packet) =>
      this.accept(packet),
    );
    this.interfaces.set(name, at);
    this.largest.clear();
  }

  /** Pulls an interface's plug. What is on the way to it is lost. */
  pull(name: string): void {
    this.interfaces.get(name)?.pull();
    this.interfaces.delete(name);
  }

  /** Moves an interface to another realm; who listens is told of the addresses then. */
  move(name: string, realm: Realm, link: LinkOptions = {}, addresses?: readonly Ip[]): void {
    this.plug(name, realm, link, addresses);
    this.onAddresses(this.addresses);
  }

  /** The link of an interface. @throws RangeError if it is not plugged in. */
  link(name: string): Link {
    const found = this.interfaces.get(name);
    if (found === undefined) throw new RangeError(`${name} of ${this.name} is not plugged in`);
    return found.link;
  }

  now(): number {
    return this.time.now();
  }

  schedule(at: number, callback: () => void): () => void {
    return this.time.schedule(at, callback);
  }

  bind(local: Endpoint, onDatagram: OnDatagram): Promise<Socket> {
    return Promise.resolve().then(() => this.bindNow(local, onDatagram));
  }

  /** Sends a segment from an address of its own. */
  sendTcp(packet: TcpPacket): void {
    this.send(packet);
  }

  /** Sends an IP packet from an address of its own; what is none, or is from elsewhere, is lost. */
  sendIp(bytes: Uint8Array): void {
    const read = readInner(bytes);
    if (read instanceof Refusal) return;
    const [from, to] = [
      { ip: read.source, port: 0 },
      { ip: read.destination, port: 0 },
    ];
    this.send({ protocol: 'ip', bytes: read.packet.slice(), from, to });
  }

  private bindNow(local: Endpoint, onDatagram: OnDatagram): Socket {
    if (!this.addresses.includes(local.ip))
      throw new NetError(`${local.ip} is not an address of ${this.name}`);
    const bound = local.port === 0 ? { ip: local.ip, port: this.freePort(local.ip) } : local;
    const name = formatEndpoint(bound);
    if (this.sockets.has(name)) throw new NetError(`${name} is in use: close it first or bind another port`);
    const socket = new WiredSocket(bound, onDatagram, {
      send: (bytes, to) => this.sendUdp({ protocol: 'udp', bytes, from: bound, to }),
      closed: () => this.sockets.delete(name),
    });
    this.sockets.set(name, socket);
    return socket;
  }

  private sendUdp(packet: UdpPacket): void {
    if (packet.to.port === 0 || family(packet.to.ip) !== family(packet.from.ip)) return;
    const sent = { ...packet, bytes: packet.bytes.slice() };
    this.onSeen({ host: this, way: 'sent', from: sent.from, to: sent.to, bytes: sent.bytes });
    this.send(sent);
  }

  private send(packet: Packet): void {
    const { ip } = packet.to;
    const sent: Packet = {
      ...packet,
      isInPieces: sizeOf(packet) > (this.largest.get(ip) ?? Number.POSITIVE_INFINITY),
      onTooBig: (mtu) => this.largest.set(ip, Math.min(mtu, this.largest.get(ip) ?? mtu)),
    };
    if (this.addresses.includes(ip)) this.time.schedule(this.time.now(), () => this.accept(sent));
    else this.interfaceOf(packet.from.ip)?.send(sent);
  }

  private accept(packet: Packet): void {
    if (packet.protocol === 'tcp') return this.onTcp(packet);
    if (packet.protocol === 'ip') return this.onIp(packet.bytes);
    const socket = this.sockets.get(formatEndpoint(packet.to));
    if (socket === undefined) return;
    const { from, to, bytes } = packet;
    this.onSeen({ host: this, way: 'received', from, to, bytes });
    socket.onDatagram(bytes.slice(), from);
  }

  private interfaceOf(ip: Ip): Interface | undefined {
    return [...this.interfaces.values()].find(({ addresses }) => addresses.includes(ip));
  }

  private freePort(ip: Ip): number {
    for (let port = FIRST_DYNAMIC_PORT; port <= LAST_PORT; port++)
      if (!this.sockets.has(formatEndpoint({ ip, port }))) return port;
    throw new NetError(`${ip} has no free port: close sockets`);
  }
}

class Interface implements Station {
  readonly addresses: readonly Ip[];
  readonly link: Link;
  private readonly realm: Realm;
  private onPacket: ((packet: Packet) => void) | undefined;

  constructor(realm: Realm, addresses: readonly Ip[], link: Link, onPacket: (packet: Packet) => void) {
    this.realm = realm;
    this.addresses = addresses;
    this.link = link;
    this.onPacket = onPacket;
    for (const ip of addresses) realm.attach(ip, this);
  }

  send(packet: Packet): void {
    this.realm.send(packet, this);
  }

  accept(packet: Packet): void {
    this.onPacket?.(packet);
  }

  pull(): void {
    this.onPacket = undefined;
    for (const ip of this.addresses) this.realm.detach(ip);
  }
}
