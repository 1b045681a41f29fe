/** What a DC's DNS does not answer, or not much: DNS-29 and DOS-08. */
import fc from 'fast-check';
import { concat } from '../../../reference/bytes.ts';
import { dnsQuery, FLAG, optRecord, QTYPE, RCODE, readDnsAnswer, u16 } from '../../application/dns.ts';
import { two } from '../../application/dns-answers.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { OWN_ZONE } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';
import { exactNetwork } from '../steps.ts';
import type { Publishing } from './steps.ts';
import { ask, askerOf, checkPositive, DNS, DNS_CONFIGURED, publishing } from './steps.ts';

const FORMAT_ERROR = 1;
/** A rate that is quickly reached. */
const RATE = 20;
const BURST = 200;

/** A query with one thing wrong. */
type Wrong = (id: number) => Uint8Array;

const query = (id: number): Uint8Array => dnsQuery({ id, name: OWN_ZONE, type: QTYPE.SOA });
const counted = (id: number, ...counts: readonly number[]): Uint8Array =>
  concat(two(id), two(FLAG.RD), ...counts.map(two));
const questionTail = Uint8Array.of(0, QTYPE.SOA, 0, 1);

/** What has to be silence. */
const SILENT: Readonly<Record<string, Wrong>> = {
  'nothing at all': () => new Uint8Array(0),
  'an ID alone': (id) => two(id),
  'a header that is cut short': (id) => query(id).slice(0, 11),
  'a response': (id) => {
    const bytes = query(id);
    bytes[2] = (bytes[2] ?? 0) | 0x80;
    return bytes;
  },
};

/** What may be FORMERR too. */
const BROKEN: Readonly<Record<string, Wrong>> = {
  'no question': (id) => counted(id, 0, 0, 0, 0),
  'a question that is not there': (id) => counted(id, 1, 0, 0, 0),
  'two questions': (id) => concat(counted(id, 2, 0, 0, 0), query(id).slice(12), query(id).slice(12)),
  'a name without end': (id) => query(id).slice(0, 20),
  'a question without its class': (id) => query(id).slice(0, -2),
  'a label of 64 bytes': (id) =>
    concat(
      counted(id, 1, 0, 0, 0),
      Uint8Array.of(64),
      new Uint8Array(64).fill(97),
      Uint8Array.of(0),
      questionTail,
    ),
  'a name of 257 bytes': (id) =>
    concat(
      counted(id, 1, 0, 0, 0),
      ...Array.from({ length: 4 }, () => concat(Uint8Array.of(63), new Uint8Array(63).fill(97))),
      Uint8Array.of(0),
      questionTail,
    ),
  'a name that points to itself': (id) =>
    concat(counted(id, 1, 0, 0, 0), Uint8Array.of(0xc0, 12), questionTail),
  'a record that is cut short': (id) =>
    concat(counted(id, 1, 0, 0, 1), query(id).slice(12), Uint8Array.of(0, 0, 41)),
  'an OPT record whose options are cut short': (id) =>
    concat(
      counted(id, 1, 0, 0, 1),
      query(id).slice(12),
      optRecord({ size: 1232 }).slice(0, -2),
      // Seven bytes of options: one that nobody knows, of three bytes; two are there.
      Uint8Array.of(0, 7, 0xfd, 0xe8, 0, 3, 1, 2),
    ),
  'two OPT records': (id) =>
    concat(
      counted(id, 1, 0, 0, 2),
      query(id).slice(12),
      optRecord({ size: 1232 }),
      optRecord({ size: 1232 }),
    ),
};

/** Sends it, and something good behind it, whose answer ends the wait. @returns what came to the first one */
async function cameTo(world: World, from: Publishing, make: Wrong): Promise<Uint8Array[]> {
  const { asker } = from;
  const id = 0x4000 | (u16(world.fresh(2), 0) & 0x3fff);
  const before = asker.came.length;
  asker.send(make(id));
  const fence = dnsQuery({ id: id ^ 0x8000, name: OWN_ZONE, type: QTYPE.SOA });
  const answer = await asker.ask(fence, 'udp');
  await world.arrived();
  const requirement = 'DNS-29: what it cannot read harms nobody else.';
  if (answer === undefined)
    return world.stage.violated('an answer to a good query', 'nothing came', { requirement, timedOut: true });
  return asker.came.slice(before).filter((bytes) => u16(bytes, 0) !== u16(fence, 0));
}

/** A whole answer is one with records and without TC. */
function isWhole(bytes: Uint8Array): boolean {
  return u16(bytes, 6) > 0;
}

