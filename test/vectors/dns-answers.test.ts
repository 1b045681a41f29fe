/** The family `dns-answers`: decided by the twin from the spec's text, and answered by the reference. */
import type { DnsDecision, DnsSituation, DnsWorld } from '../../conformance/twin/index.ts';
import * as twin from '../../conformance/twin/index.ts';
import { fromHex, toHex } from '../../reference/bytes.ts';
import type { Transport } from '../../reference/core.ts';
import t from '../tap.ts';
import { referenceDns } from './dns-world.ts';
import type { Vector } from './load.ts';
import { loadFamilies, meantFields } from './load.ts';

const file = loadFamilies().find(({ family }) => family === 'dns-answers');
if (file === undefined) throw new Error('no family dns-answers');
const { vectors } = file;
const { world, situations } = file as unknown as {
  readonly world: DnsWorld;
  readonly situations: Readonly<Record<string, DnsSituation>>;
};

interface Asked {
  readonly situation: string;
  readonly transport: Transport;
  readonly query: Uint8Array;
}

const askedOf = ({ input }: Vector): Asked => meantFields(input) as unknown as Asked;

function situationOf(name: string): DnsSituation {
  const found = situations[name];
  if (found === undefined) throw new Error(`no situation ${name}`);
  return found;
}

/** What is compared; the response is one example of it. */
function wantedOf({ output }: Vector): DnsDecision {
  const { response: _, ...wanted } = output ?? {};
  return wanted as unknown as DnsDecision;
}

/** As text, whatever the order of fields and records. */
function plain(decision: DnsDecision): unknown {
  const { records, ...rest } = decision;
  const texts = records?.map(({ name, type, ttl, data }) => JSON.stringify([name, type, ttl, data])).sort();
  return { ...rest, records: texts ?? null };
}

t.test('the twin decides each one as it stands there', (t) => {
  for (const vector of vectors) {
    const { situation, transport, query } = askedOf(vector);
    const found = twin.answerDns(world, situationOf(situation), transport, query);
    if (typeof found === 'string') t.equal(found, vector.refused?.layer, vector.id);
    else t.same(plain(found), plain(wantedOf(vector)), vector.id);
  }
  t.ok(vectors.length > 110);
});

const valid = vectors.filter(({ result }) => result === 'valid');
const responseOf = ({ output }: Vector): Uint8Array => fromHex(String(output?.response));

t.test('each response is a right one', (t) => {
  for (const vector of valid)
    t.same(twin.dnsFaults(wantedOf(vector), askedOf(vector).query, responseOf(vector)), [], vector.id);
});

const servers = new Map(
  Object.entries(situations).map(([name, situation]) => [name, referenceDns(world, situation)]),
);

/** What is wrong with what the reference does. */
function referenceFaults(vector: Vector): string[] {
  const { situation, transport, query } = askedOf(vector);
  const answer = servers.get(situation)?.(query, transport);
  if (vector.refused === undefined)
    return answer === undefined ? ['no answer'] : twin.dnsFaults(wantedOf(vector), query, answer);
  if (answer === undefined) return [];
  return vector.refused.layer === 'encoding' ? twin.formatErrorFaults(query, answer) : ['an answer'];
}

t.test('the reference answers each', (t) => {
  for (const vector of vectors) t.same(referenceFaults(vector), [], vector.id);
});

t.test('the question is the one that the steps name, the notation that of its record', (t) => {
  const names: Readonly<Record<number, string>> = {
    1: 'A',
    2: 'NS',
    5: 'CNAME',
    6: 'SOA',
    16: 'TXT',
    28: 'AAAA',
    251: 'IXFR',
    252: 'AXFR',
    255: 'ANY',
    65330: 'NTM',
  };
  const escaped = (label: string): string =>
    label.replaceAll(/[^!-~]|\./g, (c) =>
      c === '.' ? '\\.' : `\\${String(c.charCodeAt(0)).padStart(3, '0')}`,
    );
  for (const vector of valid) {
    const [question] = twin.readDnsMessage(askedOf(vector).query)?.questions ?? [];
    const name = question?.name.map(escaped).join('.') || '.';
    t.equal(`${name} ${names[question?.type ?? 0]}`, vector.steps?.asked, vector.id);
    const data = wantedOf(vector).records?.flatMap((one) => (one.type === 65330 ? [String(one.data)] : []));
    const notations = data?.map((hex) => twin.diagnostic(twin.decodeCbor(fromHex(hex))));
    t.equal(notations?.[0], vector.diagnostic, vector.id);
  }
});

function found(id: string): Vector {
  const vector = vectors.find((one) => one.id === `dns-answers.${id}`);
  if (vector === undefined) throw new Error(`no vector ${id}`);
  return vector;
}

/** What is said of a vector's response with something changed. */
function faultsAfter(id: string, change: (hex: string) => string): string[] {
  const vector = found(id);
  const hex = toHex(responseOf(vector));
  const changed = change(hex);
  if (changed === hex) throw new Error(`nothing was changed in ${id}`);
  return twin.dnsFaults(wantedOf(vector), askedOf(vector).query, fromHex(changed));
}

