/** From a node's configuration to what its association is made with. */
import type { Endpoint } from '../../address.ts';
import { sameEndpoint } from '../../address.ts';
import { fromHex } from '../../bytes.ts';
import type { NodeConfig } from '../../config/node.ts';
import type { Timers } from '../../config/timers.ts';
import { Feature, Suite } from '../../wire/registry.ts';
import type { AssociationConfig } from '../association/association.ts';
import type { Schedule } from '../association/requests.ts';
import { channelTimers, endpoints } from '../settings.ts';
import type { Location } from './location.ts';

/** GEN-27: answers that the association keeps, at least. */
const ANSWERS_BOUND = 64;

/** The association of a node with its DC. */
export function nodeAssociation(
  { nodeId, association }: NodeConfig,
  timers: Timers,
  usable: (endpoint: Endpoint) => boolean,
  location: Location,
): AssociationConfig {
  const provisioned = endpoints(association.endpoints);
  return {
    channel: {
      kind: 'association',
      id: fromHex(association.id),
      secret: fromHex(association.secret),
      suite: Suite.chacha20Poly1305,
      self: fromHex(nodeId),
      peer: fromHex(association.peer),
      opens: 'either',
      selfRole: 'node',
      peerRole: 'dc',
      followsContext: false,
      addressing: 'one-a-family',
      familyOf: location.wayTo,
      usable,
      isProvisioned: (endpoint) =>
        location.reached(provisioned).some((known) => sameEndpoint(known, endpoint)),
      timers: channelTimers(timers, 'association'),
    },
    endpoints: provisioned,
    answerCache: timers['answer-cache'],
    answerBound: ANSWERS_BOUND,
    retryMin: timers['registration-retry-min'],
    retryMax: timers['registration-retry-max'],
  };
}

/** When a request to the DC is tried and given up. [GEN-11] */
export function scheduleOf(timers: Timers): Schedule {
  return { tries: timers['try-node-dc'], over: timers['try-over-node-dc'] };
}

/** Highest preference first, the mandatory one among them. [NODE-03] */
export function suitesOf({ suites }: NodeConfig): number[] {
  return suites.includes(Suite.chacha20Poly1305) ? [...suites] : [...suites, Suite.chacha20Poly1305];
}

/** As numbers of the registry. */
export function featuresOf({ features }: NodeConfig): Feature[] {
  return features.map((name) => (name === 'nat64' ? Feature.nat64 : Feature.relayOnly));
}
