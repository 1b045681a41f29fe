/**
 * How a message of the adapter contract becomes datagrams, and back.
 *
 * A message is one CBOR map. If its encoding fits, it is the datagram. Else the encoding is cut into
 * parts, each a map of its own that repeats what the message is matched by:
 *
 *     {"v", "tester", "id", "part": [i, n], "data": bytes i of n of the message's encoding}
 *
 * With a token every datagram is `{"mac", "body"}`: body is the map above as bytes, mac its
 * HMAC-SHA256 under the token. The token is left out on loopback only.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { concat, toHex } from '../reference/bytes.ts';
import type { Fields, Value } from './cbor.ts';
import { decode, encode, isFields } from './cbor.ts';

/** Bytes of a datagram on loopback (macOS sends 9216 at most) and elsewhere. */
export const DATAGRAM_LOOPBACK = 8192;
export const DATAGRAM_ELSEWHERE = 1200;
/** Bytes of a message, all its parts together. */
export const MESSAGE_LIMIT = 65536;

/** Parts of a message: as many as its limit needs where datagrams are smallest. */
export const PARTS_LIMIT = 64;

/** What the mac and the repeated keys of a part take at most. */
const OVERHEAD = 128;

export interface Framing {
  /** Bytes of a datagram at most. */
  readonly datagram: number;
  /** The shared token; undefined on loopback. */
  readonly token: Uint8Array | undefined;
}

/** A message with the three keys that every one has. */
export type Message = Fields & { readonly v: string; readonly tester: Uint8Array; readonly id: number };

/** What one datagram held: a message, or part `part[0]` of `part[1]` of one. */
export type Frame =
  | { readonly message: Message }
  | { readonly of: Message; readonly part: readonly [number, number]; readonly data: Uint8Array };

/**
 * The datagrams of a message, in the order in which to send them.
 * @throws RangeError for a message over {@link MESSAGE_LIMIT}.
 */
export function toDatagrams(message: Fields, framing: Framing): Uint8Array[] {
  const whole = encode(message);
  if (whole.length > MESSAGE_LIMIT)
    throw new RangeError(`message of ${whole.length} bytes, the limit is ${MESSAGE_LIMIT}`);
  const room = framing.datagram - OVERHEAD;
  const fits = whole.length <= (framing.token === undefined ? framing.datagram : room);
  return (fits ? [whole] : cut(message, whole, room)).map((body) => protect(body, framing.token));
}

/** Reads one datagram. @returns undefined for anything that is not of the contract or has a wrong mac. */
export function fromDatagram(datagram: Uint8Array, framing: Framing): Frame | undefined {
  const body = unprotect(datagram, framing.token);
  const message = body === undefined ? undefined : decode(body);
  if (!isMessage(message)) return undefined;
  const { part, data } = message;
  if (part === undefined) return { message };
  if (!Array.isArray(part) || !(data instanceof Uint8Array)) return undefined;
  const [index, count] = part as readonly Value[];
  if (!isCount(index) || !isCount(count) || index >= count || count > PARTS_LIMIT) return undefined;
  return { of: message, part: [index, count], data };
}

/** Puts the parts of messages together again; holds a bounded number of unfinished ones, oldest given up first. */
export class Assembler {
  readonly #unfinished = new Map<string, { count: number; parts: Map<number, Uint8Array> }>();
  readonly #bound: number;

  constructor(bound = 16) {
    this.#bound = bound;
  }

  /**
   * Takes one frame; `peer` keeps the parts of different senders apart.
   * @returns the message, once it is whole.
   */
  add(frame: Frame, peer: string): Message | undefined {
    if ('message' in frame) return frame.message;
    const key = `${peer} ${messageKey(frame.of)}`;
    const [index, count] = frame.part;
    let entry = this.#unfinished.get(key);
    if (entry?.count !== count) {
      this.#unfinished.delete(key);
      entry = { count, parts: new Map() };
      this.#unfinished.set(key, entry);
      const [oldest] = this.#unfinished.keys();
      if (this.#unfinished.size > this.#bound && oldest !== undefined) this.#unfinished.delete(oldest);
    }
    entry.parts.set(index, frame.data);
    if (entry.parts.size < count) return undefined;
    this.#unfinished.delete(key);
    const whole = concat(...Array.from({ length: count }, (_, i) => entry.parts.get(i) ?? new Uint8Array()));
    const message = whole.length > MESSAGE_LIMIT ? undefined : decode(whole);
    return isMessage(message) && messageKey(message) === messageKey(frame.of) ? message : undefined;
  }
}

/** What requests and answers are matched by, as a map key. */
export function messageKey(message: Message): string {
  return `${toHex(message.tester)} ${message.id}`;
}

function cut(message: Fields, whole: Uint8Array, room: number): Uint8Array[] {
  const { v, tester, id } = message;
  const count = Math.ceil(whole.length / room);
  return Array.from({ length: count }, (_, i) =>
    encode({ v, tester, id, part: [i, count], data: whole.subarray(i * room, (i + 1) * room) }),
  );
}

function protect(body: Uint8Array, token: Uint8Array | undefined): Uint8Array {
  return token === undefined ? body : encode({ mac: hmac(token, body), body });
}

function unprotect(datagram: Uint8Array, token: Uint8Array | undefined): Uint8Array | undefined {
  if (token === undefined) return datagram;
  const outer = decode(datagram);
  if (!isFields(outer)) return undefined;
  const { mac, body } = outer;
  if (!(mac instanceof Uint8Array) || mac.length !== 32 || !(body instanceof Uint8Array)) return undefined;
  return timingSafeEqual(mac, hmac(token, body)) ? body : undefined;
}

function hmac(token: Uint8Array, body: Uint8Array): Uint8Array {
  return createHmac('sha256', token).update(body).digest();
}

function isMessage(value: Value | undefined): value is Message {
  if (!isFields(value)) return false;
  const { v, tester, id } = value;
  return typeof v === 'string' && tester instanceof Uint8Array && tester.length === 8 && isCount(id);
}

function isCount(value: Value | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
