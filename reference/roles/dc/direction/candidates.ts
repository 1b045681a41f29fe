/** Where the one end of a path may look for the other. [DC-35] */
import type { Endpoint } from '../../../address.ts';
import { family, sameEndpoint } from '../../../address.ts';
import type { TestProfile } from '../../../locator.ts';
import { reach } from '../../../locator.ts';
import type { Decision } from './route.ts';
import type { Situation } from './situation.ts';

const MOST = 8;

/**
 * The candidates that an end gets.
 * @param other the other end
 * @param isExcluded whether an endpoint is a relay's, or its address a virtual one
 */
export function candidatesFor(
  other: Situation,
  { rule, candidates: version }: Decision,
  profile: TestProfile,
  isExcluded: (endpoint: Endpoint) => boolean,
): readonly Endpoint[] {
  const { localEndpoints, observedEndpoints } = other;
  const isInner = rule === 6;
  // Behind one NAT the inner addresses are what leads there, if anything does.
  const known = isInner
    ? [...localEndpoints, ...observedEndpoints]
    : [...observedEndpoints, ...localEndpoints];
  const fits = (endpoint: Endpoint): boolean => {
    const far = reach(endpoint.ip, profile);
    return (
      family(endpoint.ip) === version &&
      (far === 'global' || (isInner && far === 'private')) &&
      !isExcluded(endpoint)
    );
  };
  const found: Endpoint[] = [];
  for (const endpoint of known) {
    if (fits(endpoint) && !found.some((one) => sameEndpoint(one, endpoint))) found.push(endpoint);
  }
  return found.slice(0, MOST);
}
