/** Queries and answers of DNS as bytes, for the vectors alone (RFC 1035, 4.1; RFC 6891, 6.1.2). */
import { ascii, concat, fromHex } from '../../../reference/bytes.ts';

export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  TXT: 16,
  AAAA: 28,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  NTM: 65_330,
} as const;
const OPT = 41;
const [QR, AA, TC, RD] = [0x8000, 0x0400, 0x0200, 0x0100];

/** Labels, or their text with dots between two; the root is empty. */
export type Name = string | readonly string[];

export interface Asked {
  readonly name: Name;
  readonly type: number;
  readonly opcode?: number;
  /** RD, which is set if not given. */
  readonly recursion?: boolean;
  readonly edns?: Edns;
  /** One record, for queries that have one in that section. */
  readonly authority?: Uint8Array;
}

export interface Edns {
  readonly size: number;
  readonly version?: number;
  readonly dnssecOk?: boolean;
  /** Hex. */
  readonly options?: string;
}

export function labelsOf(name: Name): readonly string[] {
  return typeof name !== 'string' ? name : name === '' ? [] : name.split('.');
}

/** The text of a name: a dot within a label as `\.`, a byte that is no printable one in decimal (RFC 1035, 5.1). */
export function textOf(name: Name): string {
  const escaped = (letter: string): string => {
    if (letter === '.') return '\\.';
    return /[!-~]/.test(letter) ? letter : `\\${String(letter.charCodeAt(0)).padStart(3, '0')}`;
  };
  const texts = labelsOf(name).map((label) => [...label].map(escaped).join(''));
  return texts.length === 0 ? '.' : texts.join('.');
}

const two = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255);
const four = (value: number): Uint8Array => concat(two(Math.floor(value / 65_536)), two(value % 65_536));

/** Without compression. */
export function nameBytes(name: Name): Uint8Array {
  const labels = labelsOf(name).map((label) => concat(Uint8Array.of(label.length), ascii(label)));
  return concat(...labels, Uint8Array.of(0));
}

export function question({ name, type }: Asked): Uint8Array {
  return concat(nameBytes(name), two(type), two(1));
}

export function header(id: Uint8Array, flags: number, ...counts: readonly number[]): Uint8Array {
  return concat(id, two(flags), ...counts.map(two));
}

export function opt({ size, version = 0, dnssecOk = false, options = '' }: Edns, extended = 0): Uint8Array {
  const data = fromHex(options);
  const flags = Uint8Array.of(extended, version, dnssecOk ? 0x80 : 0, 0);
  return concat(Uint8Array.of(0), two(OPT), two(size), flags, two(data.length), data);
}

export function record(owner: Uint8Array, type: number, ttl: number, data: Uint8Array): Uint8Array {
  return concat(owner, two(type), two(1), four(ttl), two(data.length), data);
}

function flagsOf({ opcode = 0, recursion = true }: Asked): number {
  return (opcode << 11) | (recursion ? RD : 0);
}

export function query(id: Uint8Array, asked: Asked): Uint8Array {
  const { edns, authority } = asked;
  return concat(
    header(id, flagsOf(asked), 1, 0, authority ? 1 : 0, edns ? 1 : 0),
    question(asked),
    authority ?? new Uint8Array(0),
    edns ? opt(edns) : new Uint8Array(0),
  );
}

export interface Said {
  /** With the bits that go into an OPT record. */
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  /** At the question's name. */
  readonly records: readonly { readonly type: number; readonly ttl: number; readonly data: Uint8Array }[];
  /** The apex whose SOA stands in the authority section. */
  readonly soa: string | undefined;
}

/** RFC 1035, 3.3.13, with the times that the examples have. */
export function soaData(apex: string, server: string): Uint8Array {
  const times = [1_800_000_000, 3600, 600, 86_400, 5].map(four);
  return concat(nameBytes(server), nameBytes(`hostmaster.${apex}`), ...times);
}

/** One right answer: names point into the question (RFC 1035, 4.1.4). @param server the first one of the zone */
export function response(
  id: Uint8Array,
  asked: Asked,
  { rcode, authoritative, truncated, records, soa }: Said,
  server: string,
): Uint8Array {
  const flags = QR | flagsOf(asked) | (authoritative ? AA : 0) | (truncated ? TC : 0) | (rcode & 15);
  const answers = records.map(({ type, ttl, data }) => record(two(0xc000 | 12), type, ttl, data));
  const labels = labelsOf(asked.name);
  const before = labels.slice(0, labels.length - labelsOf(soa ?? '').length);
  const apexAt = before.reduce((at, { length }) => at + 1 + length, 12);
  const authority =
    soa === undefined ? [] : [record(two(0xc000 | apexAt), TYPE.SOA, 5, soaData(soa, server))];
  const { edns } = asked;
  const own = { size: 1232, dnssecOk: edns?.dnssecOk ?? false };
  return concat(
    header(id, flags, 1, answers.length, authority.length, edns ? 1 : 0),
    question(asked),
    ...answers,
    ...authority,
    ...(edns ? [opt(own, rcode >> 4)] : []),
  );
}
