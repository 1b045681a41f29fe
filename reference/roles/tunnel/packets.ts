/** The inner packets of a path the long way: what `PathCarrier` has no answer for. */
import type { Endpoint } from '../../address.ts';
import type { Channel } from '../../channel/channel.ts';
import type { Instant } from '../../core.ts';
import { acceptInner, readInner } from '../../packet/inner.ts';
import { Refusal } from '../../refusal.ts';
import { MessageType } from '../../wire/registry.ts';
import type { Traffic } from './data.ts';
import type { Link } from './link.ts';
import { Sizing, Waiting } from './outgoing.ts';
import type { Route } from './route.ts';
import { sentInner } from './route.ts';
import type { TunnelConfig } from './types.ts';
import type { Upkeep } from './upkeep.ts';

/** What the UDP payload has more than what it seals: header and tag. */
const OVERHEAD = 44;

export class Packets {
  private readonly config: TunnelConfig;
  private readonly channel: Channel;
  private readonly traffic: Traffic;
  private readonly upkeep: Upkeep;
  private readonly link: Link;
  private readonly sizing = new Sizing();
  private readonly waiting: Waiting;

  constructor(config: TunnelConfig, channel: Channel, traffic: Traffic, upkeep: Upkeep, link: Link) {
    this.config = config;
    this.channel = channel;
    this.traffic = traffic;
    this.upkeep = upkeep;
    this.link = link;
    this.waiting = new Waiting(config.timers['packet-hold-time']);
  }

  /** Sends a packet from and to addresses of the path by a route, in pieces if need be. [TUN-07, TUN-18] */
  send(packet: Uint8Array, route: Route, now: Instant): void {
    const inner = readInner(packet);
    if (inner instanceof Refusal) return;
    const { own, peerAddresses } = this.config;
    if (!own.includes(inner.source) || !peerAddresses.includes(inner.destination)) return;
    if (this.config.watch?.(inner) === false) return;
    const { packets, error } = this.sizing.cut(inner, (version) => route.size.mtu(version), now);
    if (error !== undefined) this.link.emit({ kind: 'icmp', packet: error });
    for (const piece of packets) this.sendPiece(piece, route, now);
  }

  /** Sends what waited for keys, once they are confirmed. [KEY-08, NODE-10] */
  release(route: Route, now: Instant): void {
    if (this.waiting.size === 0 || !this.channel.isConfirmed()) return;
    for (const packet of this.waiting.take(now)) this.sendPiece(packet, route, now);
  }

  /** What opened on the path goes to the application if it is from the peer and for this end. [NODE-11, TUN-13] */
  receive(payload: Uint8Array, from: Endpoint, now: Instant): void {
    if (this.config.admits?.(payload.length + OVERHEAD, now) === false)
      return this.link.emit({ kind: 'refused', layer: 'relay-rate', from });
    const inner = acceptInner(payload, this.config.peerAddresses, this.config.own);
    if (inner instanceof Refusal) return this.link.emit({ kind: 'refused', layer: inner.layer, from });
    this.traffic.lastInner = now;
    this.link.emit({ kind: 'deliver', packet: inner.packet });
  }

  private sendPiece(packet: Uint8Array, route: Route, now: Instant): void {
    if (!this.channel.hasKeys()) this.waiting.add(packet, now);
    this.link.send(MessageType.data, packet, route.endpoint, now);
    this.traffic.lastInner = now;
    sentInner(route, packet);
    this.upkeep.used(route, now);
  }
}
