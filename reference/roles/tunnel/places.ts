import type { Endpoint } from '../../address.ts';
import { family, sameEndpoint } from '../../address.ts';
import type { Family } from './types.ts';

/** The endpoints of some families, each once. */
export function reachable(
  endpoints: readonly (Endpoint | undefined)[],
  families: readonly Family[],
): Endpoint[] {
  const places: Endpoint[] = [];
  for (const endpoint of endpoints) {
    if (endpoint === undefined || !families.includes(family(endpoint.ip))) continue;
    if (!places.some((place) => sameEndpoint(place, endpoint))) places.push(endpoint);
  }
  return places;
}

export function isAt(endpoint: Endpoint, known: Endpoint | undefined): boolean {
  return known !== undefined && sameEndpoint(endpoint, known);
}
