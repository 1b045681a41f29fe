/** Section 11.5: what applications get while a direction is under way, and where it fails. */
import fc from 'fast-check';
import { sameBytes } from '../../../reference/bytes.ts';
import { Status } from '../../../reference/wire/registry.ts';
import { QTYPE } from '../../application/dns.ts';
import type { Response } from '../../application/dns-answers.ts';
import { address, cname, respond } from '../../application/dns-answers.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { checkFailure, direct } from '../node/answers.ts';
import { ask, directionRequest, LATE, NODE_USED } from '../node/steps.ts';
import { askOf, checkPassed, checkUndirected, generalName, resolving } from './steps.ts';

const REAL = [192, 0, 2, 80] as const;
const FAILURES = [Status.refused, Status.noRoute] as const;
/** Seconds, in place of five. */
const WAIT = 2;
const HELD = 400;

function answersOf(name: string, ntm: string): Response {
  return { answers: [cname(name, ntm), address(ntm, REAL)] };
}

export const RESOLVER_FAILING_CASES: readonly Case[] = [
  propertyCase({
    ...NODE_USED,
    id: 'node.resolver.chain-failed',
    title:
      'Where the direction that a chain led to fails, the application gets SERVFAIL, not the real address.',
    clauses: ['DNS-11', 'DNS-06'],
    catches: 'A node that falls back on the answer of DNS and so goes past the tunnel unasked.',
    arbitrary: fc.constantFrom(...FAILURES),
    boundaries: FAILURES,
    async script(world, status) {
      const on = await resolving(world);
      const name = generalName(world);
      const ntm = on.dc.plan().far.fqdn;
      const asked = askOf(world, on, { name, type: QTYPE.A }, answersOf(name, ntm));
      on.dc.answer(await directionRequest(world, on.dc, 'DNS-02.'), status);
      checkFailure(world, asked, await asked.answer);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.resolver.held-back',
    title: 'An answer with a chain is held back until the DC has answered, and no longer than it may be.',
    clauses: ['DNS-07', 'DNS-11'],
    catches: 'The real address while the direction is under way; an application that waits for ever.',
    waits: WAIT * 1000 + HELD,
    async script(world) {
      const on = await resolving(world, { timers: { 'dns-wait': WAIT } });
      const { dc } = on;
      const [plan, other] = [dc.plan(), dc.plan()];
      const name = generalName(world);
      const asked = askOf(world, on, { name, type: QTYPE.A }, answersOf(name, plan.far.fqdn));
      const request = await directionRequest(world, dc, 'DNS-02.');
      let isAnswered = false;
      asked.answer.then(
        () => {
          isAnswered = true;
        },
        () => undefined,
      );
      await world.sleep(HELD);
      const requirement = 'DNS-07: held back until the Route Direction or an error has come.';
      world.check(!isAnswered, 'no answer yet', 'one', requirement);
      direct(dc, request, plan);
      await asked.answer;
      const late = generalName(world);
      const failed = askOf(world, on, { name: late, type: QTYPE.A }, answersOf(late, other.far.fqdn));
      await directionRequest(world, dc, 'DNS-02.');
      const began = world.net.now();
      checkFailure(world, failed, await failed.answer);
      const ms = world.net.now() - began;
      const most = WAIT * 1000 + LATE;
      world.timely(ms <= most, `SERVFAIL within ${WAIT} s`, `after ${Math.round(ms)} ms`, 'DNS-07, DNS-11.');
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.resolver.bypass',
    title: 'With the policy bypass a failed direction gives the application what DNS says.',
    clauses: ['DNS-11'],
    catches: 'A policy that only one of the two ways heeds; an answer of DNS that is acted on a second time.',
    arbitrary: fc.boolean(),
    boundaries: [true, false],
    async script(world, isChain) {
      const on = await resolving(world, { dns: { onFailure: 'bypass' } });
      const { dc, dns, node } = on;
      const ntm = dc.plan().far.fqdn;
      const name = isChain ? generalName(world) : ntm;
      const response = isChain ? answersOf(name, ntm) : { answers: [address(ntm, REAL)] };
      dns.serve(({ bytes }) => respond(bytes, response));
      const asked = ask(world, node, name, QTYPE.A);
      const request = await directionRequest(world, dc, 'DNS-02, DNS-03.');
      const isEarly = !isChain && dns.asked.some((question) => question.name.toLowerCase() === ntm);
      world.check(!isEarly, 'no query to DNS', 'one', 'DNS-03: without asking DNS.');
      dc.answer(request, Status.refused);
      const requirement = 'DNS-11: with bypass the original DNS answer; at query time DNS is asked then.';
      await checkPassed(world, { ...asked, original: respond(asked.query, response) }, requirement);
      const times = dns.asked.filter(({ bytes }) =>
        sameBytes(bytes.subarray(2), asked.query.subarray(2)),
      ).length;
      world.check(times === 1, 'one query to DNS', `${times}`, requirement);
      if (isChain) await checkUndirected(world, on, requirement);
    },
  }),
];
