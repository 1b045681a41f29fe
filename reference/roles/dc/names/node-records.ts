/** What the zone has of a registered node. [DNS-19, DNS-21, DNS-22] */
import type { Endpoint, Ip } from '../../../address.ts';
import { Type } from '../../../dns/query.ts';
import { encodeNtmRecord } from '../../../dns/record.ts';
import { addressRecord } from '../../../dns/zone/records.ts';
import type { ZoneRecord } from '../../../dns/zone/zone.ts';
import type { TestProfile } from '../../../locator.ts';
import { reach } from '../../../locator.ts';
import type { Registered } from '../parts.ts';

export interface Policy {
  readonly policy: 'locator-free' | 'full';
  /** Of the DC. */
  readonly endpoints: readonly Endpoint[];
  readonly profile: TestProfile;
  /** Seconds at most. */
  readonly ttl: number;
}

/**
 * The records of a node's name.
 * @param provisioned public addresses of the name, which are there whether the node is or not.
 */
export function nodeRecords(
  node: Registered | undefined,
  provisioned: readonly Ip[],
  policy: Policy,
): ZoneRecord[] {
  const { ttl } = policy;
  const addresses = provisioned.map((ip) => addressRecord(ip, ttl));
  if (node === undefined) return addresses;
  return [
    { type: Type.ntm, data: ntmOf(node, policy), ttl, until: node.expiresAt },
    ...(provisioned.length > 0 ? addresses : observedOf(node, policy)),
  ];
}

function ntmOf(node: Registered, { policy, endpoints: dcEndpoints }: Policy): Uint8Array {
  const { nodeId, name: fqdn, locals: localEndpoints, virtualAddresses } = node;
  if (policy === 'locator-free') return encodeNtmRecord({ nodeId, dcEndpoints });
  const observedEndpoints = Object.values(node.observed);
  return encodeNtmRecord({ nodeId, dcEndpoints, fqdn, localEndpoints, virtualAddresses, observedEndpoints });
}

function observedOf(node: Registered, { policy, profile, ttl }: Policy): ZoneRecord[] {
  if (policy === 'locator-free') return [];
  const global = Object.values(node.observed).filter(({ ip }) => reach(ip, profile) === 'global');
  return global.map(({ ip }) => addressRecord(ip, ttl, Math.min(node.expiresAt, node.observedUntil)));
}
