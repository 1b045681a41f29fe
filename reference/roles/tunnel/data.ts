/** The inner packets of a path: the short way, for as long as there is nothing else to be done about it. */
import type { Endpoint } from '../../address.ts';
import { family } from '../../address.ts';
import type { Channel } from '../../channel/channel.ts';
import type { Carrier, Instant, Sealed } from '../../core.ts';
import type { AddressSet } from '../../packet/inner.ts';
import { acceptInner, readInner } from '../../packet/inner.ts';
import { Refusal } from '../../refusal.ts';
import { heardBy, sentBy, sentInner } from './route.ts';
import type { Routes } from './routes.ts';
import type { TunnelConfig } from './types.ts';

/** What data leaves behind. */
export interface Traffic {
  /** When an inner packet last went or came. */
  lastInner: Instant | undefined;
  /** When anything of the path last opened. */
  heardAt: Instant | undefined;
}

export class PathCarrier implements Carrier {
  private readonly channel: Channel;
  private readonly routes: Routes;
  private readonly traffic: Traffic;
  private readonly own: AddressSet;
  private readonly peer: AddressSet;
  private readonly watch: TunnelConfig['watch'];

  constructor(
    channel: Channel,
    routes: Routes,
    traffic: Traffic,
    config: Pick<TunnelConfig, 'own' | 'peerAddresses' | 'watch'>,
  ) {
    this.channel = channel;
    this.routes = routes;
    this.traffic = traffic;
    this.own = config.own;
    this.peer = config.peerAddresses;
    this.watch = config.watch;
  }

  /** [TUN-18] */
  seal(packet: Uint8Array, now: Instant): Sealed | undefined {
    const route = this.routes.current;
    if (route === undefined || route.size.isDue(now)) return undefined;
    const inner = readInner(packet);
    if (inner instanceof Refusal || !this.own.includes(inner.source)) return undefined;
    if (!this.peer.includes(inner.destination)) return undefined;
    if (inner.packet.length > route.size.mtu(family(inner.source))) return undefined;
    if (this.watch?.(inner) === false) return undefined;
    const bytes = this.channel.data.seal(inner.packet, now);
    if (bytes === undefined) return undefined;
    this.traffic.lastInner = now;
    sentInner(route, inner.packet);
    return { bytes, to: route.endpoint, event: sentBy(route, now) ? 'waits' : undefined };
  }

  /** [NODE-11, TUN-13] */
  open(
    bytes: Uint8Array,
    from: Endpoint,
    now: Instant,
    pass?: (packet: Uint8Array) => Uint8Array | undefined,
  ): Uint8Array | undefined {
    const route = this.routes.find(from);
    // OPT-01: with the first packet there is something to begin.
    if (route === undefined || route.isDead || this.traffic.lastInner === undefined) return undefined;
    const packet = this.channel.data.open(bytes, from, now, (payload) => {
      const inner = acceptInner(payload, this.peer, this.own);
      if (inner instanceof Refusal) return undefined;
      return pass === undefined ? inner.packet : pass(inner.packet);
    });
    if (packet === undefined) return undefined;
    heardBy(route, now);
    this.traffic.heardAt = now;
    this.traffic.lastInner = now;
    return packet;
  }
}
