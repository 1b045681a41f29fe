/** One way to the far end of a path, and when it counts as dead. */
import type { Endpoint } from '../../address.ts';
import { family } from '../../address.ts';
import type { Instant, Random } from '../../core.ts';
import { LEAST, RouteSize } from './size.ts';
import type { Family } from './types.ts';

export interface Route {
  readonly endpoint: Endpoint;
  readonly isRelay: boolean;
  readonly version: Family;
  readonly size: RouteSize;
  /** Direct, where the path has a relay: data goes by it only once 1280 bytes came through. [OPT-03] */
  readonly needsSize: boolean;
  heardAt: Instant | undefined;
  /** When the first message went out after something was last heard. [HO-10] */
  waitsSince: Instant | undefined;
  /** Whether a large inner packet went out since. [TUN-21] */
  hasSentLarge: boolean;
  /** When it was probed because of that. */
  watchedSince: Instant | undefined;
  isDead: boolean;
  /** Direct, and the host has moved without a probe's being answered since. [HO-16] */
  isUnproven: boolean;
  keepAliveAt: Instant;
}

export function createRoute(
  endpoint: Endpoint,
  { isRelay, needsSize }: Pick<Route, 'isRelay' | 'needsSize'>,
  random: Random,
): Route {
  return {
    endpoint,
    isRelay,
    version: family(endpoint.ip),
    size: new RouteSize(random),
    needsSize,
    heardAt: undefined,
    waitsSince: undefined,
    hasSentLarge: false,
    watchedSince: undefined,
    isDead: false,
    isUnproven: false,
    keepAliveAt: Number.POSITIVE_INFINITY,
  };
}

export interface LivenessTimers {
  readonly heard: number;
  readonly 'heard-over': number;
}

/** A message that wants an answer, or data, went by a route. @returns whether the wait begins with it. */
export function sentBy(route: Route, now: Instant): boolean {
  if (route.waitsSince !== undefined || route.isDead) return false;
  route.waitsSince = now;
  return true;
}

/** An inner packet went by a route. [TUN-21] */
export function sentInner(route: Route, packet: Uint8Array): void {
  if (packet.length > LEAST) route.hasSentLarge = true;
}

/** Something that opened came by a route. */
export function heardBy(route: Route, now: Instant): void {
  route.heardAt = now;
  route.size.heard(now);
  route.waitsSince = undefined;
  route.watchedSince = undefined;
  route.hasSentLarge = false;
  route.isDead = false;
}

/** Nothing answers there any more. */
export function giveUp(route: Route): void {
  route.isDead = true;
  if (route.needsSize) route.size.doubt();
}

/** What is due for a route on which nothing was heard: to be probed, or given up. [HO-10] */
export function livenessDue(
  route: Route,
  timers: LivenessTimers,
  now: Instant,
): 'probe' | 'dead' | undefined {
  if (now < livenessAt(route, timers)) return undefined;
  return route.watchedSince === undefined ? 'probe' : 'dead';
}

/** When; infinite while nothing is waited for. */
export function livenessAt(route: Route, timers: LivenessTimers): Instant {
  if (route.isDead || route.waitsSince === undefined) return Number.POSITIVE_INFINITY;
  if (route.watchedSince !== undefined) return route.watchedSince + timers['heard-over'];
  return route.waitsSince + timers.heard;
}
