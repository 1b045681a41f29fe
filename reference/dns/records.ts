/** The records of a DNS message as they stand there, for what has to come out again byte for byte: RFC 1035 (3.2, 4.1). */
import { concat } from '../bytes.ts';
import { canonicalName } from './names.ts';

/** Labels with their lengths, to the root and uncompressed, in the case in which they came. */
export type RawName = Uint8Array;

export interface RawRecord {
  readonly name: RawName;
  readonly type: number;
  readonly class: number;
  /** Seconds; one with the highest bit set is 0. (RFC 2181, 8) */
  readonly ttl: number;
  /** Where its RDATA begins and ends in the message. */
  readonly from: number;
  readonly to: number;
}

/** The sections after the question. */
export interface Sections {
  readonly answers: readonly RawRecord[];
  readonly authorities: readonly RawRecord[];
  readonly additionals: readonly RawRecord[];
}

const HEADER = 12;
const LONGEST = 255;
const POINTER = 0xc0;
const MOST_TTL = 0x7fff_ffff;

/**
 * A name at a place, compressed or not. Pointers go back, each further than the one before, so that none goes round.
 * @returns also where what follows it begins; undefined if there is no whole name.
 */
export function readName(
  message: Uint8Array,
  at: number,
): { readonly name: RawName; readonly end: number } | undefined {
  const labels: Uint8Array[] = [];
  let size = 0;
  let end: number | undefined;
  let lowest = at;
  for (let place = at; ; ) {
    const length = message[place];
    if (length === undefined) return undefined;
    if (length >= POINTER) {
      const target = u16(message, place) & 0x3fff;
      if (place + 2 > message.length || target >= lowest) return undefined;
      end ??= place + 2;
      lowest = target;
      place = target;
      continue;
    }
    const next = place + 1 + length;
    size += 1 + length;
    if (length > 63 || next > message.length || size > LONGEST) return undefined;
    labels.push(message.slice(place, next));
    if (length === 0) return { name: concat(...labels), end: end ?? next };
    place = next;
  }
}

/** The answer section alone, which can be read where what follows cannot; undefined if it is broken. */
export function readAnswers(message: Uint8Array): readonly RawRecord[] | undefined {
  const question = readName(message, HEADER);
  if (message.length < HEADER || u16(message, 4) !== 1 || question === undefined) return undefined;
  return readRecords(message, question.end + 4, u16(message, 6))?.records;
}

/** All sections of a message with one question; undefined if one is broken. */
export function readSections(message: Uint8Array): Sections | undefined {
  const question = readName(message, HEADER);
  if (message.length < HEADER || u16(message, 4) !== 1 || question === undefined) return undefined;
  const found: (readonly RawRecord[])[] = [];
  let at = question.end + 4;
  for (const count of [6, 8, 10]) {
    const section = readRecords(message, at, u16(message, count));
    if (section === undefined) return undefined;
    found.push(section.records);
    at = section.end;
  }
  const [answers = [], authorities = [], additionals = []] = found;
  return { answers, authorities, additionals };
}

/** Names that differ in nothing but case (ASCII) have the same key. */
export function nameKey(name: RawName): string {
  return String.fromCharCode(...name.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte)));
}

/** A name in the form of bodies; undefined if they can't have it. [GEN-42] */
export function textOf(name: RawName): string | undefined {
  const labels: string[] = [];
  for (let at = 0, length = name[0] ?? 0; length > 0; length = name[at] ?? 0) {
    labels.push(String.fromCharCode(...name.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  return labels.some((label) => label.includes('.')) ? undefined : canonicalName(labels.join('.'));
}

function readRecords(
  message: Uint8Array,
  from: number,
  count: number,
): { readonly records: readonly RawRecord[]; readonly end: number } | undefined {
  const records: RawRecord[] = [];
  let at = from;
  for (let left = count; left > 0; left--) {
    const owner = readName(message, at);
    if (owner === undefined || owner.end + 10 > message.length) return undefined;
    const { name, end } = owner;
    const ttl = u16(message, end + 4) * 0x1_0000 + u16(message, end + 6);
    const to = end + 10 + u16(message, end + 8);
    if (to > message.length) return undefined;
    records.push({
      name,
      type: u16(message, end),
      class: u16(message, end + 2),
      ttl: ttl > MOST_TTL ? 0 : ttl,
      from: end + 10,
      to,
    });
    at = to;
  }
  return { records, end: at };
}

/** A number of two bytes, the high one first; what is not there counts as 0. */
export function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
