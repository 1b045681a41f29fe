/** What a node does with a general peer. [NODE-20] */
import type { Ip } from '../../address.ts';
import type { GeneralConfig, Policy } from '../../config/policy.ts';
import type { TestProfile } from '../../locator.ts';
import { isIn, parsePrefix, reach } from '../../locator.ts';

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
 * | fits a destination of the configuration, in its order | that one's |
 * | else | the default |
 */
export function policyFor(destination: Destination, config: GeneralConfig, profile: TestProfile): Policy {
  if (reach(destination.address, profile) === 'never') return 'bypass';
  const found = config.destinations.find(({ to }) => fits(destination, to));
  return found?.policy ?? config.policy;
}

function fits({ name, address }: Destination, to: string): boolean {
  const prefix = parsePrefix(to);
  if (prefix !== undefined) return isIn(address, prefix);
  if (name === undefined) return false;
  return to.startsWith('*.') ? name.endsWith(to.slice(1)) : name === to;
}
