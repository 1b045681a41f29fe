import { bigEndian, compare, concat, hex, readBigEndian, unhex } from './bytes.ts';
import * as cbor from './cbor.ts';
import { decodeCbor, EncodingError } from './cbor-decode.ts';
import { encodeCbor } from './cbor-encode.ts';
import type { DnsDecision } from './dns-answer.ts';
import { dnsText } from './dns-answer.ts';
import type { DnsMessage, DnsName, DnsRecord } from './dns-message.ts';
import {
  isSameName,
  lowerCase,
  NS,
  NTM,
  OPT,
  readDnsMessage,
  readDnsName,
  SOA,
  word,
} from './dns-message.ts';
import type { Published } from './dns-zone.ts';
import { labels } from './dns-zone.ts';

const FORMAT_ERROR = 1;
const IN = 1;
/** DNS-24: seconds. */
const NEGATIVE_TTL = 5;
const [QR, OPCODE, AA, TC, RD, RA, Z] = [0x8000, 0x7800, 0x0400, 0x0200, 0x0100, 0x0080, 0x0040];

/** What is wrong with an answer to a query, in words; none if it is right. */
export function dnsFaults(decision: DnsDecision, query: Uint8Array, answer: Uint8Array): string[] {
  const message = readDnsMessage(answer);
  if (message === undefined) return ['it cannot be read'];
  const faults = [...headerFaults(query, message.id, message.flags)];
  const say = (isRight: boolean, what: string): void => {
    if (!isRight) faults.push(what);
  };
  const { rcodes, authoritative, truncated, question, most } = decision;
  const opts = message.additional.filter(({ type }) => type === OPT);
  const extended = Math.floor((opts[0]?.ttl ?? 0) / 0x1000000);
  say(rcodes.includes(extended * 16 + (message.flags % 16)), 'RCODE');
  say(authoritative === null || authoritative === (message.flags & AA) > 0, 'AA');
  say(truncated === (message.flags & TC) > 0, 'TC');
  say(answer.length <= most && message.end === answer.length, 'length');
  const asked = message.questions.map(({ bytes }) => bytes).join('');
  say(question === null || (question === asked && message.questions.length === 1), 'question');
  say(hasOpt(opts, decision.edns), 'OPT');
  say(decision.soa === undefined || hasSoa(message, answer, labels(decision.soa)), 'SOA');
  const soas = message.answers.filter(({ type }) => type === SOA);
  say(
    soas.every((soa) => negativeTtl(soa) <= NEGATIVE_TTL),
    'negative TTL',
  );
  if (decision.records !== null) faults.push(...recordFaults(decision.records, truncated, message, answer));
  return faults;
}

/** What is wrong with what came to a query that cannot be read (DNS-29). */
export function formatErrorFaults(query: Uint8Array, answer: Uint8Array): string[] {
  const [id, flags] = [word(answer, 0), word(answer, 2)];
  const faults: string[] = [];
  if (answer.length < 12 || id !== word(query, 0) || (flags & QR) === 0) faults.push('no answer to it');
  if (flags % 16 !== FORMAT_ERROR) faults.push('RCODE');
  if (word(answer, 6) > 0) faults.push('a record in the answer section');
  return faults;
}

/** ID, opcode and RD come back; QR is set, RA and Z are not (RFC 1035, 4.1.1). */
function* headerFaults(query: Uint8Array, id: number, flags: number): Generator<string> {
  const asked = word(query, 2);
  if (id !== word(query, 0)) yield 'ID';
  if ((flags & QR) === 0) yield 'QR';
  if ((flags & OPCODE) !== (asked & OPCODE)) yield 'opcode';
  if ((flags & RD) !== (asked & RD)) yield 'RD';
  if ((flags & RA) !== 0) yield 'RA';
  if ((flags & Z) !== 0) yield 'Z';
}

function hasOpt(opts: readonly DnsRecord[], edns: DnsDecision['edns']): boolean {
  const [opt] = opts;
  if (edns === undefined || opt === undefined) return edns === undefined && opt === undefined;
  const isDnssecOk = Math.floor(opt.ttl / 0x8000) % 2 === 1;
  const version = Math.floor(opt.ttl / 0x10000) % 256;
  return (
    opts.length === 1 && opt.name.length === 0 && version === edns.version && isDnssecOk === edns.dnssecOk
  );
}

/** RFC 2308, 2.1 and 2.2. */
function hasSoa({ authority }: DnsMessage, answer: Uint8Array, apex: DnsName): boolean {
  const [soa, ...more] = authority.filter(({ type }) => type === SOA);
  if (soa === undefined || more.length > 0 || rdata(soa, answer) === undefined) return false;
  return isSameName(soa.name, apex) && soa.class === IN && negativeTtl(soa) <= NEGATIVE_TTL;
}

/** RFC 2308, 5: the smaller one of the TTL and the last number. */
function negativeTtl({ ttl, data }: DnsRecord): number {
  return Math.min(ttl, Number(readBigEndian(data.slice(-4))));
}

function* recordFaults(
  wanted: readonly Published[],
  truncated: boolean,
  { answers }: DnsMessage,
  answer: Uint8Array,
): Generator<string> {
  const left = [...wanted];
  for (const record of answers) {
    const data = rdata(record, answer);
    const at = left.findIndex((one) => {
      const isSame = one.type === record.type && isSameName(labels(one.name), record.name);
      return (
        isSame && record.class === IN && data !== undefined && (one.data === null || ordered(one) === data)
      );
    });
    const [found] = at < 0 ? [] : left.splice(at, 1);
    if (found === undefined) yield `a record of type ${record.type} at ${dnsText(record.name)}`;
    else if (found.ttl !== null && record.ttl > found.ttl) yield 'TTL';
  }
  if (left.length > 0 && !truncated) yield `${left.length} records are not there`;
}

function ordered({ type, data }: Published): string {
  return type === NTM ? (sortedLists(unhex(data ?? '')) ?? '') : (data ?? '');
}

/** RDATA in the form in which it compares: names whole and in lower case, lists of an NTM record in one order. */
function rdata({ type, data, at }: DnsRecord, message: Uint8Array): string | undefined {
  if (type === NTM) return sortedLists(data);
  if (type !== NS && type !== SOA) return hex(data);
  const names: Uint8Array[] = [];
  let from = at;
  for (let i = 0; i < (type === NS ? 1 : 2); i++) {
    const name = readDnsName(message, from);
    if (name === undefined) return undefined;
    names.push(...lowerCase(name.labels).map(labelBytes), Uint8Array.of(0));
    from = name.end;
  }
  const rest = message.slice(from, at + data.length);
  return from > at + data.length || rest.length !== (type === NS ? 0 : 20)
    ? undefined
    : hex(concat(...names, rest));
}

function labelBytes(label: string): Uint8Array {
  return concat(
    bigEndian(label.length, 1),
    Uint8Array.from(label, (c) => c.charCodeAt(0)),
  );
}

/** Undefined for what is not one deterministic map (DNS-19). */
function sortedLists(data: Uint8Array): string | undefined {
  try {
    const item = decodeCbor(data);
    if (item.kind !== 'map') return undefined;
    const entries = item.entries.map(([key, value]) => {
      if (value.kind !== 'array') return [key, value] as const;
      const items = [...value.items].sort((a, b) => compare(encodeCbor(a), encodeCbor(b)));
      return [key, cbor.array(...items)] as const;
    });
    return hex(encodeCbor(cbor.map(...entries)));
  } catch (error) {
    if (error instanceof EncodingError) return undefined;
    throw error;
  }
}
