/**
 * A node's end of one path: it opens by its part, keeps its routes, chooses among them, and closes.
 *
 *     directed ── confirmed, and a route answers ──▶ up ◀── a route answers ── lost: asks for replacement
 *        │ 30 s                                      │ └──── no route is left ──▶┘
 *        ▼                                           ▼ close, idle
 *      gone ◀──────────── 10 s ──────────────────── closing
 */
import type { Endpoint } from '../../address.ts';
import { toHex } from '../../bytes.ts';
import { Channel } from '../../channel/channel.ts';
import type { ChannelEvent } from '../../channel/types.ts';
import { hasOpened } from '../../channel/types.ts';
import type { Carrier, Instant, PathEvent, Random } from '../../core.ts';
import { acceptInner, readInner } from '../../packet/inner.ts';
import { Refusal } from '../../refusal.ts';
import type { Header } from '../../wire/header.ts';
import { isOpening } from '../../wire/header.ts';
import type { PathUpdate } from '../../wire/messages.ts';
import { MessageType } from '../../wire/registry.ts';
import { pathChannel } from './channels.ts';
import type { Traffic } from './data.ts';
import { PathCarrier } from './data.ts';
import { Life } from './life.ts';
import { Opening } from './opening.ts';
import { Sizing, Waiting } from './outgoing.ts';
import { isAt, isPlace, reachable } from './places.ts';
import { RelaySide } from './relay-side.ts';
import type { Route } from './route.ts';
import { heardBy, sentBy } from './route.ts';
import { Routes } from './routes.ts';
import type { TunnelConfig, TunnelEvent } from './types.ts';
import type { Verdict } from './updates.ts';
import { Updates } from './updates.ts';
import { Upkeep } from './upkeep.ts';

export type { TunnelConfig, TunnelEvent } from './types.ts';

/** GEN-22: what a Path Update lists. */
const MOST_CANDIDATES = 8;

export class Tunnel {
  readonly contexts: { readonly path: string; readonly leg: string | undefined };
  readonly carrier: Carrier;
  private readonly config: TunnelConfig;
  private readonly channel: Channel;
  private readonly relay: RelaySide;
  private readonly upkeep: Upkeep;
  private readonly routes: Routes;
  private readonly opening: Opening;
  private readonly updates: Updates;
  private readonly sizing = new Sizing();
  private readonly waiting: Waiting;
  private readonly traffic: Traffic = { lastInner: undefined, heardAt: undefined };
  private readonly life: Life;
  private wasUp = false;
  private isLost = false;
  private announced: Route | undefined;
  private out: TunnelEvent[] = [];

  constructor(config: TunnelConfig, random: Random) {
    const { pathId, relay, timers } = config;
    this.config = config;
    this.contexts = { path: toHex(pathId), leg: relay && toHex(relay.legId) };
    this.routes = new Routes(config, random);
    this.channel = new Channel(pathChannel(config, this.routes), random);
    this.relay = new RelaySide(config, random, {
      emit: (event) => this.out.push(event),
      ready: (endpoint, now) => this.relayReady(endpoint, now),
      failed: () => {
        if (!this.wasUp && !this.channel.isOpening()) this.lose('relay');
      },
    });
    this.upkeep = new Upkeep(config, this.routes, this.relay, random, (to, now, size) =>
      this.probe(to, now, size),
    );
    this.opening = new Opening(config);
    this.updates = new Updates(timers, random);
    this.life = new Life(config, this.traffic);
    this.waiting = new Waiting(timers['packet-hold-time']);
    this.carrier = new PathCarrier(this.channel, this.routes, this.traffic, config);
  }

  /** Confirmed, with a route that lives, and not closing: packets can go. */
  get isUp(): boolean {
    return this.routes.current !== undefined;
  }

  get isClosing(): boolean {
    return this.life.state !== 'open';
  }

  get confirmedAt(): Instant | undefined {
    return this.life.confirmedAt;
  }

  /** When an inner packet last went or came. */
  get lastInner(): Instant | undefined {
    return this.traffic.lastInner;
  }

  /** When anything of the path last opened. */
  get heardAt(): Instant | undefined {
    return this.traffic.heardAt;
  }

