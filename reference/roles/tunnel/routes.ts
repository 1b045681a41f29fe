import type { Endpoint } from '../../address.ts';
import { family, sameEndpoint } from '../../address.ts';
import type { Routing } from '../../channel/types.ts';
import type { Instant, Random } from '../../core.ts';
import { bestRoute } from './choice.ts';
import { keepAliveAfter } from './keep-alive.ts';
import type { Route } from './route.ts';
import { createRoute } from './route.ts';
import type { TunnelConfig } from './types.ts';

/** HO-15: the slot of the relay, beside 4 and 6 of the direct routes. */
const RELAY_SLOT = 0;

/** The routes of one path: its valid addresses, direct ones and the relay's. */
export class Routes implements Routing {
  private readonly config: Pick<TunnelConfig, 'relay' | 'families'>;
  private readonly random: Random;
  /** In the order in which they became valid or were confirmed again. */
  private routes: Route[] = [];
  /** The one that data goes by; undefined: none lives, or nothing may be sent. */
  current: Route | undefined;
  /** The one that it went by last. */
  latest: Route | undefined;

  constructor(config: Pick<TunnelConfig, 'relay' | 'families'>, random: Random) {
    this.config = config;
    this.random = random;
  }

  /** Data goes by this one from now on, or by none. */
  use(route: Route | undefined): void {
    this.current = route;
    this.latest = route ?? this.latest;
  }

  get all(): readonly Route[] {
    return this.routes;
  }

  /** A source that is an endpoint of the path's relay is the relay route, whatever the message says. [HO-15] */
  isRelay(endpoint: Endpoint): boolean {
    return this.config.relay?.endpoints.some((known) => sameEndpoint(known, endpoint)) ?? false;
  }

  readonly slotOf = (endpoint: Endpoint): number =>
    this.isRelay(endpoint) ? RELAY_SLOT : family(endpoint.ip);

  readonly choose = (valid: readonly Endpoint[]): Endpoint | undefined => {
    const routes = valid.map((endpoint) => this.find(endpoint)).filter((route) => route !== undefined);
    return bestRoute(routes, this.config.families())?.endpoint;
  };

  find(endpoint: Endpoint): Route | undefined {
    return this.routes.find((route) => sameEndpoint(route.endpoint, endpoint));
  }

  /** An address became valid, or was nominated and answered again. @param valid all that are now, the latest first. */
  validated(endpoint: Endpoint, valid: readonly Endpoint[], now: Instant): void {
    const isRelay = this.isRelay(endpoint);
    let route = this.find(endpoint);
    if (route === undefined) {
      const needsSize = !isRelay && this.config.relay !== undefined;
      route = createRoute(endpoint, { isRelay, needsSize }, this.random);
      // The relay's is kept open by the leg.
      if (!isRelay) route.keepAliveAt = now + keepAliveAfter(this.random);
    }
    route.isUnproven = false;
    const others = this.routes.filter((other) => other !== route && this.isStill(other, route, valid));
    const latest = valid.find((other) => this.slotOf(other) === this.slotOf(endpoint));
    const isLatest = isRelay || latest === undefined || sameEndpoint(latest, endpoint);
    this.routes = isLatest ? [...others, route] : [route, ...others];
  }

  /** A path has one relay route at most. */
  private isStill(other: Route, latest: Route, valid: readonly Endpoint[]): boolean {
    if (other.isRelay && latest.isRelay) return false;
    return valid.some((endpoint) => sameEndpoint(endpoint, other.endpoint));
  }

  relay(): Route | undefined {
    return this.routes.find(({ isRelay }) => isRelay);
  }

  direct(): Route[] {
    return this.routes.filter(({ isRelay }) => !isRelay);
  }

  /** The best that lives. */
  best(): Route | undefined {
    const best = bestRoute(this.routes, this.config.families());
    return best?.isDead ? undefined : best;
  }
}
