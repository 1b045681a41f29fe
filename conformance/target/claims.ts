/** Which optional features a target claims, by the names that cases use. */
import type { Claims } from '../../adapters/contract.ts';
import { Feature, Suite } from '../../reference/wire/registry.ts';

const CLAIMED: Readonly<Record<string, (claims: Claims) => boolean>> = {
  nat64: ({ features }) => features?.includes(Feature.nat64) ?? false,
  'relay-only': ({ features }) => features?.includes(Feature.relayOnly) ?? false,
  'suite-2': ({ suites }) => suites?.includes(Suite.aes256Gcm) ?? false,
  ipv6: ({ families }) => families?.includes(6) ?? false,
  kernel: ({ kernel }) => kernel ?? false,
  'dns-update': ({ dnsUpdate }) => dnsUpdate ?? false,
};

/** The names that a case may put into `features`. */
export const FEATURE_NAMES: readonly string[] = Object.keys(CLAIMED);

/**
 * Whether a feature is claimed.
 * @throws RangeError for a name that no case may use.
 */
export function claimed(feature: string, claims: Claims): boolean {
  const test = CLAIMED[feature];
  if (test === undefined) throw new RangeError(`no feature is called ${feature}`);
  return test(claims);
}
