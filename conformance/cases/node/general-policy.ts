/** Sections 8.1 and 11.5: for which names a node's resolver asks for a path to a general peer. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { ipToBytes } from '../../../reference/address.ts';
import { Status } from '../../../reference/wire/registry.ts';
import type { Qtype } from '../../application/dns.ts';
import { QTYPE } from '../../application/dns.ts';
import type { Response } from '../../application/dns-answers.ts';
import { address, cname, soa } from '../../application/dns-answers.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import type { NodeTestOptions } from '../../target/node-under-test.ts';
import { askOf, checkPassed, checkUndirected, generalName, resolving } from '../resolver/steps.ts';
import { shownAs } from '../shown.ts';
import { checkFailure } from './answers.ts';
import { checkAsked, realOf } from './general-steps.ts';
import { directionRequest, NODE_USED } from './steps.ts';

const BY_N = { general: { policy: 'rs-n' } } as const;
const FAILURES = [Status.refused, Status.noRelay, Status.unknownName] as const;
const OTHER = '203.0.113.250' as Ip;

const bytesOf = (ip: Ip): number[] => [...ipToBytes(ip)];

type General = NonNullable<NodeTestOptions['general']>;

interface Policy {
  readonly name: string;
  readonly general?: General;
  /** Whether the node asks for a direction. */
  readonly asks: boolean;
  /** What DNS answers, if not an address of documentation. */
  readonly real?: Ip;
  /** Prefixes of attached links. */
  readonly links?: readonly string[];
  /** The end of the name that is asked for. */
  readonly below?: string;
}

const to = (destination: string, policy: 'bypass' | 'rs-n' | 'rs-t') => ({ to: destination, policy });

/** What decides of a general peer. [NODE-20] */
const POLICIES = shownAs<Policy>(
  ({ name }) => name,
  [
    { name: 'none', asks: false },
    { name: 'bypass', general: { policy: 'bypass' }, asks: false },
    { name: 'rs-t', general: { policy: 'rs-t' }, asks: false },
    { name: 'rs-n', general: { policy: 'rs-n' }, asks: true },
    {
      name: 'bypass for its prefix',
      general: { policy: 'rs-n', destinations: [to('203.0.113.0/24', 'bypass')] },
      asks: false,
    },
    {
      name: 'rs-n for its prefix',
      general: { destinations: [to('198.51.100.0/24', 'bypass'), to('203.0.113.0/24', 'rs-n')] },
      asks: true,
    },
    {
      name: 'rs-n for names below its own',
      general: { destinations: [to('*.below.example', 'rs-n')] },
      below: 'Below.Example',
      asks: true,
    },
    {
      name: 'rs-n for another name',
      general: { destinations: [to('*.other.example', 'rs-n'), to('below.example', 'rs-n')] },
      below: 'Below.Example',
      asks: false,
    },
    {
      name: 'rs-n for its name, before bypass for its prefix',
      general: { destinations: [to('*.below.example', 'rs-n'), to('203.0.113.0/24', 'bypass')] },
      below: 'below.example',
      asks: true,
    },
    {
      name: 'rs-n and a multicast address',
      general: { policy: 'rs-n' },
      real: '224.0.0.9' as Ip,
      asks: false,
    },
    { name: 'rs-n and no address at all', general: { policy: 'rs-n' }, real: '0.0.0.0' as Ip, asks: false },
    {
      name: 'rs-n and a link-local one',
      general: { policy: 'rs-n' },
      real: '169.254.3.4' as Ip,
      asks: false,
    },
    {
      name: 'rs-n and an address of an attached link',
      general: { policy: 'rs-n' },
      links: ['203.0.113.0/24'],
      asks: false,
    },
  ],
);

interface Said {
  readonly name: string;
  readonly type?: Qtype;
  readonly says: (name: string) => Response;
}

