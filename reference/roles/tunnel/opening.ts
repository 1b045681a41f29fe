/** When and where a path is opened: for the first time, and again when no route is left. */
import type { Endpoint } from '../../address.ts';
import { family } from '../../address.ts';
import { sameBytes } from '../../bytes.ts';
import type { Channel } from '../../channel/channel.ts';
import type { Instant } from '../../core.ts';
import { byNat64 } from '../../nat64.ts';
import type { Link } from './link.ts';
import { isAt, reachable } from './places.ts';
import type { RelaySide } from './relay-side.ts';
import type { Routes } from './routes.ts';
import type { TunnelConfig } from './types.ts';

/** HO-18: the first one and three repeats. */
const THIRD_REPEAT = 4;

export class Opening {
  private readonly config: TunnelConfig;
  private readonly channel: Channel;
  private readonly routes: Routes;
  private readonly relay: RelaySide;
  private readonly link: Link;
  /** Where it goes at once. [NODE-21] */
  private readonly first: readonly Endpoint[];
  private readonly relayAt: Instant;
  /** When an end that awaits stops believing that the other one opens. [HO-19] */
  private awaitsUntil: Instant;
  /** Where the far end was said to be. */
  private known: readonly Endpoint[];
  /** Whether it goes by the relay, as soon as the leg's probe is answered. [NODE-24] */
  private isRelayDue = false;
  /** The relay's endpoint that it went to last. */
  private relayed: Endpoint | undefined;
  private readonly sent: { message1: Uint8Array; count: number } = { message1: new Uint8Array(0), count: 0 };

  constructor(config: TunnelConfig, channel: Channel, routes: Routes, relay: RelaySide, link: Link) {
    this.config = config;
    this.channel = channel;
    this.routes = routes;
    this.relay = relay;
    this.link = link;
    const { part, families, timers, createdAt } = config;
    const here = families();
    // OPT-05
    const told = config.isRelayOnly ? [] : config.candidates;
    const candidates = byNat64(told, here, config.rules.nat64);
    const opens = part !== 'await';
    this.awaitsUntil = opens ? Number.POSITIVE_INFINITY : createdAt + timers['opening-over'];
    this.known = candidates;
    this.first = opens ? candidates.filter(({ ip }) => here.includes(family(ip))) : [];
    const alone = this.first.length > 0 ? timers['same-nat-candidates'] : 0;
    this.relayAt = opens && config.relay !== undefined ? createdAt + alone : Number.POSITIVE_INFINITY;
  }

  /** Begins what the part says. [NODE-07, NODE-21, NODE-24] */
  start(now: Instant): void {
    if (this.first.length > 0) this.link.open(this.first, this.config.timers['opening-repeat'], now);
    this.tick(now);
  }

  /** The far end says where it is now. [HO-16] @param candidates those that it can be looked for at. */
  learn(candidates: readonly Endpoint[]): void {
    this.known = candidates;
  }

  /** For as long as the path is not confirmed. */
  tick(now: Instant): void {
    if (now >= this.relayAt) this.isRelayDue = true;
    this.byRelay(now);
    if (now < this.awaitsUntil) return;
    this.awaitsUntil = Number.POSITIVE_INFINITY;
    this.link.emit({ kind: 'lost', why: 'opening' });
  }

  wakeAt(): Instant {
    return Math.min(this.awaitsUntil, this.isRelayDue ? Number.POSITIVE_INFINITY : this.relayAt);
  }

  /** To the relay's endpoint that the leg uses. [NODE-21, NODE-24] */
  byRelay(now: Instant): void {
    const { channel, config } = this;
    const endpoint = this.relay.endpoint();
    if (endpoint === undefined || !this.isRelayDue) return;
    // It goes there already, or was answered.
    if (channel.isOpening() ? isAt(endpoint, this.relayed) : channel.hasKeys()) return;
    this.relayed = endpoint;
    this.link.open([endpoint], config.timers['same-nat-relay-repeat'], now);
  }

  /** To all addresses that are known, and by the relay; the role asks for replacement meanwhile. [HO-10] */
  everywhere(now: Instant): void {
    const { families, timers } = this.config;
    const known = this.routes.all.map(({ endpoint }) => endpoint);
    const places = reachable([...known, ...this.known, this.relay.endpoint()], families());
    this.link.open(places, timers['opening-repeat'], now);
  }

  /** A message 1 went out; the third repeat by the relay makes this end ask whether the relay is there. [HO-18] */
  noteSent(message1: Uint8Array, to: Endpoint, now: Instant): void {
    if (!this.routes.isRelay(to)) return;
    const { sent } = this;
    if (!sameBytes(sent.message1, message1)) Object.assign(sent, { message1, count: 0 });
    if (++sent.count === THIRD_REPEAT) this.relay.probe(now);
  }
}
