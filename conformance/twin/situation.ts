import type { TwinFamily, TwinSituation } from '../twin-routes.ts';
import type { Endpoint } from './addresses.ts';
import { isSame, readEndpoint } from './addresses.ts';
import { equal } from './bytes.ts';
import type { Profile } from './special.ts';
import { isGlobalLocator } from './special.ts';

/** Section 16.5. */
const NAT64 = 1;
const RELAY_ONLY = 2;

/** What a node is in one family; undefined: it does not have the family (DC-28). */
export type Standing = 'global' | 'natted' | undefined;

/** A situation as the rules look at it. */
export interface View {
  readonly local: readonly Endpoint[];
  readonly observed: readonly Endpoint[];
  readonly standing: Readonly<Record<TwinFamily, Standing>>;
  readonly isRelayOnly: boolean;
}

export function view(of: TwinSituation, profile: Profile): View {
  const local = of.localEndpoints.map(readEndpoint);
  const observed = of.observedEndpoints.map(readEndpoint);
  const standing = (family: TwinFamily): Standing => {
    const own = observed.find((endpoint) => endpoint.family === family);
    return of.nattedFamilies === undefined
      ? computed(own, local, profile)
      : told(own, of.nattedFamilies.includes(family), profile);
  };
  const four = standing(4) ?? (of.features.includes(NAT64) ? 'natted' : undefined);
  const isRelayOnly = of.features.includes(RELAY_ONLY);
  return { local, observed, standing: { 4: four, 6: standing(6) }, isRelayOnly };
}

/** Of a node of the DC itself (DC-28). */
function computed(observed: Endpoint | undefined, local: readonly Endpoint[], profile: Profile): Standing {
  if (observed === undefined) return undefined;
  const isGlobal = isGlobalLocator(observed.address, profile);
  if (observed.family === 6 && !isGlobal) return undefined;
  return isGlobal && local.some((endpoint) => isSame(endpoint, observed)) ? 'global' : 'natted';
}

/**
 * Of a node of another DC: whether it is NATed is that DC's word. A family that is said to be NATed and has
 * no observed endpoint is not there; what the feature `nat64` adds comes after (FED-03, DC-28).
 */
function told(observed: Endpoint | undefined, isNatted: boolean, profile: Profile): Standing {
  if (observed === undefined) return undefined;
  if (observed.family === 6 && !isGlobalLocator(observed.address, profile)) return undefined;
  return isNatted ? 'natted' : 'global';
}

/** Both NATed in IPv4, with one observed address, whatever the ports (DC-28). */
export function haveSameObservedAddress(a: View, b: View): boolean {
  if (a.standing[4] !== 'natted' || b.standing[4] !== 'natted') return false;
  const [one, other] = [a, b].map((end) => end.observed.find((endpoint) => endpoint.family === 4));
  return one !== undefined && other !== undefined && equal(one.address, other.address);
}
