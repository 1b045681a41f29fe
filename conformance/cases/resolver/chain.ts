/** Sections 11.4 and 11.5: peers that a node notices by the answer of DNS. */
import fc from 'fast-check';
import { ipToBytes } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { MessageType } from '../../../reference/wire/registry.ts';
import type { DnsAnswer, Edns } from '../../application/dns.ts';
import { FLAG, QTYPE, RCODE } from '../../application/dns.ts';
import type { ServedRecord } from '../../application/dns-answers.ts';
import { address, cname, respond, rrsig, soa } from '../../application/dns-answers.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { NodePlan } from '../../played/node-dc.ts';
import { Unjudged } from '../../verdict.ts';
import type { World } from '../../world.ts';
import { checkEcho, checkFailure } from '../node/answers.ts';
import type { Asked } from '../node/steps.ts';
import { addressOf, ask, NODE_USED } from '../node/steps.ts';
import { askOf, checkDirected, checkUndirected, generalName, resolving, shown } from './steps.ts';

const LONGEST_TTL = 60;
const MOST_LINKS = 8;

/** What DNS says beside the chain. */
const ENDS = ['addresses', 'nothing', 'NXDOMAIN', 'beyond', 'signed'] as const;
type End = (typeof ENDS)[number];
const LENGTHS = [1, 2, 5, MOST_LINKS] as const;
const TYPES = [QTYPE.A, QTYPE.AAAA] as const;
const REAL = [192, 0, 2, 80] as const;

/** DNS-13: what goes on beyond the peer's name counts. */
function isFollowed({ length, end }: { readonly length: number; readonly end: End }): boolean {
  return length < MOST_LINKS || end !== 'beyond';
}

/** CNAME records from a name to the peer's, one of them with another case than the one before points to. */
function chainTo(world: World, name: string, ntm: string, length: number): ServedRecord[] {
  const between = Array.from({ length: length - 1 }, () => generalName(world, 'cdn.Example'));
  const names = [name, ...between, ntm];
  return between.concat(ntm).map((target, at) => {
    const owner = names[at] ?? name;
    return cname(at === 1 ? owner.toUpperCase() : owner, target, at % 2 === 0 ? 86_400 : 30);
  });
}

/** The name of the peer of a plan, as DNS writes it. */
function written({ far }: NodePlan): string {
  return far.fqdn.replace('ntmobile', 'NTMobile');
}

/** Judges the answer to an application: the chain as it came, then the address of the plan's peer, or no data. */
function checkChain(
  world: World,
  asked: Asked,
  answer: DnsAnswer,
  chain: readonly ServedRecord[],
  plan: NodePlan,
): void {
  checkEcho(world, asked, answer);
  world.check(answer.rcode === RCODE.ok, 'RCODE 0', `RCODE ${answer.rcode}`, 'DNS-08.');
  world.check(
    (answer.flags & FLAG.TC) === 0,
    'a whole answer',
    'one with TC',
    'DNS-10: by the size of the query.',
  );
  const ip = toHex(ipToBytes(addressOf(plan, asked.type === QTYPE.A ? 4 : 6)));
  const wanted = [
    ...chain.map(({ name, type, data }) => `${name} ${type} ${text(data)}`),
    `${written(plan)} ${asked.type} ${ip}`,
  ];
  // The signature of a set that stayed as it was may stay, too.
  const kept = new Set(
    chain.filter(({ ttl = 0 }) => ttl <= LONGEST_TTL).map(({ name }) => name.toLowerCase()),
  );
  const found = shown({
    records: answer.records.filter(({ type, name }) => type !== QTYPE.RRSIG || !kept.has(name)),
  });
  const requirement = 'DNS-08, DNS-09: the CNAME chain as it came, then the virtual address at the NTM FQDN.';
  world.check(found.join(', ') === wanted.join(', '), wanted.join(', '), found.join(', '), requirement);
  const longest = Math.max(...answer.records.map(({ ttl }) => ttl));
  world.check(longest <= LONGEST_TTL, `TTLs of at most ${LONGEST_TTL} s`, `${longest} s`, 'DNS-08.');
  const left = 'DNS-28: an answer that was changed has no AD.';
  world.check((answer.flags & FLAG.AD) === 0, 'AD clear', 'AD set', left);
}

function text(name: Uint8Array): string {
  const labels: string[] = [];
  for (let at = 0; (name[at] ?? 0) > 0; at += 1 + (name[at] ?? 0))
    labels.push(new TextDecoder().decode(name.subarray(at + 1, at + 1 + (name[at] ?? 0))));
  return labels.join('.');
}

