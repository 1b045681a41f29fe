/** The messages of one path, from what was decided and drawn for it. Pure. [DC-21, DC-33, DC-34] */
import type { Endpoint, Ip } from '../../../address.ts';
import type { Random } from '../../../core.ts';
import type { Message, RelayDirectionEnd, RelayDirectionS, RouteDirection } from '../../../wire/messages.ts';
import { MessageType, Part, RelayKind, Suite } from '../../../wire/registry.ts';
import type { Decision } from './route.ts';

const [ID_LENGTH, SECRET_LENGTH, TRANSACTION_LENGTH] = [16, 32, 8];

/** One tunnel end as the other is told of it. */
export interface End {
  readonly nodeId: Uint8Array;
  readonly instance: Uint8Array;
  readonly fqdn: string;
  readonly virtualAddresses: readonly Ip[];
  readonly suites: readonly number[];
}

export interface Leg {
  readonly legId: Uint8Array;
  readonly legSecret: Uint8Array;
}

/** What one RS-S was directed: it knows the legs, and nothing of the path but its ID. [DC-23] */
export interface Legs {
  readonly mn: Leg;
  readonly cn: Leg;
}

/** A relay that accepted, and where it says that legs are opened. */
export interface Accepted {
  readonly nodeId: Uint8Array;
  readonly endpoints: readonly Endpoint[];
  readonly legs: Legs;
}

/** What both ends of a path have in common. */
export interface Common {
  readonly pathId: Uint8Array;
  readonly pathSecret: Uint8Array;
  readonly suite: number;
  /** Seconds. */
  readonly lifetime: number;
  readonly replaces: Uint8Array | undefined;
}

/** A new ID that nothing of the DC has. [DC-20] */
export function freshId(random: Random, isTaken: (id: Uint8Array) => boolean): Uint8Array {
  for (;;) {
    const id = random(ID_LENGTH);
    if (!isTaken(id)) return id;
  }
}

export function freshTransaction(random: Random): Uint8Array {
  return random(TRANSACTION_LENGTH);
}

/** [DC-23] */
export function freshSecret(random: Random): Uint8Array {
  return random(SECRET_LENGTH);
}

/** The highest suite that both have; 1 is in every list. [DC-33] */
export function commonSuite(a: readonly number[], b: readonly number[]): number {
  return Math.max(Suite.chacha20Poly1305, ...a.filter((suite) => b.includes(suite)));
}

/** @param lifetime of the entry, in seconds */
export function relayDirection(
  random: Random,
  pathId: Uint8Array,
  ends: { readonly mn: End; readonly cn: End },
  legs: Legs,
  lifetime: number,
): RelayDirectionS {
  return {
    type: MessageType.relayDirection,
    transaction: freshTransaction(random),
    pathId,
    kind: RelayKind.s,
    legs: [
      { nodeId: ends.mn.nodeId, ...legs.mn },
      { nodeId: ends.cn.nodeId, ...legs.cn },
    ],
    lifetime,
  };
}

/** What a path to or by an RS-N or RS-T has beside what all paths have. [DC-22] */
export interface RelayEnd {
  readonly kind: typeof RelayKind.n | typeof RelayKind.t;
  /** The general peer. */
  readonly peerAddress: Ip | undefined;
  /** What stands for it. */
  readonly peerVirtualAddress: Ip | undefined;
}

/** The relay is the far end, so it has the path's secret. [DC-22, DC-23] */
export function relayEndDirection(
  random: Random,
  common: Common,
  end: RelayEnd,
  { nodeId, virtualAddresses }: Pick<End, 'nodeId' | 'virtualAddresses'>,
): RelayDirectionEnd {
  const own = { type: MessageType.relayDirection, transaction: freshTransaction(random), nodeId };
  return { ...own, virtualAddresses, ...given(common), ...given(end), kind: end.kind };
}

/** What the node is told of a path to an RS-N or RS-T; without transaction and status. [DC-22] */
export function relayEndRoute(
  common: Common,
  { kind, ...end }: RelayEnd,
  { nodeId, endpoints }: Omit<Accepted, 'legs'>,
  lentAddress: Ip | undefined,
): Omit<RouteDirection, 'transaction' | 'status'> {
  const relay = { kind, nodeId, endpoints };
  return {
    type: MessageType.routeDirection,
    part: Part.initiate,
    relay,
    ...given(common),
    ...given(end),
    ...given({ lentAddress }),
  };
}

/** Without what is undefined. */
function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

/** What one end is told; without transaction and status, which say whether it is a request or an answer. */
export function routeDirection(
  common: Common,
  side: 'mn' | 'cn',
  decision: Decision,
  other: End,
  candidates: readonly Endpoint[],
  relay: Accepted | undefined,
): Omit<RouteDirection, 'transaction' | 'status'> {
  const { pathId, pathSecret, suite, lifetime, replaces } = common;
  const { nodeId, instance, fqdn, virtualAddresses } = other;
  return {
    type: MessageType.routeDirection,
    pathId,
    pathSecret,
    suite,
    part: decision[side],
    lifetime,
    peer: { nodeId, instance, fqdn, virtualAddresses },
    ...(candidates.length > 0 ? { candidates } : {}),
    ...(relay === undefined
      ? {}
      : {
          relay: {
            kind: RelayKind.s,
            nodeId: relay.nodeId,
            endpoints: relay.endpoints,
            leg: relay.legs[side],
          },
        }),
    ...(replaces === undefined ? {} : { replaces }),
  };
}

/** The status in an answer, or undefined if it is no error. */
export function statusIn(answer: Message): number | undefined {
  return 'status' in answer && answer.status !== 0 ? answer.status : undefined;
}
