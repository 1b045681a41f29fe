/** DNS messages as an application writes and reads them (RFC 1035), in plain code: nothing of the reference's. */
import { concat } from '../../reference/bytes.ts';

export const QTYPE = { A: 1, TXT: 16, AAAA: 28 } as const;
export type Qtype = (typeof QTYPE)[keyof typeof QTYPE];

export const RCODE = { ok: 0, serverFailure: 2 } as const;

const CLASS_IN = 1;
const HEADER = 12;

export interface Query {
  /** 16 bits. */
  readonly id: number;
  /** With the case that the application uses. */
  readonly name: string;
  readonly type: Qtype;
}

/** A query with the recursion-desired bit, and no more than the question. */
export function dnsQuery({ id, name, type }: Query): Uint8Array {
  const head = Uint8Array.of(id >> 8, id & 255, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0);
  return concat(head, questionOf(name, type));
}

/** The question section: labels, type, class. */
export function questionOf(name: string, type: Qtype): Uint8Array {
  const labels = name.split('.').flatMap((label) => [label.length, ...new TextEncoder().encode(label)]);
  return Uint8Array.from([...labels, 0, 0, type, 0, CLASS_IN]);
}

export interface DnsRecord {
  /** In lower case. */
  readonly name: string;
  readonly type: number;
  readonly ttl: number;
  readonly data: Uint8Array;
}

export interface DnsAnswer {
  readonly id: number;
  readonly isResponse: boolean;
  readonly rcode: number;
  /** The bytes of the question section. */
  readonly question: Uint8Array;
  readonly records: readonly DnsRecord[];
}

/** @returns undefined for what is no DNS message with one question. */
export function readDnsAnswer(bytes: Uint8Array): DnsAnswer | undefined {
  if (bytes.length < HEADER || u16(bytes, 4) !== 1) return undefined;
  const question = readName(bytes, HEADER);
  if (question === undefined) return undefined;
  let at = question.end + 4;
  const records: DnsRecord[] = [];
  for (let count = u16(bytes, 6); count > 0; count--) {
    const name = readName(bytes, at);
    if (name === undefined || name.end + 10 > bytes.length) return undefined;
    const { end } = name;
    const length = u16(bytes, end + 8);
    const data = bytes.slice(end + 10, end + 10 + length);
    if (data.length < length) return undefined;
    const ttl = u16(bytes, end + 4) * 65_536 + u16(bytes, end + 6);
    records.push({ name: name.text, type: u16(bytes, end), ttl, data });
    at = end + 10 + length;
  }
  return {
    id: u16(bytes, 0),
    isResponse: ((bytes[2] ?? 0) & 0x80) !== 0,
    rcode: (bytes[3] ?? 0) & 15,
    question: bytes.slice(HEADER, question.end + 4),
    records,
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
    if (length === 0) return { text: labels.join('.').toLowerCase(), end: end ?? at + 1 };
    labels.push(new TextDecoder().decode(bytes.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  return undefined;
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
