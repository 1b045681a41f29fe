/** Sections 11.4 and 11.5: what a node's resolver passes on, and what it takes out. */
import fc from 'fast-check';
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import type { DnsAnswer } from '../../application/dns.ts';
import { FLAG, QTYPE, RCODE } from '../../application/dns.ts';
import type { Response, ServedRecord } from '../../application/dns-answers.ts';
import { address, cname, respond, rrsig, service, soa } from '../../application/dns-answers.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { World } from '../../world.ts';
import { ask, NODE_USED } from '../node/steps.ts';
import { askOf, checkPassed, checkUndirected, generalName, resolving } from './steps.ts';

/** One of each way in which re-encoding shows: case, order, unknown types, sections, flags. */
const ANSWERS: Readonly<Record<string, (name: string) => Response>> = {
  addresses: (name) => ({ answers: [address(name, [192, 0, 2, 7]), address(name, [192, 0, 2, 5], 86_400)] }),
  'a chain': (name) => ({
    answers: [cname(name, 'Edge.Example', 7000), address('edge.EXAMPLE', [192, 0, 2, 7])],
    compressed: false,
  }),
  'other types': (name) => ({
    answers: [{ name, type: 65_280, data: Uint8Array.of(1, 2, 3) }, rrsig(name, QTYPE.A)],
    flags: FLAG.AD | FLAG.AA,
    additionals: [address(`Glue.${name}`, [192, 0, 2, 9])],
  }),
  NXDOMAIN: () => ({ rcode: RCODE.nameError, authorities: [soa('example')] }),
  'no data': () => ({ authorities: [soa('example')], compressed: false }),
  SERVFAIL: () => ({ rcode: RCODE.serverFailure }),
  REFUSED: () => ({ rcode: RCODE.refused }),
};

const KINDS = Object.keys(ANSWERS);
const TYPES = [QTYPE.A, QTYPE.AAAA, QTYPE.TXT, QTYPE.MX, QTYPE.HTTPS, 65_280] as const;
const EDNS = [undefined, { size: 512 }, { size: 4096, wantsDnssec: true }] as const;
const FLAGS = [0, FLAG.CD, FLAG.AD] as const;

/** Where a name of an NTM node may stand without being on the chain. */
const ELSEWHERE: Readonly<Record<string, (name: string, ntm: string) => Response>> = {
  'a CNAME of another name': (name, ntm) => ({
    answers: [address(name, [192, 0, 2, 7]), cname(`x.${name}`, ntm)],
  }),
  'the additional section': (name, ntm) => ({
    answers: [address(name, [192, 0, 2, 7])],
    additionals: [cname(name, ntm), address(ntm, [192, 0, 2, 8])],
  }),
  'the authority section': (name, ntm) => ({ authorities: [soa(ntm)], answers: [cname(name, 'e.example')] }),
  'a chain from elsewhere': (name, ntm) => ({
    answers: [cname(name, 'e.example'), cname('f.example', ntm), address('e.example', [192, 0, 2, 7])],
  }),
  'a label that only begins like the marker': (name) => ({ answers: [cname(name, 'cn.ntmobile-x.example')] }),
  "a zone's apex": (name) => ({ answers: [cname(name, 'ntmobile.two.example')] }),
};

const OTHER_TYPES = [QTYPE.TXT, QTYPE.MX, QTYPE.CNAME, 255] as const;

/** Keys that a client has to understand, or it may not use the record. [RFC 9460, section 8] */
const MANDATORY = [0, Uint8Array.of(0, 1, 0, 4)] as const;

/** Of an HTTPS answer: owner, and the keys of the parameters; of `mandatory` those that it names, too. */
function parameters({ records, others }: DnsAnswer): string[] {
  const found = [...records, ...others].filter(({ type }) => type === QTYPE.HTTPS);
  return found.map(({ name, data }) => {
    let at = 2;
    while ((data[at] ?? 0) > 0) at += 1 + (data[at] ?? 0);
    const keys: string[] = [];
    const word = (from: number) => ((data[from] ?? 0) << 8) + (data[from + 1] ?? 0);
    for (at += 1; at < data.length; at += 4 + word(at + 2)) {
      const named = Array.from({ length: word(at + 2) / 2 }, (_, index) => word(at + 4 + 2 * index));
      keys.push(word(at) === MANDATORY[0] ? `0[${named.join()}]` : `${word(at)}`);
    }
    return `${name} ${keys.join(' ')}`;
  });
}

const [ALPN, HINT4, HINT6] = [
  [1, Uint8Array.of(2, 0x68, 0x32)],
  [4, Uint8Array.of(192, 0, 2, 80)],
  [6, Uint8Array.from([0x20, 1, 0x0d, 0xb8, ...new Array(12).fill(1)])],
] as const;

