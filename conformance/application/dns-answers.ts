/** Answers as a DNS server writes them (RFC 1035, RFC 4034, RFC 9460), in plain code: nothing of the reference's. */
import { concat } from '../../reference/bytes.ts';
import { FLAG, nameBytes, QTYPE, u16 } from './dns.ts';

export interface ServedRecord {
  readonly name: string;
  readonly type: number;
  /** Seconds. */
  readonly ttl?: number;
  readonly data: Uint8Array;
  /** IN if not given; the size of an OPT record. */
  readonly class?: number;
}

export interface Response {
  readonly rcode?: number;
  /** Beside those of any recursive answer. */
  readonly flags?: number;
  readonly answers?: readonly ServedRecord[];
  readonly authorities?: readonly ServedRecord[];
  readonly additionals?: readonly ServedRecord[];
  /** Names that stand in the message already are pointed to. */
  readonly compressed?: boolean;
}

const HEADER = 12;
const TTL = 300;

/** An answer to a query: its ID, its question as it came. */
export function respond(query: Uint8Array, response: Response = {}): Uint8Array {
  const { rcode = 0, flags = 0, answers = [], authorities = [], additionals = [] } = response;
  const word = FLAG.RESPONSE | FLAG.RA | (u16(query, 2) & (FLAG.RD | FLAG.CD)) | flags | rcode;
  const head = concat(
    query.subarray(0, 2),
    two(word),
    two(1),
    ...[answers, authorities, additionals].map(count),
  );
  const writer = new Writer(concat(head, questionIn(query)), response.compressed ?? true);
  for (const record of [...answers, ...authorities, ...additionals]) writer.add(record);
  return writer.bytes;
}

/** The question section of a query that has one question. */
export function questionIn(query: Uint8Array): Uint8Array {
  let at = HEADER;
  while ((query[at] ?? 0) > 0) at += 1 + (query[at] ?? 0);
  return query.slice(HEADER, at + 5);
}

export function cname(name: string, target: string, ttl?: number): ServedRecord {
  return { name, type: QTYPE.CNAME, data: nameBytes(target), ...(ttl !== undefined && { ttl }) };
}

export function address(name: string, bytes: readonly number[], ttl?: number): ServedRecord {
  const type = bytes.length === 4 ? QTYPE.A : QTYPE.AAAA;
  return { name, type, data: Uint8Array.from(bytes), ...(ttl !== undefined && { ttl }) };
}

/** What says that there is nothing, for 5 s. (RFC 2308) */
export function soa(zone: string): ServedRecord {
  const numbers = [1, 7200, 3600, 86_400, 5].map(four);
  const data = concat(nameBytes(`ns.${zone}`), nameBytes(`root.${zone}`), ...numbers);
  return { name: zone, type: QTYPE.SOA, ttl: 5, data };
}

/** A signature of a set, of which nobody here looks at more than the type. (RFC 4034, 3.1) */
export function rrsig(name: string, covered: number): ServedRecord {
  const fixed = concat(two(covered), Uint8Array.of(13, 2), four(TTL), four(4e9), four(1), two(1));
  return { name, type: QTYPE.RRSIG, data: concat(fixed, nameBytes('example'), new Uint8Array(64)) };
}

/** A SVCB or HTTPS record. @param params by their keys, in ascending order. A target `''` is the owner. */
export function service(
  name: string,
  params: readonly (readonly [number, Uint8Array])[],
  { target = '', priority = 1, type = QTYPE.HTTPS as number } = {},
): ServedRecord {
  const written = params.map(([key, value]) => concat(two(key), two(value.length), value));
  const to = target === '' ? Uint8Array.of(0) : nameBytes(target);
  return { name, type, data: concat(two(priority), to, ...written) };
}

class Writer {
  bytes: Uint8Array;
  readonly #isCompressed: boolean;
  readonly #places = new Map<string, number>();

  constructor(head: Uint8Array, isCompressed: boolean) {
    this.bytes = head;
    this.#isCompressed = isCompressed;
    this.#note(HEADER);
  }

  add({ name, type, ttl = TTL, data, class: kind = 1 }: ServedRecord): void {
    const owner = this.#name(name === '' ? Uint8Array.of(0) : nameBytes(name), this.bytes.length);
    // The names of other types stay as they are.
    const place = this.bytes.length + owner.length + 10;
    const rdata = type === QTYPE.CNAME ? this.#name(data, place) : data;
    this.bytes = concat(this.bytes, owner, two(type), two(kind), four(ttl), two(rdata.length), rdata);
  }

  /** A name that is to stand at a place, its longest known end left to a pointer. */
  #name(name: Uint8Array, place: number): Uint8Array {
    if (!this.#isCompressed) return name;
    const known = [...suffixes(name)].find(({ key }) => this.#places.has(key));
    const cut = known?.at ?? name.length;
    for (const { key, at } of suffixes(name)) if (at < cut) this.#places.set(key, place + at);
    if (known === undefined) return name;
    return concat(name.subarray(0, cut), two(0xc000 | (this.#places.get(known.key) ?? 0)));
  }

  #note(place: number): void {
    const name = questionIn(this.bytes).slice(0, -4);
    for (const { key, at } of suffixes(name)) this.#places.set(key, place + at);
  }
}

/** The ends of a name from a label on, but for the root, to the letter. */
function* suffixes(name: Uint8Array): Generator<{ readonly key: string; readonly at: number }> {
  for (let at = 0; (name[at] ?? 0) > 0; at += 1 + (name[at] ?? 0))
    yield { key: String.fromCharCode(...name.subarray(at)), at };
}

function count(records: readonly ServedRecord[]): Uint8Array {
  return two(records.length);
}

export function two(number: number): Uint8Array {
  return Uint8Array.of(number >> 8, number & 255);
}

function four(number: number): Uint8Array {
  return Uint8Array.of(number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255);
}
