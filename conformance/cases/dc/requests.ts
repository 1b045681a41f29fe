/** Every kind of request that a DC answers, and who sends it. */
import { endpointToBytes } from '../../../reference/address.ts';
import { MessageType, Part, RelayKind } from '../../../reference/wire/registry.ts';
import type { Body, Fields } from '../../fields.ts';
import { body, bytesField } from '../../fields.ts';
import type { Intent } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { Party } from '../../played/party.ts';
import type { Peer } from '../../played/peer.ts';
import type { DcUnderTest } from '../../target/dc-under-test.ts';
import { OTHERS } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';
import { inside } from './steps.ts';

export const ASKED = ['registration', 'direction', 'information', 'route', 'relay registration'] as const;
export type Asked = (typeof ASKED)[number];

interface Kind {
  readonly type: number;
  readonly answer: number;
  readonly party: (dc: DcUnderTest) => Party;
  /** What is in a good one; a transaction is put before it. */
  readonly fields: (world: World, dc: DcUnderTest) => Fields;
}

const KINDS: Readonly<Record<Asked, Kind>> = {
  registration: {
    type: MessageType.registrationRequest,
    answer: MessageType.registrationResponse,
    party: (dc) => dc.node(0),
    fields: (_, dc) => ({
      fqdn: dc.node(0).fqdn,
      nodeId: dc.node(0).nodeId,
      instance: dc.node(0).instance,
      localEndpoints: [endpointToBytes(inside(7))],
      features: [],
      suites: [1],
      lifetime: 120,
    }),
  },
  direction: {
    type: MessageType.directionRequest,
    answer: MessageType.routeDirection,
    party: (dc) => dc.node(0),
    fields: (_, dc) => ({ peerFqdn: dc.node(1).fqdn }),
  },
  information: {
    type: MessageType.nodeInformationRequest,
    answer: MessageType.nodeInformationResponse,
    party: (dc) => dc.other(),
    fields: (_, dc) => ({ fqdn: dc.node(0).fqdn }),
  },
  route: {
    type: MessageType.routeDirection,
    answer: MessageType.acknowledgement,
    party: (dc) => dc.other(),
    fields: (world, dc) => ({
      pathId: world.fresh(16),
      pathSecret: world.fresh(32),
      suite: 1,
      part: Part.await,
      peer: mnAbroad(world),
      candidates: [Uint8Array.of(127, 0, 0, 7, 18, 18)],
      lifetime: 300,
      forFqdn: dc.node(1).fqdn,
    }),
  },
  'relay registration': {
    type: MessageType.relayRegistrationRequest,
    answer: MessageType.relayRegistrationResponse,
    party: (dc) => dc.relay(),
    fields: (_, dc) => ({
      instance: dc.relay().instance,
      suites: [1],
      endpoints: [endpointToBytes(dc.relay().peer.local)],
      kinds: [RelayKind.s],
      capacity: 1000,
    }),
  },
};

/** A node of the other DC, as the peer in a Route Direction; fields given here replace those. */
export function mnAbroad(world: World, fields: Fields = {}): Body {
  return body({
    nodeId: world.fresh(16),
    instance: world.fresh(8),
    fqdn: `mn.${OTHERS[0].zone}`,
    virtualAddresses: [Uint8Array.of(198, 19, 0, 5)],
    ...fields,
  });
}

/** One request, made but not sent. */
export interface Request {
  readonly of: Kind;
  readonly peer: Peer;
  readonly party: Party;
  readonly content: Body;
}

/** A DC of which two nodes are registered, and which the others have reached. @throws Unjudged */
export async function allAround(world: World): Promise<DcUnderTest> {
  const dc = await world.dc();
  await dc.node(0).register();
  await dc.node(1).register();
  await dc.other().attach();
  await dc.relay().attach();
  return dc;
}

/** A good request of a kind; fields given here replace its own, undefined takes one away. */
export function requestOf(world: World, dc: DcUnderTest, kind: Asked, fields: Fields = {}): Request {
  const of = KINDS[kind];
  const party = of.party(dc);
  const content = body({ transaction: world.fresh(8), ...of.fields(world, dc), ...fields });
  return { of, party, peer: party.peer, content };
}

/** Sends it and waits for its answer. */
export async function sent(
  { of, party, peer }: Request,
  content: Body,
  intent?: Intent,
): Promise<Received | undefined> {
  return await peer.request(party.association, of.type, content, {
    timeout: 4500 + peer.stage.timeout,
    ...(intent && { intent }),
  });
}

export function transactionOf(content: Body): Uint8Array {
  return bytesField(content, 'transaction') ?? new Uint8Array(0);
}