/** Judges what is left of HTTPS records: what may stay does, and no hint where none may be. */
function checkStripped(world: World, answer: DnsAnswer, ntm: string, original: Uint8Array): void {
  const requirement = 'DNS-17: at or beyond the NTM FQDN no hints; a record may be left out.';
  const left = parameters(answer);
  const bad = left.filter((text) => text.startsWith(ntm) && / [46]\b/.test(text));
  world.check(bad.length === 0, `no hints at ${ntm}`, bad.join(', '), requirement);
  const broken = left.filter((text) => text.startsWith(ntm) && /\[(\d+,)*[46][,\]]/.test(text));
  const sound = 'DNS-17: nor one that names a hint in `mandatory`, which RFC 9460 has nobody use.';
  world.check(broken.length === 0, 'no record whose `mandatory` names a hint', broken.join(', '), sound);
  const first = 'DNS-28: an answer that was changed has no AD.';
  world.check((answer.flags & FLAG.AD) === 0, 'AD clear', 'AD set', first);
  const signed = answer.records.some(
    ({ type, name, data }) => type === QTYPE.RRSIG && name === ntm && data[1] === QTYPE.HTTPS,
  );
  const second = 'DNS-28: nor the signatures of the sets that were changed.';
  world.check(!signed, 'no RRSIG of the HTTPS set', 'one', second);
  world.check(!sameBytes(answer.bytes, original), 'another answer', 'the same', requirement);
}

