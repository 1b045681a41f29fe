/** What a DC takes a node's situation to be; coarse, since it cannot see the kind of a NAT. [DC-28] */
import type { Endpoint, Ip } from '../../address.ts';
import { family, sameEndpoint } from '../../address.ts';
import type { TestProfile } from '../../locator.ts';
import { isIn, parsePrefix, reach } from '../../locator.ts';
import type { NodeInformationResponse } from '../../wire/messages.ts';
import { Feature } from '../../wire/registry.ts';
import type { Registered } from './parts.ts';

type Family = 4 | 6;
export type Seen = 'none' | 'natted' | 'global';

/** All that a direction uses of one of its ends. */
export interface End {
  readonly nodeId: Uint8Array;
  readonly instance: Uint8Array;
  readonly name: string;
  readonly virtualAddresses: readonly Ip[];
  readonly locals: readonly Endpoint[];
  readonly observed: { readonly [F in Family]?: Endpoint };
  readonly features: readonly number[];
  readonly suites: readonly number[];
  readonly seen: Readonly<Record<Family, Seen>>;
}

/**
 * What the IANA special-purpose registries (RFC 6890) except from global reachability, beyond what can be no
 * locator or a private one at all.
 */
const EXCEPTED = [
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '3fff::/20',
  '5f00::/16',
].flatMap((text) => parsePrefix(text) ?? []);

/** Inside those prefixes, but reachable by the same registries. */
const REACHABLE = [
  '192.0.0.9/32',
  '192.0.0.10/32',
  '2001:1::1/128',
  '2001:1::2/128',
  '2001:3::/32',
  '2001:4:112::/48',
  '2001:20::/28',
  '2001:30::/28',
].flatMap((text) => parsePrefix(text) ?? []);

/** Whether an address is a global locator. [DC-28, GEN-16] */
export function isGlobalLocator(ip: Ip, profile: TestProfile): boolean {
  if (reach(ip, profile) !== 'global') return false;
  if (profile.global.some((prefix) => isIn(ip, prefix))) return true;
  if (REACHABLE.some((prefix) => isIn(ip, prefix))) return true;
  return !EXCEPTED.some((prefix) => isIn(ip, prefix));
}

/** A registered node of the DC's own as the end of a path. */
export function endOf(node: Registered, profile: TestProfile): End {
  const { nodeId, instance, name, virtualAddresses, locals, observed, features, suites } = node;
  const seen = { 4: seenIn(node, 4, profile), 6: seenIn(node, 6, profile) };
  return { nodeId, instance, name, virtualAddresses, locals, observed, features, suites, seen };
}

/** A node of another DC, by what that DC says of it and nothing else. */
export function endFrom(
  name: string,
  said: Omit<NodeInformationResponse, 'type' | 'transaction' | 'status'>,
  profile: TestProfile,
): End {
  const { nodeId, instance, virtualAddresses, features, suites } = said;
  const observed: { [F in Family]?: Endpoint } = {};
  for (const endpoint of said.observedEndpoints) observed[family(endpoint.ip)] ??= endpoint;
  const seen = (version: Family): Seen => {
    const isNatted = said.nattedFamilies.includes(version);
    if (!hasFamily({ observed, features }, version, profile)) return 'none';
    return isNatted || observed[version] === undefined ? 'natted' : 'global';
  };
  const own = { nodeId, instance, name, virtualAddresses, locals: said.localEndpoints, observed };
  return { ...own, features, suites, seen: { 4: seen(4), 6: seen(6) } };
}

/** The NATed families of an end, as another DC is told them. [FED-03] */
export function nattedFamilies({ seen }: End): Family[] {
  return ([4, 6] as const).filter((version) => seen[version] === 'natted');
}

function seenIn(node: Registered, version: Family, profile: TestProfile): Seen {
  if (!hasFamily(node, version, profile)) return 'none';
  const observed = node.observed[version];
  if (observed === undefined || !isGlobalLocator(observed.ip, profile)) return 'natted';
  return node.locals.some((local) => sameEndpoint(local, observed)) ? 'global' : 'natted';
}

function hasFamily(
  { observed, features }: Pick<End, 'observed' | 'features'>,
  version: Family,
  profile: TestProfile,
): boolean {
  const endpoint = observed[version];
  if (version === 6) return endpoint !== undefined && isGlobalLocator(endpoint.ip, profile);
  return endpoint !== undefined || features.includes(Feature.nat64);
}
