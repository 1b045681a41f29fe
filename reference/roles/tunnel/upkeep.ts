/** What keeps the routes of a path: probes of their life, of their size, against forgetful NATs, and after a move. */
import type { Endpoint } from '../../address.ts';
import { sameEndpoint } from '../../address.ts';
import type { Instant, Random } from '../../core.ts';
import { keepAliveAfter } from './keep-alive.ts';
import type { Link } from './link.ts';
import type { RelaySide } from './relay-side.ts';
import type { Route } from './route.ts';
import { giveUp, heardBy, livenessAt, livenessDue } from './route.ts';
import type { Routes } from './routes.ts';
import type { TunnelConfig } from './types.ts';

/** HO-02: bytes of UDP payload. Probes of moves that follow each other differ in size. */
const MOVE_SIZE = 128;
const MOVES = 8;

export class Upkeep {
  private readonly config: TunnelConfig;
  private readonly routes: Routes;
  private readonly relay: RelaySide;
  private readonly random: Random;
  private readonly link: Link;
  private moves = 0;

  constructor(config: TunnelConfig, routes: Routes, relay: RelaySide, random: Random, link: Link) {
    this.config = config;
    this.routes = routes;
    this.relay = relay;
    this.random = random;
    this.link = link;
  }

  tick(now: Instant): void {
    for (const route of this.routes.all) {
      this.watch(route, now);
      if (now >= route.keepAliveAt) this.keepAlive(route, now);
    }
  }

  wakeAt(): Instant {
    const { timers } = this.config;
    return Math.min(
      Number.POSITIVE_INFINITY,
      ...this.routes.all.map((route) => Math.min(route.keepAliveAt, livenessAt(route, timers))),
    );
  }

  /**
   * Something of the path came by a route.
   * @param isAnswer whether this end's own probe was answered: of a direct route that died nothing else says that what
   *   goes there arrives. [OPT-04]
   */
  heard(route: Route, isAnswer: boolean, now: Instant): void {
    if (isAnswer || !route.isDead || !route.needsSize) heardBy(route, now);
    if (isAnswer) route.isUnproven = false;
    else if (route.needsSize && (route.isDead || route.isUnproven)) this.link.probe(route.endpoint, now);
  }

  /**
   * The other end says by the relay where it is now: direct routes are asked at once, and one to where it does not say
   * that it is waits for the answer. [HO-16]
   */
  doubt(places: readonly Endpoint[], now: Instant): void {
    for (const route of this.routes.direct()) {
      const isNamed = places.some((place) => sameEndpoint(place, route.endpoint));
      if (!isNamed && this.routes.relay() !== undefined) route.isUnproven = true;
      this.link.probe(route.endpoint, now);
    }
  }

  /** Data goes by a route: it is measured, or measured again. [TUN-06, TUN-16] */
  used(route: Route, now: Instant): void {
    const size = route.size.begin(now);
    if (size !== undefined) this.link.probe(route.endpoint, now, size);
  }

  /** What became of a probe with a size. */
  measured(endpoint: Endpoint, size: number, isAnswered: boolean, now: Instant): void {
    const route = this.routes.find(endpoint);
    if (route === undefined) return;
    const { 'probe-over': over, 'probe-try': tries } = this.config.timers;
    const lastTryAt = now - over + (tries.at(-1) ?? 0);
    const next = isAnswered ? route.size.answered(size, now) : route.size.unanswered(size, lastTryAt, now);
    if (next !== undefined) this.link.probe(endpoint, now, next);
  }

  /** The host has moved: padded probes by each route and on the leg, from the new address. [HO-02] */
  move(now: Instant): void {
    this.moves++;
    // HO-20: who has no address hears nothing, and learns nothing of a route by that.
    if (this.config.families().length === 0)
      for (const route of this.routes.all)
        Object.assign(route, { waitsSince: undefined, watchedSince: undefined });
    this.relay.move(this.moveSize(), now);
    // The relay takes nothing of the path from here until the leg has moved.
    for (const route of this.routes.direct()) {
      route.isUnproven = true;
      if (route.needsSize) route.size.doubt();
      if (!this.canSend(route)) continue;
      this.link.probe(route.endpoint, now, this.moveSize());
      // The probe is what the wait of HO-10 would come to.
      if (!route.isDead) Object.assign(route, { waitsSince: now, watchedSince: now });
    }
  }

  /** [HO-10, TUN-21] */
  private watch(route: Route, now: Instant): void {
    const due = livenessDue(route, this.config.timers, now);
    if (due === 'probe') {
      route.watchedSince = now;
      this.link.probe(route.endpoint, now);
      // What took the direct route, like a NAT that forgot, may have taken the leg, too.
      this.relay.probe(now);
      const size = route.hasSentLarge ? route.size.suspect(now) : undefined;
      if (size !== undefined) this.link.probe(route.endpoint, now, size);
    } else if (due === 'dead') {
      giveUp(route);
      if (route.isRelay) this.relay.giveUp(route.watchedSince ?? now, now);
    }
  }

  /** [TUN-08] */
  private keepAlive(route: Route, now: Instant): void {
    route.keepAliveAt = now + keepAliveAfter(this.random);
    // OPT-04: a direct route that died is found again by the search.
    if (route.isDead && route.needsSize) return;
    if (this.config.isNatted(route.version) && this.canSend(route)) this.link.probe(route.endpoint, now);
  }

  private canSend({ version }: Route): boolean {
    return this.config.families().includes(version);
  }

  private moveSize(): number {
    return MOVE_SIZE + (this.moves % MOVES);
  }
}