/** All that a server may say beside a chain. */
function withEnd(chain: readonly ServedRecord[], ntm: string, end: End) {
  const address4 = address(ntm, REAL);
  switch (end) {
    case 'addresses':
      // In an order that no server has to keep.
      return { answers: [address4, ...[...chain].reverse()] };
    case 'nothing':
      return { answers: chain, authorities: [soa('two.example')] };
    case 'NXDOMAIN':
      return { answers: chain, rcode: RCODE.nameError, authorities: [soa('two.example')] };
    case 'beyond':
      return { answers: [...chain, cname(ntm, 'real.example'), address('real.example', REAL)] };
    case 'signed':
      return {
        answers: [...chain.flatMap((link) => [link, rrsig(link.name, QTYPE.CNAME)]), address4],
        flags: FLAG.AD,
        compressed: false,
      };
  }
}

/** DNS-13: what is no chain to follow. */
const BROKEN: Readonly<Record<string, (world: World, name: string, ntm: string) => ServedRecord[]>> = {
  'nine links': (world, name, ntm) => chainTo(world, name, ntm, MOST_LINKS + 1),
  'nine links beyond the peer': (world, name, ntm) => [
    cname(name, ntm),
    ...chainTo(world, ntm, 'e.example', MOST_LINKS),
  ],
  'a name that leads to itself': (_, name) => [cname(name, name.toLowerCase())],
  'a way back': (_, name, ntm) => [cname(name, ntm), cname(ntm, 'b.example'), cname('b.example', name)],
  'two ways': (_, name, ntm) => [cname(name, ntm), cname(name, 'real.example')],
};

const ROOMY: Edns = { size: 4096 };
const SIZES: readonly (Edns | undefined)[] = [undefined, { size: 512 }, { size: 4096, wantsDnssec: true }];

