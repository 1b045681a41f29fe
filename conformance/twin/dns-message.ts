import { hex, readBigEndian } from './bytes.ts';

/** Types of records (RFC 1035, 3.2.2 and later; section 11.2). */
export const A = 1;
export const NS = 2;
export const SOA = 6;
export const AAAA = 28;
export const OPT = 41;
export const NTM = 65330;

const HEADER = 12;
const LONGEST_NAME = 255;

/** Labels as they stand there, one character a byte, the first one first. */
export type DnsName = readonly string[];

export interface DnsQuestion {
  readonly name: DnsName;
  readonly type: number;
  readonly class: number;
  /** Whether the name is one without pointers. */
  readonly isPlain: boolean;
  /** As hexadecimal text. */
  readonly bytes: string;
}

export interface DnsRecord {
  readonly name: DnsName;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly data: Uint8Array;
  /** Where the data stand in the message. */
  readonly at: number;
}

export interface DnsMessage {
  readonly id: number;
  /** The second word of the header. */
  readonly flags: number;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
  readonly additional: readonly DnsRecord[];
  /** Where the last record ends. */
  readonly end: number;
}

/** A message (RFC 1035, 4.1); undefined if some of it cannot be read. */
export function readDnsMessage(bytes: Uint8Array): DnsMessage | undefined {
  if (bytes.length < HEADER) return undefined;
  const counts = [4, 6, 8, 10].map((at) => word(bytes, at));
  let at = HEADER;
  const questions: DnsQuestion[] = [];
  for (let i = 0; i < (counts[0] ?? 0); i++) {
    const name = readDnsName(bytes, at);
    if (name === undefined || name.end + 4 > bytes.length) return undefined;
    const end = name.end + 4;
    questions.push({
      name: name.labels,
      type: word(bytes, name.end),
      class: word(bytes, name.end + 2),
      isPlain: name.isPlain,
      bytes: hex(bytes.slice(at, end)),
    });
    at = end;
  }
  const sections: DnsRecord[][] = [];
  for (const count of counts.slice(1)) {
    const records: DnsRecord[] = [];
    for (let i = 0; i < count; i++) {
      const record = readRecord(bytes, at);
      if (record === undefined) return undefined;
      records.push(record);
      at = record.at + record.data.length;
    }
    sections.push(records);
  }
  const [answers = [], authority = [], additional = []] = sections;
  return { id: word(bytes, 0), flags: word(bytes, 2), questions, answers, authority, additional, end: at };
}

function readRecord(bytes: Uint8Array, from: number): DnsRecord | undefined {
  const name = readDnsName(bytes, from);
  if (name === undefined) return undefined;
  const at = name.end + 10;
  if (at > bytes.length) return undefined;
  const data = bytes.slice(at, at + word(bytes, name.end + 8));
  if (data.length < word(bytes, name.end + 8)) return undefined;
  const ttl = Number(readBigEndian(bytes.slice(name.end + 4, name.end + 8)));
  return { name: name.labels, type: word(bytes, name.end), class: word(bytes, name.end + 2), ttl, data, at };
}

/** A name and where it ends; a pointer goes to what stands before it (RFC 1035, 4.1.4). */
export function readDnsName(
  bytes: Uint8Array,
  from: number,
): { readonly labels: DnsName; readonly end: number; readonly isPlain: boolean } | undefined {
  const labels: string[] = [];
  let length = 1;
  let end: number | undefined;
  for (let at = from; ; ) {
    const head = bytes[at];
    if (head === undefined) return undefined;
    if (head >= 0xc0) {
      if (at + 2 > bytes.length) return undefined;
      const target = word(bytes, at) - 0xc000;
      if (target >= at || target < HEADER) return undefined;
      end ??= at + 2;
      at = target;
      continue;
    }
    if (head > 63 || at + 1 + head > bytes.length) return undefined;
    if (head === 0) return { labels, end: end ?? at + 1, isPlain: end === undefined };
    length += 1 + head;
    if (length > LONGEST_NAME) return undefined;
    labels.push(String.fromCharCode(...bytes.slice(at + 1, at + 1 + head)));
    at += 1 + head;
  }
}

/** Letters of ASCII compare without case (RFC 4343), and nothing else does. */
export function lowerCase(name: DnsName): DnsName {
  return name.map((label) => label.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
}

export function isSameName(a: DnsName, b: DnsName): boolean {
  const [one, other] = [lowerCase(a), lowerCase(b)];
  return one.length === other.length && one.every((label, i) => label === other[i]);
}

/** Whether a name is another one or below it. */
export function isWithin(name: DnsName, apex: DnsName): boolean {
  return name.length >= apex.length && isSameName(name.slice(name.length - apex.length), apex);
}

export function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}
