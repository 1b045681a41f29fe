/**
 * Bodies as messages and messages as bodies. Behind this file there are only typed messages.
 *
 * A body that cannot be answered is refused by the layer `encoding`, silently; one that can, but does not
 * fit, by `schema`. [GEN-08]
 */
import type { z } from 'zod';
import type { Random } from '../core.ts';
import { Refusal } from '../refusal.ts';
import type {
  ACKNOWLEDGEMENT,
  BodyType,
  DIRECTION_REQUEST,
  DIRECTION_RESPONSE,
  ERROR,
  Form,
  NODE_INFORMATION_REQUEST,
  NODE_INFORMATION_RESPONSE,
  PATH_UPDATE,
  PROBE_REQUEST,
  PROBE_RESPONSE,
  REGISTRATION_REQUEST,
  REGISTRATION_RESPONSE,
  RELAY_DIRECTION_END,
  RELAY_DIRECTION_OTHER,
  RELAY_DIRECTION_S,
  RELAY_DIRECTION_WITHDRAW,
  RELAY_REGISTRATION_REQUEST,
  RELAY_REGISTRATION_RESPONSE,
  ROUTE_DIRECTION,
} from './bodies.ts';
import { BODIES } from './bodies.ts';
import type { CborValue } from './cbor.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import type { FieldName } from './fields.ts';
import { FIELDS, INNER_SHAPES } from './fields.ts';
import type { MessageType } from './registry.ts';
import { GREASE_KEYS, Key, MESSAGES, Status } from './registry.ts';
import type { Entry, Shape } from './shape.ts';
import { hasCritical, nameFields, numberFields } from './shape.ts';

export type { BodyType, ErrorStatus } from './bodies.ts';

type Body<N extends keyof typeof MessageType, S extends Shape> = Readonly<z.output<S['schema']>> & {
  readonly type: (typeof MessageType)[N];
};

export type RegistrationRequest = Body<'registrationRequest', typeof REGISTRATION_REQUEST>;
export type RegistrationResponse = Body<'registrationResponse', typeof REGISTRATION_RESPONSE>;
export type DirectionRequest = Body<'directionRequest', typeof DIRECTION_REQUEST>;
export type RouteDirection = Body<'routeDirection', typeof ROUTE_DIRECTION>;
export type NodeInformationRequest = Body<'nodeInformationRequest', typeof NODE_INFORMATION_REQUEST>;
export type NodeInformationResponse = Body<'nodeInformationResponse', typeof NODE_INFORMATION_RESPONSE>;
export type RelayDirectionS = Body<'relayDirection', typeof RELAY_DIRECTION_S> & {
  readonly withdraw?: undefined;
};
export type RelayDirectionEnd = Body<'relayDirection', typeof RELAY_DIRECTION_END> & {
  readonly withdraw?: undefined;
};
export type RelayDirectionWithdraw = Body<'relayDirection', typeof RELAY_DIRECTION_WITHDRAW>;
export type RelayDirectionOther = Body<'relayDirection', typeof RELAY_DIRECTION_OTHER> & {
  readonly withdraw?: undefined;
};
export type RelayDirection =
  | RelayDirectionS
  | RelayDirectionEnd
  | RelayDirectionOther
  | RelayDirectionWithdraw;
export type DirectionResponse = Body<'directionResponse', typeof DIRECTION_RESPONSE>;
export type RelayRegistrationRequest = Body<'relayRegistrationRequest', typeof RELAY_REGISTRATION_REQUEST>;
export type RelayRegistrationResponse = Body<'relayRegistrationResponse', typeof RELAY_REGISTRATION_RESPONSE>;
export type ProbeRequest = Body<'probeRequest', typeof PROBE_REQUEST>;
export type ProbeResponse = Body<'probeResponse', typeof PROBE_RESPONSE>;
export type PathUpdate = Body<'pathUpdate', typeof PATH_UPDATE>;
export type Acknowledgement = Body<'acknowledgement', typeof ACKNOWLEDGEMENT>;

/** The types that can be answers, and so errors. */
export type AnswerType =
  | typeof MessageType.registrationResponse
  | typeof MessageType.routeDirection
  | typeof MessageType.nodeInformationResponse
  | typeof MessageType.directionResponse
  | typeof MessageType.relayRegistrationResponse
  | typeof MessageType.probeResponse
  | typeof MessageType.acknowledgement;

/** An error: transaction and status only. [ERR-03] */
export type ErrorAnswer<T extends AnswerType = AnswerType> = T extends AnswerType
  ? Readonly<z.output<(typeof ERROR)['schema']>> & { readonly type: T }
  : never;

/** Every message but openings and Data; `type` tells them apart, in answers `status` the errors from the rest. */
export type Message =
  | RegistrationRequest
  | RegistrationResponse
  | DirectionRequest
  | RouteDirection
  | NodeInformationRequest
  | NodeInformationResponse
  | RelayDirection
  | DirectionResponse
  | RelayRegistrationRequest
  | RelayRegistrationResponse
  | ProbeRequest
  | ProbeResponse
  | PathUpdate
  | Acknowledgement
  | ErrorAnswer;