  /** Handshakes that are complete but unconfirmed. [DOS-04] */
  unconfirmedCount(): number {
    return this.channel.unconfirmedCount() + this.relay.unconfirmedCount();
  }

  /** Begins what the part says. [NODE-07, NODE-21, NODE-24] */
  start(now: Instant): TunnelEvent[] {
    this.relay.open(now);
    const { first } = this.opening;
    this.opening.tick(now);
    if (first.length > 0) this.absorb(this.channel.open(first, now), now);
    return this.settle(now);
  }

  /** A datagram of the path or of its leg. */
  receive(
    which: 'path' | 'leg',
    header: Header,
    bytes: Uint8Array,
    from: Endpoint,
    now: Instant,
  ): TunnelEvent[] {
    if (this.life.state === 'gone') return [];
    if (which === 'leg') {
      this.relay.receive(header, bytes, from, now);
      return this.settle(now);
    }
    const events = this.channel.receive(header, bytes, from, now);
    this.absorb(events, now);
    if (!isOpening(header.type) && hasOpened(events)) {
      this.traffic.heardAt = now;
      const route = this.routes.find(from);
      if (route !== undefined) heardBy(route, now);
    }
    return this.settle(now);
  }

  /** Sends an inner packet while it is up; others are dropped. [TUN-07, TUN-18] */
  send(packet: Uint8Array, now: Instant): TunnelEvent[] {
    const route = this.routes.current;
    const inner = readInner(packet);
    if (route === undefined || inner instanceof Refusal) return [];
    const { own, peerAddresses } = this.config;
    if (!own.includes(inner.source) || !peerAddresses.includes(inner.destination)) return [];
    const { packets, error } = this.sizing.cut(inner, (version) => route.size.mtu(version), now);
    if (error !== undefined) this.out.push({ kind: 'icmp', packet: error });
    for (const piece of packets) this.sendData(piece, route, now);
    return this.settle(now);
  }

  /** What the short way noticed. [HO-10] */
  pathEvent(event: PathEvent, now: Instant): TunnelEvent[] {
    // `waits`: the route knows already; what has changed is the time to wake at.
    return event === 'waits' ? this.settle(now) : [];
  }

  /** The host has moved. [HO-02, HO-16] */
  addresses(locals: readonly Endpoint[], now: Instant): TunnelEvent[] {
    if (this.life.state === 'gone') return [];
    this.upkeep.move(now);
    const candidates = locals.filter(isPlace).slice(0, MOST_CANDIDATES);
    if (this.routes.relay() !== undefined && candidates.length > 0) this.updates.start({ candidates }, now);
    return this.settle(now);
  }

  /** Says goodbye, receives 10 s more, and is gone. [TUN-17] */
  close(now: Instant): TunnelEvent[] {
    if (this.life.state === 'open') this.beginClose(now);
    return this.settle(now);
  }

  tick(now: Instant): TunnelEvent[] {
    const { life } = this;
    if (life.state === 'gone') return [];
    if (life.state === 'open') this.relay.tick(now);
    this.absorb(this.channel.tick(now), now);
    for (const kind of this.updates.takeOver(now)) if (kind === 'close') this.fallSilent(now);
    this.out.push(...life.tick(now));
    if (life.isIdle(now)) this.beginClose(now);
    if (life.isOpen) this.upkeep.tick(now);
    else if (life.confirmedAt === undefined) {
      this.opening.tick(now);
      this.openByRelay(now);
    }
    return this.settle(now);
  }

  wakeAt(): Instant {
    const { life } = this;
    if (life.state === 'gone') return Number.POSITIVE_INFINITY;
    const times = [this.channel.wakeAt(), this.updates.wakeAt(), life.wakeAt()];
    if (life.confirmedAt === undefined) times.push(this.opening.wakeAt());
    if (life.state === 'open') times.push(this.relay.wakeAt());
    if (life.isOpen) times.push(this.upkeep.wakeAt());
    return Math.min(...times);
  }

  // ---- the path's channel ----

  private absorb(events: readonly ChannelEvent[], now: Instant): void {
    for (const event of events) this.follow(event, now);
  }

