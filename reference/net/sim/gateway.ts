/** What stands between an address realm and the one outside of it: NAT, NAT64 and firewall in one box. */
import type { Endpoint, Ip } from '../../address.ts';
import { family } from '../../address.ts';
import { Xoshiro128 } from '../xoshiro.ts';
import type { FirewallOptions } from './firewall.ts';
import { Firewall } from './firewall.ts';
import { Inspection } from './inspection.ts';
import type { LinkOptions } from './link.ts';
import { Link } from './link.ts';
import type { NatOptions } from './nat.ts';
import { NatTable } from './nat.ts';
import { embedded, synthesized } from './nat64.ts';
import type { Packet } from './packet.ts';
import { isWithin, readdressed, sizeOf } from './packet.ts';
import type { Realm, Station } from './realm.ts';
import type { VirtualTime } from './time.ts';

export interface GatewayOptions {
  /** For IPv4; without it IPv4 does not get out. */
  readonly nat?: NatOptions;
  /** For IPv6, which is not translated. */
  readonly firewall?: FirewallOptions;
  /** From IPv6 inside to IPv4 outside. */
  readonly nat64?: NatOptions;
  /** It lets a TCP segment pass only where it has seen the connection begin. */
  readonly inspects?: boolean;
  readonly blocksUdp?: boolean;
  /** To the outer realm. */
  readonly link?: LinkOptions;
}

/** Permits what comes with an answer's address; RFC 6092, REC-33. */
const FIREWALL: FirewallOptions = { filtering: 'APDF' };

export class Gateway implements Station {
  readonly link: Link;
  /** Tables by the outside address: one of the NAT, one of the NAT64. */
  readonly nat: NatTable | undefined;
  readonly nat64: NatTable | undefined;
  blocksUdp: boolean;
  /** What it does not let pass, by who is outside and the size of the packet, for whatever reason. */
  drops: (remote: Endpoint, size: number) => boolean = () => false;
  private readonly time: VirtualTime;
  private readonly inner: Realm;
  private readonly outer: Realm;
  private readonly firewall: Firewall;
  private readonly inspection: Inspection | undefined;

  /** @param outside its IPv4 addresses in the outer realm. */
  constructor(
    time: VirtualTime,
    seed: string,
    [inner, outer]: readonly [Realm, Realm],
    outside: { readonly nat?: Ip | undefined; readonly nat64?: Ip | undefined },
    options: GatewayOptions,
  ) {
    this.time = time;
    [this.inner, this.outer] = [inner, outer];
    this.link = new Link(seed, options.link);
    this.blocksUdp = options.blocksUdp ?? false;
    const table = (ip: Ip | undefined, nat: NatOptions | undefined) =>
      ip && nat && new NatTable(ip, nat, new Xoshiro128(`${seed} ${ip}`));
    this.nat = table(outside.nat, options.nat);
    this.nat64 = table(outside.nat64, options.nat64);
    this.firewall = new Firewall(options.firewall ?? FIREWALL);
    this.inspection = options.inspects ? new Inspection() : undefined;
    for (const ip of [outside.nat, outside.nat64]) if (ip !== undefined) outer.attach(ip, this);
    inner.exit = (packet) => this.leave(packet);
  }

  /** Power was off for a moment: it knows nobody any more. */
  reboot(): void {
    this.nat?.reboot();
    this.nat64?.reboot();
    this.firewall.reboot();
    this.inspection?.reboot();
  }

  /** A packet of the inside for elsewhere. */
  private leave(packet: Packet): void {
    if (packet.protocol === 'ip') return;
    if (this.blocksUdp && packet.protocol === 'udp') return;
    const { from, to } = packet;
    if (this.drops(to, sizeOf(packet)) || !this.inspects(packet, from, to)) return;
    const inside4 = embedded(to.ip);
    if (inside4 !== undefined) this.translate(this.nat64, packet, { ip: inside4, port: to.port });
    else if (family(to.ip) === 4) this.translate(this.nat, packet, to);
    else {
      this.firewall.outbound(from, to, this.time.now());
      this.outer.send(packet, this);
    }
  }

  private translate(table: NatTable | undefined, packet: Packet, to: Endpoint): void {
    const from = table?.outbound(packet.from, to, this.time.now());
    if (table === undefined || from === undefined) return;
    if (to.ip !== table.outside) return this.outer.send(readdressed(packet, from, to), this);
    if (table.options.hairpin) this.enter(table, readdressed(packet, from, to));
  }

  /** From the outer realm. */
  accept(packet: Packet): void {
    if (packet.protocol === 'ip') return;
    if (this.blocksUdp && packet.protocol === 'udp') return;
    const { from, to } = packet;
    if (this.drops(from, sizeOf(packet))) return;
    const table = [this.nat, this.nat64].find((some) => some?.outside === to.ip);
    if (table !== undefined) return this.enter(table, packet);
    const isInside = isWithin(to.ip, this.inner.options.prefix6);
    if (isInside && this.firewall.admits(to, from, this.time.now()) && this.inspects(packet, to, from))
      this.inner.forward(packet);
  }

  /** A packet for an outside address of its own. */
  private enter(table: NatTable, packet: Packet): void {
    const inside = table.inbound(packet.to.port, packet.from, this.time.now());
    if (inside === undefined) return;
    const { ip, port } = packet.from;
    const from = table === this.nat64 ? { ip: synthesized(ip), port } : packet.from;
    if (this.inspects(packet, inside, from)) this.inner.forward(readdressed(packet, from, inside));
  }

  private inspects(packet: Packet, inside: Endpoint, remote: Endpoint): boolean {
    if (packet.protocol !== 'tcp' || this.inspection === undefined) return true;
    return this.inspection.passes(packet, inside, remote);
  }
}
