/** SVCB and HTTPS records (RFC 9460) without the addresses that they hint at. [DNS-17, DNS-28] */
import { concat } from '../bytes.ts';
import { IN, Type } from './query.ts';
import type { RawName, RawRecord, Sections } from './records.ts';
import { nameKey, readName, readSections, u16 } from './records.ts';

const HEADER = 12;
/** Keys of parameters: RFC 9460, 14.3.2. */
const [MANDATORY, IPV4_HINT, IPV6_HINT] = [0, 4, 6];
const isHint = (key: number): boolean => key === IPV4_HINT || key === IPV6_HINT;
/** In the second byte of the flags. */
const AUTHENTIC = 0x20;

/** Which records lose their hints. [DNS-17] */
export interface Strip {
  /** Those at these names, and at the names to which they lead. */
  readonly names: readonly RawName[];
  /** And those whose TargetName is such a name. */
  readonly isPeer: (name: RawName) => boolean;
}

/** Whether an SVCB or HTTPS record leads to an NTM node: its hints are that one's addresses. [DNS-17] */
export function leadsTo(response: Uint8Array, isPeer: Strip['isPeer']): boolean {
  const sections = readSections(response);
  if (sections === undefined) return false;
  return services(sections).some((record) => isToPeer(response, record, isPeer));
}

/**
 * An answer some of whose records have no hints any more. One that stays the same is the same bytes; in another one AD is
 * clear, and the signatures of the changed sets are left out.
 */
export function withoutHints(response: Uint8Array, what: Strip): Uint8Array {
  const sections = readSections(response);
  if (sections === undefined) return response;
  const beyond = namesBeyond(response, sections, what);
  const loses = (record: RawRecord): boolean =>
    isService(record) && (beyond.has(nameKey(record.name)) || isToPeer(response, record, what.isPeer));
  const changed = new Set<string>();
  const kept = (records: readonly RawRecord[]) =>
    records.flatMap((record) => {
      const rdata = expanded(response, record);
      if (!loses(record)) return [{ record, rdata }];
      const stripped = strip(rdata);
      if (stripped?.length !== rdata.length) changed.add(setOf(record, record.type));
      return stripped === undefined ? [] : [{ record, rdata: stripped }];
    });
  const { answers, authorities, additionals } = sections;
  const all = [kept(answers), kept(authorities), kept(additionals)] as const;
  if (changed.size === 0) return response;
  const question = readName(response, HEADER);
  const end = (question?.end ?? HEADER) + 4;
  const header = response.slice(0, end);
  header[3] = (header[3] ?? 0) & ~AUTHENTIC;
  const view = new DataView(header.buffer);
  const written = all.map((section, index) => {
    const left = section.filter(
      ({ record, rdata }) => record.type !== Type.rrsig || !changed.has(setOf(record, u16(rdata, 0))),
    );
    view.setUint16(6 + 2 * index, left.length);
    return concat(...left.map(({ record, rdata }) => encode(response, record, rdata)));
  });
  return concat(header, ...written);
}

function isService({ type, class: kind }: RawRecord): boolean {
  return kind === IN && (type === Type.svcb || type === Type.https);
}

function services({ answers, additionals }: Sections): RawRecord[] {
  return [...answers, ...additionals].filter(isService);
}

/** TargetName; undefined where it is the owner's own. RFC 9460 section 2.5 */
function targetOf(response: Uint8Array, { from }: RawRecord): RawName | undefined {
  const target = readName(response, from + 2)?.name;
  return target !== undefined && target.length > 1 ? target : undefined;
}

function isToPeer(response: Uint8Array, record: RawRecord, isPeer: Strip['isPeer']): boolean {
  const target = targetOf(response, record);
  return target !== undefined && isPeer(target);
}

/** The names themselves, those of NTM nodes to which records lead, and where records at all of these lead to. */
function namesBeyond(response: Uint8Array, sections: Sections, { names, isPeer }: Strip): Set<string> {
  const found = new Set(names.map(nameKey));
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const record of services(sections)) {
      const target = targetOf(response, record);
      if (target !== undefined && (found.has(nameKey(record.name)) || isPeer(target)))
        found.add(nameKey(target));
    }
  }
  return found;
}

/** RDATA without hints; undefined if it cannot be read, or says that a hint has to be understood. */
function strip(rdata: Uint8Array): Uint8Array | undefined {
  const target = readName(rdata, 2);
  if (target === undefined) return undefined;
  const parts: Uint8Array[] = [rdata.subarray(0, target.end)];
  for (let at = target.end; at < rdata.length; ) {
    const key = u16(rdata, at);
    const end = at + 4 + u16(rdata, at + 2);
    if (end > rdata.length || at + 4 > rdata.length) return undefined;
    if (key === MANDATORY)
      for (let place = at + 4; place < end; place += 2) if (isHint(u16(rdata, place))) return undefined;
    if (!isHint(key)) parts.push(rdata.subarray(at, end));
    at = end;
  }
  return concat(...parts);
}

function setOf({ name }: RawRecord, type: number): string {
  return `${type} ${nameKey(name)}`;
}

/** Before the names in RDATA, which may be compressed, there are that many bytes: RFC 1035 (3.3), RFC 3597 (4). */
const NAMES_IN: Readonly<Record<number, { readonly before: number; readonly count: number }>> = {
  2: { before: 0, count: 1 }, // NS
  3: { before: 0, count: 1 }, // MD
  4: { before: 0, count: 1 }, // MF
  5: { before: 0, count: 1 }, // CNAME
  6: { before: 0, count: 2 }, // SOA
  7: { before: 0, count: 1 }, // MB
  8: { before: 0, count: 1 }, // MG
  9: { before: 0, count: 1 }, // MR
  12: { before: 0, count: 1 }, // PTR
  14: { before: 0, count: 2 }, // MINFO
  15: { before: 2, count: 1 }, // MX
  17: { before: 0, count: 2 }, // RP
  18: { before: 2, count: 1 }, // AFSDB
  21: { before: 2, count: 1 }, // RT
  33: { before: 6, count: 1 }, // SRV
  36: { before: 2, count: 1 }, // KX
  39: { before: 0, count: 1 }, // DNAME
};

/** RDATA that can stand at another place; as it is if it cannot be read. */
function expanded(message: Uint8Array, { type, from, to }: RawRecord): Uint8Array {
  const { before, count } = NAMES_IN[type] ?? { before: 0, count: 0 };
  const parts: Uint8Array[] = [message.slice(from, from + before)];
  let at = from + before;
  for (let left = count; left > 0; left--) {
    const read = readName(message, at);
    if (read === undefined || read.end > to) return message.slice(from, to);
    parts.push(read.name);
    at = read.end;
  }
  return concat(...parts, message.subarray(at, to));
}

/** The record with its name written out, everything else as it was. */
function encode(message: Uint8Array, { name, from }: RawRecord, rdata: Uint8Array): Uint8Array {
  const fixed = message.slice(from - 10, from);
  new DataView(fixed.buffer).setUint16(8, rdata.length);
  return concat(name, fixed, rdata);
}
