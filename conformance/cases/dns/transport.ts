/** Section 11.3: opcodes, EDNS, sizes, TCP. */
import fc from 'fast-check';
import { concat } from '../../../reference/bytes.ts';
import type { DnsAnswer } from '../../application/dns.ts';
import { dnsQuery, FLAG, QTYPE, questionOf, RCODE, u16 } from '../../application/dns.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { framed } from '../../played/dns-asker.ts';
import { NAME_SERVER, NAMED, OWN_ZONE, PUBLIC_ADDRESSES } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';
import { ask, checkAnswer, checkPositive, DNS, publishing, TRANSPORTS } from './steps.ts';

const NOT_IMPLEMENTED = 4;
const BAD_VERSION = 16;
const [IXFR, AXFR] = [251, 252];
/** DNS-25: bytes. */
const MOST = 1232;
const LEAST = 512;
/** IQUERY, STATUS, NOTIFY, UPDATE, DSO, and what nobody uses. */
const OPCODES = [1, 2, 3, 4, 5, 6, 7, 15] as const;

const { small: SMALL, large: LARGE } = NAMED;

function optOf({ others }: DnsAnswer) {
  return others.filter(({ type }) => type === QTYPE.OPT);
}

/** The RCODE with the bits that stand in the OPT record. (RFC 6891, 6.1.3) */
function extendedRcode(answer: DnsAnswer): number {
  const [opt] = optOf(answer);
  return answer.rcode | (opt === undefined ? 0 : (opt.ttl >>> 24) << 4);
}

function checkDeclined(world: World, answer: DnsAnswer): void {
  const allowed: readonly number[] = [NOT_IMPLEMENTED, RCODE.refused];
  const requirement = 'DNS-23: NOTIMP or REFUSED for what it does not serve.';
  world.check(allowed.includes(answer.rcode), 'NOTIMP or REFUSED', `RCODE ${answer.rcode}`, requirement);
  world.check(answer.records.length === 0, 'no record', `${answer.records.length} records`, requirement);
}

