/**
 * The calls of the contract's `codec` op: what each is given and what it answers.
 *
 * They are the building blocks that the golden vectors are about, one call for each family, and serve
 * random inputs too. All are pure: the same request has the same result. What the protocol drops or
 * answers with an error is a result (`layer`, `unusable`), not a failure of the call.
 */
import { z } from 'zod';
import type { Fields } from './cbor.ts';

/** A byte string, of one length if given. */
export function bytes(length?: number) {
  return z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && (length === undefined || value.length === length),
    length === undefined ? 'a byte string' : `a byte string of ${length}`,
  );
}

export const uint = z.int().nonnegative();

/** An unsigned 64-bit integer: number or bigint on the way in, bigint once read. */
export const u64 = z
  .union([
    uint,
    z
      .bigint()
      .nonnegative()
      .lt(1n << 64n),
  ])
  .transform((value) => BigInt(value));

/** The layer that refuses the input, by its name in the spec's registry, and the status of the answer if one is due. */
export const layerSchema = z.object({ layer: z.string(), status: uint.optional() });

/**
 * An opening that verified, so that no layer refuses it, and has a key ID that cannot be used: this one, which is 0
 * or held. [KEY-17, KEY-50]
 */
export const unusableSchema = z.object({ unusable: uint });

const kind = z.enum(['association', 'path', 'leg']);
const suite = uint;
const id = bytes(16);

/** The four fields of the 28-byte header. [GEN-02] */
const header = { type: uint.lt(256), keyId: uint.lt(65536), context: id, sequence: u64 };

/** What both ends of an opening know beforehand. [KEY-01, KEY-02] */
const opening = { kind, suite, channel: id, secret: bytes(32), initiator: id, responder: id };

/** Key IDs that the end already holds on the channel. */
const held = z.array(uint).default([]);

/** What both ends have after an opening: the handshake hash, Split(), and what is derived from them. */
const opened = {
  hash: bytes(32),
  k1: bytes(32),
  k2: bytes(32),
  initiatorKey: bytes(32),
  responderKey: bytes(32),
  keyId: uint,
};

function call<Name extends string, In extends z.ZodRawShape, Out extends z.ZodRawShape>(
  name: Name,
  input: In,
  output: Out,
) {
  return { request: z.object({ call: z.literal(name), ...input }), result: z.object(output) };
}

/** Every call: its request's own fields and its result, which {@link layerSchema} or {@link unusableSchema} may stand for. */
export const CODEC = {
  /** The checks that need no key, in their order: length, magic, type, key-id-zero. [GEN-02 to GEN-05] */
  'decode-header': call('decode-header', { datagram: bytes() }, header),
  'encode-header': call('encode-header', header, { header: bytes(28) }),
  /**
   * A body as it comes out of the sealed part. Result: the fields that the message type has, encoded
   * anew; what is ignored is left out. A refused one says `encoding`, or `schema` and the status.
   */
  'decode-body': call('decode-body', { type: uint, body: bytes() }, { body: bytes() }),
  /** `fields` are pairs of body key and encoded value in any order; the result is the body as it is sent. */
  'encode-body': call(
    'encode-body',
    { type: uint, fields: z.array(z.tuple([uint, bytes()])) },
    { body: bytes() },
  ),
  psk: call('psk', { kind, channel: id, secret: bytes(32) }, { psk: bytes(32) }),
  keys: call(
    'keys',
    { kind, suite, k1: bytes(32), k2: bytes(32), hash: bytes(32) },
    { initiatorKey: bytes(32), responderKey: bytes(32), keyId: uint },
  ),
  /** Message 1 as a datagram. `context` is the channel's ID or an alias of it. */
  'open-initiate': call(
    'open-initiate',
    { ...opening, context: id, order: u64, ephemeral: bytes(32) },
    { datagram: bytes(76) },
  ),
  /**
   * The responder's side: message 1 read, message 2 written with the first of the ephemerals (private
   * keys) that gives a key ID which is neither 0 nor held. If none does, the last one's is `unusable`.
   */
  'open-respond': call(
    'open-respond',
    { ...opening, request: bytes(), ephemerals: z.array(bytes(32)).min(1), held },
    { datagram: bytes(76), ...opened },
  ),
  /**
   * The initiator's side of the rest: message 1 is the one that `ephemeral` gave, message 2 is read. A key ID that
   * is 0 or held is `unusable`.
   */
  'open-finish': call(
    'open-finish',
    { ...opening, request: bytes(76), ephemeral: bytes(32), response: bytes(), held },
    opened,
  ),
  seal: call('seal', { suite, key: bytes(32), ...header, plaintext: bytes() }, { datagram: bytes() }),
  /** Refused by `length`, `magic`, `type`, `key-id-zero` or `tag`. */
  open: call('open', { suite, key: bytes(32), datagram: bytes() }, { ...header, plaintext: bytes() }),
  /** One fresh replay window, offered these sequences one after the other. `width` is the window's own. */
  replay: call('replay', { sequences: z.array(u64) }, { accepted: z.array(z.boolean()), width: uint }),
  /** The opened payload of a Data message; addresses of 4 or 16 bytes. */
  data: call(
    'data',
    { payload: bytes(), peer: z.array(bytes()), own: z.array(bytes()) },
    { packet: bytes() },
  ),
} as const;

export type CodecCall = keyof typeof CODEC;
/** The request fields of a call as a tester writes them. */
export type CodecInput<Call extends CodecCall = CodecCall> = z.input<(typeof CODEC)[Call]['request']>;
/** The request fields of a call as an adapter reads them. */
export type CodecRequest<Call extends CodecCall = CodecCall> = z.output<(typeof CODEC)[Call]['request']>;
/** What an adapter may return for a call. */
export type CodecResult<Call extends CodecCall = CodecCall> =
  | z.input<(typeof CODEC)[Call]['result']>
  | z.input<typeof layerSchema>
  | z.input<typeof unusableSchema>;

/** Whether a name is one of the calls. */
export function isCodecCall(name: string): name is CodecCall {
  return Object.hasOwn(CODEC, name);
}

/** Whether a result says why there is none: the layer that refuses, or a key ID that cannot be used. */
export function isWithout(result: Readonly<Record<string, unknown>>): boolean {
  return 'layer' in result || 'unusable' in result;
}

/** The schema that a result of a call has to have, by what it says. */
export function resultSchema(call: CodecCall, result: Fields): z.ZodType<Readonly<Record<string, unknown>>> {
  if ('layer' in result) return layerSchema;
  return 'unusable' in result ? unusableSchema : CODEC[call].result;
}