  private follow(event: ChannelEvent, now: Instant): void {
    switch (event.kind) {
      case 'send':
        return this.transmit(event.bytes, event.to, now);
      case 'refused':
        this.out.push(event);
        return;
      case 'message':
        return this.receiveMessage(event, now);
      case 'bad-request':
        return this.answer(this.updates.judgeBad(event, now), event.from, now);
      case 'bad-answer':
        return this.answered(event.transaction, event.from, 'schema', now);
      case 'data':
        return this.receiveData(event.packet, event.from, now);
      case 'confirmed':
        this.out.push({ kind: 'confirmed', channel: 'path' });
        this.life.confirmedAt ??= now;
        // The leg may have been ready before.
        return this.relayReady(this.relay.endpoint(), now);
      case 'address':
        return this.routes.validated(event.endpoint, this.channel.knownAddresses(), now);
      case 'attempt-over':
        if (this.confirmedAt === undefined) this.lose(this.relay.isSilent ? 'relay' : 'opening');
        else if (this.isLost) this.openEverywhere(now);
        return;
      case 'probe-over':
        return this.upkeep.measured(event.endpoint, event.size, false, now);
      case 'probe-answered':
        return this.upkeep.measured(event.endpoint, event.size, true, now);
      default:
        throw new Error(`no such event: ${event satisfies never}`);
    }
  }

  private transmit(bytes: Uint8Array, to: Endpoint, now: Instant): void {
    const type = bytes[1];
    // TUN-17: who has closed says nothing more, but that it has heard.
    if (this.life.state === 'closed' && type !== MessageType.acknowledgement) return;
    this.out.push({ kind: 'send', bytes, to });
    if (type === MessageType.openingRequest && this.routes.isRelay(to) && this.opening.isThirdRepeat(bytes)) {
      this.relay.probe(now);
    }
    const route = this.routes.find(to);
    // HO-10: answers are not what one waits for an answer to.
    if (route !== undefined && AWAITING.has(type ?? 0)) sentBy(route, now);
  }

  private receiveMessage(event: Extract<ChannelEvent, { kind: 'message' }>, now: Instant): void {
    const { message, from } = event;
    if (message.type === MessageType.pathUpdate) {
      return this.answer(this.updates.judge(event, message, now), from, now);
    }
    this.answered(message.transaction, from, undefined, now);
  }

  private answered(transaction: Uint8Array, from: Endpoint, layer: 'schema' | undefined, now: Instant): void {
    const kind = this.updates.answered(transaction);
    if (kind === undefined) this.out.push({ kind: 'refused', layer: 'transaction', from });
    else if (layer !== undefined) this.out.push({ kind: 'refused', layer, from });
    if (kind === 'close') this.fallSilent(now);
  }

  private answer({ answer, status, layer, update }: Verdict, to: Endpoint, now: Instant): void {
    if (layer !== undefined) this.out.push({ kind: 'refused', layer, from: to });
    if (status !== undefined) this.out.push({ kind: 'status', status });
    if (answer !== undefined)
      this.absorb(this.channel.send(MessageType.acknowledgement, answer, now, to), now);
    if (update !== undefined) this.updated(update, to, now);
  }

  private updated({ close, candidates }: PathUpdate, from: Endpoint, now: Instant): void {
    if (close === true) {
      return this.fallSilent(now);
    }
    if (candidates === undefined || this.config.isRelayOnly === true) return;
    this.opening.learn(candidates);
    if (!this.routes.isRelay(from)) return;
    // HO-16: the peer has moved, and can't be heard directly yet.
    for (const { endpoint } of this.routes.direct()) this.probe(endpoint, now);
  }

  private receiveData(payload: Uint8Array, from: Endpoint, now: Instant): void {
    const inner = acceptInner(payload, this.config.peerAddresses, this.config.own);
    if (inner instanceof Refusal) {
      this.out.push({ kind: 'refused', layer: inner.layer, from });
      return;
    }
    this.traffic.lastInner = now;
    this.out.push({ kind: 'deliver', packet: inner.packet });
  }

