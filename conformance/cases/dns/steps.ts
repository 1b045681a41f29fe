/** What cases of a DC's DNS begin with: a DC that publishes its zone, and somebody who asks. */
import type { Endpoint } from '../../../reference/address.ts';
import { endpointToBytes, family } from '../../../reference/address.ts';
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import type { DnsAnswer, DnsRecord, Edns } from '../../application/dns.ts';
import { dnsQuery, FLAG, QTYPE, questionOf, RCODE, readDnsAnswer, u16 } from '../../application/dns.ts';
import type { CaseInfo } from '../../case.ts';
import type { Transport } from '../../played/dns-asker.ts';
import { DnsAsker } from '../../played/dns-asker.ts';
import type { DcTestOptions, DcUnderTest, DnsTestOptions } from '../../target/dc-under-test.ts';
import { decodeCbor, EncodingError, encodeCbor } from '../../twin/index.ts';
import { Unjudged } from '../../verdict.ts';
import type { World } from '../../world.ts';

type Common = Pick<CaseInfo, 'level' | 'roles' | 'adapterLevel' | 'features' | 'needs' | 'isolation'>;

/** A MUST of the DC's DNS. */
export const DNS: Common = {
  level: 'MUST',
  roles: ['dns'],
  adapterLevel: 0,
  features: [],
  needs: [],
  isolation: 'shared',
};

/** The same where it takes a configuration or a restart of its own. */
export const DNS_CONFIGURED: Common = { ...DNS, adapterLevel: 1, isolation: 'own' };

export const TRANSPORTS: readonly Transport[] = ['udp', 'tcp'];

/** DNS-24: seconds. */
export const NEGATIVE_TTL = 5;
/** DC-08: milliseconds until what changed is published. */
const PUBLISHED = 1000;
const POLL = 100;

export interface Publishing {
  readonly dc: DcUnderTest;
  readonly asker: DnsAsker;
}

/** @throws Unjudged if the DC says nowhere that it answers DNS */
export async function publishing(
  world: World,
  dns: DnsTestOptions = {},
  more: DcTestOptions & { readonly family?: 4 | 6 } = {},
): Promise<Publishing> {
  const { family: version = 4, ...options } = more;
  const dc = await world.dc({ dns, ...options });
  return { dc, asker: await askerOf(world, dc, version) };
}

export async function askerOf(world: World, dc: DcUnderTest, version: 4 | 6 = 4): Promise<DnsAsker> {
  const server = dc.dnsEndpoints?.find(({ ip }) => family(ip) === version);
  if (server === undefined)
    throw new Unjudged('not-exercised', 'target', `no IPv${version} endpoint where the DC answers DNS`);
  return world.kept(await DnsAsker.bind(world.stage, server, world.source(version)));
}

export interface How {
  readonly transport?: Transport;
  readonly edns?: Edns;
  readonly flags?: number;
  readonly requirement?: string;
}

/** Asks, and judges that an answer came: a response with the query's ID and its question as it was. */
export async function ask(
  world: World,
  { asker }: Pick<Publishing, 'asker'>,
  name: string,
  type: number,
  how: How = {},
): Promise<DnsAnswer> {
  const {
    transport = 'udp',
    edns,
    flags = 0,
    requirement = 'DNS-25: it answers over UDP and over TCP.',
  } = how;
  const query = dnsQuery({ id: u16(world.fresh(2), 0), name, type, flags, edns });
  const bytes = await asker.ask(query, transport);
  if (bytes === undefined)
    return world.stage.violated(`an answer over ${transport}`, 'nothing came', {
      requirement,
      timedOut: true,
    });
  return checkAnswer(world, query, questionOf(name, type), bytes);
}

/** Judges what comes back to a query as an answer to it. */
export function checkAnswer(
  world: World,
  query: Uint8Array,
  question: Uint8Array,
  bytes: Uint8Array,
): DnsAnswer {
  const answer = readDnsAnswer(bytes);
  const requirement = 'DNS-23: the question is echoed as it came.';
  if (answer === undefined)
    return world.stage.violated('a DNS message with one question', toHex(bytes), { requirement });
  world.check(answer.isResponse, 'a response', 'a query');
  world.check(answer.id === u16(query, 0), `ID ${u16(query, 0)}`, `${answer.id}`);
  world.check(sameBytes(answer.question, question), toHex(question), toHex(answer.question), requirement);
  return answer;
}

/** Judges RCODE 0 and AA, and gives the answer section. */
export function checkPositive(world: World, answer: DnsAnswer): readonly DnsRecord[] {
  world.check(answer.rcode === RCODE.ok, 'RCODE 0', `RCODE ${answer.rcode}`);
  checkAuthoritative(world, answer);
  return answer.records;
}

export function checkAuthoritative(world: World, answer: DnsAnswer): void {
  world.check((answer.flags & FLAG.AA) !== 0, 'AA', 'no AA', 'DNS-23: it is authoritative for its zone.');
  world.check((answer.flags & FLAG.RA) === 0, 'no RA', 'RA', 'DNS-23: it looks up nothing for others.');
}

