/** What a DC takes a node's situation to be. It cannot see the kind of a NAT, only that there is one. [DC-28] */
import type { Endpoint } from '../../../address.ts';
import { family, sameEndpoint } from '../../../address.ts';
import type { TestProfile } from '../../../locator.ts';
import { reach } from '../../../locator.ts';
import { Feature } from '../../../wire/registry.ts';

export type Family = 4 | 6;

/** What a node or its DC says of it. */
export interface Seen {
  readonly localEndpoints: readonly Endpoint[];
  /** One a family at most. */
  readonly observedEndpoints: readonly Endpoint[];
  readonly features: readonly number[];
}

export interface Situation extends Seen {
  /** Families by which it can be reached at all. */
  readonly has: ReadonlySet<Family>;
  /** Of these the ones in which it is behind a NAT; in the others it is global. */
  readonly natted: ReadonlySet<Family>;
  readonly isRelayOnly: boolean;
}

/** Of a node of this DC, from its registration. */
export function situationOf(seen: Seen, profile: TestProfile): Situation {
  const isGlobal = (endpoint: Endpoint): boolean =>
    reach(endpoint.ip, profile) === 'global' &&
    seen.localEndpoints.some((local) => sameEndpoint(local, endpoint));
  const natted = seen.observedEndpoints.filter((endpoint) => !isGlobal(endpoint));
  return situationFrom(seen, new Set(natted.map(({ ip }) => family(ip))), profile);
}

/** Of a node of another DC, from its Node Information alone. @param natted as that DC says */
export function situationFrom(seen: Seen, natted: ReadonlySet<Family>, profile: TestProfile): Situation {
  const has = new Set<Family>();
  for (const { ip } of seen.observedEndpoints) {
    if (family(ip) === 4 || reach(ip, profile) === 'global') has.add(family(ip));
  }
  const isBehindNat64 = seen.features.includes(Feature.nat64) && !has.has(4);
  if (isBehindNat64) has.add(4);
  return {
    ...seen,
    has,
    natted: new Set([...has].filter((version) => natted.has(version) || (version === 4 && isBehindNat64))),
    isRelayOnly: seen.features.includes(Feature.relayOnly),
  };
}

/** The observed endpoint of a family. */
export function observedIn(version: Family, { observedEndpoints }: Seen): Endpoint | undefined {
  return observedEndpoints.find(({ ip }) => family(ip) === version);
}

/** Both NATed in IPv4, and seen with one address. */
export function haveSameAddress(a: Situation, b: Situation): boolean {
  const [first, second] = [observedIn(4, a), observedIn(4, b)];
  return a.natted.has(4) && b.natted.has(4) && first !== undefined && first.ip === second?.ip;
}
