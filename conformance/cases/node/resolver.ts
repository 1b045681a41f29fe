/** Sections 8.1 and 11.4: what a node's resolver makes of queries for NTM names. */
import fc from 'fast-check';
import { toHex } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Qtype } from '../../application/dns.ts';
import { dnsQuery, QTYPE, RCODE } from '../../application/dns.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { field } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import { Unjudged } from '../../verdict.ts';
import { exactNetwork } from '../steps.ts';
import { checkAddress, checkEcho, checkFailure, direct, peerName } from './answers.ts';
import {
  addressOf,
  ask,
  checkShown,
  directionRequest,
  LATE,
  lastEvent,
  NODE_USED,
  pathByName,
  registered,
} from './steps.ts';

/** DNS-07: milliseconds. */
const LONGEST_WAIT = 5000;

const NAMES = [
  'cn.ntmobile.two.example',
  'Cn.NTMobile.Two.Example',
  'a.NTMOBILE.b.ntmobile.two.example',
  'x-1_y.nTmObIlE.t',
  'ntmobile.ntmobile.example',
] as const;

/** No label is the marker, or nothing stands before it. */
const ORDINARY = [
  'cn.myntmobile.example',
  'cn.ntmobile-x.example',
  'ntmobile.example',
  'cn.ntmobil.example',
  'cn.xn--ntmobile.example',
] as const;

const types = fc.constantFrom<Qtype>(QTYPE.A, QTYPE.AAAA);

const STATUSES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 200] as const;

/** ERR-06: of the statuses after which it may be different a moment later one; several names at once were mixed up on slow hosts. */
const FOR_THE_MOMENT = [Status.busy];

