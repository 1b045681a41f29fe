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
import type { Header } from '../../wire/header.ts';
import { isOpening } from '../../wire/header.ts';
import { MessageType } from '../../wire/registry.ts';
import { pathChannel } from './channels.ts';
import type { Traffic } from './data.ts';
import { PathCarrier } from './data.ts';
import { Dialogue } from './dialogue.ts';
import { Life } from './life.ts';
import type { Link } from './link.ts';
import { Opening } from './opening.ts';
import { Optimiser } from './optimiser.ts';
import { Packets } from './packets.ts';
import { RelaySide } from './relay-side.ts';
import { sentBy } from './route.ts';
import { Routes } from './routes.ts';
import { USUAL } from './size.ts';
import { Standing } from './standing.ts';
import type { TunnelConfig, TunnelEvent } from './types.ts';
import type { News } from './updates.ts';
import { Upkeep } from './upkeep.ts';

export type { TunnelConfig, TunnelEvent } from './types.ts';

export class Tunnel {
  readonly contexts: { readonly path: string; readonly leg: string | undefined };
  readonly carrier: Carrier;
  private readonly channel: Channel;
  private readonly relay: RelaySide;
  private readonly routes: Routes;
  private readonly opening: Opening;
  private readonly traffic: Traffic = { lastInner: undefined, heardAt: undefined };
  private readonly life: Life;
  private readonly standing: Standing;
  private readonly config: TunnelConfig;
  private readonly dialogue: Dialogue;
  private readonly optimiser: Optimiser;
  private readonly upkeep: Upkeep;
  private readonly packets: Packets;
  private out: TunnelEvent[] = [];