export const RESOLVER_PASSING_CASES: readonly Case[] = [
  propertyCase({
    ...NODE_USED,
    id: 'node.resolver.passes',
    title: 'A query for a general name goes to DNS byte for byte, and its answer to the application.',
    clauses: ['DNS-01', 'DNS-06', 'DNS-12'],
    catches: 'A resolver that writes messages anew: case, order, flags, OPT, unknown types, TTLs.',
    arbitrary: fc.record({
      kind: fc.constantFrom(...KINDS),
      type: fc.constantFrom(...TYPES),
      edns: fc.constantFrom(...EDNS),
      flags: fc.constantFrom(...FLAGS),
    }),
    parameters: { values: { kind: KINDS, type: TYPES, edns: EDNS, flags: FLAGS } },
    boundaries: KINDS.map((kind, at) => ({
      kind,
      type: TYPES[at % TYPES.length] ?? QTYPE.A,
      edns: EDNS[at % EDNS.length],
      flags: FLAGS[at % FLAGS.length] ?? 0,
    })),
    async script(world, { kind, type, edns, flags }) {
      const on = await resolving(world);
      const name = generalName(world);
      const response = ANSWERS[kind]?.(name) ?? {};
      const asked = askOf(world, on, { name, type, options: { edns, flags } }, response);
      const requirement = 'DNS-01: passed on byte for byte, but for a transaction ID of the node’s own.';
      const came = await on.dns.take((question) => question.name.toLowerCase() === name.toLowerCase());
      const actual = came === undefined ? 'nothing came to the DNS server' : toHex(came.bytes.subarray(2));
      const wanted = toHex(asked.query.subarray(2));
      world.check(actual === wanted, `the ID, then ${wanted}`, actual, requirement);
      await checkPassed(world, asked, 'DNS-06: an answer without an NTM FQDN, byte for byte as it came.');
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.resolver.off-chain',
    title: 'A name of an NTM node that is not on the chain from the question brings no direction.',
    clauses: ['DNS-02', 'DNS-06', 'DNS-18', 'DNS-04'],
    catches: 'A node that looks for the marker anywhere in an answer.',
    arbitrary: fc.constantFrom(...Object.keys(ELSEWHERE)),
    boundaries: Object.keys(ELSEWHERE),
    async script(world, kind) {
      const on = await resolving(world);
      const name = generalName(world);
      const response = ELSEWHERE[kind]?.(name, `cn${toHex(world.fresh(2))}.ntmobile.two.example`) ?? {};
      const asked = askOf(world, on, { name, type: QTYPE.A }, response);
      const requirement = 'DNS-02, DNS-06: records that are not on the chain do not count.';
      await checkPassed(world, asked, requirement);
      await checkUndirected(world, on, requirement);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.resolver.truncated',
    title: 'An answer with TC set is not acted on, whatever it has.',
    clauses: ['DNS-10'],
    catches: 'A direction by what is only a part of an answer; a cut answer that is passed on as whole.',
    async script(world) {
      const on = await resolving(world);
      const name = generalName(world);
      const response: Response = { flags: FLAG.TC, answers: [cname(name, 'cn.ntmobile.two.example')] };
      // Over TCP there is nothing to be had, for who asks so by itself.
      on.dns.serve(({ bytes, transport }) => (transport === 'udp' ? respond(bytes, response) : undefined));
      const asked = ask(world, on.node, name, QTYPE.A);
      const requirement = 'DNS-10: an answer with TC set MUST NOT be acted on.';
      const came = await on.dns.take((question) => question.name.toLowerCase() === name.toLowerCase());
      world.came(came, 'the query at the DNS server');
      await checkUndirected(world, on, requirement);
      const byTcp = on.dns.take(({ transport }) => transport === 'tcp');
      const first = await Promise.race([asked.answer, byTcp.then((query) => query && ('tcp' as const))]);
      if (first === 'tcp') return;
      const { flags } = first ?? (await asked.answer);
      world.check(
        (flags & FLAG.TC) !== 0,
        'the answer with TC, or a query over TCP',
        'TC clear',
        requirement,
      );
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.resolver.other-types',
    title: 'What is not asked for addresses passes, whoever the name belongs to.',
    clauses: ['DNS-17'],
    catches: 'A direction for each query of another type; no data for what DNS knows.',
    arbitrary: fc.record({ type: fc.constantFrom(...OTHER_TYPES), isAlias: fc.boolean() }),
    parameters: { values: { type: OTHER_TYPES, isAlias: [false, true] } },
    boundaries: OTHER_TYPES.map((type, at) => ({ type, isAlias: at % 2 === 0 })),
    async script(world, { type, isAlias }) {
      const on = await resolving(world);
      const ntm = generalName(world, 'NTMobile.two.example');
      const name = isAlias ? generalName(world) : ntm;
      const records: ServedRecord[] = [
        ...(isAlias ? [cname(name, ntm, 9999)] : []),
        { name: ntm, type: QTYPE.TXT, data: Uint8Array.of(3, 0x61, 0x62, 0x63) },
      ];
      const asked = askOf(world, on, { name, type }, { answers: records, flags: FLAG.AD });
      const requirement = 'DNS-17: another type is passed on and answered as it came.';
      await checkPassed(world, asked, requirement);
      await checkUndirected(world, on, requirement);
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.resolver.hints',
    title: 'HTTPS records at or beyond the name of an NTM node lose the addresses that they hint at.',
    clauses: ['DNS-17', 'DNS-28'],
    catches:
      'A real address of the peer that goes past the tunnel; a record that is broken; signatures of what was changed.',
    arbitrary: fc.record({ isAlias: fc.boolean(), isBeyond: fc.boolean() }),
    parameters: { values: { isAlias: [false, true], isBeyond: [false, true] } },
    boundaries: [
      { isAlias: true, isBeyond: false },
      { isAlias: false, isBeyond: true },
    ],
    async script(world, { isAlias, isBeyond }) {
      const on = await resolving(world);
      const ntm = generalName(world, 'ntmobile.two.example').toLowerCase();
      const name = isAlias ? generalName(world) : ntm;
      const beyond = isBeyond ? generalName(world).toLowerCase() : ntm;
      const records: ServedRecord[] = [
        ...(isAlias ? [cname(name, ntm)] : []),
        ...(isBeyond ? [cname(ntm, beyond)] : []),
        service(beyond, [ALPN, HINT4, HINT6]),
        service(beyond, [MANDATORY, ALPN, HINT4], { priority: 2 }),
        rrsig(beyond, QTYPE.HTTPS),
      ];
      const response: Response = { answers: records, flags: FLAG.AD };
      const asked = askOf(world, on, { name, type: QTYPE.HTTPS }, response);
      const answer = await asked.answer;
      checkStripped(world, answer, beyond, asked.original);
      const owners = answer.records.filter(({ type }) => type === QTYPE.CNAME).length;
      const wanted = records.filter(({ type }) => type === QTYPE.CNAME).length;
      world.check(owners === wanted, `${wanted} CNAME records`, `${owners}`, 'DNS-17: the rest as it came.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.resolver.hint-targets',
    title:
      'Of the HTTPS records of a general name those that lead to an NTM node lose the addresses that they hint at.',
    clauses: ['DNS-17', 'DNS-06', 'DNS-28'],
    catches: 'A real address of the peer that goes past the tunnel by a name that is not the peer’s.',
    async script(world) {
      const on = await resolving(world);
      const name = generalName(world);
      const ntm = generalName(world, 'ntmobile.two.example').toLowerCase();
      const hints = [ALPN, HINT4, HINT6];
      const records: ServedRecord[] = [
        service(name, hints, { target: ntm }),
        service(name, hints, { target: generalName(world), priority: 2 }),
        rrsig(name, QTYPE.HTTPS),
      ];
      const asked = askOf(world, on, { name, type: QTYPE.HTTPS }, { answers: records, flags: FLAG.AD });
      const answer = await asked.answer;
      const requirement = 'DNS-17: with an NTM FQDN as TargetName no hints; the rest as it came.';
      const left = parameters(answer).map((text) => text.slice(name.length + 1));
      const isRight = left.join() === '1,1 4 6' || left.join() === '1 4 6';
      world.check(isRight, 'hints at the other target alone', left.join(' and '), requirement);
      const isMarked =
        (answer.flags & FLAG.AD) !== 0 || answer.records.some(({ type }) => type === QTYPE.RRSIG);
      world.check(!isMarked, 'neither AD nor the signature', 'one of them', 'DNS-28.');
      const plain: ServedRecord[] = [
        service(name, hints, { target: generalName(world) }),
        rrsig(name, QTYPE.HTTPS),
      ];
      const other = askOf(world, on, { name, type: QTYPE.HTTPS }, { answers: plain, flags: FLAG.AD });
      await checkPassed(world, other, 'DNS-06: without one byte for byte.');
    },
  }),
];
