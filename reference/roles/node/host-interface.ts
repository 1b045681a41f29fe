/** What the host's virtual interface is to have, as a node's paths and policies stand. */
import type { Ip } from '../../address.ts';
import { family } from '../../address.ts';
import type { GeneralConfig } from '../../config/policy.ts';
import type { HostInterface } from '../../core.ts';
import { parsePrefix } from '../../locator.ts';
import type { Path } from './path.ts';

export interface Showing {
  /** Virtual addresses that may be used. [NODE-04, NODE-15] */
  readonly virtual: readonly Ip[];
  readonly paths: Iterable<Pick<Path, 'isLive' | 'lent' | 'addresses'>>;
  readonly config: Pick<GeneralConfig, 'destinations'>;
  /** Real addresses of general peers by name, that packets go to by an RS-T. */
  readonly told: readonly Ip[];
}

/**
 * Virtual addresses, and those that are lent; and what leads to an RS-T: the prefixes of the configuration, the
 * addresses that DNS gave for its names, and the general peers of live paths. [NODE-20, RST-06]
 */
export function hostInterface({ virtual, paths, config, told }: Showing): HostInterface {
  const lending = [...paths].filter(({ isLive, lent }) => isLive && lent !== undefined);
  /** An address without a peer serves all of its family. */
  const leases = lending.filter(({ addresses }) => addresses.length === 0).map(({ lent }) => lent);
  const leaseFor = (to: string): Ip | undefined =>
    leases.find((ip) => ip !== undefined && family(ip) === family(to as Ip));
  const routes = new Map<string, Ip | undefined>();
  for (const { to, policy } of config.destinations)
    if (policy === 'rs-t' && parsePrefix(to) !== undefined) routes.set(to, leaseFor(to));
  for (const address of told) routes.set(hostPrefix(address), leaseFor(address));
  for (const { lent, addresses } of lending)
    for (const address of addresses) routes.set(hostPrefix(address), lent);
  return {
    addresses: [...new Set([...virtual, ...lending.flatMap(({ lent }) => lent ?? [])])],
    routes: [...routes].map(([to, from]) => ({ to, from })),
  };
}

function hostPrefix(ip: Ip): string {
  return `${ip}/${family(ip) === 4 ? 32 : 128}`;
}
