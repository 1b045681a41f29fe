/** Steps with nodes: probes on legs, more than one socket, entries with their legs opened or not. */
import { MessageType, Status } from '../../reference/wire/registry.ts';
import type { Received } from '../observe/received.ts';
import type { PlayedChannel } from '../played/channel.ts';
import type { PathPlan, PlayedDc } from '../played/dc.ts';
import { HABITS } from '../played/habits.ts';
import type { PlayedNode } from '../played/node.ts';
import type { Peer } from '../played/peer.ts';
import { probeAnswer } from '../played/probe-answer.ts';
import type { RsOptions, RsUnderTest } from '../target/target.ts';
import { Unjudged } from '../verdict.ts';
import type { NodeOptions, World } from '../world.ts';
import { associated, current } from './steps.ts';

/** Matches the target's own probes on a channel. */
export function probeOn(channel: PlayedChannel): (mail: Received) => boolean {
  return (mail) => mail.channel === channel && mail.type === MessageType.probeRequest;
}

/** Takes the target's probe on a channel. */
export async function takeProbe(
  world: World,
  peer: Peer,
  channel: PlayedChannel,
  requirement?: string,
): Promise<Received> {
  return world.came(await peer.take(probeOn(channel)), `a probing request to ${peer.name}`, requirement);
}

/** Judges that the target did not probe a socket. */
export function checkNotProbed(world: World, peer: Peer, channel: PlayedChannel, requirement?: string): void {
  const probed = peer.inbox.some(probeOn(channel));
  world.check(!probed, `no probing request to ${peer.name}`, 'there was one', requirement);
}

/** HO-04, DOS-02: bytes to an address that is not valid, for each that came from it. */
const AMPLIFICATION = 3;

/** Judges how much the target has sent to a socket of this row whose address never became valid. */
export function checkBudget(world: World, { name }: Peer): void {
  // A network that copies datagrams would count for the target.
  if (world.impaired) return;
  let [sent, came] = [0, 0];
  for (const entry of world.stage.transcript.entries) {
    if (entry.kind === 'sent' && entry.sent.peer === name) sent += entry.sent.bytes.length;
    if (entry.kind === 'received' && entry.received.peer === name) came += entry.received.bytes.length;
  }
  const most = AMPLIFICATION * sent;
  world.check(came <= most, `at most ${most} bytes to ${name}`, `${came}`, 'HO-04, DOS-02.');
}

/** Answers a probe of the target as it has to be. Its transaction is the target's, so no part of the hash. */
export function answerProbe(peer: Peer, channel: PlayedChannel, probe: Received): void {
  for (let left = peer.stage.answers; left > 0; left--)
    peer.sendSealed(channel, MessageType.probeResponse, probeAnswer(probe), { auto: true });
}

/** Answers the target's probes from now on, until the address is valid. */
export async function settle(peer: Peer, channel: PlayedChannel): Promise<void> {
  peer.habits.answerProbes = true;
  await peer.settle(channel);
}

/** A sequence that is left out: what is sent with it later is not the newest, and nominates nothing. [KEY-31] */
export function reserve(channel: PlayedChannel): bigint {
  const keys = current(channel);
  const sequence = keys.next;
  keys.next += 1n;
  return sequence;
}

interface TwoProbed {
  /** Nominated in this order, both answering nothing by themselves. */
  readonly earlier: Peer;
  readonly later: Peer;
  /** What each was asked. */
  readonly probes: ReadonlyMap<Peer, Received>;
  readonly old: bigint;
}

/** The address nominated later answers its probe, and when it is valid, the earlier one does too. */
export async function answerLater(world: World, channel: PlayedChannel, two: TwoProbed): Promise<void> {
  const { earlier, later, probes, old } = two;
  const answer = (peer: Peer) =>
    answerProbe(peer, channel, world.came(probes.get(peer), 'a probing request'));
  answer(later);
  world.status(await later.probe(channel), Status.ok);
  await settle(later, channel);
  answer(earlier);
  // By the time of this answer the one above was taken.
  world.status(await earlier.probe(channel, { sequence: old, repeats: [] }), Status.ok);
}

