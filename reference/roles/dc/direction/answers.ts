/** What comes of asking relays. [DC-19, DC-32, DC-41] */
import type { Endpoint } from '../../../address.ts';
import { MessageType, Reason, Status } from '../../../wire/registry.ts';
import type { Answered, RegisteredRelay, RelayPeer } from '../parts.ts';
import { statusIn } from './bodies.ts';

/** Of relays that did not accept: `busy` or `pool-empty` only if that is what all said. */
export function worse(sofar: Status | undefined, why: number | undefined): Status {
  const latest = why === Status.busy || why === Status.poolEmpty ? why : Status.noRelay;
  return sofar === undefined || sofar === latest ? latest : Status.noRelay;
}

/** Where ends reach the relay; undefined unless it accepted. [DC-41] */
export function endpointsIn(answer: Answered): readonly Endpoint[] | undefined {
  if (typeof answer === 'string' || answer.type !== MessageType.directionResponse) return undefined;
  return 'endpoints' in answer ? answer.endpoints : undefined;
}

/** Whether the relay has the path now, be the answer of use or not: then it has to be told when nothing comes of it. */
export function hasTaken(answer: Answered): boolean {
  if (typeof answer === 'string' || answer.type !== MessageType.directionResponse) return false;
  return statusIn(answer) === undefined;
}

export function relayNodeId({ peer }: RegisteredRelay): Uint8Array {
  return peer.association.config.channel.peer;
}

/**
 * In which order relays are asked for a path that replaces one. [DC-38]
 * @param before the relay of that one
 * @param keeps whether that relay has something that the new path can go on with, and was not lost
 */
export function inOrder(
  relays: readonly RegisteredRelay[],
  before: RelayPeer | undefined,
  reason: number | undefined,
  keeps: boolean,
): RegisteredRelay[] {
  const [same, others] = [
    relays.filter(({ peer }) => peer === before),
    relays.filter(({ peer }) => peer !== before),
  ];
  if (reason === Reason.relayLost) return [...others, ...same];
  return keeps ? [...same, ...others] : [...relays];
}