/** Bits of a header, two bytes at 2. */
const flipped =
  (bits: number) =>
  (hex: string): string =>
    hex.slice(0, 4) +
    (Number.parseInt(hex.slice(4, 8), 16) ^ bits).toString(16).padStart(4, '0') +
    hex.slice(8);
const put = (at: number, bytes: string) => (hex: string) =>
  hex.slice(0, 2 * at) + bytes + hex.slice(2 * at + bytes.length);

t.test('what breaks an answer is seen', (t) => {
  const cases: readonly [id: string, change: (hex: string) => string, faults: readonly string[]][] = [
    ['address.full', put(0, 'ffff'), ['ID']],
    ['address.full', flipped(0x8000), ['QR']],
    ['address.full', flipped(0x0800), ['opcode']],
    ['address.full', flipped(0x0100), ['RD']],
    ['address.full', flipped(0x0080), ['RA']],
    ['address.full', flipped(0x0040), ['Z']],
    ['address.full', flipped(0x0400), ['AA']],
    ['address.full', flipped(0x0200), ['TC']],
    ['address.full', flipped(0x0002), ['RCODE']],
    ['outside.other', flipped(0x0400), ['AA']],
    ['missing.name', flipped(0x0003), ['RCODE']],
    ['transfer.axfr', flipped(0x0005), ['RCODE']],
    // The first letter of the question, to which the record points too.
    ['case.mixed', put(13, '73'), ['question']],
    // Its TTL of 60 s, at the end 4 bytes of address behind the length.
    ['address.full-4', (hex) => hex.replace(/0000001e0004(.{8})$/, '0000001f0004$1'), ['TTL']],
    [
      'address.full',
      (hex) => `${hex.slice(0, -2)}06`,
      ['a record of type 1 at alice.ntmobile.example.net', '1 records are not there'],
    ],
    ['address.full', (hex) => `${hex}00`, ['length']],
    ['address.full', (hex) => hex.slice(0, -2), ['it cannot be read']],
    ['size.tcp', flipped(0x0200), ['TC']],
    ['size.512', flipped(0x0200), ['TC']],
    // The counts of the authority and the additional section, and what they count.
    ['missing.name', (hex) => put(8, '0000')(hex).slice(0, 2 * 45), ['SOA']],
    ['edns.answer', (hex) => put(10, '0000')(hex).slice(0, -22), ['OPT']],
    ['edns.dnssec-ok', (hex) => `${hex.slice(0, -8)}00000000`, ['OPT']],
    ['edns.version-1', (hex) => `${hex.slice(0, -12)}00${hex.slice(-10)}`, ['RCODE']],
    // The last number of the SOA and its TTL: of 6 s both.
    [
      'apex.soa',
      (hex) => `${hex.slice(0, -8)}00000006`.replace('c00c0006000100000005', 'c00c0006000100000006'),
      ['negative TTL'],
    ],
    [
      'missing.name',
      (hex) => `${hex.slice(0, -8)}00000006`.replace('0006000100000005', '0006000100000006'),
      ['SOA'],
    ],
  ];
  for (const [id, change, faults] of cases)
    t.same(faultsAfter(id, change), faults, `${id}: ${faults.join()}`);
});

t.test('what the text leaves free is no fault', (t) => {
  const cases: readonly [what: string, id: string, change: (hex: string) => string][] = [
    ['a shorter TTL', 'address.full-4', (hex) => hex.replace(/0000001e0004(.{8})$/, '000000000004$1')],
    [
      'another TTL where none is bounded',
      'address.service',
      (hex) => hex.replaceAll('0000003c0004', '00000e100004'),
    ],
    ['another order', 'address.service', (hex) => hex.slice(0, -64) + hex.slice(-32) + hex.slice(-64, -32)],
    ['another order of a list', 'apex.ntm', (hex) => hex.replace(/82(46.{12})(52.{36})$/, '82$2$1')],
    ['no compression', 'address.service-6', (hex) => hex.replace('c00c001c', `${question(hex)}001c`)],
    [
      'capitals in the name of a record',
      'address.service-6',
      (hex) => hex.replace('c00c001c', `${question(hex).replace('73686f70', '53484f50')}001c`),
    ],
    ['another serial', 'missing.name', (hex) => hex.replace('6b49d200', '00000001')],
    ['AA where the text says nothing', 'transfer.axfr', flipped(0x0400)],
    ['REFUSED or NOTIMP', 'transfer.axfr', flipped(0x0001)],
    ['another size in OPT', 'edns.answer', (hex) => hex.replace(/002904d0(.{12})$/, '00291000$1')],
    ['some of the records with TC', 'size.512', some],
    [
      'a record more behind them',
      'apex.ns',
      (hex) => `${put(10, '0001')(hex)}c00cff3200010000000000 01a0`.replaceAll(' ', ''),
    ],
  ];
  for (const [what, id, change] of cases) t.same(faultsAfter(id, change), [], what);
});

/** The name of a question, as hex. */
function question(hex: string): string {
  return hex.slice(24, hex.indexOf('00', 24 + 2 * 24) + 2);
}

/** The first address of those that did not fit. */
function some(hex: string): string {
  return `${put(6, '0001')(hex)}c00c001c00010000003c001020010db8008000000000000000000001`;
}