/** Another socket that can be a node's: it has its channels. Its habits are a good peer's again in each row. */
export async function socketOf(
  world: World,
  rs: RsUnderTest,
  node: PlayedNode,
  name: string,
  options: NodeOptions & { readonly answersProbes?: boolean } = {},
): Promise<Peer> {
  const peer = await world.peer(name, rs.endpoint(options.family ?? 4), options);
  Object.assign(peer.habits, HABITS, { answerProbes: options.answersProbes ?? true });
  peer.hold(node.leg);
  peer.hold(node.path);
  return peer;
}

/** A node uses another socket from now on, and the RS-S has found it valid. */
export async function move(world: World, node: PlayedNode, to: Peer): Promise<void> {
  const from = node.peer;
  const { answerProbes } = from.habits;
  // Who has left a network answers nothing there: the answer could overtake what is to nominate the new address.
  from.habits.answerProbes = from === to && answerProbes;
  world.status(await to.probe(node.leg), 0);
  await takeProbe(world, to, node.leg, 'KEY-31: a message from another address nominates it.');
  // By the time of this answer the RS-S has taken the answer to its own probe.
  world.status(await to.probe(node.leg), 0);
  await settle(to, node.leg);
  from.habits.answerProbes = answerProbes;
  node.moveTo(to);
}

export interface Bound {
  readonly rs: RsUnderTest;
  readonly dc: PlayedDc;
  readonly plan: PathPlan;
  readonly a: PlayedNode;
  readonly b: PlayedNode;
}

/** What is made up otherwise. */
interface PlanOptions extends Partial<PathPlan> {
  /** Seconds. */
  readonly lifetime?: number;
  /** Of both nodes. */
  readonly families?: readonly [4 | 6, 4 | 6];
}

/** A directed path whose legs are not opened yet. @throws Unjudged */
export async function directed(
  world: World,
  options: RsOptions = {},
  plan: PlanOptions = {},
): Promise<Bound> {
  const { rs, dc } = await associated(world, options);
  const { lifetime = 120, families = [4, 4], ...parts } = plan;
  const made = dc.plan(parts);
  await dc.relay(made, { lifetime });
  const a = await world.node(rs, made, 0, { family: families[0] });
  const b = await world.node(rs, made, 1, { family: families[1] });
  for (const { peer } of [a, b]) Object.assign(peer.habits, HABITS);
  return { rs, dc, plan: made, a, b };
}

/** A path whose legs are both bound; the path itself has no keys. @throws Unjudged */
export async function bound(world: World, options: RsOptions = {}, plan: PlanOptions = {}): Promise<Bound> {
  const made = await directed(world, options, plan);
  await made.a.openLeg();
  await made.b.openLeg();
  return made;
}

/** Opens a leg and leaves the RS-S's probe of its address unanswered. @returns that probe */
export async function openUnanswered(world: World, node: PlayedNode): Promise<Received> {
  const { peer, leg } = node;
  peer.habits.answerProbes = false;
  const failed = await peer.open(leg);
  if (failed !== undefined) {
    throw new Unjudged('inconclusive', 'target', `the leg could not be opened: no ${failed}`, true);
  }
  const requirement = 'KEY-29: at confirmation a responder probes the source at once.';
  return await takeProbe(world, peer, leg, requirement);
}

/** The RS-S with two DCs. @throws Unjudged */
export async function withTwoDcs(
  world: World,
): Promise<{ readonly rs: RsUnderTest; readonly dc: PlayedDc; readonly other: PlayedDc }> {
  const rs = await world.rs({ dcs: 2 });
  const [dc, other] = rs.dcs;
  if (dc === undefined || other === undefined) throw new Error('an RS-S without two associations');
  return { rs, dc, other };
}
