/** What cases judge of answers to applications, and what the DC does meanwhile. */
import { ipToBytes } from '../../../reference/address.ts';
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import { Part } from '../../../reference/wire/registry.ts';
import type { DnsAnswer } from '../../application/dns.ts';
import { QTYPE, questionOf, RCODE } from '../../application/dns.ts';
import { field } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { NodePlan, PlayedNodeDc } from '../../played/node-dc.ts';
import type { World } from '../../world.ts';
import type { Asked } from './steps.ts';
import { addressOf } from './steps.ts';

/** DNS-08 */
const LONGEST_TTL = 60;

/** Judges ID and question of an answer, and that it is one. */
export function checkEcho(world: World, { id, name, type }: Asked, answer: DnsAnswer): void {
  world.check(answer.isResponse, 'a response', 'a query');
  const requirement = 'DNS-08, DNS-11: the ID and the question of the query, its case included.';
  world.check(answer.id === id, `ID ${id}`, `${answer.id}`, requirement);
  const isSame = sameBytes(answer.question, questionOf(name, type));
  world.check(isSame, `the question ${name}`, toHex(answer.question), requirement);
}

/** Judges that an answer has the one address, and nothing else. */
export function checkAddress(world: World, asked: Asked, answer: DnsAnswer, plan: NodePlan): void {
  checkEcho(world, asked, answer);
  world.check(answer.rcode === RCODE.ok, 'RCODE 0', `RCODE ${answer.rcode}`);
  const wanted = addressOf(plan, asked.type === QTYPE.A ? 4 : 6);
  const [record, ...others] = answer.records;
  const isRight =
    record !== undefined &&
    others.length === 0 &&
    record.type === asked.type &&
    record.name === asked.name.toLowerCase() &&
    sameBytes(record.data, ipToBytes(wanted));
  const actual = answer.records.map(({ type, data }) => `type ${type} ${toHex(data)}`).join(', ');
  world.check(isRight, `one record, ${wanted}`, actual || 'no record', 'DNS-08, DNS-09, NODE-05.');
  const ttl = record?.ttl ?? 0;
  world.check(ttl <= LONGEST_TTL, `a TTL of at most ${LONGEST_TTL} s`, `${ttl} s`, 'DNS-08.');
}

export function checkFailure(world: World, asked: Asked, answer: DnsAnswer): void {
  checkEcho(world, asked, answer);
  const isFailure = answer.rcode === RCODE.serverFailure && answer.records.length === 0;
  const actual = `RCODE ${answer.rcode}, ${answer.records.length} records`;
  world.check(isFailure, 'SERVFAIL without records', actual, 'DNS-11: when the direction fails, SERVFAIL.');
}

export function direct(dc: PlayedNodeDc, request: Received, plan: NodePlan): void {
  dc.answer(request, dc.routeDirection(plan, { part: Part.await }));
}

export function peerName(request: Received): unknown {
  return field(request.body, 'peerFqdn');
}
