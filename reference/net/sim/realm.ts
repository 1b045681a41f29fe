/** An address realm (RFC 2663): the Internet, a carrier's network behind its NAT, a home. */
import type { Ip } from '../../address.ts';
import { family } from '../../address.ts';
import type { Link } from './link.ts';
import type { Packet } from './packet.ts';
import { isWithin } from './packet.ts';
import type { VirtualTime } from './time.ts';

/** A host or the outer side of a gateway, at its place in a realm. */
export interface Station {
  readonly link: Link;
  /** A packet for it came. */
  accept(packet: Packet): void;
}

export interface RealmOptions {
  /** How its IPv4 addresses begin: `10.1.0.`; none: no IPv4. */
  readonly prefix4?: string;
  /** How its IPv6 addresses begin: `2001:db8:1:`; none: no IPv6. */
  readonly prefix6?: string;
  /** Its stations do not hear each other. */
  readonly isIsolated?: boolean;
}

export class Realm {
  readonly options: RealmOptions;
  /** Where packets for elsewhere go. */
  exit: ((packet: Packet) => void) | undefined;
  private readonly time: VirtualTime;
  private readonly stations = new Map<Ip, Station>();
  private readonly routes = new Map<string, Station>();
  private readonly leases = new Map<string, Ip>();

  constructor(time: VirtualTime, options: RealmOptions) {
    this.time = time;
    this.options = options;
  }

  /** An address of a family for who asks by that name, the same each time; undefined: it has none of that family. */
  lease(name: string, version: 4 | 6): Ip | undefined {
    const prefix = version === 4 ? this.options.prefix4 : this.options.prefix6;
    if (prefix === undefined) return undefined;
    const known = this.leases.get(`${name} ${version}`);
    if (known !== undefined) return known;
    const hosts = [...this.leases.keys()].filter((key) => key.endsWith(` ${version}`)).length;
    const host = hosts + 2;
    const ip = (version === 4 ? `${prefix}${host}` : `${prefix}:${host.toString(16)}`) as Ip;
    this.leases.set(`${name} ${version}`, ip);
    return ip;
  }

  /** @throws RangeError if another station has the address. */
  attach(ip: Ip, station: Station): void {
    if (this.stations.has(ip)) throw new RangeError(`${ip} is there already`);
    this.stations.set(ip, station);
  }

  detach(ip: Ip): void {
    this.stations.delete(ip);
  }

  /** Packets for addresses that begin like that go to this station. */
  route(prefix: string, station: Station): void {
    this.routes.set(prefix, station);
  }

  /** A packet leaves a station. */
  send(packet: Packet, from: Station): void {
    for (const at of from.link.arrivals(packet, 'up', this.time.now()))
      this.time.schedule(at, () => this.forward(packet, from));
  }

  /** A packet is in the realm. @param from the station from which it comes, if it does not come from the exit. */
  forward(packet: Packet, from?: Station): void {
    const station = this.stationOf(packet.to.ip);
    if (station === undefined) {
      if (!this.isOwn(packet.to.ip)) this.exit?.(packet);
      return;
    }
    if (from !== undefined && this.options.isIsolated) return;
    for (const at of station.link.arrivals(packet, 'down', this.time.now()))
      this.time.schedule(at, () => station.accept(packet));
  }

  private stationOf(ip: Ip): Station | undefined {
    const station = this.stations.get(ip);
    if (station !== undefined) return station;
    for (const [prefix, routed] of this.routes) if (isWithin(ip, prefix)) return routed;
    return undefined;
  }

  private isOwn(ip: Ip): boolean {
    const { prefix4, prefix6 } = this.options;
    return isWithin(ip, family(ip) === 4 ? prefix4 : prefix6);
  }
}