  constructor(config: TunnelConfig, random: Random) {
    const { pathId, relay } = config;
    this.config = config;
    this.contexts = { path: toHex(pathId), leg: relay && toHex(relay.legId) };
    const routes = new Routes(config, random);
    const isSought = (endpoint: Endpoint): boolean => this.optimiser.isSought(endpoint);
    const channel = new Channel(pathChannel(config, routes, isSought), random);
    const link: Link = {
      emit: (event) => this.out.push(event),
      send: (type, body, to, now) => this.absorb(channel.send(type, body, now, to), now),
      probe: (to, now, size) => this.absorb(channel.probe(to, now, size), now),
      search: (to, schedule, now) => this.absorb(channel.search(to, schedule, now), now),
      open: (to, repeat, now) => this.absorb(channel.openAlso(to, repeat, now), now),
    };
    this.routes = routes;
    this.channel = channel;
    this.relay = new RelaySide(config, random, {
      // TUN-17: it answers the relay, and has nothing of its own to say there any more.
      emit: (event) => {
        const isOwn = event.kind === 'send' && event.bytes[1] !== MessageType.probeResponse;
        if (!isOwn || this.life.state !== 'closed') link.emit(event);
      },
      ready: (endpoint, now) => this.relayReady(endpoint, now),
      failed: () => this.standing.legFailed(),
    });
    this.opening = new Opening(config, channel, routes, this.relay, link);
    this.life = new Life(config, this.traffic);
    const { opening, life } = this;
    const isAttached = (): boolean => config.families().length > 0;
    this.standing = new Standing(
      { channel, routes, relay: this.relay, opening, life, isAttached },
      link.emit,
    );
    this.dialogue = new Dialogue(
      {
        config,
        channel,
        routes,
        life,
        learn: (candidates, from, now) => this.optimiser.learn(candidates, from, now),
        unheard: () => this.optimiser.unheard(),
      },
      random,
      link,
    );
    this.upkeep = new Upkeep(config, routes, this.relay, random, link);
    const { traffic, dialogue, upkeep } = this;
    const tell = (news: News, now: Instant): void => dialogue.tell(news, now);
    const { relay: relaySide } = this;
    this.optimiser = new Optimiser({
      config,
      routes,
      relay: relaySide,
      opening,
      upkeep,
      traffic,
      life,
      link,
      tell,
    });
    this.packets = new Packets(config, channel, this.traffic, this.upkeep, link);
    this.carrier = new PathCarrier(channel, routes, this.traffic, config);
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

  /** The largest inner packet of a version that goes whole, by the route in use. [TUN-06, TUN-15] */
  mtu(version: 4 | 6): number {
    return this.routes.current?.size.mtu(version) ?? USUAL;
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

  /** Answers to the far end that are kept for repeats. [DOS-04] */
  answerCount(): number {
    return this.dialogue.answerCount;
  }

  /** Begins what the part says. [NODE-07, NODE-21, NODE-24] */
  start(now: Instant): TunnelEvent[] {
    this.relay.open(now);
    this.opening.start(now);
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
    // OPT-05
    if (this.config.isRelayOnly && this.config.relay && !this.routes.isRelay(from)) {
      this.out.push({ kind: 'refused', layer: 'relay-source', from });
      return this.settle(now);
    }
    const events = this.channel.receive(header, bytes, from, now);
    this.absorb(events, now);
    if (!isOpening(header.type) && hasOpened(events)) this.heard(events, from, now);
    return this.settle(now);
  }

  /** Sends an inner packet while it is up; others are dropped. [TUN-07, TUN-18] */
  send(packet: Uint8Array, now: Instant): TunnelEvent[] {
    const route = this.routes.current;
    if (route === undefined) return [];
    this.packets.send(packet, route, now);
    return this.settle(now);
  }

  /** What the short way noticed. [HO-10] */
  pathEvent(event: PathEvent, now: Instant): TunnelEvent[] {
    // `waits`: the route knows already; what has changed is the time to wake at.
    return event === 'waits' ? this.settle(now) : [];
  }

  /** The host has moved. [HO-02, HO-16] */
  addresses(now: Instant): TunnelEvent[] {
    if (this.life.state === 'gone') return [];
    this.upkeep.move(now);
    this.optimiser.moved();
    return this.settle(now);
  }

  /** More is known of where this end is. [OPT-06] */
  observed(now: Instant): TunnelEvent[] {
    return this.life.state === 'gone' ? [] : this.settle(now);
  }

  /** Says goodbye, receives 10 s more, and is gone. [TUN-17] */
  close(now: Instant): TunnelEvent[] {
    if (this.life.state === 'open') this.dialogue.beginClose(now);
    return this.settle(now);
  }

  tick(now: Instant): TunnelEvent[] {
    const { life } = this;
    if (life.state === 'gone') return [];
    if (life.state !== 'closed') this.relay.tick(now);
    this.absorb(this.channel.tick(now), now);
    this.dialogue.tick(now);
    this.out.push(...life.tick(now));
    if (life.isIdle(now)) this.dialogue.beginClose(now);
    if (life.isOpen) this.upkeep.tick(now);
    else if (life.confirmedAt === undefined) this.opening.tick(now);
    return this.settle(now);
  }

  wakeAt(): Instant {
    const { life } = this;
    if (life.state === 'gone') return Number.POSITIVE_INFINITY;
    const times = [this.channel.wakeAt(), this.dialogue.wakeAt(), life.wakeAt()];
    if (life.confirmedAt === undefined) times.push(this.opening.wakeAt());
    if (life.state !== 'closed') times.push(this.relay.wakeAt());
    if (life.isOpen) times.push(this.upkeep.wakeAt(), this.optimiser.wakeAt());
    return Math.min(...times);
  }

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
        return this.dialogue.receive(event, now);
      case 'bad-request':
      case 'bad-answer':
        return this.dialogue.receiveBad(event, now);
      case 'data':
        return this.packets.receive(event.packet, event.from, now);
      case 'confirmed':
        this.out.push({ kind: 'confirmed', channel: 'path' });
        this.life.confirmedAt ??= now;
        // The leg may have been ready before.
        return this.relayReady(this.relay.endpoint(), now);
      case 'address':
        return this.routes.validated(event.endpoint, this.channel.knownAddresses(), now);
      case 'attempt-over':
        return this.standing.unanswered();
      case 'probe-over':
        this.upkeep.measured(event.endpoint, event.size, false, now);
        return this.standing.unanswered();
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
    const route = this.routes.find(to);
    if (route === undefined && !this.optimiser.admits(to, bytes.length, now)) return;
    this.out.push({ kind: 'send', bytes, to });
    if (type === MessageType.openingRequest) this.opening.noteSent(bytes, to, now);
    // HO-10: answers are not what one waits for an answer to.
    if (route !== undefined && AWAITING.has(type ?? 0)) sentBy(route, now);
  }

  /** Messages of the path can go by it. [NODE-24] */
  private relayReady(endpoint: Endpoint | undefined, now: Instant): void {
    if (endpoint === undefined) return;
    if (this.confirmedAt === undefined) return this.opening.byRelay(now);
    const route = this.routes.find(endpoint);
    if (route === undefined || route.isDead) this.absorb(this.channel.probe(endpoint, now), now);
    this.optimiser.relayReady(now);
  }

  /** Something of the path opened. */
  private heard(events: readonly ChannelEvent[], from: Endpoint, now: Instant): void {
    this.traffic.heardAt = now;
    const route = this.routes.find(from);
    const isAnswer = events.some(({ kind }) => kind === 'probe-answered');
    if (route !== undefined) this.upkeep.heard(route, isAnswer, now);
    else this.optimiser.heardFrom(from, now);
  }

  /** Draws the conclusions of what happened, and hands out what there is to do. */
  private settle(now: Instant): TunnelEvent[] {
    this.standing.settle(now);
    this.optimiser.settle(now);
    this.dialogue.sendDue(now);
    const { current } = this.routes;
    if (current !== undefined) this.packets.release(current, now);
    const events = this.out;
    this.out = [];
    return events;
  }
}

/** HO-10 */
const { data, probeRequest, pathUpdate } = MessageType;
const AWAITING: ReadonlySet<number> = new Set([data, probeRequest, pathUpdate]);
