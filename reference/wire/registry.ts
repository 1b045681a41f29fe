/** The numbers and names of the protocol. The spec's registries hold the same tables, and a test compares them. */
import type { ChannelKind } from '../crypto/keys.ts';

/** [GEN-04] */
export const MessageType = {
  registrationRequest: 0x01,
  registrationResponse: 0x02,
  directionRequest: 0x03,
  routeDirection: 0x04,
  nodeInformationRequest: 0x05,
  nodeInformationResponse: 0x06,
  relayDirection: 0x07,
  directionResponse: 0x08,
  relayRegistrationRequest: 0x09,
  relayRegistrationResponse: 0x0a,
  openingRequest: 0x0b,
  openingResponse: 0x0c,
  probeRequest: 0x0d,
  probeResponse: 0x0e,
  pathUpdate: 0x0f,
  data: 0x10,
  acknowledgement: 0x11,
} as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** [ERR-01] */
export const Status = {
  ok: 0,
  malformed: 1,
  unsupported: 2,
  notRegistered: 3,
  unknownName: 4,
  refused: 5,
  noRelay: 6,
  poolEmpty: 7,
  noRoute: 8,
  busy: 9,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

/** The names of the statuses as the spec's registry and the counters write them. [ERR-01, GEN-17] */
export const STATUS_NAMES: Readonly<Record<Status, string>> = {
  0: 'ok',
  1: 'malformed',
  2: 'unsupported',
  3: 'not-registered',
  4: 'unknown-name',
  5: 'refused',
  6: 'no-relay',
  7: 'pool-empty',
  8: 'no-route',
  9: 'busy',
};

/** [KEY-01] */
export const Suite = { chacha20Poly1305: 1, aes256Gcm: 2 } as const;
export type Suite = (typeof Suite)[keyof typeof Suite];

/** What an end can do. Numbers that are not in here may come and mean nothing to us. [DC-14] */
export const Feature = { nat64: 1, relayOnly: 2 } as const;
export type Feature = (typeof Feature)[keyof typeof Feature];

/** What an end of a path does first. [NODE-07] */
export const Part = { initiate: 1, await: 2, both: 3 } as const;
export type Part = (typeof Part)[keyof typeof Part];

/** RS-S, RS-N, RS-T. [RS-01] */
export const RelayKind = { s: 1, n: 2, t: 3 } as const;
export type RelayKind = (typeof RelayKind)[keyof typeof RelayKind];

/** Why a path is to be replaced. [HO-06] */
export const Reason = { moved: 1, directFailed: 2, relayLost: 3 } as const;
export type Reason = (typeof Reason)[keyof typeof Reason];

/** The route that an end sends by. [OPT-03] */
export const Route = { direct: 1, relay: 2 } as const;
export type Route = (typeof Route)[keyof typeof Route];

/** Body keys: one number space for all bodies, one type for each key. [GEN-22] */
export const Key = {
  transaction: 0,
  status: 1,
  padding: 2,
  fqdn: 3,
  nodeId: 4,
  instance: 5,
  localEndpoints: 6,
  features: 7,
  suites: 8,
  lifetime: 9,
  virtualAddresses: 10,
  observedEndpoint: 11,
  keepAlive: 12,
  aliases: 13,
  peerFqdn: 14,
  peerAddress: 15,
  want: 16,
  replaces: 17,
  reason: 18,
  pathId: 19,
  pathSecret: 20,
  suite: 21,
  part: 22,
  peer: 23,
  candidates: 24,
  relay: 25,
  kind: 26,
  endpoints: 27,
  legId: 28,
  legSecret: 29,
  peerVirtualAddress: 30,
  lentAddress: 31,
  forFqdn: 32,
  observedEndpoints: 33,
  nattedFamilies: 34,
  leg: 35,
  legs: 36,
  withdraw: 37,
  allocatedAddress: 38,
  kinds: 39,
  capacity: 40,
  pool: 41,
  route: 42,
  close: 43,
  dcEndpoints: 44,
} as const;
export type Key = (typeof Key)[keyof typeof Key];

/** From here up an unknown key is critical: `unsupported`. [GEN-07] */
export const FIRST_CRITICAL_KEY = 0x8000;

/** Keys that senders mix in so that receivers stay used to unknown ones. [GEN-21] */
export const GREASE_KEYS: readonly number[] = [
  0x0a0a, 0x1a1a, 0x2a2a, 0x3a3a, 0x4a4a, 0x5a5a, 0x6a6a, 0x7a7a,
];

/** The part that an end of a channel plays: on a path an RS is an RS-N or RS-T, on a leg an RS-S; an NTMA is a node. */
export type EndRole = 'node' | 'dc' | 'rs';

export interface MessageInfo {
  /** As in the spec's table of messages. */
  readonly name: string;
  /** The kinds of channel that carry it, and who may send it to whom on each. */
  readonly carriers: Readonly<Partial<Record<ChannelKind, readonly Direction[]>>>;
  /** `either`: a Route Direction is an answer where it has a status, else a request. */
  readonly use: 'opening' | 'request' | 'answer' | 'either' | 'data';
}

/** Sender and receiver. */
export type Direction = readonly [EndRole, EndRole];

const NODE_TO_DC: readonly Direction[] = [['node', 'dc']];
const DC_TO_NODE: readonly Direction[] = [['dc', 'node']];
const DC_TO_DC: readonly Direction[] = [['dc', 'dc']];
const DC_TO_RS: readonly Direction[] = [['dc', 'rs']];
const RS_TO_DC: readonly Direction[] = [['rs', 'dc']];
const NODE_TO_RS: readonly Direction[] = [['node', 'rs']];
const RS_TO_NODE: readonly Direction[] = [['rs', 'node']];
const ON_ASSOCIATION = [...NODE_TO_DC, ...DC_TO_NODE, ...DC_TO_DC, ...DC_TO_RS, ...RS_TO_DC];
const ON_PATH: readonly Direction[] = [['node', 'node'], ...NODE_TO_RS, ...RS_TO_NODE];
const ON_LEG = [...NODE_TO_RS, ...RS_TO_NODE];

/** [GEN-04, GEN-18] */
export const MESSAGES: Readonly<Record<MessageType, MessageInfo>> = {
  0x01: { name: 'Registration Request', use: 'request', carriers: { association: NODE_TO_DC } },
  0x02: { name: 'Registration Response', use: 'answer', carriers: { association: DC_TO_NODE } },
  0x03: { name: 'Direction Request', use: 'request', carriers: { association: NODE_TO_DC } },
  0x04: { name: 'Route Direction', use: 'either', carriers: { association: [...DC_TO_NODE, ...DC_TO_DC] } },
  0x05: { name: 'Node Information Request', use: 'request', carriers: { association: DC_TO_DC } },
  0x06: { name: 'Node Information Response', use: 'answer', carriers: { association: DC_TO_DC } },
  0x07: { name: 'Relay Direction', use: 'request', carriers: { association: DC_TO_RS } },
  0x08: { name: 'Direction Response', use: 'answer', carriers: { association: RS_TO_DC } },
  0x09: { name: 'Relay Registration Request', use: 'request', carriers: { association: RS_TO_DC } },
  0x0a: { name: 'Relay Registration Response', use: 'answer', carriers: { association: DC_TO_RS } },
  0x0b: {
    name: 'Tunnel Request, opening',
    use: 'opening',
    // A leg is opened by the node only.
    carriers: { association: ON_ASSOCIATION, path: ON_PATH, leg: NODE_TO_RS },
  },
  0x0c: {
    name: 'Tunnel Response, opening',
    use: 'opening',
    carriers: { association: ON_ASSOCIATION, path: ON_PATH, leg: RS_TO_NODE },
  },
  0x0d: {
    name: 'Tunnel Request, probing',
    use: 'request',
    carriers: { association: ON_ASSOCIATION, path: ON_PATH, leg: ON_LEG },
  },
  0x0e: {
    name: 'Tunnel Response, probing',
    use: 'answer',
    carriers: { association: ON_ASSOCIATION, path: ON_PATH, leg: ON_LEG },
  },
  0x0f: { name: 'Path Update', use: 'request', carriers: { path: ON_PATH } },
  0x10: { name: 'Data', use: 'data', carriers: { path: ON_PATH } },
  0x11: {
    name: 'Acknowledgement',
    use: 'answer',
    carriers: { association: [...NODE_TO_DC, ...DC_TO_DC], path: ON_PATH },
  },
};

/** Whether a number is a type of the table. [GEN-04] */
export function isMessageType(value: number): value is MessageType {
  return value in MESSAGES;
}

/** Whether a channel of this kind carries this type in this direction. [GEN-18] */
export function mayCarry(kind: ChannelKind, type: MessageType, from: EndRole, to: EndRole): boolean {
  const directions = MESSAGES[type].carriers[kind] ?? [];
  return directions.some(([sender, receiver]) => sender === from && receiver === to);
}

/** The type in which a request is answered; Acknowledgement for those that ask for nothing. [GEN-09] */
export function answerTypeOf(request: MessageType): MessageType | undefined {
  return ANSWERS[request];
}

const ANSWERS: Readonly<Partial<Record<MessageType, MessageType>>> = {
  [MessageType.registrationRequest]: MessageType.registrationResponse,
  [MessageType.directionRequest]: MessageType.routeDirection,
  [MessageType.routeDirection]: MessageType.acknowledgement,
  [MessageType.nodeInformationRequest]: MessageType.nodeInformationResponse,
  [MessageType.relayDirection]: MessageType.directionResponse,
  [MessageType.relayRegistrationRequest]: MessageType.relayRegistrationResponse,
  [MessageType.probeRequest]: MessageType.probeResponse,
  [MessageType.pathUpdate]: MessageType.acknowledgement,
};
