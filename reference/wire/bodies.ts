/** The bodies: for each type of message its forms, which keys each has and what they must be to each other. */
import { z } from 'zod';
import { sameBytes } from '../bytes.ts';
import { FIELDS } from './fields.ts';
import type { FieldName } from './fields.ts';
import { RelayKind, Status } from './registry.ts';
import type { MessageType } from './registry.ts';
import { shapeOf } from './shape.ts';
import type { Shape } from './shape.ts';

/** The status of an error: what is in the registry but 0. A number that is not yet in it is kept as it came. [ERR-01] */
export type ErrorStatus = Exclude<Status, typeof Status.ok>;

const OK = { status: z.literal(Status.ok) };

/** An error in the type of any answer: nothing but transaction and status. [ERR-03] */
export const ERROR = shapeOf(FIELDS, ['transaction', 'status'], [], {
  status: z.custom<ErrorStatus>((value) => Number.isSafeInteger(value) && (value as number) > 0, 'no status of an error'),
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

/** A peer by name or by address or none; a reason where, and only where, a path is to be replaced. [NODE-06, HO-06] */
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
  ],
);

const ROUTE = ['pathId', 'pathSecret', 'suite', 'part', 'lifetime'] as const;
const ROUTE_OPTIONAL = [
  'peer',
  'candidates',
  'relay',
  'peerVirtualAddress',
  'lentAddress',
  'peerAddress',
  'replaces',
  'forFqdn',
] as const;

/** As a request, to the end that did not ask. [DC-21] */
export const ROUTE_DIRECTION = shapeOf(FIELDS, ['transaction', ...ROUTE], ROUTE_OPTIONAL);

/** As the answer to a Direction Request. [DC-09] */
export const ROUTE_DIRECTION_ANSWER = shapeOf(
  FIELDS,
  ['transaction', 'status', ...ROUTE],
  ROUTE_OPTIONAL,
  OK,
);

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

const DAY = 86_400;
const RELAY_LIFETIME = { lifetime: z.number().int().min(1).max(DAY) };

/** Two legs of two nodes; a path secret is never for an RS-S. [RSS-04, KEY-04, DC-23] */
export const RELAY_DIRECTION_S = checked(
  shapeOf(
    FIELDS,
    ['transaction', 'pathId', 'kind', 'legs', 'lifetime'],
    ['replaces'],
    { kind: z.literal(RelayKind.s), ...RELAY_LIFETIME },
    ['pathSecret'],
  ),
  [
    { holds: ({ legs: [a, b] }) => differ(a?.legId, b?.legId), why: 'two legs with one Leg ID' },
    { holds: ({ legs: [a, b] }) => differ(a?.nodeId, b?.nodeId), why: 'two legs of one Node ID' },
  ],
);

function differ(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && !sameBytes(a, b);
}

/** The relay is the far end of the node's path. [KEY-04] */
export const RELAY_DIRECTION_END = shapeOf(
  FIELDS,
  ['transaction', 'pathId', 'kind', 'nodeId', 'pathSecret', 'suite', 'virtualAddresses', 'lifetime'],
  ['peerAddress', 'replaces'],
  { kind: z.literal([RelayKind.n, RelayKind.t]), ...RELAY_LIFETIME },
);

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
export const RELAY_REGISTRATION_RESPONSE = shapeOf(FIELDS, ['transaction', 'status', 'lifetime'], ['pool'], OK);

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
const hasStatus = (body: Lookup): boolean => body('status') !== undefined;
const isError = (body: Lookup): boolean => hasStatus(body) && body('status') !== Status.ok;
const form = (rule: string, shape: Shape, when = always): Form => ({ rule, shape, when });
const ERROR_FORM = form('error', ERROR, isError);

export type BodyType = Exclude<
  MessageType,
  typeof MessageType.openingRequest | typeof MessageType.openingResponse | typeof MessageType.data
>;

export const BODIES: Readonly<Record<BodyType, readonly Form[]>> = {
  0x01: [form('registration-request', REGISTRATION_REQUEST)],
  0x02: [ERROR_FORM, form('registration-response', REGISTRATION_RESPONSE)],
  0x03: [form('direction-request', DIRECTION_REQUEST)],
  0x04: [
    ERROR_FORM,
    form('route-direction-answer', ROUTE_DIRECTION_ANSWER, hasStatus),
    form('route-direction', ROUTE_DIRECTION),
  ],
  0x05: [form('node-information-request', NODE_INFORMATION_REQUEST)],
  0x06: [ERROR_FORM, form('node-information-response', NODE_INFORMATION_RESPONSE)],
  0x07: [
    form('relay-direction-withdraw', RELAY_DIRECTION_WITHDRAW, (body) => body('withdraw') !== undefined),
    form('relay-direction-s', RELAY_DIRECTION_S, (body) => body('kind') === RelayKind.s),
    form('relay-direction-end', RELAY_DIRECTION_END),
  ],
  0x08: [ERROR_FORM, form('direction-response', DIRECTION_RESPONSE)],
  0x09: [form('relay-registration-request', RELAY_REGISTRATION_REQUEST)],
  0x0a: [ERROR_FORM, form('relay-registration-response', RELAY_REGISTRATION_RESPONSE)],
  0x0d: [form('probe-request', PROBE_REQUEST)],
  0x0e: [ERROR_FORM, form('probe-response', PROBE_RESPONSE)],
  0x0f: [form('path-update', PATH_UPDATE)],
  0x11: [ERROR_FORM, form('acknowledgement', ACKNOWLEDGEMENT)],
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