export const DNS_TRANSPORT_CASES: readonly Case[] = [
  propertyCase({
    ...DNS,
    id: 'dns.opcode.declined',
    title: 'An opcode other than a query’s is not served, and changes nothing.',
    clauses: ['DNS-23'],
    catches: 'An update by anybody, or an answer as to a query.',
    arbitrary: fc.record({
      opcode: fc.constantFrom<number>(...OPCODES),
      transport: fc.constantFrom(...TRANSPORTS),
    }),
    boundaries: OPCODES.map((opcode, at) => ({ opcode, transport: TRANSPORTS[at % 2] ?? 'udp' })),
    async script(world, { opcode, transport }) {
      const { asker } = await publishing(world);
      const id = u16(world.fresh(2), 0);
      const query = dnsQuery({ id, name: OWN_ZONE, type: QTYPE.SOA, flags: opcode << 11 });
      const bytes = await asker.ask(query, transport);
      if (bytes === undefined) {
        const requirement = 'DNS-23: NOTIMP or REFUSED for opcodes that it does not serve.';
        return world.stage.violated('an answer', 'nothing came', { requirement, timedOut: true });
      }
      const [flags, rcode] = [u16(bytes, 2), (bytes[3] ?? 0) & 15];
      const isAnswer = u16(bytes, 0) === id && (flags & FLAG.RESPONSE) !== 0;
      world.check(isAnswer, `a response with ID ${id}`, `flags ${flags.toString(16)}, ID ${u16(bytes, 0)}`);
      const isDeclined = rcode === NOT_IMPLEMENTED || rcode === RCODE.refused;
      const isEmpty = u16(bytes, 6) === 0;
      world.check(isDeclined && isEmpty, 'NOTIMP or REFUSED', `RCODE ${rcode}`, 'DNS-23.');
    },
  }),
  propertyCase({
    ...DNS,
    id: 'dns.transfer.declined',
    title: 'The zone is not transferred.',
    clauses: ['DNS-23'],
    catches: 'A list of all who are on line for anybody.',
    arbitrary: fc.constantFrom<number>(AXFR, IXFR),
    boundaries: [AXFR, IXFR],
    async script(world, type) {
      const from = await publishing(world);
      checkDeclined(world, await ask(world, from, OWN_ZONE, type, { transport: 'tcp' }));
    },
  }),
  propertyCase({
    ...DNS,
    id: 'dns.edns.answered',
    title: 'An answer has an OPT record exactly if the query had one.',
    clauses: ['DNS-25'],
    catches: 'EDNS ignored, or an OPT record for who does not know it (RFC 6891).',
    arbitrary: fc.record({
      name: fc.constantFrom(OWN_ZONE, NAME_SERVER.name, `nobody.${OWN_ZONE}`, 'www.example.net'),
      hasOpt: fc.boolean(),
      transport: fc.constantFrom(...TRANSPORTS),
    }),
    boundaries: [
      { name: OWN_ZONE, hasOpt: true, transport: 'udp' },
      { name: OWN_ZONE, hasOpt: false, transport: 'udp' },
      { name: 'www.example.net', hasOpt: true, transport: 'tcp' },
      { name: `nobody.${OWN_ZONE}`, hasOpt: true, transport: 'udp' },
    ],
    async script(world, { name, hasOpt, transport }) {
      const from = await publishing(world);
      const how = { transport, ...(hasOpt && { edns: { size: MOST } }) };
      const answer = await ask(world, from, name, QTYPE.A, how);
      const [opt, ...others] = optOf(answer);
      const requirement = 'DNS-25: an answer with OPT to a query with OPT (RFC 6891).';
      const isRight = (opt !== undefined) === hasOpt && others.length === 0;
      world.check(isRight, hasOpt ? 'one OPT' : 'no OPT', `${optOf(answer).length}`, requirement);
      if (opt === undefined) return;
      const version = (opt.ttl >>> 16) & 255;
      world.check(version === 0, 'EDNS version 0', `${version}`, requirement);
    },
  }),
  propertyCase({
    ...DNS,
    id: 'dns.edns.version',
    title: 'A version of EDNS that nobody has defined gets BADVERS.',
    clauses: ['DNS-25'],
    catches: 'A version taken for 0, whatever it may mean one day.',
    arbitrary: fc.record({
      version: fc.integer({ min: 1, max: 255 }),
      transport: fc.constantFrom(...TRANSPORTS),
    }),
    boundaries: [
      { version: 1, transport: 'udp' },
      { version: 255, transport: 'tcp' },
    ],
    async script(world, { version, transport }) {
      const { asker } = await publishing(world);
      const id = u16(world.fresh(2), 0);
      const query = dnsQuery({ id, name: OWN_ZONE, type: QTYPE.NTM, edns: { size: MOST } });
      // The OPT record ends the query: type, size, extended RCODE, version, flags, length.
      query[query.length - 5] = version;
      const bytes = await asker.ask(query, transport);
      const requirement = 'DNS-25: BADVERS for an unknown version.';
      if (bytes === undefined)
        return world.stage.violated('BADVERS', 'nothing came', { requirement, timedOut: true });
      const answer = checkAnswer(world, query, questionOf(OWN_ZONE, QTYPE.NTM), bytes);
      const rcode = extendedRcode(answer);
      world.check(rcode === BAD_VERSION, 'BADVERS', `RCODE ${rcode}`, requirement);
      world.check(answer.records.length === 0, 'no record', `${answer.records.length} records`, requirement);
    },
  }),
  propertyCase({
    ...DNS,
    id: 'dns.size.truncated',
    title:
      'An answer that is longer than the asker’s size, or than 1232 bytes, says so with TC; over TCP it is whole.',
    clauses: ['DNS-25'],
    catches: 'Answers that are cut without a word, or so long that they are lost in fragments.',
    arbitrary: fc.record({ name: fc.constantFrom(SMALL, LARGE), size: fc.integer({ min: 0, max: 65_535 }) }),
    boundaries: [
      { name: SMALL, size: 0 },
      { name: SMALL, size: LEAST },
      { name: SMALL, size: MOST },
      { name: LARGE, size: MOST },
      { name: LARGE, size: 65_535 },
    ],
    async script(world, { name, size }) {
      const from = await publishing(world);
      const count = PUBLIC_ADDRESSES[name]?.length ?? 0;
      const edns = { size };
      const whole = checkPositive(
        world,
        await ask(world, from, name, QTYPE.AAAA, { transport: 'tcp', edns }),
      );
      world.check(whole.length === count, `${count} records`, `${whole.length}`, 'DNS-25: whole over TCP.');
      const over = await ask(world, from, name, QTYPE.AAAA, { edns });
      const most = Math.min(MOST, Math.max(LEAST, size));
      const { length } = over.bytes;
      const requirement = 'DNS-25: no longer than the requester’s size (RFC 6891, 6.2.3), or 1232 bytes.';
      world.check(length <= most, `at most ${most} bytes`, `${length}`, requirement);
      const isCut = over.records.length < count;
      const hasTc = (over.flags & FLAG.TC) !== 0;
      world.check(hasTc === isCut, isCut ? 'TC' : 'no TC', hasTc ? 'TC' : 'no TC', 'DNS-25.');
      const without = await ask(world, from, name, QTYPE.AAAA);
      const isShort = without.bytes.length <= LEAST && (without.flags & FLAG.TC) !== 0;
      world.check(
        isShort,
        `TC, at most ${LEAST} bytes`,
        `${without.bytes.length} bytes`,
        'DNS-25: without EDNS.',
      );
    },
  }),
  scriptCase({
    ...DNS,
    id: 'dns.tcp.several',
    title: 'Several queries on one TCP connection are all answered, in whatever pieces they come.',
    clauses: ['DNS-25'],
    catches: 'One query a connection; a length that has to come together with its message (RFC 7766).',
    async script(world) {
      const { asker } = await publishing(world);
      const names = [OWN_ZONE, NAME_SERVER.name, `nobody.${OWN_ZONE}`, 'www.example.net'];
      const queries = names.map((name) => dnsQuery({ id: u16(world.fresh(2), 0), name, type: QTYPE.A }));
      const all = concat(...queries.map(framed));
      const pieces = [all.slice(0, 1), all.slice(1, 20), all.slice(20, 100), all.slice(100)];
      const came = await asker.converse(pieces, queries.length);
      const requirement = 'DNS-25: over TCP as in RFC 7766.';
      for (const [at, query] of queries.entries()) {
        const bytes = came.find((message) => u16(message, 0) === u16(query, 0));
        if (bytes === undefined) {
          const actual = `${came.length} answers`;
          world.stage.violated(`an answer to each of ${names.length}`, actual, {
            requirement,
            timedOut: true,
          });
        } else checkAnswer(world, query, questionOf(names[at] ?? '', QTYPE.A), bytes);
      }
    },
  }),
];
