import type { Endpoint, Ip } from '../../reference/address.ts';
import { endpointToBytes, family } from '../../reference/address.ts';
import type { Body } from '../fields.ts';
import { body, bytesField } from '../fields.ts';
import type { Received } from '../observe/received.ts';

/** What a NAT makes of any address: of networks for documentation, so nobody is there. */
export const OUTSIDE = { 4: '203.0.113.9' as Ip, 6: '2001:db8::9' as Ip } as const;

/** The endpoint that the other end is told: where its datagram came from, or what a NAT would have made of it. */
export function observed({ from }: Received, natted: readonly (4 | 6)[]): Endpoint {
  const version = family(from.ip);
  return natted.includes(version) ? { ip: OUTSIDE[version], port: from.port } : from;
}

/** The answer to a probing request, as it has to be. */
export function probeAnswer(request: Received, natted: readonly (4 | 6)[] = []): Body {
  return body({
    transaction: bytesField(request.body, 'transaction'),
    status: 0,
    observedEndpoint: endpointToBytes(observed(request, natted)),
  });
}
