/** Section 8.2: how a DC finds another one by DNS. */
import fc from 'fast-check';
import { endpointToBytes } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { encodeCbor } from '../../../reference/wire/cbor.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import { QTYPE, RCODE } from '../../application/dns.ts';
import type { Response, ServedRecord } from '../../application/dns-answers.ts';
import { respond, soa } from '../../application/dns-answers.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import { OTHERS } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';
import { DC_CONFIGURED } from '../dc/steps.ts';
import { exactNetwork } from '../steps.ts';

const [{ zone: ZONE }] = OTHERS;
/** Keys of an NTM record: DNS-19. */
const [FQDN, NODE_ID, ENDPOINTS] = [3, 4, 44];

/** What is wrong with a record that leads elsewhere. [FED-01, DNS-27] */
const IGNORED: Readonly<Record<string, Map<CborValue, CborValue>>> = {
  'another Node ID': new Map([[NODE_ID, new Uint8Array(16).fill(0x77)]]),
  'a type that is wrong': new Map([[FQDN, 1]]),
  'an unknown critical key': new Map([[0x8001, 1]]),
};

/** What DNS says of a zone, and how the direction ends. [DNS-15, DC-32] */
const FAILURES: Readonly<Record<string, { readonly response: Response; readonly status: number }>> = {
  SERVFAIL: { response: { rcode: RCODE.serverFailure }, status: Status.noRoute },
  REFUSED: { response: { rcode: RCODE.refused }, status: Status.noRoute },
  'no data without an SOA': { response: {}, status: Status.noRoute },
  'a record that is ignored': { response: { answers: [apex(Uint8Array.of(0xa0))] }, status: Status.noRoute },
  NXDOMAIN: {
    response: { rcode: RCODE.nameError, authorities: [soa('two.example')] },
    status: Status.unknownName,
  },
  'no data': { response: { authorities: [soa(ZONE)] }, status: Status.unknownName },
};

/** Whose records come, and whether they are the zone's. [DNS-04, DNS-19] */
const OWNERS: Readonly<Record<string, { readonly type?: number; readonly isZone?: boolean }>> = {
  [ZONE.toUpperCase()]: { isZone: true },
  'ntMobile.Two.exAmple': { isZone: true },
  [`x.${ZONE}`]: {},
  'myntmobile.two.example': {},
  'two.example': {},
  [`${ZONE} of another type`]: { type: 65_329 },
};

function apex(data: Uint8Array): ServedRecord {
  return { name: ZONE, type: QTYPE.NTM, data, ttl: 60 };
}

/** A DC to which a node is registered, and which has to find the other DC. */
async function finding(world: World) {
  exactNetwork(world);
  const dc = await world.dc({ findsOthers: true });
  // What it found in an earlier row it knows for a minute.
  await dc.restart({ hard: true });
  await dc.node(0).register();
  const { resolver } = dc;
  if (resolver === undefined) throw new Error('no DNS server is played for this DC');
  return { dc, resolver };
}

function peer(world: World): string {
  return `cn${toHex(world.fresh(4))}.${ZONE}`;
}

export const FEDERATION_FINDING_CASES: readonly Case[] = [
  propertyCase({
    ...DC_CONFIGURED,
    id: 'dc.finding.records',
    title:
      'A DC finds another one by the NTM records at the apex of its zone, and follows none that is not its.',
    clauses: ['FED-01', 'FED-02', 'DNS-19', 'DNS-27'],
    catches: 'A DC that asks whoever DNS names; one that a single bad record keeps from the good one.',
    arbitrary: fc.constantFrom(...Object.keys(IGNORED)),
    boundaries: Object.keys(IGNORED),
    async script(world, kind) {
      const { dc, resolver } = await finding(world);
      const other = dc.other();
      const stray = await world.peer('stray', dc.endpoint());
      const place = await other.socket();
      const record = (to: Uint8Array, change: Iterable<[CborValue, CborValue]> = []): Uint8Array => {
        const all = new Map<CborValue, CborValue>([[NODE_ID, other.nodeId], [ENDPOINTS, [to]], ...change]);
        return encodeCbor(new Map([...all].sort(([a], [b]) => Number(a) - Number(b))));
      };
      const answers = [
        apex(record(endpointToBytes(stray.local), IGNORED[kind])),
        apex(record(endpointToBytes(place.local))),
      ];
      resolver.serve(({ bytes }) => respond(bytes, { answers }));
      const fqdn = peer(world);
      other.nodes.set(fqdn, Status.notRegistered);
      const answer = await dc.node(0).ask({ peerFqdn: fqdn });
      world.status(answer, Status.notRegistered, 'FED-01, FED-02: what the peer’s DC says.');
      const names = new Set(resolver.asked.map(({ name, type }) => `${name.toLowerCase()} ${type}`));
      const wanted = `${ZONE} ${QTYPE.NTM}`;
      const actual = [...names].join(', ');
      world.check(actual === wanted, wanted, actual, 'FED-01: the NTM record at the apex of the zone.');
      const isLed = stray.inbox.some(({ type }) => type === MessageType.openingRequest);
      world.check(!isLed, 'no opening at the other endpoint', 'one', 'FED-01, DNS-27.');
    },
  }),
  propertyCase({
    ...DC_CONFIGURED,
    id: 'dc.finding.no-proof',
    title: 'Only an authoritative answer that there is nothing makes a name unknown to a DC.',
    clauses: ['DNS-15', 'DC-32', 'FED-01', 'DNS-27'],
    catches: 'A node that is told for sure that a peer does not exist, as DNS was ill for a moment.',
    arbitrary: fc.constantFrom(...Object.keys(FAILURES)),
    boundaries: Object.keys(FAILURES),
    async script(world, kind) {
      const { dc, resolver } = await finding(world);
      const { response = {}, status = Status.noRoute } = FAILURES[kind] ?? {};
      resolver.serve(({ bytes }) => respond(bytes, response));
      const answer = await dc.node(0).ask({ peerFqdn: peer(world) });
      world.status(answer, status, 'DNS-15, DC-32: only an authoritative negative answer is proof.');
    },
  }),
  propertyCase({
    ...DC_CONFIGURED,
    id: 'dc.finding.letters',
    title:
      'What DNS answers is for the zone that was asked for, in whichever letters it comes, and for no other one.',
    clauses: ['DNS-04', 'DNS-19', 'FED-01'],
    catches:
      'A server that mixes case taken for one without a record; the record of another name taken for the zone’s.',
    arbitrary: fc.constantFrom(...Object.keys(OWNERS)),
    boundaries: Object.keys(OWNERS),
    async script(world, owner) {
      const { dc, resolver } = await finding(world);
      const other = dc.other();
      const place = await other.socket();
      const said: Map<CborValue, CborValue> = new Map();
      said.set(NODE_ID, other.nodeId);
      said.set(ENDPOINTS, [endpointToBytes(place.local)]);
      const { type = QTYPE.NTM, isZone = false } = OWNERS[owner] ?? {};
      const [name = ''] = owner.split(' ');
      const answers = [{ name, type, data: encodeCbor(said), ttl: 60 }];
      resolver.serve(({ bytes }) => respond(bytes, { answers }));
      const fqdn = peer(world);
      other.nodes.set(fqdn, Status.notRegistered);
      const status = isZone ? Status.notRegistered : Status.noRoute;
      world.status(await dc.node(0).ask({ peerFqdn: fqdn }), status, 'FED-01, DNS-04, DNS-19.');
    },
  }),
];