  private sendData(packet: Uint8Array, route: Route, now: Instant): void {
    if (!this.channel.hasKeys()) this.waiting.add(packet, now);
    this.absorb(this.channel.send(MessageType.data, packet, now, route.endpoint), now);
    this.traffic.lastInner = now;
    this.upkeep.used(route, now);
  }

  // ---- the relay ----

  /** Messages of the path can go by it. [NODE-24] */
  private relayReady(endpoint: Endpoint | undefined, now: Instant): void {
    if (endpoint === undefined) return;
    if (this.confirmedAt === undefined) return this.openByRelay(now);
    const route = this.routes.find(endpoint);
    if (route === undefined || route.isDead) this.probe(endpoint, now);
  }

  /** The path's opening, to the relay's endpoint that the leg uses. [NODE-21, NODE-24] */
  private openByRelay(now: Instant): void {
    const { opening, channel } = this;
    const endpoint = this.relay.endpoint();
    if (endpoint === undefined || !opening.isRelayDue) return;
    // It goes there already, or was answered.
    if (channel.isOpening() ? isAt(endpoint, opening.byRelay) : channel.hasKeys()) return;
    opening.byRelay = endpoint;
    const repeat = this.config.timers['same-nat-relay-repeat'];
    this.absorb(channel.openAlso([endpoint], repeat, now), now);
  }

  private probe(to: Endpoint, now: Instant, size = 0): void {
    this.absorb(this.channel.probe(to, now, size), now);
  }

  // ---- states ----

  /** Draws the conclusions of what happened, and hands out what there is to do. */
  private settle(now: Instant): TunnelEvent[] {
    this.sendUpdates(now);
    const { isOpen } = this.life;
    const best = isOpen ? this.routes.best() : undefined;
    this.routes.current = best;
    if (best !== undefined) this.announce(best, now);
    else if (isOpen && this.wasUp && !this.isLost) {
      this.openEverywhere(now);
      this.lose(this.relay.isSilent ? 'relay' : 'direct');
    }
    const events = this.out;
    this.out = [];
    return events;
  }

  private announce(best: Route, now: Instant): void {
    if (!this.wasUp) this.out.push({ kind: 'up' });
    const isOther = !isAt(best.endpoint, this.announced?.endpoint);
    if (isOther || this.isLost) this.out.push({ kind: 'route', to: best.endpoint, isRelay: best.isRelay });
    this.announced = best;
    this.wasUp = true;
    this.isLost = false;
    if (this.waiting.size === 0 || !this.channel.isConfirmed()) return;
    for (const packet of this.waiting.take(now)) this.sendData(packet, best, now);
  }

  private lose(why: Extract<TunnelEvent, { kind: 'lost' }>['why']): void {
    if (this.isLost || this.life.state !== 'open') return;
    this.isLost = true;
    this.out.push({ kind: 'lost', why });
  }

  /** To all addresses that are known, and by the relay; the role asks for replacement meanwhile. [HO-10] */
  private openEverywhere(now: Instant): void {
    const known = this.routes.all.map(({ endpoint }) => endpoint);
    const places = reachable(
      [...known, ...this.opening.known, this.relay.endpoint()],
      this.config.families(),
    );
    this.absorb(this.channel.openAlso(places, this.config.timers['opening-repeat'], now), now);
  }

  private fallSilent(now: Instant): void {
    this.out.push(...this.life.fallSilent(now));
  }

  private sendUpdates(now: Instant): void {
    for (const { kind, body } of this.updates.takeDue(this.channel.hasKeys(), now)) {
      const route = kind === 'close' ? (this.routes.best() ?? this.announced) : this.routes.relay();
      if (this.life.state === 'closed' || route === undefined) continue;
      this.absorb(this.channel.send(MessageType.pathUpdate, body, now, route.endpoint), now);
    }
  }

  private beginClose(now: Instant): void {
    this.out.push(...this.life.beginClose());
    if (this.life.state === 'closing') this.updates.start({ close: true }, now);
  }
}

/** HO-10 */
const { data, probeRequest, pathUpdate } = MessageType;
const AWAITING: ReadonlySet<number> = new Set([data, probeRequest, pathUpdate]);