export const NODE_RESOLVER_CASES: readonly Case[] = [
  propertyCase({
    ...NODE_USED,
    id: 'node.resolver.address',
    title: 'A query for an NTM name makes the node ask its DC, and is answered with the virtual address.',
    clauses: ['NODE-06', 'NODE-05', 'DNS-03', 'DNS-05', 'DNS-08', 'DNS-09', 'DNS-07', 'DNS-18', 'DNS-04'],
    catches:
      'A real address told; the question in other case; a wait for the path; the name not in lower case.',
    arbitrary: fc.record({ name: fc.constantFrom(...NAMES), type: types }),
    parameters: { values: { name: NAMES, type: [QTYPE.A, QTYPE.AAAA] } },
    boundaries: NAMES.map((name, i) => ({ name, type: i % 2 === 0 ? QTYPE.A : QTYPE.AAAA })),
    async script(world, { name: rest, type }) {
      const { node, dc } = await registered(world);
      const base = dc.plan();
      // A peer of its own for each row.
      const name = `N${toHex(world.fresh(4))}-${rest}`;
      const plan = { ...base, far: { ...base.far, fqdn: name.toLowerCase() } };
      const asked = ask(world, node, name, type);
      const request = await directionRequest(world, dc, 'NODE-06, DNS-03: it asks its DC at once.');
      const requirement = 'DNS-05: the NTM FQDN, in lower case.';
      world.check(
        peerName(request) === name.toLowerCase(),
        name.toLowerCase(),
        `${peerName(request)}`,
        requirement,
      );
      for (const other of ['peerAddress', 'replaces', 'reason', 'status'] as const)
        world.check(field(request.body, other) === undefined, `no ${other}`, 'one');
      // Nobody opens the path: the answer does not wait for it.
      direct(dc, request, plan);
      checkAddress(world, asked, await asked.answer, plan);
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.resolver.ordinary',
    title: 'A name without the marker as a whole label brings no Direction Request.',
    clauses: ['DNS-18', 'DNS-04', 'NODE-06'],
    catches: 'The marker looked for inside of labels; a zone itself taken for a node.',
    arbitrary: fc.record({ name: fc.constantFrom(...ORDINARY), type: types }),
    boundaries: ORDINARY.map((name) => ({ name, type: QTYPE.A })),
    async script(world, { name, type }) {
      const { node, dc } = await registered(world, { timers: { 'dns-wait': 1 } });
      // What becomes of it is a matter of the DNS server, of which there is none here.
      node.resolve(dnsQuery({ id: 1, name, type })).catch(() => undefined);
      const plan = dc.plan();
      const asked = ask(world, node, plan.far.fqdn, QTYPE.A);
      const request = await directionRequest(world, dc);
      world.check(peerName(request) === plan.far.fqdn, plan.far.fqdn, `${peerName(request)}`);
      direct(dc, request, plan);
      await asked.answer;
      const other = dc.peer.inbox.find(
        (mail) => mail.type === MessageType.directionRequest && mail.explained === undefined,
      );
      world.check(other === undefined, `none for ${name}`, 'a Direction Request');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.resolver.no-data',
    title: 'Where the peer has no virtual address of the family that is asked for, the answer is no data.',
    clauses: ['DNS-09', 'NODE-05'],
    catches: 'SERVFAIL or NXDOMAIN, after which an application gives the name up; a real address.',
    async script(world) {
      const { node, dc } = await registered(world);
      const base = dc.plan();
      const plan = { ...base, far: { ...base.far, virtualAddresses: [addressOf(base, 4)] } };
      const asked = ask(world, node, plan.far.fqdn, QTYPE.AAAA);
      direct(dc, await directionRequest(world, dc), plan);
      const answer = await asked.answer;
      checkEcho(world, asked, answer);
      const isNoData = answer.rcode === RCODE.ok && answer.records.length === 0;
      world.check(isNoData, 'RCODE 0, no records', `RCODE ${answer.rcode}, ${answer.records.length} records`);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.resolver.concurrent',
    title:
      'Queries for one name at once, A and AAAA, make one Direction Request, and all are answered by it.',
    clauses: ['DNS-14', 'DNS-09', 'NODE-05'],
    catches: 'A path for each query; queries that nobody answers.',
    async script(world) {
      const { node, dc } = await registered(world);
      const plan = dc.plan();
      const name = plan.far.fqdn;
      const asked = [
        ask(world, node, name, QTYPE.A),
        ask(world, node, name.toUpperCase(), QTYPE.AAAA),
        ask(world, node, name, QTYPE.A),
      ];
      const request = await directionRequest(world, dc);
      // Until all queries have come to the node.
      await node.events();
      direct(dc, request, plan);
      for (const one of asked) checkAddress(world, one, await one.answer, plan);
      const other = dc.peer.inbox.find(
        (mail) => mail.type === MessageType.directionRequest && mail.explained === undefined,
      );
      world.check(other === undefined, 'one Direction Request', 'another one', 'DNS-14.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.resolver.live-path',
    title:
      'A query for a peer to which there is a live path is answered at once, without a Direction Request.',
    clauses: ['DNS-14'],
    catches: 'A new path for each look-up of a name.',
    async script(world) {
      const { node, dc, plan } = await pathByName(world);
      for (const type of [QTYPE.A, QTYPE.AAAA]) {
        const asked = ask(world, node, plan.far.fqdn, type);
        checkAddress(world, asked, await asked.answer, plan);
      }
      const other = dc.peer.inbox.find(
        (mail) => mail.type === MessageType.directionRequest && mail.explained === undefined,
      );
      world.check(other === undefined, 'no Direction Request', 'one', 'DNS-14.');
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.resolver.error',
    title: 'An error as answer ends the query with SERVFAIL at once, and is shown to the user.',
    clauses: ['ERR-06', 'DNS-11', 'ERR-08', 'ERR-04', 'ERR-01'],
    catches: 'An application that waits for its own time-out; an unknown status taken for success.',
    arbitrary: fc.constantFrom(...STATUSES),
    boundaries: STATUSES,
    async script(world, status) {
      const { node, dc } = await registered(world);
      const { far } = dc.plan();
      const before = await lastEvent(node);
      const asked = ask(world, node, far.fqdn, QTYPE.A);
      const request = await directionRequest(world, dc);
      dc.answer(request, status);
      const began = world.net.now();
      checkFailure(world, asked, await asked.answer);
      const ms = world.net.now() - began;
      world.timely(ms < 2000, 'SERVFAIL at once', `after ${Math.round(ms)} ms`, 'ERR-06: at once.');
      await checkShown(world, node, 'ERR-06: an event with the status.', before);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.resolver.unusable',
    title: 'A Route Direction whose schema fails ends the request like an error, without an answer.',
    clauses: ['GEN-24', 'DNS-11', 'ERR-04', 'GEN-47'],
    catches: 'malformed in answer to an answer; a query that waits on; half a path.',
    async script(world) {
      const { node, dc } = await registered(world);
      const plan = dc.plan();
      const asked = ask(world, node, plan.far.fqdn, QTYPE.A);
      const request = await directionRequest(world, dc);
      const bad = dc.routeDirection(plan, { fields: { pathSecret: undefined } });
      dc.answer(request, bad, silentFault('no path secret', 'schema'));
      checkFailure(world, asked, await asked.answer);
      world.status(await dc.peer.probe(dc.association), Status.ok);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.resolver.no-answer',
    title: 'Without an answer of the DC the request is tried as it has to be, and the query fails after 5 s.',
    clauses: ['DNS-07', 'DNS-11', 'ERR-06', 'GEN-11', 'GEN-10'],
    catches: 'A query that hangs for ever; other tries; no event when all were in vain.',
    waits: LONGEST_WAIT + 1000,
    async script(world) {
      exactNetwork(world);
      const { node, dc } = await registered(world);
      const began = world.net.now();
      const asked = ask(world, node, dc.plan().far.fqdn, QTYPE.AAAA);
      const first = await directionRequest(world, dc);
      checkFailure(world, asked, await asked.answer);
      const ms = world.net.now() - began;
      const most = LONGEST_WAIT + 2 * LATE;
      world.timely(ms <= most, `SERVFAIL within ${LONGEST_WAIT} ms`, `after ${Math.round(ms)} ms`, 'DNS-07.');
      const tries = [first, ...dc.peer.inbox.filter(({ type }) => type === MessageType.directionRequest)];
      const times = tries.map(({ at }) => Math.round(at - first.at));
      const due = [0, 500, 1500, 3500];
      const isRight =
        times.length === due.length &&
        due.every((ms, i) => Math.abs((times[i] ?? 0) - ms) <= 0.1 * ms + LATE);
      world.timely(isRight, `tries at ${due.join(', ')} ms`, `at ${times.join(', ')} ms`, 'GEN-11.');
      await checkShown(world, node, 'ERR-06: where there was no answer the event says so.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.resolver.not-again-at-once',
    title: 'A name that was refused for the moment is asked for again, but not within the same second.',
    clauses: ['ERR-06'],
    catches: 'An application that asks in a loop, and a node that passes each query on to its DC.',
    waits: 1300,
    async script(world) {
      exactNetwork(world);
      const { node, dc } = await registered(world);
      const refused = FOR_THE_MOMENT.map((status) => ({ status, name: dc.plan().far.fqdn }));
      const refuseAll = async (requirement?: string) => {
        for (const { status, name } of refused) {
          const asked = ask(world, node, name, QTYPE.A);
          dc.answer(await directionRequest(world, dc, requirement), status);
          checkFailure(world, asked, await asked.answer);
        }
      };
      const began = world.net.now();
      await refuseAll();
      const soon = refused.map(({ name }) => ask(world, node, name, QTYPE.A));
      await node.events();
      await world.sleep(300);
      const early = dc.peer.inbox.find(({ type }) => type === MessageType.directionRequest);
      if (world.net.now() - began > 950)
        throw new Unjudged('inconclusive', 'host', 'four names took more than a second', true);
      world.check(early === undefined, 'no Direction Request in the same second', 'one');
      await world.sleep(900);
      await refuseAll('ERR-06: it may be asked for again.');
      await Promise.all(soon.map(({ answer }) => answer.catch(() => undefined)));
    },
  }),
];