export const RESOLVER_CHAIN_CASES: readonly Case[] = [
  propertyCase({
    ...NODE_USED,
    id: 'node.resolver.chain',
    title:
      'A chain that leads to the name of an NTM node becomes a direction, and the answer has its address.',
    clauses: ['DNS-02', 'DNS-05', 'DNS-08', 'DNS-09', 'DNS-28', 'DNS-01', 'DNS-04'],
    catches: 'A node that acts on its own query’s name alone; a real address told; a chain that is cut off.',
    arbitrary: fc
      .record({
        length: fc.constantFrom(...LENGTHS),
        end: fc.constantFrom(...ENDS),
        type: fc.constantFrom(...TYPES),
      })
      .filter(isFollowed),
    parameters: { values: { length: LENGTHS, end: ENDS, type: TYPES }, allows: isFollowed },
    boundaries: [
      { length: 1, end: 'addresses', type: QTYPE.A },
      { length: 2, end: 'nothing', type: QTYPE.AAAA },
      { length: MOST_LINKS, end: 'NXDOMAIN', type: QTYPE.A },
      { length: 1, end: 'beyond', type: QTYPE.AAAA },
      { length: 2, end: 'signed', type: QTYPE.A },
    ],
    async script(world, { length, end, type }) {
      const on = await resolving(world);
      const plan = on.dc.plan();
      const ntm = written(plan);
      const name = generalName(world);
      const chain = chainTo(world, name, ntm, length);
      // Names may be written in full, which takes more than the 512 bytes of a query that says nothing. [DNS-10]
      const asked = askOf(world, on, { name, type, options: { edns: ROOMY } }, withEnd(chain, ntm, end));
      await checkDirected(world, on, plan, 'DNS-02, DNS-05: a direction to the NTM FQDN of the chain.');
      checkChain(world, asked, await asked.answer, chain, plan);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.resolver.last-name',
    title: 'Of several names of NTM nodes on a chain the last one is meant.',
    clauses: ['DNS-05', 'DNS-08'],
    catches: 'A path to a name that is only another one’s alias.',
    async script(world) {
      const on = await resolving(world);
      const plan = on.dc.plan();
      const [name, first] = [generalName(world), generalName(world, 'ntmobile.one.example')];
      const chain = [...chainTo(world, name, first, 2), ...chainTo(world, first, written(plan), 2)];
      const asked = askOf(world, on, { name, type: QTYPE.A }, { answers: chain });
      await checkDirected(world, on, plan, 'DNS-05: if several are NTM FQDNs, the last one.');
      checkChain(world, asked, await asked.answer, chain, plan);
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.resolver.broken-chain',
    title: 'A chain that is too long, goes round or forks is SERVFAIL, without a direction.',
    clauses: ['DNS-13'],
    catches: 'A node that follows for ever, or takes one of two ways.',
    arbitrary: fc.constantFrom(...Object.keys(BROKEN)),
    boundaries: Object.keys(BROKEN),
    async script(world, kind) {
      const on = await resolving(world);
      const name = generalName(world);
      const ntm = generalName(world, 'ntmobile.two.example');
      const answers = BROKEN[kind]?.(world, name, ntm) ?? [];
      const asked = askOf(world, on, { name, type: QTYPE.A }, { answers });
      checkFailure(world, asked, await asked.answer);
      await checkUndirected(world, on, 'DNS-13: a failure, not a direction.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.resolver.concurrent-names',
    title: 'Several names of one NTM node, asked for at once, make one Direction Request.',
    clauses: ['DNS-14', 'DNS-09'],
    catches: 'A path for each name by which a peer is known.',
    async script(world) {
      const on = await resolving(world);
      const { dc, dns, node } = on;
      const plan = dc.plan();
      const names = [generalName(world), generalName(world)];
      const chains = names.map((name) => chainTo(world, name, written(plan), 1));
      dns.serve(({ name, bytes }) => {
        const at = names.findIndex((other) => other.toLowerCase() === name.toLowerCase());
        return respond(bytes, { answers: chains[at] ?? [] });
      });
      const asked = names.flatMap((name) => TYPES.map((type) => ask(world, node, name, type)));
      await dns.take(() => dns.asked.length >= asked.length);
      // Until the node has all answers.
      await node.events();
      await checkDirected(world, on, plan, 'DNS-14: one Direction Request for all.');
      for (const [at, one] of asked.entries())
        checkChain(world, one, await one.answer, chains[at >> 1] ?? [], plan);
      const other = dc.peer.inbox.find(
        ({ type, explained }) => type === MessageType.directionRequest && explained === undefined,
      );
      world.check(other === undefined, 'one Direction Request', 'another one', 'DNS-14.');
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.resolver.size',
    title:
      'Over UDP an answer is cut by the size that the query allows; it has an OPT record if the query had one.',
    clauses: ['DNS-10', 'DNS-28'],
    catches:
      'Answers that never arrive, as they are too large; an OPT record for who has none; DO or CD changed.',
    arbitrary: fc.constantFrom(...SIZES),
    boundaries: SIZES,
    async script(world, edns) {
      const on = await resolving(world);
      const plan = on.dc.plan();
      const name = generalName(world);
      const long = Array.from({ length: 4 }, () =>
        generalName(world, `${'x'.repeat(63)}.${'y'.repeat(60)}.example`),
      );
      const names = [name, ...long, written(plan)];
      const chain = names.slice(1).map((target, at) => cname(names[at] ?? name, target));
      const options = { edns, flags: FLAG.CD };
      // The owners have case of their own, so that no compression makes it short.
      const answers = chain.map((link, at) =>
        at % 2 === 0 ? link : { ...link, name: link.name.toUpperCase() },
      );
      const asked = askOf(world, on, { name, type: QTYPE.A, options }, { answers });
      await checkDirected(world, on, plan, 'DNS-02.');
      const answer = await asked.answer;
      checkEcho(world, asked, answer);
      const most = edns?.size ?? 512;
      const isCut = (answer.flags & FLAG.TC) !== 0;
      const { length } = answer.bytes;
      world.check(length <= most, `${most} bytes at most`, `${length}`, 'DNS-10: truncated by the size.');
      const isWhole = answer.records.at(-1)?.type === QTYPE.A;
      world.check(
        isCut !== isWhole,
        'TC if and only if something is missing',
        isCut ? 'TC' : 'no TC',
        'DNS-10.',
      );
      if (most > 1232)
        world.check(isWhole, 'the whole answer', 'a part of it', 'DNS-10: the size allows it.');
      const opts = answer.others.filter(({ type }) => type === QTYPE.OPT);
      const wanted = edns === undefined ? 0 : 1;
      world.check(opts.length === wanted, `${wanted} OPT records`, `${opts.length}`, 'DNS-10.');
      const hasDo = ((opts[0]?.ttl ?? 0) & 0x8000) !== 0;
      world.check(hasDo === (edns?.wantsDnssec ?? false), 'DO as it was', `${hasDo}`, 'DNS-28.');
      world.check((answer.flags & FLAG.CD) !== 0, 'CD as it was', 'CD clear', 'DNS-28.');
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.resolver.tcp',
    title: 'Queries over TCP are handled like those over UDP.',
    clauses: ['DNS-10', 'DNS-03', 'DNS-02', 'DNS-08'],
    catches: 'An application that asks by TCP and gets the real address.',
    arbitrary: fc.constantFrom(0, 2),
    boundaries: [0, 2],
    async script(world, length) {
      const on = await resolving(world);
      if (length > 0 && !on.dns.hasTcp)
        throw new Unjudged('not-exercised', 'suite', 'a run that is recorded has no TCP');
      const plan = on.dc.plan();
      const name = length > 0 ? generalName(world) : written(plan);
      const chain = length > 0 ? chainTo(world, name, written(plan), length) : [];
      const about = { name, type: QTYPE.A, options: { transport: 'tcp' } } as const;
      const asked = askOf(world, on, about, { answers: [...chain, address(written(plan), REAL)] });
      await checkDirected(world, on, plan, 'DNS-10: over TCP as over UDP.');
      checkChain(world, asked, await asked.answer, chain, plan);
    },
  }),
];
