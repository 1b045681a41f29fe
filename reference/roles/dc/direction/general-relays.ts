/** Which relays can be the far end of a path to a general peer. Pure. [DC-16, DC-17] */
import type { Ip } from '../../../address.ts';
import { family } from '../../../address.ts';
import type { TestProfile } from '../../../locator.ts';
import { RelayKind } from '../../../wire/registry.ts';
import type { Registered, RegisteredRelay } from '../parts.ts';
import { nearNode } from './information.ts';
import { lendable } from './lease.ts';
import type { Family } from './situation.ts';

/** Families by which a node can reach a relay, as far as is known. [DC-28] */
export function familiesOf(node: Registered, profile: TestProfile): ReadonlySet<Family> {
  const { has } = nearNode(node, profile).situation;
  return has.size > 0 ? has : new Set([4, 6]);
}

/**
 * Of the registered relays of a kind those that the node can reach, and that can reach the peer: an RS-N by a
 * family that it serves, an RS-T by an address that it may lend.
 */
export function relaysFor(
  registered: readonly RegisteredRelay[],
  kind: typeof RelayKind.n | typeof RelayKind.t,
  families: ReadonlySet<Family>,
  peer: Ip | undefined,
): readonly RegisteredRelay[] {
  return registered
    .filter(({ endpoints }) => endpoints.some(({ ip }) => families.has(family(ip))))
    .filter((relay) =>
      kind === RelayKind.t
        ? lendable(relay.peer, peer).length > 0
        : peer === undefined || relay.endpoints.some(({ ip }) => family(ip) === family(peer)),
    );
}
