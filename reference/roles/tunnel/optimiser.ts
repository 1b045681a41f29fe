/** From the relay to a direct route: this end's part of the search, and what it tells the other one of it. */
import type { Endpoint } from '../../address.ts';
import { family, sameEndpoint } from '../../address.ts';
import type { Instant } from '../../core.ts';
import { Route as RouteKind } from '../../wire/registry.ts';
import type { OwnPlaces } from './candidates.ts';
import { isSameNat, ownCandidates, probeable, sameCandidates } from './candidates.ts';
import type { Traffic } from './data.ts';
import type { Life } from './life.ts';
import type { Link } from './link.ts';
import type { Opening } from './opening.ts';
import { Quota } from './quota.ts';
import type { RelaySide } from './relay-side.ts';
import type { Routes } from './routes.ts';
import { Search } from './search.ts';
import type { TunnelConfig } from './types.ts';
import type { News } from './updates.ts';
import type { Upkeep } from './upkeep.ts';

export interface OptimiserParts {
  readonly config: TunnelConfig;
  readonly routes: Routes;
  readonly relay: RelaySide;
  readonly opening: Opening;
  readonly upkeep: Upkeep;
  readonly traffic: Traffic;
  readonly life: Life;
  readonly link: Link;
  /** Tells the other end. */
  readonly tell: (news: News, now: Instant) => void;
}

export class Optimiser {
  private readonly parts: OptimiserParts;
  private readonly search: Search;
  private readonly quota = new Quota();
  /** Where the other end says that it is. */
  private theirs: readonly Endpoint[];
  /** Where it is looked for. */
  private sought: readonly Endpoint[] = [];
  /** What the other end was told last, and whether it did not answer. */
  private told: readonly Endpoint[] = [];
  private isUnheard = false;
  /** The host has moved, and the leg not yet. */
  private isMoving = false;
  private route: RouteKind | undefined;

  constructor(parts: OptimiserParts) {
    this.parts = parts;
    this.search = new Search(parts.config.timers);
    this.theirs = parts.config.candidates;
    this.sought = this.seek();
  }

  /** Whether the other end is looked for there. [DOS-02] */
  isSought(endpoint: Endpoint): boolean {
    return this.isOn && this.sought.some((known) => sameEndpoint(known, endpoint));
  }

  /** The host has moved: the other end is told as soon as the relay takes it. [HO-16] */
  moved(): void {
    if (this.isOn && this.parts.life.isOpen) this.isMoving = true;
  }

  /** Messages of the path can go by the relay. */
  relayReady(now: Instant): void {
    if (!this.isMoving) return;
    this.isMoving = false;
    this.search.change(now);
    this.tell(now);
  }

  /** The other end says where it is. [OPT-04, HO-16] */
  learn(theirs: readonly Endpoint[], from: Endpoint, now: Instant): void {
    const { opening, routes, upkeep } = this.parts;
    if (!this.isOn || sameCandidates(theirs, this.theirs)) return;
    this.theirs = theirs;
    this.sought = this.seek();
    opening.learn(this.sought);
    if (routes.isRelay(from)) upkeep.doubt(theirs, now);
    this.search.change(now);
  }

  /** Something of the path came from where no route is: the way back is tried at once. [OPT-02] */
  heardFrom(source: Endpoint, now: Instant): void {
    const { config, routes, link } = this.parts;
    this.quota.heard(source);
    if (this.isOn && !routes.isRelay(source)) link.search(source, config.timers['probe-try'], now);
  }

  /** Whether so much may go to where no route is yet. [OPT-02] */
  admits(to: Endpoint, bytes: number, now: Instant): boolean {
    const { config, routes } = this.parts;
    return config.relay === undefined || routes.isRelay(to) || this.quota.admits(to, bytes, now);
  }

  /** It did not answer what it was told. */
  unheard(): void {
    this.isUnheard = true;
  }

  /** Draws the conclusions of what happened. */
  settle(now: Instant): void {
    const { config, routes, traffic, life } = this.parts;
    if (config.relay === undefined || !life.isOpen) return;
    const { current } = routes;
    if (current !== undefined) this.sends(current.isRelay ? RouteKind.relay : RouteKind.direct, now);
    if (!this.isOn) return;
    // Before there is a way to tell the other end by, there is nothing to begin.
    const canBegin = traffic.lastInner !== undefined && routes.relay() !== undefined;
    if (canBegin && !this.search.hasBegun) {
      this.search.begin(now);
      this.tell(now);
    }
    if (this.search.hasBegun && !this.isMoving && !sameCandidates(this.own(), this.told)) {
      this.search.change(now);
      this.tell(now);
    }
    if (this.search.take(now)) this.look(now);
    this.measure(now);
  }

  wakeAt(): Instant {
    return this.isOn ? this.search.wakeAt() : Number.POSITIVE_INFINITY;
  }

  private get isOn(): boolean {
    const { relay, isRelayOnly } = this.parts.config;
    return relay !== undefined && isRelayOnly !== true;
  }

  /** [OPT-09] */
  private sends(route: RouteKind, now: Instant): void {
    if (route === RouteKind.direct) this.search.found(now);
    else this.search.lost(now);
    if (this.route === route || this.isMoving) return;
    if (this.route !== undefined) this.parts.tell({ route }, now);
    this.route = route;
  }

  /** Tells where this end is, if it is anywhere, or was said to be. */
  private tell(now: Instant): void {
    const candidates = this.own();
    if (candidates.length === 0 && this.told.length === 0) return;
    this.told = candidates;
    this.isUnheard = false;
    this.parts.tell({ candidates }, now);
  }

  /** A round of probes to each place where the other end could be. [OPT-02] */
  private look(now: Instant): void {
    const { config, routes, link } = this.parts;
    if (this.isUnheard) this.tell(now);
    this.sought = this.seek();
    const here = config.families();
    for (const endpoint of this.sought) {
      if (!here.includes(family(endpoint.ip))) continue;
      const route = routes.find(endpoint);
      if (route === undefined || route.isDead || route.isUnproven)
        link.search(endpoint, config.timers['optimise-try'], now);
      else if (!route.size.isProven) this.probe(endpoint, route.size.suspect(now), now);
    }
  }

  /** A direct route is measured before data goes by it. [OPT-03] */
  private measure(now: Instant): void {
    for (const { endpoint, size, isDead, isUnproven } of this.parts.routes.direct())
      if (!isDead && !isUnproven && !size.isProven) this.probe(endpoint, size.begin(now), now);
  }

  private probe(to: Endpoint, size: number | undefined, now: Instant): void {
    if (size !== undefined) this.parts.link.probe(to, now, size);
  }

  private places(): OwnPlaces {
    const { config, relay } = this.parts;
    const { real, observed } = config.places();
    const byRelay = relay.observed();
    return { real, observed: byRelay === undefined ? observed : [...observed, byRelay] };
  }

  /** Both ends are behind one NAT. [OPT-07] */
  private isNear(): boolean {
    return this.parts.config.candidates.length > 0 || isSameNat(this.theirs, this.places().observed);
  }

  private own(): Endpoint[] {
    return ownCandidates(this.places(), this.parts.config.rules.profile, this.isNear());
  }

  private seek(): Endpoint[] {
    const { rules } = this.parts.config;
    const isRelay = (endpoint: Endpoint): boolean =>
      this.parts.routes.isRelay(endpoint) || rules.isRelay(endpoint);
    return probeable(this.theirs, { ...rules, isRelay }, this.isNear());
  }
}
