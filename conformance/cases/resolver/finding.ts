/** Sections 7.1 and 11.2: how a node finds its DC by DNS. */
import fc from 'fast-check';
import { endpointToBytes } from '../../../reference/address.ts';
import { concat } from '../../../reference/bytes.ts';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { encodeCbor } from '../../../reference/wire/cbor.ts';
import { MessageType } from '../../../reference/wire/registry.ts';
import { QTYPE, RCODE } from '../../application/dns.ts';
import type { Response, ServedRecord } from '../../application/dns-answers.ts';
import { cname, respond, soa } from '../../application/dns-answers.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';
import { LATE, NODE } from '../node/steps.ts';
import type { Resolving } from './steps.ts';
import { resolving } from './steps.ts';

const ZONE = 'ntmobile.one.example';
/** Keys of an NTM record: DNS-19. */
const [FQDN, NODE_ID, VIRTUAL, ENDPOINTS] = [3, 4, 10, 44];
/** Seconds between two questions, in place of five; and of an opening that nobody answers. */
const PAUSE = 1;
const OVER = 2;
/** Milliseconds until a node must have come to its DC. */
const SOON = 4000;
/** The longest that a client of DNS waits for an answer, in milliseconds. */
const SILENCE = 6500;

type Fields = readonly (readonly [number, CborValue])[];

interface Lost extends Resolving {
  /** Somebody at whom no node has anything to look for. */
  readonly stray: Peer;
}

/** RDATA of a record: the DC's, with some fields of its own. */
function record({ dc }: Lost, change: Fields = [], without: readonly number[] = []): Uint8Array {
  const map = new Map<CborValue, CborValue>([
    [NODE_ID, dc.association.own.nodeId],
    [ENDPOINTS, dc.sockets.map(({ local }) => endpointToBytes(local))],
    ...change,
  ]);
  for (const key of without) map.delete(key);
  return encodeCbor(new Map([...map].sort(([a], [b]) => Number(a) - Number(b))));
}

/** The same, with an endpoint at which somebody else is. */
function elsewhere(on: Lost, change: Fields = [], without: readonly number[] = []): Uint8Array {
  return record(on, [[ENDPOINTS, [endpointToBytes(on.stray.local)]], ...change], without);
}

/** DNS-27 and NODE-17: records that do not count, each with one thing wrong. */
const IGNORED: Readonly<Record<string, (on: Lost) => Uint8Array>> = {
  'another Node ID': (on) => elsewhere(on, [[NODE_ID, new Uint8Array(16).fill(0x77)]]),
  'no Node ID': (on) => elsewhere(on, [], [NODE_ID]),
  'no endpoints': (on) => elsewhere(on, [], [ENDPOINTS]),
  'a type that is wrong': (on) => elsewhere(on, [[FQDN, 1]]),
  'an unknown critical key': (on) => elsewhere(on, [[0x8001, 1]]),
  'bytes after the map': (on) => concat(elsewhere(on), Uint8Array.of(0)),
  'keys out of order': (on) => {
    const [nodeId, endpoints] = [elsewhere(on, [], [ENDPOINTS]), elsewhere(on, [], [NODE_ID])];
    return concat(Uint8Array.of(0xa2), endpoints.subarray(1), nodeId.subarray(1));
  },
  'no map': () => Uint8Array.of(0x80),
  nothing: () => new Uint8Array(0),
};

/** DNS-27: what may be there. */
const TAKEN: Readonly<Record<string, (on: Lost) => Uint8Array>> = {
  'the two keys': (on) => record(on),
  'an unknown key': (on) => record(on, [[0x7000, 'x']]),
  'other keys of the record': (on) =>
    record(on, [
      [FQDN, 'mn.ntmobile.one.example'],
      [VIRTUAL, []],
    ]),
};

/** DNS-15: answers that prove nothing. */
const NO_PROOF: readonly Response[] = [
  { rcode: RCODE.serverFailure },
  { rcode: RCODE.refused, authorities: [soa(ZONE)] },
  // A referral, of a server that is not the zone's.
  { authorities: [{ name: 'one.example', type: QTYPE.NS, data: Uint8Array.of(1, 0x6e, 0) }] },
  // Records that are all ignored.
  { answers: [apex(Uint8Array.of(0xa0))] },
  { answers: [cname(ZONE, 'ntmobile.x.example')] },
];

function apex(data: Uint8Array, ttl = 60): ServedRecord {
  return { name: ZONE, type: QTYPE.NTM, data, ttl };
}

/** A node that has to find its DC. */
async function lost(world: World): Promise<Lost> {
  const timers = { 'dc-lookup': PAUSE, 'opening-over': OVER };
  const on = await resolving(world, { bare: true, findsDc: true, timers });
  const stray = await world.peer('stray', on.node.endpoint());
  // It is silent, as a host is that knows of nothing; what comes to it can be read all the same.
  stray.hold(on.dc.association);
  Object.assign(stray.habits, { answerOpenings: false, answerProbes: false });
  return { ...on, stray };
}

