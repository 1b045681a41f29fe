/** DNS messages as an application writes and reads them (RFC 1035), in plain code: nothing of the reference's. */
import { concat } from '../../reference/bytes.ts';

export const QTYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  DNAME: 39,
  OPT: 41,
  RRSIG: 46,
  NSEC: 47,
  SVCB: 64,
  HTTPS: 65,
  NTM: 65_330,
} as const;
export type Qtype = (typeof QTYPE)[keyof typeof QTYPE];

export const RCODE = { ok: 0, serverFailure: 2, nameError: 3, refused: 5 } as const;

/** Flags of a header, as a number of two bytes. */
export const FLAG = {
  RESPONSE: 0x8000,
  AA: 0x0400,
  TC: 0x0200,
  RD: 0x0100,
  RA: 0x0080,
  AD: 0x20,
  CD: 0x10,
} as const;

const CLASS_IN = 1;
const HEADER = 12;

export interface Query {
  /** 16 bits. */
  readonly id: number;
  /** With the case that the application uses. */
  readonly name: string;
  readonly type: number;
  /** Beside RD. */
  readonly flags?: number;
  /** What its OPT record says; none if not given. */
  readonly edns?: Edns | undefined;
}

export interface Edns {
  /** Bytes of an answer that are taken over UDP. */
  readonly size: number;
  /** DNSSEC records are wanted. */
  readonly wantsDnssec?: boolean;
}

/** A query with the recursion-desired bit, the question, and an OPT record if one is asked for. */
export function dnsQuery({ id, name, type, flags = 0, edns }: Query): Uint8Array {
  const word = FLAG.RD | flags;
  const head = Uint8Array.of(id >> 8, id & 255, word >> 8, word & 255, 0, 1, 0, 0, 0, 0, 0, edns ? 1 : 0);
  return concat(head, questionOf(name, type), ...(edns ? [optRecord(edns)] : []));
}

/** RFC 6891, 6.1.2 */
export function optRecord({ size, wantsDnssec = false }: Edns): Uint8Array {
  return Uint8Array.of(0, 0, QTYPE.OPT, size >> 8, size & 255, 0, 0, wantsDnssec ? 0x80 : 0, 0, 0, 0);
}

/** The question section: labels, type, class. */
export function questionOf(name: string, type: number): Uint8Array {
  return concat(nameBytes(name), Uint8Array.of(type >> 8, type & 255, 0, CLASS_IN));
}

/** A name as it stands in a message, uncompressed. */
export function nameBytes(name: string): Uint8Array {
  const labels = name.split('.').flatMap((label) => [label.length, ...new TextEncoder().encode(label)]);
  return Uint8Array.from([...labels, 0]);
}

export interface DnsRecord {
  /** In lower case. */
  readonly name: string;
  /** With the case in which it stands there. */
  readonly written: string;
  readonly type: number;
  readonly ttl: number;
  readonly data: Uint8Array;
  /** The name that its RDATA is, if it is a CNAME; with the case in which it stands there. */
  readonly target?: string | undefined;
}

export interface DnsAnswer {
  readonly id: number;
  readonly isResponse: boolean;
  readonly flags: number;
  readonly rcode: number;
  /** The bytes of the question section. */
  readonly question: Uint8Array;
  /** What was asked for, with its case. */
  readonly name: string;
  readonly type: number;
  /** Those of the answer section. */
  readonly records: readonly DnsRecord[];
  /** Those of the other two sections. */
  readonly others: readonly DnsRecord[];
  /** All of it, as it came. */
  readonly bytes: Uint8Array;
}

/** @returns undefined for what is no DNS message with one question. */
export function readDnsAnswer(bytes: Uint8Array): DnsAnswer | undefined {
  if (bytes.length < HEADER || u16(bytes, 4) !== 1) return undefined;
  const question = readName(bytes, HEADER);
  if (question === undefined) return undefined;
  const records: DnsRecord[] = [];
  let at = question.end + 4;
  const count = [6, 8, 10].reduce((sum, place) => sum + u16(bytes, place), 0);
  while (records.length < count) {
    const name = readName(bytes, at);
    if (name === undefined || name.end + 10 > bytes.length) return undefined;
    const { end, text } = name;
    const length = u16(bytes, end + 8);
    const data = bytes.slice(end + 10, end + 10 + length);
    if (data.length < length) return undefined;
    const type = u16(bytes, end);
    const target = type === QTYPE.CNAME ? readName(bytes, end + 10)?.text : undefined;
    const ttl = u16(bytes, end + 4) * 65_536 + u16(bytes, end + 6);
    records.push({ name: text.toLowerCase(), written: text, type, ttl, data, target });
    at = end + 10 + length;
  }
  const answers = u16(bytes, 6);
  return {
    id: u16(bytes, 0),
    isResponse: ((bytes[2] ?? 0) & 0x80) !== 0,
    flags: u16(bytes, 2),
    rcode: (bytes[3] ?? 0) & 15,
    question: bytes.slice(HEADER, question.end + 4),
    name: question.text,
    type: u16(bytes, question.end),
    records: records.slice(0, answers),
    others: records.slice(answers),
    bytes,
  };
}

/** A name, compressed or not (RFC 1035, 4.1.4). */
function readName(bytes: Uint8Array, from: number): { text: string; end: number } | undefined {
  const labels: string[] = [];
  let end: number | undefined;
  for (let at = from, steps = 0; steps < 128; steps++) {
    const length = bytes[at];
    if (length === undefined) return undefined;
    if (length >= 0xc0) {
      end ??= at + 2;
      at = u16(bytes, at) & 0x3fff;
      continue;
    }
    if (length === 0) return { text: labels.join('.'), end: end ?? at + 1 };
    labels.push(new TextDecoder().decode(bytes.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  return undefined;
}

export function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
