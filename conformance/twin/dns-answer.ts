import type { DnsMessage, DnsName } from './dns-message.ts';
import { lowerCase, OPT, readDnsMessage, word } from './dns-message.ts';
import type { DnsSituation, DnsWorld, Published } from './dns-zone.ts';
import { lookUp, published, zoneOf } from './dns-zone.ts';

/** Nothing goes out (`length`, `type`), or FORMERR or nothing (`encoding`). */
export type DnsRefusal = 'length' | 'type' | 'encoding';

/** What a right answer has; null where the text leaves it free. */
export interface DnsDecision {
  /** One of these, with the bits of OPT. */
  readonly rcodes: readonly number[];
  readonly authoritative: boolean | null;
  /** TC: then any of the records may be missing. */
  readonly truncated: boolean;
  /** As hexadecimal text. */
  readonly question: string | null;
  /** Those of the answer section. */
  readonly records: readonly Published[] | null;
  /** The apex whose SOA is in the authority section. */
  readonly soa?: string;
  /** What the OPT record says; without it there is none. */
  readonly edns?: { readonly version: number; readonly dnssecOk: boolean };
  /** Bytes. */
  readonly most: number;
}

const NO_ERROR = 0;
const NAME_ERROR = 3;
const NOT_IMPLEMENTED = 4;
const REFUSED = 5;
const BAD_VERSION = 16;
const IN = 1;
const IXFR = 251;
const AXFR = 252;
const ANY = 255;
const HEADER = 12;

/** What is answered to a query: DNS-20 to DNS-25 and DNS-29. */
export function answerDns(
  world: DnsWorld,
  situation: DnsSituation,
  transport: 'udp' | 'tcp',
  query: Uint8Array,
): DnsDecision | DnsRefusal {
  if (query.length < HEADER) return 'length';
  if (word(query, 2) >= 0x8000) return 'type';
  const message = readDnsMessage(query);
  const [question, ...more] = message?.questions ?? [];
  const opts = message?.additional.filter(({ type }) => type === OPT) ?? [];
  if (message === undefined || question === undefined || more.length > 0) return 'encoding';
  if (!question.isPlain || opts.length > 1) return 'encoding';
  const edns = opts[0];
  const most = limit(transport, edns?.class);
  // The TTL of OPT: extended RCODE, version, flags (RFC 6891, 6.1.3). DO comes back (RFC 3225).
  const said = edns && { edns: { version: 0, dnssecOk: Math.floor(edns.ttl / 0x8000) % 2 === 1 } };
  const rest = { truncated: false, question: question.bytes, records: [], ...said, most };
  if (opcode(message) !== 0)
    return { ...rest, rcodes: [NOT_IMPLEMENTED, REFUSED], authoritative: null, question: null };
  if (edns !== undefined && Math.floor(edns.ttl / 0x10000) % 256 !== 0)
    return { ...rest, rcodes: [BAD_VERSION], authoritative: null };
  const apex = zoneOf(world, question.name);
  if (apex === undefined) return { ...rest, rcodes: [REFUSED], authoritative: false };
  if (question.type === AXFR || question.type === IXFR)
    return { ...rest, rcodes: [NOT_IMPLEMENTED, REFUSED], authoritative: null };
  if (question.class !== IN) throw new RangeError(`the text says nothing of class ${question.class}`);
  const { here, isThere } = lookUp(published(world, situation), question.name);
  const isAny = question.type === ANY;
  const found = isAny ? here : here.filter(({ type }) => type === question.type);
  if (found.length === 0)
    return { ...rest, rcodes: [isThere ? NO_ERROR : NAME_ERROR], authoritative: true, soa: apex };
  const answered = { ...rest, rcodes: [NO_ERROR], authoritative: true };
  // RFC 8482: any of them, or something else.
  if (isAny) return { ...answered, records: null };
  const truncated = isTooLong(question.name, found, edns !== undefined, most);
  return { ...answered, truncated, records: found };
}

function opcode({ flags }: DnsMessage): number {
  return Math.floor(flags / 0x800) % 16;
}

/** Bytes of an answer (DNS-25; RFC 6891, 6.2.3): over UDP 512 without OPT, with it at least that, 1232 at most. */
function limit(transport: 'udp' | 'tcp', size: number | undefined): number {
  if (transport === 'tcp') return 65535;
  return Math.min(1232, Math.max(512, size ?? 512));
}

/** Whether an answer is longer than that, however its names are compressed. */
function isTooLong(name: DnsName, records: readonly Published[], hasOpt: boolean, most: number): boolean {
  const owner = name.reduce((sum, label) => sum + 1 + label.length, 1);
  const data = records.map((record) => (record.data ?? '').length / 2);
  const fixed = HEADER + owner + 4 + (hasOpt ? 11 : 0);
  const sum = (ownerLength: number) =>
    data.reduce((total, length) => total + ownerLength + 10 + length, fixed);
  const [shortest, longest] = [sum(2), sum(owner)];
  if (shortest <= most && longest > most) throw new RangeError('it depends on how names are compressed');
  return shortest > most;
}

/** A name as text in lower case, as records have it. */
export function dnsText(name: DnsName): string {
  return lowerCase(name).join('.');
}
