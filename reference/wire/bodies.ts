/** The bodies: for each type of message its forms, which keys each has and what they must be to each other. */
import { z } from 'zod';
import { sameBytes } from '../bytes.ts';
import type { FieldName } from './fields.ts';
import { FIELDS } from './fields.ts';
import type { MessageType } from './registry.ts';
import { RelayKind, Status } from './registry.ts';
import type { Shape } from './shape.ts';
import { field, shapeOf } from './shape.ts';

/** The status of an error: what is in the registry but 0. A number that is not yet in it is kept as it came. [ERR-01] */
export type ErrorStatus = Exclude<Status, typeof Status.ok>;

/** The longest lifetime of paths and entries, in seconds. */
const DAY = 86_400;

const OK = { status: field('status-ok', z.literal(Status.ok)) };

/** An error in the type of any answer: nothing but transaction and status. [ERR-03] */
export const ERROR = shapeOf(FIELDS, ['transaction', 'status'], [], {
  status: field(
    'status-error',
    FIELDS.status.schema.pipe(z.custom<ErrorStatus>((status) => status !== Status.ok, 'not an error')),
  ),
});

/** [NODE-03] */
export const REGISTRATION_REQUEST = shapeOf(FIELDS, [
  'transaction',
  'fqdn',
  'nodeId',
  'instance',
  'localEndpoints',
  'features',
  'suites',
  'lifetime',
]);

/** [DC-06] */
export const REGISTRATION_RESPONSE = shapeOf(
  FIELDS,
  ['transaction', 'status', 'virtualAddresses', 'observedEndpoint', 'lifetime', 'keepAlive'],
  ['aliases'],
  OK,
);

/** A peer by name or by address or none; a reason where, and only where, a path is to be replaced. [DC-31] */
export const DIRECTION_REQUEST = checked(
  shapeOf(FIELDS, ['transaction'], ['peerFqdn', 'peerAddress', 'want', 'replaces', 'reason']),
  [
    {
      holds: (body) => body.peerFqdn === undefined || body.peerAddress === undefined,
      why: 'a peer by name and by address',
    },
    {
      holds: (body) => (body.replaces === undefined) === (body.reason === undefined),
      why: 'one of replaces and reason without the other',
    },
    {
      holds: (body) => body.peerAddress === undefined || body.want !== RelayKind.s,
      why: 'an RS-S for a general peer',
    },
    {
      holds: (body) =>
        body.peerFqdn !== undefined ||
        body.peerAddress !== undefined ||
        (body.want !== RelayKind.s && body.want !== RelayKind.n),
      why: 'an RS-S or RS-N for no peer',
    },
  ],
);

/** Of paths and of the entries that serve them. [RSS-14] */
const PATH_LIFETIME = { lifetime: field('entry-lifetime', z.int().min(1).max(DAY)) };

/** With a status the answer to a Direction Request, else a request to the end that did not ask. [DC-09, DC-21, GEN-45] */
export const ROUTE_DIRECTION = checked(
  shapeOf(
    FIELDS,
    ['transaction', 'pathId', 'pathSecret', 'suite', 'part', 'lifetime'],
    [
      'status',
      'peer',
      'candidates',
      'relay',
      'peerVirtualAddress',
      'lentAddress',
      'peerAddress',
      'replaces',
      'forFqdn',
    ],
    { ...OK, ...PATH_LIFETIME },
  ),
  [
    {
      holds: ({ peer, relay }) => peer !== undefined || (relay !== undefined && relay.kind !== RelayKind.s),
      why: 'no far end: neither a peer nor a relay that can be one',
    },
    {
      holds: ({ relay }) => relay?.kind !== RelayKind.s || relay.leg !== undefined,
      why: 'an RS-S without a leg',
    },
    {
      holds: ({ relay }) => !isTunnelEnd(relay?.kind) || relay?.leg === undefined,
      why: 'a leg with a relay that has none',
    },
  ],
);

function isTunnelEnd(kind: unknown): boolean {
  return kind === RelayKind.n || kind === RelayKind.t;
}

/** [FED-02] */
export const NODE_INFORMATION_REQUEST = shapeOf(FIELDS, ['transaction', 'fqdn']);

/** [FED-03] */
export const NODE_INFORMATION_RESPONSE = shapeOf(
  FIELDS,
  [
    'transaction',
    'status',
    'nodeId',
    'instance',
    'localEndpoints',
    'features',
    'suites',
    'virtualAddresses',
    'observedEndpoints',
    'nattedFamilies',
  ],
  [],
  OK,
);

/** Two legs that have nothing in common; a path secret is never for an RS-S. [RSS-04, RSS-13, RSS-14] */
export const RELAY_DIRECTION_S = checked(
  shapeOf(
    FIELDS,
    ['transaction', 'pathId', 'kind', 'legs', 'lifetime'],
    [],
    { kind: field('1', z.literal(RelayKind.s)), ...PATH_LIFETIME },
    ['pathSecret'],
  ),
  [
    { holds: ({ legs: [a, b] }) => differ(a?.nodeId, b?.nodeId), why: 'two legs of one Node ID' },
    { holds: ({ legs: [a, b] }) => differ(a?.legId, b?.legId), why: 'two legs with one Leg ID' },
    { holds: ({ legs: [a, b] }) => differ(a?.legSecret, b?.legSecret), why: 'two legs with one secret' },
    {
      holds: ({ legs, pathId }) => legs.every((leg) => differ(leg.legId, pathId)),
      why: 'a Leg ID that is the Path ID',
    },
  ],
);

