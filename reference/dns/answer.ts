/** Answers to the queries of applications, by a node itself. */
import type { Ip } from '../address.ts';
import { family, ipToBytes } from '../address.ts';
import { concat } from '../bytes.ts';
import type { Query } from './query.ts';
import { IN, Type } from './query.ts';

export const Rcode = { noError: 0, serverFailure: 2, nameError: 3, notImplemented: 4, refused: 5 } as const;
export type Rcode = (typeof Rcode)[keyof typeof Rcode];

/** Seconds for which an answer may be kept at most. [DNS-08] */
export const MAX_TTL = 60;

/** Whether a query asks for addresses. */
export function isForAddresses(query: Query): boolean {
  return query.class === IN && (query.type === Type.a || query.type === Type.aaaa);
}

/**
 * The answer to a query for addresses: those of its family, or no data if there are none. [DNS-08, DNS-09]
 * @param ttl seconds; more than {@link MAX_TTL} count as that.
 */
export function addressAnswer(query: Query, addresses: readonly Ip[], ttl = MAX_TTL): Uint8Array {
  const version = query.type === Type.a ? 4 : query.type === Type.aaaa ? 6 : undefined;
  const fitting = query.class === IN ? addresses.filter((ip) => family(ip) === version) : [];
  return response(
    query,
    Rcode.noError,
    fitting.map((ip) => addressRecord(ip, Math.min(ttl, MAX_TTL))),
  );
}

/** An answer without records. [DNS-11] */
export function errorAnswer(query: Query, rcode: Rcode): Uint8Array {
  return response(query, rcode, []);
}

const [RD, CD, RESPONSE, RA] = [0x0100, 0x0010, 0x8000, 0x0080];
const BAD_VERSION = 16;
/** What is sure to arrive unfragmented. */
const OWN_SIZE = 1232;

/** DNS-08, DNS-10, DNS-28: ID, question, RD and CD as they came, no AD, an OPT record exactly if the query had one. */
function response(query: Query, rcode: Rcode, records: readonly Uint8Array[]): Uint8Array {
  const isUnknown = query.edns !== undefined && query.edns.version > 0;
  const code = isUnknown ? BAD_VERSION : rcode;
  const answers = isUnknown ? [] : records;
  const header = new Uint8Array(12);
  const view = new DataView(header.buffer);
  view.setUint16(0, query.id);
  view.setUint16(2, RESPONSE | RA | (query.flags & (RD | CD)) | (code & 15));
  view.setUint16(4, 1);
  view.setUint16(6, answers.length);
  view.setUint16(10, query.edns === undefined ? 0 : 1);
  const opt = query.edns === undefined ? [] : [optRecord(code >> 4, query.edns.wantsDnssec)];
  return concat(header, query.question, ...answers, ...opt);
}

/** The name of the question, where it stands in every message. */
const QUESTION_NAME = Uint8Array.of(0xc0, 12);

function addressRecord(ip: Ip, ttl: number): Uint8Array {
  const address = ipToBytes(ip);
  const fixed = new Uint8Array(10);
  const view = new DataView(fixed.buffer);
  view.setUint16(0, address.length === 4 ? Type.a : Type.aaaa);
  view.setUint16(2, IN);
  view.setUint32(4, ttl);
  view.setUint16(8, address.length);
  return concat(QUESTION_NAME, fixed, address);
}

/** RFC 6891, 6.1.2: root, type 41, size, extended RCODE, version 0, DO, no options. */
function optRecord(extendedRcode: number, wantsDnssec: boolean): Uint8Array {
  const flags = wantsDnssec ? 0x80 : 0;
  return Uint8Array.of(0, 0, 41, OWN_SIZE >> 8, OWN_SIZE & 0xff, extendedRcode, 0, flags, 0, 0, 0);
}
