/**
 * The one datagram format. [GEN-02]
 *
 *      0       1       2       3       4                              20              28
 *     +-------+-------+---------------+----- ... -----+----- ... -----+----- ... -----
 *     | 0x05  | type  |    key ID     |  context (16) |  sequence (8) |  sealed part
 *     +-------+-------+---------------+----- ... -----+----- ... -----+----- ... -----
 *
 * Numbers are in network byte order. The sealed part is AEAD output with its 16-byte tag and has the
 * header as associated data; in an opening it is a Noise message of 48 bytes.
 */
import { ID_LENGTH } from '../crypto/keys.ts';
import { Refusal } from '../refusal.ts';
import { isMessageType, MessageType } from './registry.ts';

export const HEADER_LENGTH = 28;
export const TAG_LENGTH = 16;
/** [GEN-03] */
export const MAGIC = 0x05;
/** Header, ephemeral key, tag. [KEY-03] */
export const OPENING_LENGTH = 76;
/** What a receiver takes of any message but Data. [GEN-05] */
export const MAX_CONTROL_LENGTH = 1500;
/** What a sender makes of any message but Data and size probes. [GEN-12] */
export const MAX_CONTROL_SENT = 1200;

const TYPE_OFFSET = 1;
const KEY_ID_OFFSET = 2;
const CONTEXT_OFFSET = 4;
const SEQUENCE_OFFSET = 20;

export interface Header {
  readonly type: MessageType;
  /** u16; 0 on an opening. */
  readonly keyId: number;
  /** 16 bytes: the channel's ID or an alias of it. */
  readonly context: Uint8Array;
  /** u64: the counter; on an opening the order number. */
  readonly sequence: bigint;
}

/**
 * Reads the header of a datagram; what follows it stays unread.
 * @returns a refusal of layer `length`, `magic`, `type` or `key-id-zero`, checked in this order. [GEN-03, GEN-04, GEN-05]
 */
export function readHeader(bytes: Uint8Array): Header | Refusal {
  const type = bytes[TYPE_OFFSET] ?? 0;
  const ours = bytes[0] === MAGIC;
  const length = lengthFault(ours ? type : undefined, bytes.length);
  if (length !== undefined) return new Refusal('length', length);
  if (!ours) return new Refusal('magic', `magic is ${bytes[0]}`);
  if (!isMessageType(type)) return new Refusal('type', `no message has type ${type}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_LENGTH);
  const keyId = view.getUint16(KEY_ID_OFFSET);
  if (isOpening(type) !== (keyId === 0)) {
    return new Refusal('key-id-zero', `type ${type} with key ID ${keyId}`);
  }
  return {
    type,
    keyId,
    context: bytes.slice(CONTEXT_OFFSET, CONTEXT_OFFSET + ID_LENGTH),
    sequence: view.getBigUint64(SEQUENCE_OFFSET),
  };
}

/**
 * Of Data what a receiver needs that knows the channel already; the sequence is a number where one has room for it.
 * @returns undefined for what `readHeader` refuses, and for any other message.
 */
export function readDataHeader(
  bytes: Uint8Array,
): { readonly keyId: number; readonly sequence: bigint | number } | undefined {
  if (bytes.length < HEADER_LENGTH + TAG_LENGTH || bytes[0] !== MAGIC) return undefined;
  const keyId = u16(bytes, KEY_ID_OFFSET);
  if (bytes[TYPE_OFFSET] !== MessageType.data || keyId === 0) return undefined;
  const high = u32(bytes, SEQUENCE_OFFSET);
  const low = u32(bytes, SEQUENCE_OFFSET + 4);
  const sequence = high < 2 ** 20 ? high * 2 ** 32 + low : (BigInt(high) << 32n) | BigInt(low);
  return { keyId, sequence };
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 0x10000 + u16(bytes, at + 2);
}

/** The header as 28 bytes. @throws RangeError if a field does not fit. */
export function writeHeader(header: Header): Uint8Array {
  if (header.context.length !== ID_LENGTH) throw new RangeError('a context has 16 bytes');
  if (!Number.isInteger(header.keyId) || header.keyId < 0 || header.keyId > 0xffff) {
    throw new RangeError(`not a key ID: ${header.keyId}`);
  }
  if (BigInt.asUintN(64, header.sequence) !== header.sequence) throw new RangeError('a sequence is a u64');
  const bytes = new Uint8Array(HEADER_LENGTH);
  const view = new DataView(bytes.buffer);
  bytes[0] = MAGIC;
  bytes[TYPE_OFFSET] = header.type;
  view.setUint16(KEY_ID_OFFSET, header.keyId);
  bytes.set(header.context, CONTEXT_OFFSET);
  view.setBigUint64(SEQUENCE_OFFSET, header.sequence);
  return bytes;
}

/** Whether a type is one of the two openings. */
export function isOpening(type: number): boolean {
  return type === MessageType.openingRequest || type === MessageType.openingResponse;
}

/** @param type undefined where the magic is another one: then no byte says what the message is. */
function lengthFault(type: number | undefined, length: number): string | undefined {
  if (length < HEADER_LENGTH + TAG_LENGTH) return `${length} bytes are less than header and tag`;
  if (type === undefined || !isMessageType(type) || type === MessageType.data) return undefined;
  if (isOpening(type)) return length === OPENING_LENGTH ? undefined : `an opening of ${length} bytes`;
  return length > MAX_CONTROL_LENGTH ? `a control message of ${length} bytes` : undefined;
}