/** What does not tell that a peer is a general one, or has no address to reach it by. [DNS-15] */
const NO_PROOF = shownAs<Said>(
  ({ name }) => name,
  [
    { name: 'SERVFAIL', says: () => ({ rcode: 2 }) },
    {
      name: 'SERVFAIL with an address',
      says: (name) => ({ rcode: 2, answers: [address(name, bytesOf(OTHER))] }),
    },
    { name: 'REFUSED', says: () => ({ rcode: 5 }) },
    { name: 'NXDOMAIN', says: () => ({ rcode: 3, authorities: [soa('example.com')] }) },
    { name: 'no data', says: () => ({ authorities: [soa('example.com')] }) },
    {
      name: 'the address of another name',
      says: () => ({ answers: [address('other.example', bytesOf(OTHER))] }),
    },
    {
      name: 'an address of the other type',
      type: QTYPE.AAAA,
      says: (name) => ({ answers: [address(name, bytesOf(OTHER))] }),
    },
    {
      name: 'a truncated answer',
      says: (name) => ({ flags: 0x0200, answers: [address(name, bytesOf(OTHER))] }),
    },
    {
      name: 'an address for another type of query',
      type: QTYPE.CNAME,
      says: (name) => ({ answers: [cname(name, 'x.example'), address('x.example', bytesOf(OTHER))] }),
    },
  ],
);

export const NODE_GENERAL_POLICY_CASES: readonly Case[] = [
  propertyCase({
    ...NODE_USED,
    id: 'node.general.policy',
    title: 'The policy for a destination decides whether its name makes the node ask; bypass is the default.',
    clauses: ['NODE-20', 'DNS-16', 'DNS-06'],
    catches:
      'A policy that holds for all alike; traffic into a relay that nobody asked for; an answer that is changed.',
    arbitrary: fc.constantFrom(...POLICIES),
    boundaries: POLICIES,
    async script(world, { general, links, asks, real: given, below = 'Example.COM' }) {
      const on = await resolving(world, { ...(general && { general }), ...(links && { links }) });
      const { dc } = on;
      const plan = dc.plan();
      const real = given ?? realOf(plan);
      const name = generalName(world, below);
      const asked = askOf(world, on, { name, type: QTYPE.A }, { answers: [address(name, bytesOf(real))] });
      if (asks) {
        const request = await directionRequest(world, dc, 'NODE-20.');
        checkAsked(world, request, { kind: 2, real });
        dc.answer(request, Status.refused);
        checkFailure(world, asked, await asked.answer);
        return;
      }
      const requirement = 'NODE-20, DNS-16: it passes byte for byte, and no Direction Request goes out.';
      await checkPassed(world, asked, requirement);
      await checkUndirected(world, on, requirement);
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.general.no-proof',
    title:
      'An answer of DNS that does not give an address of the name passes, and makes no peer a general one.',
    clauses: ['DNS-15', 'DNS-16', 'DNS-06', 'DNS-10'],
    catches: 'A failure of DNS taken for a general peer; an address of somebody else asked for.',
    arbitrary: fc.constantFrom(...NO_PROOF),
    boundaries: NO_PROOF,
    async script(world, { says, type = QTYPE.A }) {
      const on = await resolving(world, BY_N);
      const name = generalName(world);
      const asked = askOf(world, on, { name, type }, says(name));
      const requirement = 'DNS-15, DNS-06: it passes byte for byte, and no Direction Request goes out.';
      await checkPassed(world, asked, requirement);
      await checkUndirected(world, on, requirement);
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.general.not-a-node',
    title: 'Where the direction for an NTM name fails, its real address is not asked for as a general peer.',
    clauses: ['DNS-15', 'DNS-11', 'NODE-20'],
    catches:
      'An NTM node that cannot be reached taken for a general host, and its packets in clear behind a relay.',
    arbitrary: fc.record({ status: fc.constantFrom(...FAILURES), bypass: fc.boolean() }),
    boundaries: [
      { status: Status.unknownName, bypass: false },
      { status: Status.noRelay, bypass: true },
    ],
    async script(world, { status, bypass }) {
      const on = await resolving(world, { ...BY_N, dns: bypass ? { onFailure: 'bypass' } : {} });
      const { dc } = on;
      const plan = dc.plan();
      const name = generalName(world);
      const { fqdn } = plan.far;
      const answers = [cname(name, fqdn), address(fqdn, bytesOf(realOf(plan)))];
      const asked = askOf(world, on, { name, type: QTYPE.A }, { answers });
      dc.answer(await directionRequest(world, dc), status);
      if (bypass) await checkPassed(world, asked, 'DNS-11: the original DNS answer.');
      else checkFailure(world, asked, await asked.answer);
      await checkUndirected(world, on, 'DNS-15: what the DC says proves no general peer.');
    },
  }),
];
