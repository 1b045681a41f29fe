/** Section 11.4: answers that belong to no query, and queries that nobody can guess. */
import fc from 'fast-check';
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import { sleepUntil } from '../../../reference/net/net.ts';
import { QTYPE } from '../../application/dns.ts';
import { address, cname, respond } from '../../application/dns-answers.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { DnsQuestion } from '../../played/dns-server.ts';
import { ask, NODE_USED } from '../node/steps.ts';
import { checkUndirected, generalName, resolving } from './steps.ts';

/** Where the type stands before the end of a question. */
const TYPE = 3;

/** What makes an answer one to something else: a change of its bytes. */
const CHANGES: Readonly<Record<string, (answer: Uint8Array, end: number) => void>> = {
  'another ID': (answer) => flip(answer, 1, 1),
  'the name in another case': (answer) => flip(answer, 13, 0x20),
  'another name': (answer) => flip(answer, 14, 1),
  'another type': (answer, end) => flip(answer, end - TYPE, QTYPE.A ^ QTYPE.TXT),
  'another class': (answer, end) => flip(answer, end - 1, 2),
  'a query': (answer) => flip(answer, 2, 0x80),
};

const PORT = 'another port';
const KINDS = [...Object.keys(CHANGES), PORT];
/** Milliseconds until the right answer comes. */
const HEAD_START = 50;

function flip(bytes: Uint8Array, at: number, bits: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ bits;
}

/** Where the question of a query ends that has no OPT record. */
function endOf({ bytes }: DnsQuestion): number {
  return bytes.length;
}

export const RESOLVER_SPOOFED_CASES: readonly Case[] = [
  propertyCase({
    ...NODE_USED,
    id: 'node.resolver.spoofed',
    title:
      'What does not answer a query that is outstanding has no effect, and the right answer still counts.',
    clauses: ['DNS-12'],
    catches: 'A resolver that takes answers by the ID alone, or from anybody.',
    arbitrary: fc.constantFrom(...KINDS),
    boundaries: KINDS,
    async script(world, kind) {
      const on = await resolving(world);
      const { dns, node } = on;
      const name = generalName(world);
      const asked = ask(world, node, name, QTYPE.A);
      const came = await dns.take((question) => question.name.toLowerCase() === name.toLowerCase());
      if (came === undefined) return void world.check(false, 'the query at the DNS server', 'nothing came');
      const lie = respond(came.bytes, { answers: [cname(name, 'cn.ntmobile.two.example')] });
      CHANGES[kind]?.(lie, endOf(came));
      if (kind === PORT) {
        const elsewhere = await world.net.bind({ ip: dns.local.ip, port: 0 }, () => undefined);
        elsewhere.send(lie, came.from);
        await elsewhere.close();
      } else dns.send(lie, came.from);
      await sleepUntil(world.net, world.net.now() + HEAD_START);
      const truth = { answers: [address(name, [192, 0, 2, 7])] };
      came.answer(respond(came.bytes, truth));
      const { bytes } = await asked.answer;
      const wanted = respond(asked.query, truth);
      const requirement = 'DNS-12: dropped without any effect.';
      world.check(sameBytes(bytes, wanted), toHex(wanted), toHex(bytes), requirement);
      await checkUndirected(world, on, requirement);
    },
  }),
  scriptCase({
    ...NODE_USED,
    adapterLevel: 1,
    id: 'node.resolver.random',
    title: 'The node’s own queries have random IDs and ports of their own.',
    clauses: ['DNS-12', 'NODE-17', 'NODE-02'],
    catches: 'IDs that count up, one port for all queries: who guesses both answers in place of DNS.',
    waits: 5000,
    async script(world) {
      const { dns } = await resolving(world, { bare: true, findsDc: true, timers: { 'dc-lookup': 1 } });
      dns.serve(({ bytes }) => respond(bytes, { rcode: 2 }));
      await dns.take(() => dns.asked.length >= 5, 8000);
      const own = dns.asked.filter(({ type }) => type === QTYPE.NTM);
      world.check(own.length >= 5, 'five queries for NTM records', `${own.length}`, 'NODE-17, DNS-15.');
      const steps = own.slice(1).map(({ id }, at) => (id - (own[at]?.id ?? 0)) & 0xffff);
      const requirement = 'DNS-12: a random ID and source port (RFC 5452).';
      const ids = own.map(({ id }) => id).join(', ');
      world.check(new Set(steps).size > 1, 'random IDs', ids, requirement);
      const ports = own.map(({ from }) => from.port);
      world.check(new Set(ports).size > 1, 'another port for each', ports.join(', '), requirement);
      const cases = own.map(({ name }) => name.toLowerCase());
      const zone = 'ntmobile.one.example';
      const isRight = cases.every((name) => name === zone);
      world.check(isRight, `queries for ${zone}`, cases.join(', '), 'NODE-02: the apex of the own zone.');
    },
  }),
];
