/** What a server that is authoritative for some zones answers. [DNS-23, DNS-25, DNS-29] */
import { concat } from '../../bytes.ts';
import type { Instant, Transport } from '../../core.ts';
import { IN } from '../query.ts';
import type { Labels } from './names.ts';
import type { Request } from './request.ts';
import type { Zone, ZoneRecord } from './zone.ts';
import { ttlAt } from './zone.ts';

/** A zone with its SOA as it is now. */
export interface Served {
  readonly zone: Zone;
  readonly soa: () => ZoneRecord;
}

const Code = { ok: 0, format: 1, name: 3, notImplemented: 4, refused: 5, badVersion: 16 } as const;
const [RESPONSE, OPCODE, AUTHORITATIVE, TRUNCATED, RD, CD] = [0x8000, 0x7800, 0x0400, 0x0200, 0x0100, 0x0010];
const [OPT, IXFR, AXFR, ANY] = [41, 251, 252, 255];
/** DO, which is echoed. (RFC 3225) */
const DO = 0x8000;
/** Bytes: without EDNS, what arrives unfragmented, and what TCP can carry. */
const [LEAST, OWN_SIZE, MOST] = [512, 1232, 65_535];

interface Content {
  readonly code: number;
  readonly isAuthoritative?: boolean;
  readonly answers?: readonly ZoneRecord[];
  /** The SOA of the zone that an answer without records is about. */
  readonly negative?: Served;
}

/** The answer to a request. */
export function answer(
  request: Request,
  served: readonly Served[],
  transport: Transport,
  now: Instant,
): Uint8Array {
  const content = contentOf(request, served, now);
  const whole = written(request, content, now);
  const size = Math.min(OWN_SIZE, Math.max(LEAST, request.edns?.size ?? LEAST));
  if (whole.length <= (transport === 'tcp' ? MOST : size)) return whole;
  const { code, isAuthoritative = false } = content;
  return written(request, { code, isAuthoritative }, now, TRUNCATED);
}

/** An answer without records that says to ask again over TCP. [DOS-08] */
export function truncated(request: Request): Uint8Array {
  return written(request, { code: Code.ok }, 0, TRUNCATED);
}

function contentOf(request: Request, served: readonly Served[], now: Instant): Content {
  const { question, edns, opcode } = request;
  if (opcode !== 0) return { code: Code.notImplemented };
  if (request.isBroken || question === undefined) return { code: Code.format };
  if (edns !== undefined && edns.version > 0) return { code: Code.badVersion };
  const { name, type } = question;
  const holding = closest(served, name);
  if (holding === undefined || question.class !== IN || type === AXFR || type === IXFR)
    return { code: Code.refused };
  const { zone, soa } = holding;
  const isApex = name.length === zone.apex.length;
  const there = [...(isApex ? [soa()] : []), ...zone.at(name, now)];
  // RFC 8482: one set stands for all.
  const wanted = type === ANY ? there[0]?.type : type;
  const answers = there.filter((record) => record.type === wanted);
  if (answers.length > 0) return { code: Code.ok, isAuthoritative: true, answers };
  const exists = there.length > 0 || zone.hasBelow(name);
  return { code: exists ? Code.ok : Code.name, isAuthoritative: true, negative: holding };
}

/** The zone with the longest apex that a name is in. */
function closest(served: readonly Served[], name: Labels): Served | undefined {
  let found: Served | undefined;
  for (const one of served)
    if (one.zone.holds(name) && one.zone.apex.length > (found?.zone.apex.length ?? 0)) found = one;
  return found;
}

function written(request: Request, content: Content, now: Instant, more = 0): Uint8Array {
  const { id, flags, question, edns } = request;
  const { code, isAuthoritative = false, answers = [], negative } = content;
  const authority = negative === undefined ? [] : [soaOf(request, negative)];
  const header = new Uint8Array(12);
  const view = new DataView(header.buffer);
  view.setUint16(0, id);
  const kept = flags & (OPCODE | RD | CD);
  view.setUint16(2, RESPONSE | kept | (isAuthoritative ? AUTHORITATIVE : 0) | more | (code & 15));
  view.setUint16(4, question === undefined ? 0 : 1);
  view.setUint16(6, answers.length);
  view.setUint16(8, authority.length);
  view.setUint16(10, edns === undefined ? 0 : 1);
  const opt = edns === undefined ? [] : [optRecord(code >> 4, edns.flags & DO)];
  const records = answers.map((record) => recordAt(12, record, ttlAt(record, now)));
  return concat(header, question?.bytes ?? new Uint8Array(0), ...records, ...authority, ...opt);
}

/** The zone's apex is the end of the question's name, and can be pointed to there. */
function soaOf({ question }: Request, { zone, soa: current }: Served): Uint8Array {
  const soa = current();
  const before = question?.name.slice(0, question.name.length - zone.apex.length) ?? [];
  const offset = before.reduce((sum, label) => sum + 1 + label.length, 12);
  return recordAt(offset, soa, soa.ttl);
}

/** A record whose name stands at an offset of the message. (RFC 1035, 4.1.4) */
function recordAt(offset: number, { type, data }: ZoneRecord, ttl: number): Uint8Array {
  const fixed = new Uint8Array(12);
  const view = new DataView(fixed.buffer);
  view.setUint16(0, 0xc000 | offset);
  view.setUint16(2, type);
  view.setUint16(4, IN);
  view.setUint32(6, ttl);
  view.setUint16(10, data.length);
  return concat(fixed, data);
}

/** RFC 6891, 6.1.2: root, type, size, extended RCODE, version 0, flags, no options. */
function optRecord(extended: number, flags: number): Uint8Array {
  return Uint8Array.of(0, 0, OPT, OWN_SIZE >> 8, OWN_SIZE & 255, extended, 0, flags >> 8, flags & 255, 0, 0);
}
