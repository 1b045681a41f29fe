/** Answers to the queries of applications, by a node itself. */
import type { Ip } from '../address.ts';
import { family, ipToBytes } from '../address.ts';
import { concat, toHex } from '../bytes.ts';
import type { Transport } from '../core.ts';
import type { Query } from './query.ts';
import { IN, LEAST_SIZE, Type } from './query.ts';
import type { RawName } from './records.ts';

export const Rcode = { noError: 0, serverFailure: 2, nameError: 3, notImplemented: 4, refused: 5 } as const;
export type Rcode = (typeof Rcode)[keyof typeof Rcode];

/** Seconds for which an answer may be kept at most. [DNS-08] */
export const MAX_TTL = 60;

/** A CNAME record on the way from the question to an NTM FQDN. */
export interface Link {
  readonly name: RawName;
  /** Seconds. */
  readonly ttl: number;
  readonly target: RawName;
}

/** Whether a query asks for addresses. */
export function isForAddresses(query: Query): boolean {
  return query.class === IN && (query.type === Type.a || query.type === Type.aaaa);
}

/** What an answer is made with beyond its addresses. */
export interface AnswerParts {
  /** The CNAME records from the question's name to the name that has the addresses. [DNS-08] */
  readonly links?: readonly Link[];
  /** Seconds; more than {@link MAX_TTL} count as that. */
  readonly ttl?: number;
  /** What the query came over; UDP if not given. */
  readonly transport?: Transport;
}

/** The answer to a query for addresses: those of its family, or no data if there are none. [DNS-08, DNS-09] */
export function addressAnswer(query: Query, addresses: readonly Ip[], parts: AnswerParts = {}): Uint8Array {
  const { links = [], ttl = MAX_TTL, transport = 'udp' } = parts;
  const version = query.type === Type.a ? 4 : query.type === Type.aaaa ? 6 : undefined;
  const fitting = query.class === IN ? addresses.filter((ip) => family(ip) === version) : [];
  const records = [
    ...links.map(({ name, ttl: given, target }) => ({ name, type: Type.cname, ttl: given, rdata: target })),
    ...fitting.map((ip) => ({
      name: links.at(-1)?.target ?? query.question.subarray(0, -4),
      type: query.type,
      ttl,
      rdata: ipToBytes(ip),
    })),
  ];
  const whole = response(query, Rcode.noError, records);
  return fits(whole, query, transport) ? whole : truncatedAnswer(query);
}

/** Whether an answer can go to who asked by what it asked over. [DNS-10] */
export function fits(answer: Uint8Array, { edns }: Query, transport: Transport): boolean {
  return transport === 'tcp' || answer.length <= (edns?.size ?? LEAST_SIZE);
}

/** The answer that says: ask over TCP. [DNS-10] */
export function truncatedAnswer(query: Query): Uint8Array {
  const cut = response(query, Rcode.noError, []);
  cut[2] = (cut[2] ?? 0) | TRUNCATED;
  return cut;
}

/** An answer without records. [DNS-11] */
export function errorAnswer(query: Query, rcode: Rcode): Uint8Array {
  return response(query, rcode, []);
}

const [RD, CD, RESPONSE, RA] = [0x0100, 0x0010, 0x8000, 0x0080];
/** In the first byte of the flags. */
const TRUNCATED = 0x02;
const BAD_VERSION = 16;
/** What is sure to arrive unfragmented. */
const OWN_SIZE = 1232;

interface NewRecord {
  readonly name: RawName;
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Uint8Array;
}

/** DNS-08, DNS-10, DNS-28: ID, question, RD and CD as they came, no AD, an OPT record exactly if the query had one. */
function response(query: Query, rcode: Rcode, records: readonly NewRecord[]): Uint8Array {
  const isUnknown = query.edns !== undefined && query.edns.version > 0;
  const code = isUnknown ? BAD_VERSION : rcode;
  const answers = isUnknown ? [] : records;
  const header = new Uint8Array(HEADER);
  const view = new DataView(header.buffer);
  view.setUint16(0, query.id);
  view.setUint16(2, RESPONSE | RA | (query.flags & (RD | CD)) | (code & 15));
  view.setUint16(4, 1);
  view.setUint16(6, answers.length);
  view.setUint16(10, query.edns === undefined ? 0 : 1);
  const opt = query.edns === undefined ? [] : [optRecord(code >> 4, query.edns.wantsDnssec)];
  return concat(header, query.question, ...written(query, answers), ...opt);
}

/** Records as they stand after the question; an owner that is there already, to the letter, is pointed to. */
function written(query: Query, records: readonly NewRecord[]): Uint8Array[] {
  const places = new Map([[toHex(query.question.subarray(0, -4)), HEADER]]);
  let at = HEADER + query.question.length;
  return records.map(({ name, type, ttl, rdata }) => {
    const known = places.get(toHex(name));
    const owner = known === undefined ? name : Uint8Array.of(POINTER | (known >> 8), known & 0xff);
    const fixed = new Uint8Array(10);
    const view = new DataView(fixed.buffer);
    view.setUint16(0, type);
    view.setUint16(2, IN);
    view.setUint32(4, Math.min(ttl, MAX_TTL));
    view.setUint16(8, rdata.length);
    const bytes = concat(owner, fixed, rdata);
    if (type === Type.cname) places.set(toHex(rdata), at + owner.length + fixed.length);
    at += bytes.length;
    return bytes;
  });
}

const HEADER = 12;
const POINTER = 0xc0;

/** RFC 6891, 6.1.2: root, type 41, size, extended RCODE, version 0, DO, no options. */
function optRecord(extendedRcode: number, wantsDnssec: boolean): Uint8Array {
  const flags = wantsDnssec ? 0x80 : 0;
  return Uint8Array.of(0, 0, 41, OWN_SIZE >> 8, OWN_SIZE & 0xff, extendedRcode, 0, flags, 0, 0, 0);
}