/** Judges that there is no such name, or nothing of the type: the SOA in the authority section, for 5 s at most. */
export function checkNegative(world: World, answer: DnsAnswer, rcode: number, apex: string): void {
  world.check(answer.rcode === rcode, `RCODE ${rcode}`, `RCODE ${answer.rcode}`, 'DNS-23.');
  checkAuthoritative(world, answer);
  world.check(answer.records.length === 0, 'no record', `${answer.records.length} records`);
  const requirement = 'DNS-23: with the SOA in the authority section (RFC 2308).';
  const soas = answer.others.filter(({ type }) => type === QTYPE.SOA);
  const [soa] = soas;
  if (soa === undefined || soas.length > 1)
    return world.stage.violated('one SOA', `${soas.length}`, { requirement });
  world.check(soa.name === apex, `the SOA of ${apex}`, `that of ${soa.name}`, requirement);
  const negative = Math.min(soa.ttl, minimumOf(soa));
  const short = 'DNS-24: the negative TTL is 5 s or less.';
  world.check(negative <= NEGATIVE_TTL, `at most ${NEGATIVE_TTL} s`, `${negative} s`, short);
}

/** The last of the five numbers that an SOA ends with. */
export function minimumOf({ data }: DnsRecord): number {
  return u32(data, data.length - 4);
}

export function serialOf({ data }: DnsRecord): number {
  return u32(data, data.length - 20);
}

function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 65_536 + u16(bytes, at + 2);
}

/** Keys of the map in an NTM record, as chapter 11 has them. */
export const KEY = { fqdn: 3, nodeId: 4, real: 6, virtual: 10, observed: 33, dc: 44 } as const;

/** What an NTM record says, by key: texts in order, of lists each item. */
export type Said = ReadonlyMap<number, readonly string[]>;

/** Judges an NTM record: one map in the deterministic encoding that fills the RDATA. [DNS-19] */
export function readNtm(world: World, record: DnsRecord): Said {
  const requirement = 'DNS-19: RDATA is one CBOR map in the deterministic encoding, which fills it.';
  const fail = (): never =>
    world.stage.violated('one deterministic map', toHex(record.data), { requirement });
  const decoded = (() => {
    try {
      return decodeCbor(record.data);
    } catch (error) {
      if (error instanceof EncodingError) return fail();
      throw error;
    }
  })();
  if (decoded.kind !== 'map' || !sameBytes(encodeCbor(decoded), record.data)) return fail();
  const said = new Map<number, readonly string[]>();
  for (const [key, value] of decoded.entries) {
    if (key.kind !== 'uint') return fail();
    said.set(Number(key.value), value.kind === 'array' ? value.items.map(textOf) : [textOf(value)]);
  }
  return said;
}

type Cbor = ReturnType<typeof decodeCbor>;

function textOf(value: Cbor): string {
  if (value.kind === 'bytes') return toHex(value.value);
  return value.kind === 'text' ? value.value : value.kind;
}

/** What a record has to say. */
export function saying(entries: readonly (readonly [number, readonly string[]])[]): Said {
  return new Map(entries);
}

export function hexOf(endpoints: readonly Endpoint[]): string[] {
  return endpoints.map((endpoint) => toHex(endpointToBytes(endpoint)));
}

/** Judges that a record has these keys and no others, and what they say; the order within lists is free. */
export function checkSays(world: World, record: DnsRecord, expected: Said, requirement: string): void {
  const said = readNtm(world, record);
  const show = (map: Said): string =>
    [...map]
      .sort(([a], [b]) => a - b)
      .map(([key, texts]) => `${key}: ${[...texts].sort().join(' ')}`)
      .join(', ');
  world.check(show(said) === show(expected), show(expected), show(said), requirement);
}

/** The NTM records at a name; asks again until there are some, or none, for as long as a DC may take. [DC-08] */
export async function ntmRecords(
  world: World,
  from: Publishing,
  name: string,
  wanted: 'some' | 'none',
  how: How = {},
): Promise<readonly DnsRecord[]> {
  const until = world.net.now() + PUBLISHED;
  for (;;) {
    const { records } = await ask(world, from, name, QTYPE.NTM, how);
    const found = records.filter(({ type }) => type === QTYPE.NTM);
    if (found.length > 0 === (wanted === 'some') || world.net.now() >= until) return found;
    await world.sleep(POLL);
  }
}

/** Judges that there is one NTM record at a name, within the time for it. */
export async function ntmRecord(
  world: World,
  from: Publishing,
  name: string,
  how: How = {},
): Promise<DnsRecord> {
  const records = await ntmRecords(world, from, name, 'some', how);
  const [record, ...others] = records;
  const requirement = 'DC-08: a node’s NTM record is there within 1 s of the Registration Response.';
  if (record === undefined || others.length > 0)
    return world.stage.violated('one NTM record', `${records.length}`, { requirement });
  return record;
}

/** Judges that there is none any more, within the time for it. */
export async function checkGone(world: World, from: Publishing, name: string, how: How = {}): Promise<void> {
  const records = await ntmRecords(world, from, name, 'none', how);
  const requirement = 'DC-08: it is withdrawn within 1 s of the end of the registration.';
  world.check(records.length === 0, 'no NTM record', `${records.length}`, requirement);
}
