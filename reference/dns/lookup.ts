/** How a node finds its DC, and a DC another one: the NTM records at a zone's apex. [NODE-02, FED-01] */
import type { Answer, DecodedPacket, RecordType } from 'dns-packet';
import { encode, RECURSION_DESIRED } from 'dns-packet';
import { canonicalName } from './names.ts';
import { decodeMessage, isResponseTo, isTruncated, Type } from './query.ts';
import type { NtmRecord } from './record.ts';
import { decodeNtmRecord } from './record.ts';

/** As dns-packet calls a type that it does not know. */
const NTM = `UNKNOWN_${Type.ntm}`;
const OWN_SIZE = 1232;

/**
 * The query for a name's NTM records.
 * @param id u16, random [DNS-12]
 */
export function ntmQuery(name: string, id: number): Uint8Array {
  const bytes = encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED,
    questions: [{ type: NTM as RecordType, name, class: 'IN' }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: OWN_SIZE,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  });
  return Uint8Array.from(bytes);
}

export type NtmAnswer =
  /** One or more that can be used, and for how many seconds they may be kept. */
  | { readonly kind: 'records'; readonly records: readonly NtmRecord[]; readonly ttl: number }
  /** It is proved that there is none. */
  | { readonly kind: 'none' }
  /** Nothing is known: no answer, an error, a lame one, or records of which none can be used. */
  | { readonly kind: 'failed' };

const FAILED: NtmAnswer = { kind: 'failed' };
const NAME_ERROR = 3;

/** What an answer to {@link ntmQuery} says. [DNS-15, DNS-27] */
export function readNtmAnswer(response: Uint8Array | undefined, query: Uint8Array): NtmAnswer {
  if (response === undefined || !isResponseTo(response, query) || isTruncated(response)) return FAILED;
  const decoded = decodeMessage(response);
  if (decoded === undefined) return FAILED;
  const rcode = (decoded.flags ?? 0) & 15;
  if (rcode === NAME_ERROR) return { kind: 'none' };
  if (rcode !== 0 || hasExtendedRcode(decoded)) return FAILED;
  const name = canonicalName(decoded.questions?.[0]?.name ?? '') ?? '';
  if (decoded.answers?.length === 0 && isProved(decoded, name)) return { kind: 'none' };
  const found = (decoded.answers ?? []).filter((answer) => isNtmOf(answer, name));
  const records = found.map(rdataOf).map(decodeNtmRecord);
  const usable = records.filter((record) => record !== undefined);
  if (usable.length === 0) return FAILED;
  return { kind: 'records', records: usable, ttl: Math.min(...found.map(ttlOf)) };
}

/** No data with the SOA of the zone that the name is in. */
function isProved({ authorities = [] }: DecodedPacket, name: string): boolean {
  return authorities.some((authority) => {
    if (authority.type !== 'SOA') return false;
    const owner = canonicalName(authority.name);
    return owner === undefined ? authority.name === '.' : name === owner || name.endsWith(`.${owner}`);
  });
}

function hasExtendedRcode({ additionals = [] }: DecodedPacket): boolean {
  return additionals.some((record) => record.type === 'OPT' && record.extendedRcode !== 0);
}

function isNtmOf(answer: Answer, name: string): boolean {
  if ((answer.type as string) !== NTM || canonicalName(answer.name) !== name) return false;
  return 'class' in answer && answer.class === 'IN';
}

function rdataOf(answer: Answer): Uint8Array {
  return 'data' in answer && answer.data instanceof Uint8Array ? answer.data : new Uint8Array(0);
}

/** A TTL with the highest bit set is 0. (RFC 2181, 8) */
function ttlOf(answer: Answer): number {
  const ttl = ('ttl' in answer && answer.ttl) || 0;
  return ttl > 0x7fff_ffff ? 0 : ttl;
}
