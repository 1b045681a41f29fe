/** What a node does with a general peer. [NODE-20] */
import type { Ip } from '../../address.ts';
import type { GeneralConfig, Policy } from '../../config/policy.ts';
import type { Prefix, TestProfile } from '../../locator.ts';
import { isIn, parsePrefix, reach } from '../../locator.ts';

/** What is beside the configuration. */
export interface Surroundings {
  readonly profile: TestProfile;
  /** Prefixes of the links that the host is attached to. */
  readonly links: readonly Prefix[];
}

/** A general peer as far as it is known. */
export interface Destination {
  /** The name that the application asked for, in lower case. */
  readonly name: string | undefined;
  readonly address: Ip;
}

/**
 * The policy for a general peer. The first that applies decides:
 *
 * | the address or the name | policy |
 * | --- | --- |
 * | an address that no host elsewhere has: unspecified, loopback, link-local, multicast | bypass |
 * | an address inside the prefix of an attached link | bypass |
 * | fits a destination of the configuration, in its order | that one's |
 * | else | the default |
 */
export function policyFor(
  destination: Destination,
  config: GeneralConfig,
  { profile, links }: Surroundings,
): Policy {
  const { address } = destination;
  if (reach(address, profile) === 'never' || links.some((link) => isIn(address, link))) return 'bypass';
  const found = config.destinations.find(({ to }) => fits(destination, to));
  return found?.policy ?? config.policy;
}

function fits({ name, address }: Destination, to: string): boolean {
  const prefix = parsePrefix(to);
  if (prefix !== undefined) return isIn(address, prefix);
  if (name === undefined) return false;
  return to.startsWith('*.') ? name.endsWith(to.slice(1)) : name === to;
}