function differ(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && !sameBytes(a, b);
}

/** The relay is the far end of the node's path; an RS-N needs both addresses, and says so itself. [KEY-04, RSN-13] */
export const RELAY_DIRECTION_END = shapeOf(
  FIELDS,
  ['transaction', 'pathId', 'kind', 'nodeId', 'pathSecret', 'suite', 'virtualAddresses', 'lifetime'],
  ['peerAddress', 'peerVirtualAddress', 'replaces'],
  { kind: field('2 / 3', z.literal([RelayKind.n, RelayKind.t])), ...PATH_LIFETIME },
);

/** A kind that is not assigned fits; the relay answers `unsupported`. [RS-17] */
export const RELAY_DIRECTION_OTHER = shapeOf(FIELDS, ['transaction', 'pathId', 'kind'], [], {
  kind: field(
    'kind-unassigned',
    FIELDS.kind.schema.refine((kind) => kind === 0 || kind > RelayKind.t, 'a kind that is assigned'),
  ),
});

/** [RS-11] */
export const RELAY_DIRECTION_WITHDRAW = shapeOf(FIELDS, ['transaction', 'pathId', 'withdraw']);

/** The endpoints are there unless it answers a withdrawal. [RS-02] */
export const DIRECTION_RESPONSE = shapeOf(
  FIELDS,
  ['transaction', 'status'],
  ['endpoints', 'allocatedAddress'],
  OK,
);

/** [RS-15] */
export const RELAY_REGISTRATION_REQUEST = shapeOf(FIELDS, [
  'transaction',
  'instance',
  'suites',
  'endpoints',
  'kinds',
  'capacity',
]);

/** [RST-09] */
export const RELAY_REGISTRATION_RESPONSE = shapeOf(FIELDS, ['transaction', 'status', 'lifetime'], ['pool'], {
  ...OK,
  ...PATH_LIFETIME,
});

/** [KEY-11] */
export const PROBE_REQUEST = shapeOf(FIELDS, ['transaction'], ['padding']);

/** [RS-05, NODE-09] */
export const PROBE_RESPONSE = shapeOf(FIELDS, ['transaction', 'status', 'observedEndpoint'], [], OK);

/** [OPT-01, OPT-03] */
export const PATH_UPDATE = shapeOf(FIELDS, ['transaction'], ['candidates', 'route', 'close']);

/** [GEN-09] */
export const ACKNOWLEDGEMENT = shapeOf(FIELDS, ['transaction', 'status'], [], OK);

/** A body's field by name, as it came or as it will go; undefined where there is none. */
type Lookup = (name: FieldName) => unknown;

/** One form of a body. Of a type's forms the first whose `when` holds is the one that a body must fit. */
export interface Form {
  /** As its CDDL rule is named. */
  readonly rule: string;
  readonly shape: Shape;
  readonly when: (body: Lookup) => boolean;
}

const always = (_body: Lookup): boolean => true;
const isError = (body: Lookup): boolean => body('status') !== undefined && body('status') !== Status.ok;
const form = (rule: string, shape: Shape, when = always): Form => ({ rule, shape, when });
const REFUSAL = form('refusal', ERROR, isError);

export type BodyType = Exclude<
  MessageType,
  typeof MessageType.openingRequest | typeof MessageType.openingResponse | typeof MessageType.data
>;

export const BODIES: Readonly<Record<BodyType, readonly Form[]>> = {
  0x01: [form('registration-request', REGISTRATION_REQUEST)],
  0x02: [REFUSAL, form('registration-response-ok', REGISTRATION_RESPONSE)],
  0x03: [form('direction-request', DIRECTION_REQUEST)],
  0x04: [REFUSAL, form('route-direction-order', ROUTE_DIRECTION)],
  0x05: [form('node-information-request', NODE_INFORMATION_REQUEST)],
  0x06: [REFUSAL, form('node-information-response-ok', NODE_INFORMATION_RESPONSE)],
  0x07: [
    form('relay-direction-withdraw', RELAY_DIRECTION_WITHDRAW, (body) => body('withdraw') !== undefined),
    form('relay-direction-s', RELAY_DIRECTION_S, (body) => body('kind') === RelayKind.s),
    form('relay-direction-nt', RELAY_DIRECTION_END, (body) => isTunnelEnd(body('kind'))),
    form('relay-direction-other', RELAY_DIRECTION_OTHER),
  ],
  0x08: [REFUSAL, form('direction-response-ok', DIRECTION_RESPONSE)],
  0x09: [form('relay-registration-request', RELAY_REGISTRATION_REQUEST)],
  0x0a: [REFUSAL, form('relay-registration-response-ok', RELAY_REGISTRATION_RESPONSE)],
  0x0d: [form('tunnel-request', PROBE_REQUEST)],
  0x0e: [REFUSAL, form('tunnel-response-ok', PROBE_RESPONSE)],
  0x0f: [form('path-update', PATH_UPDATE)],
  0x11: [REFUSAL, form('acknowledgement-ok', ACKNOWLEDGEMENT)],
};

/** A shape whose schema has conditions between fields too. */
function checked<S extends z.ZodType>(shape: Shape<S>, conditions: readonly Condition<S>[]): Shape<S> {
  let { schema } = shape;
  for (const { holds, why } of conditions) schema = schema.refine(holds, why);
  return { ...shape, schema };
}

interface Condition<S extends z.ZodType> {
  readonly holds: (body: z.output<S>) => boolean;
  readonly why: string;
}
