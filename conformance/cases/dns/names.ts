/** Sections 11.1 and 11.3: which names a DC's zone has, and how they are compared. */
import fc from 'fast-check';
import { FLAG, QTYPE, RCODE } from '../../application/dns.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { NAME_SERVER, NAMED, OWN_ZONE } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';
import {
  ask,
  checkGone,
  checkNegative,
  checkPositive,
  DNS,
  ntmRecord,
  publishing,
  TRANSPORTS,
} from './steps.ts';

const TYPES = [QTYPE.NTM, QTYPE.A, QTYPE.AAAA, QTYPE.TXT, QTYPE.SOA, QTYPE.NS, 65_280] as const;

/** Names in the zone that nothing is at or below; the first node is provisioned. */
const MISSING = [
  `node3.${OWN_ZONE}`,
  `nobody.${OWN_ZONE}`,
  `x.y.z.${OWN_ZONE}`,
  `_dns.${OWN_ZONE}`,
  `*.${OWN_ZONE}`,
  `below.${NAME_SERVER.name}`,
] as const;

/** Names that no zone of the DC has. */
const OUTSIDE = [
  'one.example',
  'example',
  'www.one.example',
  'myntmobile.one.example',
  'node1.myntmobile.one.example',
  'node1.ntmobile-x.one.example',
  'node1.ntmobile.two.example',
  'ntmobile.one.example.net',
  'ntmobile.one.exampl',
] as const;

/** A name with its letters in upper or lower case as the bits say. */
function cased(name: string, bits: readonly boolean[]): string {
  return [...name].map((letter, at) => (bits[at % bits.length] ? letter.toUpperCase() : letter)).join('');
}

async function checkRefused(world: World, name: string, type: number): Promise<void> {
  const from = await publishing(world);
  const answer = await ask(world, from, name, type);
  world.check(
    answer.rcode === RCODE.refused,
    'REFUSED',
    `RCODE ${answer.rcode}`,
    'DNS-23: outside its zones.',
  );
  world.check(
    (answer.flags & FLAG.AA) === 0,
    'no AA',
    'AA',
    'DNS-23: it is authoritative for its zone alone.',
  );
  world.check(answer.records.length === 0, 'no record', `${answer.records.length} records`);
}

export const DNS_NAME_CASES: readonly Case[] = [
  propertyCase({
    ...DNS,
    id: 'dns.name.missing',
    title: 'A name that has no record and none below it does not exist, for any type.',
    clauses: ['DNS-23', 'DNS-24', 'DNS-25'],
    catches:
      'No data, REFUSED or nothing for a node that is not registered; an answer without SOA; a long TTL.',
    arbitrary: fc.record({
      name: fc.constantFrom(...MISSING),
      type: fc.constantFrom<number>(...TYPES),
      transport: fc.constantFrom(...TRANSPORTS),
    }),
    boundaries: MISSING.map((name, at) => ({
      name,
      type: TYPES[at % TYPES.length] ?? QTYPE.NTM,
      transport: TRANSPORTS[at % 2] ?? 'udp',
    })),
    async script(world, { name, type, transport }) {
      const from = await publishing(world);
      // One that was registered a moment ago may be there still.
      await checkGone(world, from, name);
      checkNegative(world, await ask(world, from, name, type, { transport }), RCODE.nameError, OWN_ZONE);
    },
  }),
  propertyCase({
    ...DNS,
    id: 'dns.name.no-data',
    title: 'A name that has other records only has no data of a type.',
    clauses: ['DNS-23', 'DNS-24'],
    catches: 'NXDOMAIN for a name that exists, by which a resolver takes its other records for gone.',
    arbitrary: fc.constantFrom<number>(QTYPE.TXT, QTYPE.MX, QTYPE.CNAME, 65_280, 257),
    boundaries: [QTYPE.TXT, QTYPE.CNAME, 65_280],
    async script(world, type) {
      const from = await publishing(world);
      const node = from.dc.node(0);
      await node.register();
      await ntmRecord(world, from, node.fqdn);
      for (const name of [node.fqdn, OWN_ZONE, NAME_SERVER.name])
        checkNegative(world, await ask(world, from, name, type), RCODE.ok, OWN_ZONE);
    },
  }),
  scriptCase({
    ...DNS,
    id: 'dns.name.below',
    title: 'A name without records that has some below it exists: there is no data.',
    clauses: ['DNS-23'],
    catches:
      'NXDOMAIN for an empty non-terminal, by which a resolver takes what is below it for gone (RFC 8020).',
    async script(world) {
      const from = await publishing(world);
      for (const name of [`c.${OWN_ZONE}`, `b.c.${OWN_ZONE}`])
        for (const type of [QTYPE.A, QTYPE.NTM])
          checkNegative(world, await ask(world, from, name, type), RCODE.ok, OWN_ZONE);
      const missing = await ask(world, from, `x.c.${OWN_ZONE}`, QTYPE.A);
      checkNegative(world, missing, RCODE.nameError, OWN_ZONE);
    },
  }),
  propertyCase({
    ...DNS,
    id: 'dns.name.case',
    title: 'Names are compared without regard to case, and the question comes back as it was asked.',
    clauses: ['DNS-23', 'DNS-04'],
    catches:
      'A resolver that mixes case to be safe from forgers (0x20) gets no answer, or one it has to drop.',
    arbitrary: fc.record({
      bits: fc.array(fc.boolean(), { minLength: 2, maxLength: 40 }),
      transport: fc.constantFrom(...TRANSPORTS),
    }),
    boundaries: [
      { bits: [true, true], transport: 'udp' },
      { bits: [true, false], transport: 'tcp' },
    ],
    async script(world, { bits, transport }) {
      const from = await publishing(world);
      const name = cased(NAME_SERVER.name, bits);
      const records = checkPositive(world, await ask(world, from, name, QTYPE.A, { transport }));
      world.check(records.length === 1, 'one record', `${records.length}`, 'DNS-23, DNS-04.');
      const missing = await ask(world, from, cased(`nobody.${OWN_ZONE}`, bits), QTYPE.A, { transport });
      checkNegative(world, missing, RCODE.nameError, OWN_ZONE);
    },
  }),
  propertyCase({
    ...DNS,
    id: 'dns.name.outside',
    title: 'A name outside of the zone is refused.',
    clauses: ['DNS-23', 'DNS-18', 'DNS-04'],
    catches: 'NXDOMAIN or no data for what another server is authoritative for; the marker taken for a part.',
    arbitrary: fc.record({ name: fc.constantFrom(...OUTSIDE), type: fc.constantFrom<number>(...TYPES) }),
    boundaries: OUTSIDE.map((name) => ({ name, type: QTYPE.NTM })),
    script: (world, { name, type }) => checkRefused(world, name, type),
  }),
  scriptCase({
    ...DNS,
    id: 'dns.name.marker',
    title: 'Of several marker labels the last one says which zone a name is in.',
    clauses: ['DNS-18', 'DNS-04'],
    catches: 'A zone cut at the first marker, which is somebody’s label.',
    async script(world) {
      const { twice: name } = NAMED;
      const from = await publishing(world);
      const records = checkPositive(world, await ask(world, from, name, QTYPE.A));
      world.check(records.length === 1, 'one record', `${records.length}`, 'DNS-18.');
      checkNegative(world, await ask(world, from, name, QTYPE.TXT), RCODE.ok, OWN_ZONE);
      checkNegative(world, await ask(world, from, `ntmobile.b.${OWN_ZONE}`, QTYPE.SOA), RCODE.ok, OWN_ZONE);
    },
  }),
];
