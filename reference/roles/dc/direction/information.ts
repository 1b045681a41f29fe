/** A node as directions see it: one of this DC, or of another by its Node Information. */
import type { TestProfile } from '../../../locator.ts';
import { isIn } from '../../../locator.ts';
import type { Message, NodeInformationResponse } from '../../../wire/messages.ts';
import { MessageType } from '../../../wire/registry.ts';
import type { DcPeer, Registered } from '../parts.ts';
import type { End } from './bodies.ts';
import type { Family, Seen, Situation } from './situation.ts';
import { situationFrom, situationOf } from './situation.ts';

export interface FarNode {
  readonly end: End;
  readonly situation: Situation;
}

/** A registered node of this DC. */
export function nearNode(registered: Registered, profile: TestProfile): FarNode {
  const { nodeId, instance, name, virtualAddresses, suites } = registered;
  return {
    end: { nodeId, instance, fqdn: name, virtualAddresses, suites },
    situation: situationOf(seenOf(registered), profile),
  };
}

/** A node of another DC; undefined if that says what it may not say. [DC-26] */
export function farNode(
  name: string,
  answer: Message,
  { prefixes }: DcPeer,
  profile: TestProfile,
): FarNode | undefined {
  if (answer.type !== MessageType.nodeInformationResponse || !('suites' in answer)) return undefined;
  const { nodeId, instance, virtualAddresses, suites, nattedFamilies } = answer;
  if (!virtualAddresses.every((ip) => prefixes.some((prefix) => isIn(ip, prefix)))) return undefined;
  const natted = new Set(
    nattedFamilies.filter((version): version is Family => version === 4 || version === 6),
  );
  return {
    end: { nodeId, instance, fqdn: name, virtualAddresses, suites },
    situation: situationFrom(answer, natted, profile),
  };
}

/** What another DC is told of a node of this one. [FED-03, FED-14] */
export function informationOf(
  registered: Registered,
  transaction: Uint8Array,
  profile: TestProfile,
): NodeInformationResponse {
  const { nodeId, instance, virtualAddresses, features, suites } = registered;
  const seen = seenOf(registered);
  const { natted, isRelayOnly } = situationOf(seen, profile);
  return {
    type: MessageType.nodeInformationResponse,
    transaction,
    status: 0,
    nodeId,
    instance,
    virtualAddresses,
    localEndpoints: isRelayOnly ? [] : seen.localEndpoints,
    observedEndpoints: isRelayOnly ? [] : seen.observedEndpoints,
    nattedFamilies: [...natted].sort(),
    features,
    suites,
  };
}

function seenOf({ locals, observed, features }: Registered): Seen {
  const observedEndpoints = [observed[4], observed[6]].filter((endpoint) => endpoint !== undefined);
  return { localEndpoints: locals, observedEndpoints, features };
}
