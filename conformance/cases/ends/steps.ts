/** What cases of an RS-N and an RS-T begin with: a path to a general peer, the node at one end, the peer behind the other. */
import type { Ip } from '../../../reference/address.ts';
import { family, ipFromBytes } from '../../../reference/address.ts';
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import { readIcmp, udpPacket } from '../../application/packets.ts';
import type { ReadUdp } from '../../application/udp.ts';
import { readUdp } from '../../application/udp.ts';
import type { CaseInfo } from '../../case.ts';
import type { Fields } from '../../fields.ts';
import { bytesField, numberField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { EndKind, EndPlan, EndPlanParts, PlayedEndDc } from '../../played/end-dc.ts';
import { PlayedNode } from '../../played/node.ts';
import type { Peer } from '../../played/peer.ts';
import { describeStatus } from '../../status.ts';
import type { EndTestOptions, EndUnderTest } from '../../target/end-under-test.ts';
import { GENERAL_SIDE } from '../../target/end-under-test.ts';
import { checksumsAreRight } from '../../twin/index.ts';
import { Unjudged } from '../../verdict.ts';
import type { NodeOptions, World } from '../../world.ts';
import { delivered } from '../node/steps.ts';

type Common = Pick<CaseInfo, 'level' | 'roles' | 'adapterLevel' | 'features' | 'needs' | 'isolation'>;

export const NAMES: Readonly<Record<EndKind, string>> = { 'rs-n': 'RS-N', 'rs-t': 'RS-T' };

/**
 * The inner packet in Data, as long as its own header says, without the zero bytes that may come after it; all of it where
 * something else comes there. [TUN-09, TUN-11]
 */
export function packetIn({ plaintext = new Uint8Array(0) }: Received): Uint8Array {
  const [at, more] = (plaintext[0] ?? 0) >> 4 === 4 ? [2, 0] : [4, 40];
  const length = 256 * (plaintext[at] ?? 0) + (plaintext[at + 1] ?? 0) + more;
  const isPadded = plaintext.subarray(length).every((byte) => byte === 0);
  return isPadded ? plaintext.subarray(0, length) : plaintext;
}

/**
 * A MUST that shows in datagrams; `used`: in packets of the general side too; `configured`: where it takes an instance
 * of its own configuration.
 */
export function endCommon(role: EndKind, used: 'used' | 'unused' | 'configured' = 'used'): Common {
  return {
    level: 'MUST',
    roles: [role],
    adapterLevel: ADAPTER_LEVELS[used],
    features: [],
    needs: [],
    isolation: used === 'unused' ? 'shared' : 'own',
  };
}

const ADAPTER_LEVELS = { unused: 0, configured: 1, used: 2 } as const;

export interface OnPath {
  readonly end: EndUnderTest;
  readonly dc: PlayedEndDc;
  readonly plan: EndPlan;
  readonly node: PlayedNode;
  /** What the node sends from: a virtual address of its own, or the lent one. */
  readonly inside: Ip;
  /** Whom it sends to: what stands for the peer, or the peer. */
  readonly far: Ip;
}

export interface PathOptions {
  readonly end?: EndTestOptions;
  readonly plan?: EndPlanParts;
  readonly fields?: Fields;
  readonly node?: NodeOptions & { readonly name?: string };
  /** By another DC than the first. */
  readonly dc?: PlayedEndDc;
}

/** A path that was directed; the node has sent nothing yet. @throws Unjudged */
export async function directed(world: World, options: PathOptions = {}): Promise<OnPath> {
  const end = await world.end(options.end);
  const dc = options.dc ?? end.dc;
  const plan = dc.plan(options.plan);
  return await directAs(world, end, dc, plan, options);
}

/** The same by a plan that is there. */
export async function directAs(
  world: World,
  end: EndUnderTest,
  dc: PlayedEndDc,
  plan: EndPlan,
  options: PathOptions = {},
): Promise<OnPath> {
  const answer = await dc.direct(dc.relayDirection(plan, options.fields));
  const status = numberField(answer?.body, 'status');
  if (status !== Status.ok) {
    const came = answer === undefined ? 'no answer' : describeStatus(status);
    const reason = `Relay Direction was not accepted: ${came}`;
    throw new Unjudged('inconclusive', 'target', reason, answer === undefined);
  }
  return await nodeOf(world, end, dc, plan, bytesField(answer?.body, 'allocatedAddress'), options.node);
}

async function nodeOf(
  world: World,
  end: EndUnderTest,
  dc: PlayedEndDc,
  plan: EndPlan,
  allocated: Uint8Array | undefined,
  options: PathOptions['node'] = {},
): Promise<OnPath> {
  const { name = 'A', ...where } = options;
  const peer = await world.peer(name, end.endpoint(where.family ?? 4), where);
  const node = new PlayedNode(peer, plan, 0, undefined);
  const isN = end.kind === 'rs-n';
  const far = isN ? plan.standsFor : plan.real;
  const own = plan.own.find((ip) => family(ip) === family(far));
  const inside = isN ? own : allocated && ipFromBytes(allocated);
  if (inside === undefined)
    return world.stage.violated('an allocated address', 'none', { requirement: 'DC-37: what it lends.' });
  return { end, dc, plan, node, inside, far };
}

/** A path that carries data: the node opened it, and each end found the other's address valid. @throws Unjudged */
export async function opened(world: World, options: PathOptions = {}): Promise<OnPath> {
  const on = await directed(world, options);
  await on.node.openLeg();
  return on;
}

/** A UDP packet of the node's application to the general peer. */
export function packetTo(world: World, { inside, far }: OnPath, parts: Partial<Parts> = {}): Uint8Array {
  const { size = 32, ...rest } = parts;
  return udpPacket({ from: inside, to: far, payload: world.fresh(size), ports: PORTS, ...rest });
}

interface Parts {
  readonly size: number;
  readonly from: Ip;
  readonly to: Ip;
  readonly ports: readonly [number, number];
  readonly hopLimit: number;
  readonly payload: Uint8Array;
}

export const PORTS = [5060, 7] as const;

/** Where a packet of the relay's stands: what came out of the general side and has this UDP payload. */
export async function outOf(
  world: World,
  end: EndUnderTest,
  payload: Uint8Array,
  timeout?: number,
): Promise<{ readonly packet: Uint8Array; readonly udp: ReadUdp } | undefined> {
  const event = await delivered(world, end, ({ packet }) => carries(packet, payload), timeout);
  const udp = event?.packet && readUdp(event.packet);
  return event?.packet && udp && { packet: event.packet, udp };
}

export function carries(packet: Uint8Array | undefined, payload: Uint8Array): boolean {
  const udp = packet && readUdp(packet);
  return udp !== undefined && sameBytes(udp.payload, payload);
}

/** Judges that what the node sends comes out of the general side, from the right source. */
export async function checkOut(
  world: World,
  on: OnPath,
  requirement: string,
  packet: Uint8Array = packetTo(world, on),
): Promise<ReadUdp> {
  on.node.sendData(packet);
  const sent = readUdp(packet);
  if (sent === undefined) throw new Error('no UDP packet');
  const out = await outOf(world, on.end, sent.payload);
  if (out === undefined) {
    const about = { requirement, timedOut: true };
    return world.stage.violated('the packet out of the general side', 'nothing came out', about);
  }
  const { udp } = out;
  const { kind } = on.end;
  const source = kind === 'rs-n' ? (GENERAL_SIDE[family(on.plan.real)] as Ip) : on.inside;
  const port = kind === 'rs-n' ? udp.ports[0] : sent.ports[0];
  const wanted = `${source} port ${port} to ${on.plan.real} port ${sent.ports[1]}`;
  const actual = `${udp.from} port ${udp.ports[0]} to ${udp.to} port ${udp.ports[1]}`;
  world.check(wanted === actual, wanted, actual, requirement);
  world.check(udp.isSound, 'right checksums', 'wrong ones', 'RSN-02, RST-07.');
  return udp;
}

/** Judges that an answer of the peer to what came out comes to the node. @returns what it got */
export async function checkBack(
  world: World,
  on: OnPath,
  { from, to, ports: [source, destination] }: ReadUdp,
  requirement: string,
  at: Peer = on.node.peer,
): Promise<ReadUdp> {
  const payload = world.fresh(40);
  await on.end.packet(udpPacket({ from: to, to: from, ports: [destination, source], payload }));
  const mail = world.came(await at.take(dataWith(on.node, payload)), 'the packet in Data', requirement);
  const udp = mail.plaintext && readUdp(mail.plaintext);
  if (udp === undefined) return world.stage.violated('a UDP packet', 'something else', { requirement });
  const wanted = `${on.far} port ${destination} to ${on.inside}`;
  const actual = `${udp.from} port ${udp.ports[0]} to ${udp.to}`;
  world.check(wanted === actual, wanted, actual, requirement);
  world.check(udp.isSound, 'right checksums', 'wrong ones', requirement);
  return udp;
}

/** Data of the node's path with a UDP payload. */
export function dataWith({ path }: PlayedNode, payload: Uint8Array): (mail: Received) => boolean {
  return ({ type, channel, plaintext }) =>
    type === MessageType.data && channel === path && carries(plaintext, payload);
}

/** Judges that both directions work. @returns what came out */
export async function checkFlows(world: World, on: OnPath, requirement: string): Promise<ReadUdp> {
  const out = await checkOut(world, on, requirement);
  await checkBack(world, on, out, requirement);
  return out;
}

/** Judges that `bad` brings nothing out of the general side; a good packet of a path comes after it. */
export async function checkNotOut(
  world: World,
  on: OnPath,
  bad: () => unknown,
  requirement: string,
): Promise<void> {
  const before = await outs(on.end);
  await bad();
  const good = packetTo(world, on);
  await checkOut(world, on, requirement, good);
  const after = (await outs(on.end)).slice(before.length);
  const payload = readUdp(good)?.payload ?? new Uint8Array(0);
  const others = after.filter((packet) => !carries(packet, payload));
  const actual = others.map((packet) => toHex(packet)).join(', ');
  world.check(others.length === 0, 'nothing out of the general side', actual, requirement);
}

/** What came out of the general side so far, oldest first. */
export async function outs(end: EndUnderTest): Promise<Uint8Array[]> {
  const events = await end.events();
  return events.flatMap(({ what, packet }) => (what === 'packet' && packet ? [packet] : []));
}

/** Judges that a packet of the general side does not come into a path, while a good one does. */
export async function checkNotIn(
  world: World,
  on: OnPath,
  bad: readonly Uint8Array[],
  good: ReadUdp,
  requirement: string,
): Promise<void> {
  for (const packet of bad) await on.end.packet(packet);
  await checkBack(world, on, good, 'A good packet of the same path.');
  const data = on.node.peer.inbox.filter(({ type }) => type === MessageType.data);
  world.check(data.length === 0, 'nothing but the good packet', `${data.length} more`, requirement);
}

/** Judges by how much a counter rises. */
export async function checkCounted(
  world: World,
  end: EndUnderTest,
  name: string,
  by: number,
  act: () => Promise<void>,
): Promise<void> {
  const before = (await end.counters())[name] ?? 0;
  await act();
  if (world.impaired) return;
  const rose = ((await end.counters())[name] ?? 0) - before;
  world.check(rose === by, `${name} by ${by}`, `by ${rose}`, 'GEN-19: counted once, by its layer.');
}

/** The addresses of an IPv4 packet and the first 8 bytes behind its header, by which an ICMP error names it. */
const NAMED = [12, 28] as const;

/**
 * Judges that the node is told that there is no room for its packet, of IPv4. The relay has answered what came after
 * that packet: what it says of it is on its way.
 */
export async function checkTold(world: World, on: OnPath, packet: Uint8Array): Promise<void> {
  const told = await on.node.peer.take(({ type }) => type === MessageType.data);
  const requirement = 'RSN-14, RSN-15: the node is told by ICMP, as from its peer.';
  const mail = world.came(told, 'an ICMP error in Data', requirement);
  const came = packetIn(mail);
  const error = readIcmp(came);
  world.check(error?.type === 3, 'destination unreachable', `type ${error?.type}`, requirement);
  const source = ipFromBytes(came.slice(12, 16));
  world.check(source === on.far, `from ${on.far}`, `from ${source}`, requirement);
  const [wanted, named] = [packet, error?.about ?? came].map((one) => toHex(one.slice(...NAMED)));
  world.check(named === wanted, `about ${wanted}`, `about ${named}`, requirement);
  world.check(checksumsAreRight(came), 'right checksums', 'wrong ones', requirement);
}

/** An answer of the peer to a packet that came out. */
export function packetBack(world: World, { from, to, ports: [source, destination] }: ReadUdp) {
  return udpPacket({ from: to, to: from, ports: [destination, source], payload: world.fresh(24) });
}
