/** What all RS-S under test have in common. */
import type { Endpoint } from '../../reference/address.ts';
import { family } from '../../reference/address.ts';
import type { PlayedDc } from '../played/dc.ts';
import { Unjudged } from '../verdict.ts';

/** The endpoint of a family. @throws Unjudged if there is none. */
export function endpointOf(endpoints: readonly Endpoint[], version: 4 | 6): Endpoint {
  const endpoint = endpoints.find(({ ip }) => family(ip) === version);
  if (endpoint === undefined) {
    throw new Unjudged('not-exercised', 'target', `the target has no IPv${version} endpoint`);
  }
  return endpoint;
}

/** The first of the played DCs. */
export function firstOf<Dc extends PlayedDc>(dcs: readonly Dc[]): Dc {
  const [dc] = dcs;
  if (dc === undefined) throw new Error('an instance without an association');
  return dc;
}

/** What a target without the needed adapter level says. */
export function needsLevel(level: number, what: string): never {
  throw new Unjudged('not-exercised', 'adapter', `${what} needs an adapter of level ${level}`);
}
