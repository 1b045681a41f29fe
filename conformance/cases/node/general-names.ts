/** Sections 8.1 and 11.5: what a node's resolver makes of the names of general peers. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { ipToBytes } from '../../../reference/address.ts';
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import { Status } from '../../../reference/wire/registry.ts';
import type { Qtype } from '../../application/dns.ts';
import { QTYPE, RCODE } from '../../application/dns.ts';
import { address, cname } from '../../application/dns-answers.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { askOf, checkPassed, generalName, resolving } from '../resolver/steps.ts';
import { checkEcho, checkFailure } from './answers.ts';
import { checkAsked, checkNotAskedAgain, realOf, relayEnd, translated } from './general-steps.ts';
import { addressOf, checkShown, directionRequest, farEnd, LATE, lastEvent, NODE_USED } from './steps.ts';

/** DNS-16: seconds. */
const LONGEST_TTL = 60;
const BY_N = { general: { policy: 'rs-n' } } as const;
const STATUSES = [Status.refused, Status.noRelay, Status.poolEmpty, Status.busy, Status.unsupported] as const;

const bytesOf = (ip: Ip): number[] => [...ipToBytes(ip)];

export const NODE_GENERAL_NAME_CASES: readonly Case[] = [
  propertyCase({
    ...NODE_USED,
    id: 'node.general.name',
    title:
      'With rs-n a general name makes the node ask for its first address, and the answer has what stands for it.',
    clauses: ['NODE-20', 'DNS-16', 'DNS-06', 'DNS-07', 'DNS-08', 'DNS-09', 'DNS-28'],
    catches:
      'The real address told; another kind or another address asked for; half of the set left in the answer.',
    arbitrary: fc.record({
      type: fc.constantFrom<Qtype>(QTYPE.A, QTYPE.AAAA),
      standsFor: fc.constantFrom<4 | 6>(4, 6),
      isChain: fc.boolean(),
      others: fc.integer({ min: 0, max: 3 }),
    }),
    boundaries: [
      { type: QTYPE.A, standsFor: 4, isChain: false, others: 2 },
      { type: QTYPE.AAAA, standsFor: 6, isChain: true, others: 0 },
      { type: QTYPE.A, standsFor: 6, isChain: true, others: 1 },
    ],
    async script(world, { type, standsFor: family, isChain, others }) {
      const on = await resolving(world, BY_N);
      const { dc, node } = on;
      const plan = dc.plan();
      const version = type === QTYPE.A ? 4 : 6;
      const [real, standsFor] = [realOf(plan, version), addressOf(plan, family)];
      const far = await farEnd(world, node, plan, { name: 'RS-N' });
      const name = generalName(world);
      const last = isChain ? `x${name}` : name;
      const addresses = [real, ...Array.from({ length: others }, (_, i) => neighbour(real, i))];
      const answers = [
        ...(isChain ? [cname(name, last, 300)] : []),
        ...addresses.map((ip) => address(last, bytesOf(ip), 300)),
      ];
      const asked = askOf(world, on, { name, type }, { flags: 0x0020, answers });
      const request = await directionRequest(world, dc, 'NODE-20, DNS-16: it asks its DC.');
      checkAsked(world, request, { kind: 2, real });
      dc.answer(request, relayEnd(dc, plan, far, { real, standsFor }));
      const answer = await asked.answer;
      checkEcho(world, asked, answer);
      world.check(answer.rcode === RCODE.ok, 'RCODE 0', `RCODE ${answer.rcode}`);
      const requirement =
        'DNS-16: key 30 in place of all addresses; DNS-09: of the family that is asked for, or no data.';
      const [chain, found] = [
        answer.records.filter((one) => one.type === QTYPE.CNAME),
        answer.records.filter((one) => one.type !== QTYPE.CNAME),
      ];
      const wanted = family === version ? [toHex(ipToBytes(standsFor))] : [];
      const actual = found.map(({ data }) => toHex(data));
      world.check(`${actual}` === `${wanted}`, `${wanted}`, `${actual}`, requirement);
      world.check(
        found.every((one) => one.name === last.toLowerCase() && one.type === type),
        `at ${last}`,
        'elsewhere',
        requirement,
      );
      world.check(
        chain.length === (isChain ? 1 : 0),
        'the chain as it came',
        `${chain.length} CNAMEs`,
        'DNS-08.',
      );
      const longest = Math.max(0, ...answer.records.map(({ ttl }) => ttl));
      world.check(longest <= LONGEST_TTL, `at most ${LONGEST_TTL} s`, `${longest} s`, 'DNS-16.');
      const isAuthentic = ((answer.bytes[3] ?? 0) & 0x20) !== 0;
      world.check(!isAuthentic, 'AD clear', 'set', 'DNS-28.');
      checkNotAskedAgain(world, dc, 'One request for one address.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.general.concurrent',
    title:
      'Queries that lead to one general peer at once make one Direction Request, and all are answered by it.',
    clauses: ['DNS-16', 'DNS-14', 'NODE-20'],
    catches: 'A path for each name of a host, and for each query.',
    async script(world) {
      const on = await resolving(world, BY_N);
      const { dc, node, dns } = on;
      const plan = dc.plan();
      const [real, standsFor] = [realOf(plan), addressOf(plan)];
      const far = await farEnd(world, node, plan, { name: 'RS-N' });
      const names = [generalName(world), generalName(world, 'example.org')];
      const first = askOf(
        world,
        on,
        { name: names[0] ?? '', type: QTYPE.A },
        { answers: [address(names[0] ?? '', bytesOf(real))] },
      );
      const request = await directionRequest(world, dc);
      const second = askOf(
        world,
        on,
        { name: names[1] ?? '', type: QTYPE.A },
        { answers: [address(names[1] ?? '', bytesOf(real))] },
      );
      const third = askOf(
        world,
        on,
        { name: names[1] ?? '', type: QTYPE.A },
        { answers: [address(names[1] ?? '', bytesOf(real))] },
      );
      const all = () => dns.asked.length >= 3 || undefined;
      await world.stage.until(all);
      await node.events();
      dc.answer(request, relayEnd(dc, plan, far, { real, standsFor }));
      for (const asked of [first, second, third]) {
        const [record] = (await asked.answer).records;
        const isRight = record !== undefined && sameBytes(record.data, ipToBytes(standsFor));
        world.check(isRight, standsFor, toHex(record?.data ?? new Uint8Array()), 'DNS-14, DNS-16.');
      }
      checkNotAskedAgain(world, dc, 'DNS-14.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.general.live-path',
    title: 'A name that leads to a general peer to which there is a live path causes no Direction Request.',
    clauses: ['DNS-14', 'DNS-16'],
    catches: 'A new path for each look-up.',
    async script(world) {
      const { node, dc, real, standsFor } = await translated(world);
      const name = generalName(world);
      const asked = askOf(
        world,
        { node, dc, dns: node.dns },
        { name, type: QTYPE.A },
        { answers: [address(name, bytesOf(real))] },
      );
      const [record] = (await asked.answer).records;
      const isRight = record !== undefined && sameBytes(record.data, ipToBytes(standsFor));
      world.check(isRight, standsFor, toHex(record?.data ?? new Uint8Array()), 'DNS-14.');
      checkNotAskedAgain(world, dc, 'DNS-14.');
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.general.failed',
    title:
      'Where the direction for a general peer fails, the application gets SERVFAIL, or DNS’s answer by policy.',
    clauses: ['DNS-11', 'DNS-16', 'ERR-06'],
    catches: 'The real address behind the back of a user who wants the relay; a query that hangs.',
    arbitrary: fc.record({ status: fc.constantFrom(...STATUSES), bypass: fc.boolean() }),
    boundaries: STATUSES.map((status, i) => ({ status, bypass: i % 2 === 1 })),
    async script(world, { status, bypass }) {
      const on = await resolving(world, { ...BY_N, dns: bypass ? { onFailure: 'bypass' } : {} });
      const { dc, node } = on;
      const before = await lastEvent(node);
      const real = realOf(dc.plan());
      const name = generalName(world);
      const asked = askOf(world, on, { name, type: QTYPE.A }, { answers: [address(name, bytesOf(real))] });
      dc.answer(await directionRequest(world, dc), status);
      if (bypass) await checkPassed(world, asked, 'DNS-11: the original DNS answer.');
      else checkFailure(world, asked, await asked.answer);
      await checkShown(world, node, 'ERR-06: an event with the status.', before);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.general.no-answer',
    title:
      'Where the DC does not answer, the query for a general peer ends by SERVFAIL when its time is over.',
    clauses: ['DNS-07', 'DNS-11', 'DNS-16'],
    catches: 'An application that waits for ever, or gets the real address after a while.',
    waits: 1500,
    async script(world) {
      const on = await resolving(world, { ...BY_N, timers: { 'dns-wait': 1 } });
      const name = generalName(world);
      const real = realOf(on.dc.plan());
      const asked = askOf(world, on, { name, type: QTYPE.A }, { answers: [address(name, bytesOf(real))] });
      await directionRequest(world, on.dc);
      const began = world.net.now();
      checkFailure(world, asked, await asked.answer);
      const ms = Math.round(world.net.now() - began);
      world.timely(ms <= 1000 + 2 * LATE, 'SERVFAIL within 1 s', `after ${ms} ms`, 'DNS-07.');
    },
  }),
];

/** Another address of the same prefix. */
function neighbour(ip: Ip, index: number): Ip {
  return (ip.includes(':') ? `2001:db8:80::f${index}` : `203.0.113.${251 + index}`) as Ip;
}