export type DecodedBody =
  | { readonly ok: true; readonly message: Message }
  | {
      readonly ok: false;
      /** No deterministic CBOR map, or no transaction: there is nothing that could be answered. [GEN-08] */
      readonly layer: 'encoding';
      readonly why: string;
      readonly status?: undefined;
      readonly transaction?: undefined;
    }
  | {
      readonly ok: false;
      readonly layer: 'schema';
      readonly why: string;
      /** What a request is answered with; undefined for an answer, which fails its transaction. */
      readonly status: typeof Status.malformed | typeof Status.unsupported | undefined;
      readonly transaction: Uint8Array;
    };

/** Whether messages of a type have a body of CBOR: all but openings and Data. */
export function hasBody(type: MessageType): type is BodyType {
  return type in BODIES;
}

/** Whether a message is an answer: its type says so, or, for a Route Direction, that it has a status. */
export function isAnswer(message: Message): boolean {
  return 'status' in message && message.status !== undefined;
}

/** Decodes the plaintext of a sealed message. Byte strings in the result are copies. [GEN-07, GEN-08, GEN-23] */
export function decodeBody(type: BodyType, bytes: Uint8Array): DecodedBody {
  const decoded = decodeCbor(bytes);
  if (decoded instanceof Refusal) return { ok: false, layer: 'encoding', why: decoded.why };
  const { transaction, hasStatus } = peek(bytes);
  if (transaction === undefined) return { ok: false, layer: 'encoding', why: 'no transaction' };
  const { use } = MESSAGES[type];
  const answer = use === 'answer' || (use === 'either' && hasStatus);
  const refuse = (status: typeof Status.malformed | typeof Status.unsupported, why: string): DecodedBody => ({
    ok: false,
    layer: 'schema',
    why,
    status: answer ? undefined : status,
    transaction,
  });
  if (decoded.kind === 'forbidden') return refuse(Status.malformed, decoded.why);
  const map = decoded.value as ReadonlyMap<CborValue, CborValue>;
  // GEN-23: who does not know a critical key cannot say that the rest is wrong.
  if (hasCritical(map, FIELDS)) return refuse(Status.unsupported, 'a critical key');
  const { shape } = formOf(type, (name) => map.get(Key[name]));
  const { raw, wrong } = nameFields(shape, map, FIELDS);
  if (wrong.length > 0) return refuse(Status.malformed, `key ${String(wrong[0])} has another type`);
  const parsed = shape.schema.safeParse(raw);
  if (!parsed.success) return refuse(Status.malformed, explain(parsed.error));
  return { ok: true, message: { type, ...(parsed.data as object) } as Message };
}

/**
 * The body of a message.
 * @param extra keys that the message does not have: grease, or unknown ones.
 * @throws if the message does not fit its schema or a key is there twice.
 */
export function encodeBody(message: Message, extra: ReadonlyMap<number, CborValue> = new Map()): Uint8Array {
  const map = bodyMap(message);
  for (const [key, value] of extra) {
    if (map.has(key)) throw new RangeError(`the message has key ${key} itself`);
    map.set(key, value);
  }
  return encodeCbor(map);
}

/** The body of a message as the map that is to be encoded. @throws if the message does not fit its schema. */
export function bodyMap(message: Message): Map<CborValue, CborValue> {
  const { type, ...fields } = message;
  const { shape } = formOf(type, (name) => (fields as Partial<Record<FieldName, unknown>>)[name]);
  return numberFields(shape, shape.schema.encode(fields) as Readonly<Record<string, unknown>>);
}

/** One unknown key with up to 16 bytes, to be mixed into a body. [GEN-21] */
export function grease(random: Random): Map<number, CborValue> {
  const [which = 0, length = 0] = random(2);
  const key = GREASE_KEYS[which % GREASE_KEYS.length] ?? 0;
  return new Map([[key, random(length % 17)]]);
}

/** What a form of a body consists of, for those that compare it with the CDDL. */
export interface BodyFields {
  readonly rule: string;
  readonly fields: readonly Pick<Entry, 'key' | 'name' | 'presence' | 'type'>[];
}

/** The forms of a type's body, `refusal` among them. */
export function bodyFields(type: BodyType): readonly BodyFields[] {
  return BODIES[type].map(({ rule, shape }) => ({ rule, fields: shape.entries }));
}

/** The maps inside of bodies. */
export function innerFields(): readonly BodyFields[] {
  return Object.entries(INNER_SHAPES).map(([rule, shape]) => ({ rule, fields: shape.entries }));
}

/**
 * Transaction and presence of a status, straight from the bytes, for bodies that are deterministic: then
 * these keys are the first two. A transaction is 8 bytes; anything else is none.
 */
function peek(bytes: Uint8Array): { transaction: Uint8Array | undefined; hasStatus: boolean } {
  const initial = bytes[0] ?? 0;
  const at = initial < 0xb8 ? 1 : initial === 0xb8 ? 2 : 3;
  if (initial >> 5 !== 5 || bytes[at] !== Key.transaction || bytes[at + 1] !== 0x48) {
    return { transaction: undefined, hasStatus: false };
  }
  const hasStatus = (initial & 31) > 1 && bytes[at + 10] === Key.status;
  return { transaction: bytes.slice(at + 2, at + 10), hasStatus };
}

function formOf(type: BodyType, body: (name: FieldName) => unknown): Form {
  const form = BODIES[type].find(({ when }) => when(body));
  if (form === undefined) throw new TypeError(`no form of a body of type ${type} fits`);
  return form;
}

function explain(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}
