/** What cases of a node begin with: the node and its DC, far ends of its paths, what applications send and get. */
import type { Endpoint, Ip } from '../../../reference/address.ts';
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import { MessageType, Part, Status } from '../../../reference/wire/registry.ts';
import type { DnsAnswer, Query } from '../../application/dns.ts';
import { dnsQuery, readDnsAnswer } from '../../application/dns.ts';
import { udpPacket } from '../../application/packets.ts';
import type { CaseInfo } from '../../case.ts';
import { body, bytesField, numberField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import { PlayedNode } from '../../played/node.ts';
import type { DirectionParts, NodePlan, PlayedNodeDc } from '../../played/node-dc.ts';
import type { Peer } from '../../played/peer.ts';
import type { NodeEvent, NodeTestOptions, NodeUnderTest } from '../../target/node-under-test.ts';
import type { NodeOptions, World } from '../../world.ts';

type Common = Pick<CaseInfo, 'level' | 'roles' | 'adapterLevel' | 'features' | 'needs' | 'isolation'>;

/** A MUST of a node that shows in its datagrams. */
export const NODE: Common = {
  level: 'MUST',
  roles: ['node'],
  adapterLevel: 1,
  features: [],
  needs: [],
  isolation: 'own',
};

/** The same where an application has a part in it. */
export const NODE_USED: Common = { ...NODE, adapterLevel: 2 };

/** What a played DC gives a node. */
export const OWN = { 4: '198.18.0.1' as Ip, 6: 'fd00:18::1' as Ip } as const;

/** GEN-38, and as much again for the way and the host; milliseconds. */
export const LATE = 200;

export interface Registered {
  readonly node: NodeUnderTest;
  readonly dc: PlayedNodeDc;
}

export async function registered(world: World, options: NodeTestOptions = {}): Promise<Registered> {
  const node = await world.ntm(options);
  return { node, dc: node.dc };
}

/** The far end of a path of the node, on a socket of its own; nothing sent yet. */
export async function farEnd(
  world: World,
  node: NodeUnderTest,
  plan: NodePlan,
  options: NodeOptions & { readonly name?: string } = {},
): Promise<PlayedNode> {
  const { name = 'B', ...where } = options;
  const peer = await world.peer(name, node.endpoint(where.family ?? 4), where);
  return new PlayedNode(peer, plan, 0, undefined);
}

export interface OnPath extends Registered {
  readonly plan: NodePlan;
  readonly far: PlayedNode;
}

export interface PathOptions {
  readonly node?: NodeTestOptions;
  readonly plan?: Parameters<PlayedNodeDc['plan']>[0];
  readonly direction?: DirectionParts;
  readonly far?: NodeOptions & { readonly name?: string };
}

/** A path that the node was told to await; the far end has sent nothing yet. @throws Unjudged */
export async function directedPath(world: World, options: PathOptions = {}): Promise<OnPath> {
  const { node, dc } = await registered(world, options.node);
  const plan = dc.plan(options.plan);
  const far = await farEnd(world, node, plan, options.far);
  await dc.send(plan, options.direction);
  return { node, dc, plan, far };
}

/** A path that carries data: the far end opened it, and each end found the other's address valid. @throws Unjudged */
export async function openPath(world: World, options: PathOptions = {}): Promise<OnPath> {
  const made = await directedPath(world, options);
  await made.far.openLeg();
  return made;
}

/** Its virtual address of a family. */
export function addressOf({ far }: NodePlan, version: 4 | 6 = 4): Ip {
  const found = far.virtualAddresses.find((ip) => ip.includes(':') === (version === 6));
  if (found === undefined) throw new Error(`a far end without a virtual IPv${version} address`);
  return found;
}

/** A UDP packet of an application to the far end, or from it. */
export function packetTo(world: World, plan: NodePlan, options: { version?: 4 | 6; size?: number } = {}) {
  const { version = 4, size = 32 } = options;
  return udpPacket({ from: OWN[version], to: addressOf(plan, version), payload: world.random(size) });
}

export function packetFrom(world: World, plan: NodePlan, options: { version?: 4 | 6; size?: number } = {}) {
  const { version = 4, size = 32 } = options;
  return udpPacket({ from: addressOf(plan, version), to: OWN[version], payload: world.random(size) });
}

/** Whether it is Data of a path with exactly this inner packet, perhaps with zeros after it. [TUN-09] */
export function isData(packet: Uint8Array, { path }: Pick<PlayedNode, 'path'>): (mail: Received) => boolean {
  return ({ type, channel, plaintext }) =>
    type === MessageType.data &&
    channel === path &&
    plaintext !== undefined &&
    sameBytes(plaintext.subarray(0, packet.length), packet) &&
    plaintext.subarray(packet.length).every((byte) => byte === 0);
}

/** Judges that what an application sends comes at the far end unchanged. */
export async function checkSends(
  world: World,
  { node, far }: Pick<OnPath, 'node' | 'far'>,
  packet: Uint8Array,
  requirement?: string,
  at: Peer = far.peer,
): Promise<Received> {
  await node.packet(packet);
  return world.came(await at.take(isData(packet, far)), 'the inner packet in Data of the path', requirement);
}

/** The far end is there no more. When this is over nothing that it sent is still on its way. */
export async function leave(world: World, { dc, far }: Pick<OnPath, 'dc' | 'far'>): Promise<void> {
  Object.assign(far.peer.habits, { answerProbes: false, answerOpenings: false, acknowledges: false });
  world.status(await dc.peer.probe(dc.association), Status.ok);
}

/** Sends a packet that may or may not come at these ends of its path, as a route is dead or dying. */
export async function sendLoosely(
  node: NodeUnderTest,
  ends: readonly PlayedNode[],
  packet: Uint8Array,
): Promise<void> {
  for (const { path } of ends) path.optional.add(toHex(packet));
  await node.packet(packet);
}

/** Looks for what came out of the interface, until it is there. @returns undefined if it did not come in time */
export async function delivered(
  world: World,
  node: Pick<NodeUnderTest, 'events'>,
  match: (event: NodeEvent) => boolean,
  timeout: number = world.stage.timeout,
): Promise<NodeEvent | undefined> {
  const end = world.net.now() + timeout;
  for (;;) {
    const found = (await node.events()).find(match);
    if (found !== undefined || world.net.now() >= end) return found;
    await world.sleep(POLL);
  }
}

/** How often an adapter is asked for events; milliseconds. */
const POLL = 20;

export function isPacket(packet: Uint8Array): (event: NodeEvent) => boolean {
  return ({ what, packet: out }) => what === 'packet' && out !== undefined && sameBytes(out, packet);
}

export function isError({ what }: NodeEvent): boolean {
  return what === 'error';
}

/** Judges that what the far end sends comes out of the interface unchanged. */
export async function checkDelivers(
  world: World,
  { node, far }: Pick<OnPath, 'node' | 'far'>,
  packet: Uint8Array,
  requirement?: string,
): Promise<void> {
  far.sendData(packet);
  const out = await delivered(world, node, isPacket(packet));
  if (out !== undefined) return;
  world.stage.violated('the inner packet out of the interface', 'nothing came out', {
    requirement,
    timedOut: true,
  });
}

/**
 * Judges that `bad` brings nothing out of the interface: `fence` is a good packet of the same path, which
 * has to come out, and comes after it.
 */
export async function checkNotDelivered(
  world: World,
  on: Pick<OnPath, 'node' | 'far' | 'plan'>,
  bad: () => unknown,
  requirement?: string,
): Promise<void> {
  const before = packets(await on.node.events());
  await bad();
  const fence = packetFrom(world, on.plan);
  await checkDelivers(world, on, fence, requirement);
  const after = packets(await on.node.events()).slice(before.length);
  const others = after.filter((packet) => !sameBytes(packet, fence));
  const actual = others.map((packet) => toHex(packet)).join(', ');
  world.check(others.length === 0, 'nothing out of the interface', actual, requirement);
}

/** What came out of the interface, oldest first. */
export function packets(events: readonly NodeEvent[]): Uint8Array[] {
  return events.flatMap(({ what, packet }) => (what === 'packet' && packet !== undefined ? [packet] : []));
}

/** Judges that an event shows an error to the user. @param after how many were there before */
export async function checkShown(world: World, node: NodeUnderTest, requirement: string, after = 0) {
  const isNew = (event: NodeEvent) => isError(event) && event.number > after;
  world.came(await delivered(world, node, isNew), 'an event that shows an error', requirement);
}

/** The number of the last event so far. */
export async function lastEvent(node: NodeUnderTest): Promise<number> {
  return (await node.events()).at(-1)?.number ?? 0;
}

export interface Asked {
  readonly name: string;
  readonly type: number;
  readonly id: number;
  /** As it was sent. */
  readonly query: Uint8Array;
  readonly answer: Promise<DnsAnswer>;
}

export interface AskOptions extends Pick<Query, 'flags' | 'edns'> {
  readonly transport?: 'udp' | 'tcp';
}

/** An application asks for a name; the answer may take as long as the node's DC does. */
export function ask(
  world: World,
  node: NodeUnderTest,
  name: string,
  type: number,
  { transport, ...parts }: AskOptions = {},
): Asked {
  const [high = 0, low = 0] = world.random(2);
  const id = (high << 8) | low;
  const query = dnsQuery({ id, name, type, ...parts });
  const answer = node.resolve(query, transport).then((bytes) => {
    const actual = bytes.length === 0 ? 'none' : toHex(bytes);
    return readDnsAnswer(bytes) ?? world.stage.violated('a DNS answer with one question', actual);
  });
  // A case that ends before it does not wait for it.
  answer.catch(() => undefined);
  return { name, type, id, query, answer };
}

/** The Direction Request that the node makes now. */
export async function directionRequest(
  world: World,
  dc: PlayedNodeDc,
  requirement?: string,
  timeout?: number,
): Promise<Received> {
  return world.came(await dc.takeDirectionRequest(timeout), 'a Direction Request', requirement);
}

/**
 * A path that the node asked for by a name and opens itself; the far end has answered. An NTMA, which no application asks
 * for names, is told to open it. @throws Unjudged, Violation
 */
export async function pathByName(world: World, options: PathOptions = {}): Promise<OnPath> {
  const { node, dc } = await registered(world, options.node);
  const plan = dc.plan(options.plan);
  const far = await farEnd(world, node, plan, options.far);
  const parts = { part: Part.initiate, candidates: [far.peer.local], ...options.direction };
  await directByName(world, { node, dc, plan, far }, parts);
  await whenOpen(world, far);
  return { node, dc, plan, far };
}

/** Has the node ask for the name of a far end, and answers by a path; an NTMA is told of it. */
export async function directByName(
  world: World,
  { node, dc, plan }: OnPath,
  parts: DirectionParts,
): Promise<void> {
  if (world.role === 'ntma') {
    await dc.send(plan, parts);
    return;
  }
  const asked = ask(world, node, plan.far.fqdn, 1);
  dc.answer(await directionRequest(world, dc), dc.routeDirection(plan, parts));
  await asked.answer;
}

/** Waits until the path is open at the far end, by whichever opening, and its address valid at the node. */
export async function whenOpen(world: World, far: PlayedNode): Promise<void> {
  const isOpen = () => far.path.current?.confirmed || undefined;
  const open = await world.stage.until(isOpen);
  if (open === undefined)
    world.stage.violated('an opening of the path that is confirmed', 'none', { timedOut: true });
  world.status(await far.peer.probe(far.path), 0);
}

export function isOpeningOf(channel: PlayedNode['path']): (mail: Received) => boolean {
  return (mail) => mail.type === MessageType.openingRequest && mail.channel === channel;
}

export function isUpdate({ type, keys }: Received): boolean {
  return type === MessageType.pathUpdate && keys !== undefined;
}

/** An endpoint at which nobody is: nothing that is sent there is seen. */
export function nowhere(port = 9): Endpoint {
  return { ip: '127.0.0.8' as Ip, port };
}

/** Judges when things came, counted from an instant: each when it is due, and none else. @param jitter as GEN-11 allows */
export function checkTimes(
  world: World,
  mails: readonly Received[],
  since: number,
  due: readonly number[],
  requirement?: string,
  jitter = 0,
): void {
  const times = mails.map(({ at }) => Math.round(at - since));
  const isDue = (time: number, ms: number) =>
    time >= ms * (1 - jitter) - EARLY && time <= ms * (1 + jitter) + LATE;
  const expected = `one at ${due.join(', ')} ms`;
  const actual = times.length === 0 ? 'nothing' : `at ${times.join(', ')} ms`;
  const about = { requirement, timedOut: true };
  if (due.some((ms) => !times.some((time) => isDue(time, ms)))) world.stage.violated(expected, actual, about);
  const isRight = times.every((time) => due.some((ms) => isDue(time, ms)));
  const isOnce = world.impaired || times.length === due.length;
  world.check(isRight && isOnce, expected, actual, requirement);
}

/** The first one may come later than the others by what still passes for a host that is not busy. */
const EARLY = 60;

/** The far end closes the path. */
export async function close(world: World, { far }: Pick<OnPath, 'far'>): Promise<void> {
  const content = body({ transaction: world.fresh(8), close: true });
  world.status(await far.peer.request(far.path, MessageType.pathUpdate, content), Status.ok);
}

/** The node loses its network and is attached to one again, from where it then sends. */
export async function move({ node, dc }: Pick<OnPath, 'node' | 'dc'>, peers: readonly Peer[]) {
  const { ip } = node.endpoint();
  await detach(node, [dc.peer, ...peers]);
  await node.move([ip]);
}

/** The node loses its network. What it had sent before is forgotten, lest it be taken for what it sends from elsewhere. */
export async function detach(node: NodeUnderTest, peers: readonly Peer[]): Promise<void> {
  await node.move([]);
  await forgetAll(peers);
}

/** Forgets what has come to these, read or not. */
export async function forgetAll(peers: readonly Peer[]): Promise<void> {
  for (const peer of peers) {
    await peer.caughtUp();
    while (peer.takeNow(() => true) !== undefined);
  }
}

/** Judges what a request for replacement asks for. */
export function checkReplaces(world: World, request: Received, pathId: Uint8Array, reason: number): void {
  const replaces = bytesField(request.body, 'replaces');
  const isRight = replaces !== undefined && sameBytes(replaces, pathId);
  world.check(isRight, `replaces ${toHex(pathId)}`, `${replaces && toHex(replaces)}`, 'HO-06.');
  const told = numberField(request.body, 'reason');
  world.check(told === reason, `reason ${reason}`, `reason ${told}`, 'HO-19.');
}

/** A plan for another path between the same two ends. */
export function successor(dc: PlayedNodeDc, plan: NodePlan, pathId?: Uint8Array): NodePlan {
  const next = dc.plan(pathId && { pathId });
  const [theirs, own] = next.legs;
  return { ...next, far: plan.far, legs: [{ ...theirs, nodeId: plan.legs[0].nodeId }, own] };
}
