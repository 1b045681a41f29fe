/** What cases of the node's resolver begin with: a node whose DNS server is played, and what the node may not do. */
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import { MessageType } from '../../../reference/wire/registry.ts';
import type { DnsAnswer } from '../../application/dns.ts';
import { QTYPE } from '../../application/dns.ts';
import type { Response } from '../../application/dns-answers.ts';
import { respond } from '../../application/dns-answers.ts';
import type { PlayedDnsServer } from '../../played/dns-server.ts';
import type { NodePlan } from '../../played/node-dc.ts';
import type { NodeTestOptions } from '../../target/node-under-test.ts';
import type { World } from '../../world.ts';
import { direct, peerName } from '../node/answers.ts';
import type { Asked, AskOptions, Registered } from '../node/steps.ts';
import { ask, directionRequest, registered } from '../node/steps.ts';
import { exactNetwork } from '../steps.ts';

export interface Resolving extends Registered {
  readonly dns: PlayedDnsServer;
}

/** A node that is registered, with its DNS server. @throws Unjudged on a network that loses queries: nobody repeats them */
export async function resolving(world: World, options: NodeTestOptions = {}): Promise<Resolving> {
  exactNetwork(world);
  const made = await registered(world, { dns: {}, ...options });
  return { ...made, dns: made.node.dns };
}

/** A name that no other row has. */
export function generalName(world: World, rest = 'Example.COM'): string {
  return `W${toHex(world.fresh(4))}.${rest}`;
}

export interface Answered extends Asked {
  /** What DNS answered, with the ID of the application's query. */
  readonly original: Uint8Array;
}

/** An application asks for a name, and DNS answers as said. */
export function askOf(
  world: World,
  { node, dns }: Resolving,
  about: { readonly name: string; readonly type: number; readonly options?: AskOptions },
  response: Response,
): Answered {
  dns.serve((question) => respond(question.bytes, response));
  const asked = ask(world, node, about.name, about.type, about.options);
  return { ...asked, original: respond(asked.query, response) };
}

/** Judges that an application got what DNS answered, byte for byte. */
export async function checkPassed(world: World, { answer, original }: Answered, requirement: string) {
  const { bytes } = await answer;
  world.check(sameBytes(bytes, original), toHex(original), toHex(bytes), requirement);
}

/** The Direction Request that the node makes now, judged by its name and answered. */
export async function checkDirected(
  world: World,
  { dc }: Resolving,
  plan: NodePlan,
  requirement: string,
): Promise<void> {
  const request = await directionRequest(world, dc, requirement);
  world.check(peerName(request) === plan.far.fqdn, plan.far.fqdn, `${peerName(request)}`, requirement);
  direct(dc, request, plan);
}

/** Judges that what happened so far makes the node ask for no direction, by one that it has to ask for. */
export async function checkUndirected(world: World, on: Resolving, requirement: string): Promise<void> {
  const { node, dc } = on;
  const plan = dc.plan();
  const asked = ask(world, node, plan.far.fqdn, QTYPE.A);
  await checkDirected(world, on, plan, requirement);
  await asked.answer;
  const other = dc.peer.inbox.find(
    ({ type, explained }) => type === MessageType.directionRequest && explained === undefined,
  );
  world.check(other === undefined, 'no Direction Request', 'one', requirement);
}

/** The records of an answer as text: owner and target with their case, other RDATA as hex. */
export function shown(answer: Pick<DnsAnswer, 'records'>): string[] {
  return answer.records.map(
    ({ written, type, data, target }) => `${written} ${type} ${target ?? toHex(data)}`,
  );
}
