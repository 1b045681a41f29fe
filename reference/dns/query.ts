/** DNS queries and what answers them belong to: RFC 1035 (4.1), RFC 6891. */
// biome-ignore lint/correctness/noNodejsModules: dns-packet takes no other bytes, and Deno has no global Buffer.
import { Buffer } from 'node:buffer';
import type { DecodedPacket } from 'dns-packet';
import { decode } from 'dns-packet';
import { sameBytes } from '../bytes.ts';
import { canonicalName } from './names.ts';
import { u16 } from './records.ts';

/** The types that matter here. */
export const Type = {
  a: 1,
  cname: 5,
  aaaa: 28,
  opt: 41,
  rrsig: 46,
  svcb: 64,
  https: 65,
  ntm: 65_330,
} as const;
export const IN = 1;

/** An ordinary query with one question. */
export interface Query {
  readonly id: number;
  /** The second word of the header. */
  readonly flags: number;
  /** The question's name as bodies have it; undefined if they can't. */
  readonly name: string | undefined;
  readonly type: number;
  readonly class: number;
  /** The question as it came, its name's case included. */
  readonly question: Uint8Array;
  /** What its OPT record says, if it has one. */
  readonly edns: Edns | undefined;
}

export interface Edns {
  readonly version: number;
  /** Bytes of an answer that the asker takes over UDP. */
  readonly size: number;
  /** It wants DNSSEC records. */
  readonly wantsDnssec: boolean;
}

/** Sizes below are taken for this; so is none. (RFC 6891, 6.2.3) */
export const LEAST_SIZE = 512;
const HEADER = 12;
const [RESPONSE, OPCODE] = [0x8000, 0x7800];

/** Reads a message; undefined if it is no query, asks for something else than a lookup, or has no or many questions. */
export function readQuery(message: Uint8Array): Query | undefined {
  const flags = u16(message, 2);
  const found = question(message);
  const decoded = decodeMessage(message);
  if (found === undefined || decoded === undefined || (flags & (RESPONSE | OPCODE)) !== 0) return undefined;
  const opt = decoded.additionals?.find((record) => record.type === 'OPT');
  const edns = opt && {
    version: opt.ednsVersion,
    size: Math.max(LEAST_SIZE, opt.udpPayloadSize),
    wantsDnssec: opt.flag_do,
  };
  return { id: u16(message, 0), flags, ...found, edns };
}

/** Whether a message answers a query: its ID, and its question to the letter. [DNS-12] */
export function isResponseTo(response: Uint8Array, query: Uint8Array): boolean {
  const [asked, answered] = [question(query), question(response)];
  if (asked === undefined || answered === undefined) return false;
  if ((u16(response, 2) & (RESPONSE | OPCODE)) !== (RESPONSE | (u16(query, 2) & OPCODE))) return false;
  return u16(response, 0) === u16(query, 0) && sameBytes(asked.question, answered.question);
}

/** The same message with the ID of another one, or with two bytes as its ID. */
export function withId(message: Uint8Array, id: Uint8Array): Uint8Array {
  const changed = message.slice();
  if (changed.length >= 2) changed.set(id.subarray(0, 2));
  return changed;
}

/** Whether an answer was cut for its size, so that it has to be asked for over TCP. */
export function hasError(response: Uint8Array): boolean {
  return ((response[3] ?? 0) & 0x0f) !== 0;
}

/** Whether a message says that it is cut. */
export function isTruncated(response: Uint8Array): boolean {
  return (u16(response, 2) & 0x0200) !== 0;
}

/** Everything in a message; undefined if it can't be read. */
export function decodeMessage(message: Uint8Array): DecodedPacket | undefined {
  try {
    return decode(Buffer.from(message.buffer, message.byteOffset, message.length));
  } catch {
    // dns-packet says in this way alone that a message is broken, with errors of several classes.
    return undefined;
  }
}

/**
 * The one question of a message, read here because dns-packet can't tell a dot in a label from one between
 * two, and because it has to go back as it came.
 */
function question(message: Uint8Array): Pick<Query, 'name' | 'type' | 'class' | 'question'> | undefined {
  if (message.length < HEADER || u16(message, 4) !== 1) return undefined;
  const labels: string[] = [];
  let at = HEADER;
  for (let length = message[at]; length !== 0; length = message[at]) {
    if (length === undefined || length > 63) return undefined;
    labels.push(String.fromCharCode(...message.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  const end = at + 5;
  if (end > message.length || at - HEADER > 254) return undefined;
  return {
    name: labels.some((label) => label.includes('.')) ? undefined : canonicalName(labels.join('.')),
    type: u16(message, at + 1),
    class: u16(message, at + 3),
    question: message.slice(HEADER, end),
  };
}
