/** What an RS-T says that it lent, and whether it can be so. [DC-44] */
import type { Ip } from '../../../address.ts';
import { family } from '../../../address.ts';
import { MessageType } from '../../../wire/registry.ts';
import type { Answered, LiveRelayDirection, RelayPeer } from '../parts.ts';

/** The address in a Direction Response of status 0, if it has one. */
export function allocatedIn(answer: Answered): Ip | undefined {
  if (typeof answer === 'string' || answer.type !== MessageType.directionResponse) return undefined;
  return 'allocatedAddress' in answer ? answer.allocatedAddress : undefined;
}

/** Addresses that a relay may lend to a node that wants to reach a peer, or nobody yet. [DC-17] */
export function lendable({ lent }: RelayPeer, peer: Ip | undefined): readonly Ip[] {
  return peer === undefined ? lent : lent.filter((ip) => family(ip) === family(peer));
}

/** Whether a relay that was told of a path again lends another address for it, or none. [DC-44] */
export function leaseIsLost({ lent }: LiveRelayDirection, answer: Answered): boolean {
  return lent !== undefined && typeof answer !== 'string' && allocatedIn(answer) !== lent;
}