/** Judges that the node comes to its DC. */
async function checkFound(world: World, { dc }: Lost, requirement: string, timeout = SOON): Promise<void> {
  world.came(await dc.peer.take(isOpening, timeout), 'an opening of the association at the DC', requirement);
}

function isOpening({ type }: Received): boolean {
  return type === MessageType.openingRequest;
}

export const RESOLVER_FINDING_CASES: readonly Case[] = [
  propertyCase({
    ...NODE,
    id: 'node.finding.records',
    title:
      'Of the NTM records at its zone’s apex a node takes those of its DC, and none that is to be ignored.',
    clauses: ['NODE-02', 'NODE-17', 'DNS-27', 'DNS-19'],
    catches: 'A node that follows any record; one that a single bad record keeps from the good one.',
    arbitrary: fc.record({
      ignored: fc.constantFrom(...Object.keys(IGNORED)),
      taken: fc.constantFrom(...Object.keys(TAKEN)),
    }),
    boundaries: Object.keys(IGNORED).map((ignored, at) => ({
      ignored,
      taken: Object.keys(TAKEN)[at % 3] ?? 'the two keys',
    })),
    async script(world, { ignored, taken }) {
      const on = await lost(world);
      // The one of an earlier row knows where its DC is.
      await on.node.restart({ hard: true });
      const [bad, good] = [IGNORED[ignored]?.(on), TAKEN[taken]?.(on)];
      const answers = [bad, good].flatMap((data) => (data === undefined ? [] : [apex(data)]));
      on.dns.serve(({ bytes }) => respond(bytes, { answers }));
      await checkFound(world, on, 'NODE-17, DNS-27: the record of its DC, whatever else is there.');
      const requirement = 'DNS-27, NODE-17: a record that is to be ignored leads nowhere.';
      world.check(!on.stray.inbox.some(isOpening), 'no opening at the other endpoint', 'one', requirement);
    },
  }),
  scriptCase({
    ...NODE,
    id: 'node.finding.no-proof',
    title: 'Answers that prove nothing, and silence, make a node ask again until it finds its DC.',
    clauses: ['DNS-15', 'DNS-27', 'NODE-17'],
    catches: 'A node that gives up, as DNS was ill for a moment; one that asks in a loop.',
    waits: (NO_PROOF.length + 1) * PAUSE * 1000 + SILENCE,
    async script(world) {
      const on = await lost(world);
      const { dns } = on;
      const begins: number[] = [];
      const ids: number[] = [];
      let silentSince: number | undefined;
      dns.serve(({ bytes, id, at }) => {
        if (ids.at(-1) !== id) {
          ids.push(id);
          begins.push(at);
        }
        const response = NO_PROOF[ids.length - 1];
        if (response !== undefined) return respond(bytes, response);
        silentSince ??= at;
        const isOver = at >= silentSince + SILENCE - PAUSE * 1000 - LATE;
        return isOver ? respond(bytes, { answers: [apex(record(on))] }) : undefined;
      });
      const requirement = 'DNS-15: not taken as proof; NODE-17: it asks again.';
      await checkFound(world, on, requirement, (NO_PROOF.length + 2) * (PAUSE * 1000 + LATE) + 2 * SILENCE);
      const gaps = begins.slice(1).map((at, index) => Math.round(at - (begins[index] ?? 0)));
      const isSlow = gaps.every((ms) => ms >= PAUSE * 1000 - LATE);
      world.check(isSlow, `${PAUSE * 1000} ms between two questions`, gaps.join(', '), 'NODE-17.');
    },
  }),
  scriptCase({
    ...NODE,
    id: 'node.finding.order',
    title:
      'A node tries the endpoints of its DC in the order given, and asks again when none of them answers.',
    clauses: ['NODE-17'],
    catches: 'A node that knows one endpoint of a record; one that stays with an answer that is out of date.',
    waits: 2 * OVER * 1000 + PAUSE * 1000,
    async script(world) {
      const on = await lost(world);
      const { dns, dc, stray } = on;
      dns.serve(({ bytes }) => respond(bytes, { answers: [apex(elsewhere(on), 1)] }));
      const requirement = 'NODE-17: of a record its endpoints, in the order given.';
      const first = await stray.take(isOpening, SOON);
      world.came(first, 'an opening at the endpoint of the record', requirement);
      const again = dns.asked.length;
      const both = [stray.local, dc.peer.local].map(endpointToBytes);
      dns.serve(({ bytes }) => respond(bytes, { answers: [apex(record(on, [[ENDPOINTS, both]]))] }));
      const asked = await dns.take(() => dns.asked.length > again, 2 * SOON);
      world.came(asked, 'another query', 'NODE-17: it asks DNS again.');
      const since = world.net.now();
      await checkFound(world, on, 'NODE-17: where one does not answer, the next.', 2 * SOON);
      const before = await stray.take((mail) => isOpening(mail) && mail.at >= since - LATE);
      world.came(before, 'an opening at the endpoint that stands first', requirement);
    },
  }),
];