export const DNS_HOSTILE_CASES: readonly Case[] = [
  propertyCase({
    ...DNS,
    id: 'dns.unread.silent',
    title: 'What is shorter than a header, or a response, gets no answer.',
    clauses: ['DNS-29'],
    catches: 'Two servers that answer each other for ever.',
    arbitrary: fc.constantFrom(...Object.keys(SILENT)),
    boundaries: Object.keys(SILENT),
    async script(world, what) {
      exactNetwork(world);
      const make = SILENT[what];
      if (make === undefined) return;
      const came = await cameTo(world, await publishing(world), make);
      world.check(came.length === 0, `silence after ${what}`, `${came.length} answers`, 'DNS-29.');
    },
  }),
  propertyCase({
    ...DNS,
    id: 'dns.unread.broken',
    title: 'A query that cannot be read gets FORMERR or nothing.',
    clauses: ['DNS-29'],
    catches: 'A server that falls over what anybody can send, or answers what was not asked.',
    arbitrary: fc.constantFrom(...Object.keys(BROKEN)),
    boundaries: Object.keys(BROKEN),
    async script(world, what) {
      exactNetwork(world);
      const make = BROKEN[what];
      if (make === undefined) return;
      const came = await cameTo(world, await publishing(world), make);
      const requirement = 'DNS-29: FORMERR or no answer.';
      world.check(came.length <= 1, 'one answer at most', `${came.length}`, requirement);
      for (const bytes of came) {
        const [rcode, isResponse] = [(bytes[3] ?? 0) & 15, ((bytes[2] ?? 0) & 0x80) !== 0];
        const isRight = isResponse && rcode === FORMAT_ERROR && u16(bytes, 6) === 0;
        world.check(isRight, `FORMERR after ${what}`, `RCODE ${rcode}`, requirement);
      }
    },
  }),
  scriptCase({
    ...DNS_CONFIGURED,
    id: 'dns.rate.limited',
    title:
      'Beyond its rate a prefix gets empty answers with TC or none over UDP, and later whole ones again.',
    clauses: ['DOS-08'],
    catches: 'A server that floods whoever an attacker names as the source.',
    waits: 1100,
    async script(world) {
      exactNetwork(world);
      const from = await publishing(world, {}, { limits: { dnsPerSecond: RATE } });
      const { asker } = from;
      const start = world.net.now();
      const first = u16(world.fresh(2), 0) & 0x7fff;
      for (let at = 0; at < BURST; at++) {
        asker.send(dnsQuery({ id: first + at, name: OWN_ZONE, type: QTYPE.SOA }));
        if (at % 20 === 19) await world.sleep(1);
      }
      const requirement = `DOS-08: at most ${RATE} answers a second to a prefix.`;
      const answered = await asker.take(isWhole, world.stage.timeout);
      if (answered === undefined)
        return world.stage.violated('whole answers', 'none came', { requirement, timedOut: true });
      // What answers this has seen the burst, or most of it.
      checkPositive(world, await ask(world, from, OWN_ZONE, QTYPE.SOA, { transport: 'tcp' }));
      await world.sleep(100);
      const seconds = (world.net.now() - start) / 1000;
      const whole = asker.came.filter(isWhole).length;
      // What may come at once, and what comes by the second.
      const most = Math.ceil(RATE * (1 + seconds)) + 1;
      world.check(whole <= most, `at most ${most} whole answers`, `${whole} of ${BURST}`, requirement);
      for (const bytes of asker.came.filter((one) => !isWhole(one))) {
        const read = readDnsAnswer(bytes);
        const isEmpty = read !== undefined && (read.flags & FLAG.TC) !== 0 && read.rcode === RCODE.ok;
        world.check(isEmpty, 'TC and no record', `flags ${read?.flags.toString(16)}`, requirement);
      }
      await world.sleep(1000);
      checkPositive(world, await ask(world, from, OWN_ZONE, QTYPE.SOA, { requirement }));
    },
  }),
  scriptCase({
    ...DNS_CONFIGURED,
    id: 'dns.rate.by-prefix',
    title: 'The rate is counted for each source prefix: another one gets whole answers meanwhile.',
    clauses: ['DOS-08'],
    needs: ['ipv6'],
    features: ['ipv6'],
    catches: 'One rate for all, by which anybody can shut everybody out.',
    async script(world) {
      exactNetwork(world);
      const from = await publishing(world, {}, { limits: { dnsPerSecond: RATE } });
      const other = await askerOf(world, from.dc, 6);
      for (let at = 0; at < 3 * RATE; at++)
        from.asker.send(dnsQuery({ id: at, name: OWN_ZONE, type: QTYPE.SOA }));
      const requirement = 'DOS-08: for each source prefix.';
      for (let at = 0; at < 3; at++)
        checkPositive(world, await ask(world, { asker: other }, OWN_ZONE, QTYPE.SOA, { requirement }));
    },
  }),
];
