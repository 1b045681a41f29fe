/** Where an end may look for the other one. [DC-35] */
import type { Endpoint, Ip } from '../../address.ts';
import { family, formatEndpoint } from '../../address.ts';
import type { Prefix, TestProfile } from '../../locator.ts';
import { isIn, reach } from '../../locator.ts';
import type { Route } from './route.ts';
import type { End } from './situation.ts';
import { isGlobalLocator } from './situation.ts';

const MOST = 8;

export interface Excluded {
  readonly profile: TestProfile;
  /** Virtual addresses by their prefixes and one by one. */
  readonly prefixes: readonly Prefix[];
  readonly addresses: readonly Ip[];
  /** Endpoints of relays. */
  readonly relays: readonly Endpoint[];
}

/** The endpoints of an end that the other one is told; undefined where the rule gives none. */
export function candidatesOf(
  end: Pick<End, 'locals' | 'observed'>,
  route: Route['candidates'],
  excluded: Excluded,
): Endpoint[] | undefined {
  if (route === undefined) return undefined;
  const { profile, prefixes, addresses } = excluded;
  const relays = new Set(excluded.relays.map(formatEndpoint));
  const isUsable = (endpoint: Endpoint): boolean => {
    const { ip } = endpoint;
    if (family(ip) !== route.family || endpoint.port === 0 || reach(ip, profile) === 'never') return false;
    if (!route.isPrivateToo && !isGlobalLocator(ip, profile)) return false;
    const isVirtual = addresses.includes(ip) || prefixes.some((prefix) => isIn(ip, prefix));
    return !isVirtual && !relays.has(formatEndpoint(endpoint));
  };
  const observed = end.observed[route.family];
  const seen = observed === undefined ? [] : [observed];
  const ordered = route.isPrivateToo ? [...end.locals, ...seen] : [...seen, ...end.locals];
  const unique = new Map(ordered.filter(isUsable).map((endpoint) => [formatEndpoint(endpoint), endpoint]));
  const all = [...unique.values()];
  if (all.length <= MOST) return all;
  // The observed one comes last here, and is not the one to be left out.
  const last = all.at(-1);
  return route.isPrivateToo && last !== undefined ? [...all.slice(0, MOST - 1), last] : all.slice(0, MOST);
}
